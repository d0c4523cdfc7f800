"""The rules of freshness, held by a machine that does everything that can happen to them.

Reads go the library's own way, through its pipeline, its client and real HTTP, to a demo server
whose clock the machine holds, and through a cache on a real disk, whose clock it holds as well.
Beside them runs a model that knows the true time, every edit and every result.
"""

import shutil
import sqlite3
import tempfile
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from example_counts import examples
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from watchframe import Client
from watchframe.cache import Policy, ResultCache
from watchframe.demo import DemoServer
from watchframe.errors import CacheMissError, CacheWarning
from watchframe.models import ParameterDefinition
from watchframe.read import ReadOptions, answer_query

pytestmark = pytest.mark.slow

OWNERS = st.sampled_from(["user", "query's key"])
MARKETS = st.sampled_from([None, "WETH", "DAI"])  # None: the query without parameters
MAX_AGES = st.sampled_from([None, 0, 1, 60, 600, 86_400])
MODES = st.sampled_from(["use", "use", "use", "refresh", "off", "only"])
TEXTS = st.sampled_from([0, 1, 2])
LONG_AGO = timedelta(days=10)
CHOICE = ParameterDefinition(name="market", type="enum", title="M", enum_options=("WETH", "DAI"))


class World:
    """One demo server for all runs, and the true time, which only ever goes on."""

    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    skew = timedelta()
    runs = 0
    _server: DemoServer | None = None

    def server(self) -> DemoServer:
        if self._server is None:
            self._server = DemoServer(events=100, clock=lambda: self.now + self.skew).start()
        return self._server

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


WORLD = World()


def teardown_module() -> None:
    WORLD.close()


@dataclass(frozen=True)
class Result:
    """One execution on the server, at its true time."""

    text: int
    market: str | None
    at: datetime


@dataclass
class Known:
    """The two queries on the server, and what was run of them."""

    text: int = 0
    edited_at: datetime | None = None
    results: list[Result] = field(default_factory=list)

    def latest(self, market: str | None) -> Result | None:
        fitting = [r for r in self.results if (r.text, r.market) == (self.text, market)]
        return fitting[-1] if fitting else None


class Freshness(RuleBasedStateMachine):
    @initialize(skew=st.sampled_from([-7200, -60, 0, 60, 7200]))
    def begin(self, skew: int) -> None:
        WORLD.runs += 1
        WORLD.skew = timedelta(seconds=skew)
        WORLD.now += timedelta(days=30)
        self.demo = WORLD.server()
        self.folder = Path(tempfile.mkdtemp())
        self.here = timedelta()  # this machine's clock, minus the true time
        self.clock_epoch = 0
        self.model = Known()
        self.cache = ResultCache(self.folder, clock=self.read_clock)
        self.admin = Client(self.demo.url, self.demo.user_key, cache_dir=self.folder / "admin")
        plain, chosen = self._sql(0, None), self._sql(0, "{{ market }}")
        self.queries = {
            None: self.admin.queries.create("plain", plain, 1).id,
            "market": self.admin.queries.create("by market", chosen, 1, parameters=[CHOICE]).id,
        }
        self.clients = {
            (owner, name): Client(
                self.demo.url,
                self.demo.user_key if owner == "user" else self.demo.query_key(query_id),
                timezone="UTC",
            )
            for owner in ("user", "query's key")
            for name, query_id in self.queries.items()
        }
        self.damaged: set[tuple] = set()
        self.last: tuple[str, str | None] = ("user", "WETH")
        # What the cache must hold: (owner, market[, text]) -> (what, since when, clock epoch)
        self.kept_results: dict[tuple, tuple[Result, int]] = {}
        self.kept_definitions: dict[tuple, tuple[int, datetime, int]] = {}
        self.keys: dict[tuple, str] = {}

    def read_clock(self) -> float:
        return (WORLD.now + self.here).timestamp()

    @rule(seconds=st.sampled_from([0, 1, 59, 60, 61, 600, 3600]))
    def pass_time(self, seconds: int) -> None:
        WORLD.now += timedelta(seconds=seconds)

    @rule(text=TEXTS)
    def edit(self, text: int) -> None:
        if text == self.model.text:
            return
        self.model.text, self.model.edited_at = text, WORLD.now
        for name, query_id in self.queries.items():
            sql = self._sql(text, "{{ market }}" if name else None)
            self.admin.queries.update(self.admin.queries.get(query_id), text=sql)

    @rule(market=MARKETS)
    def somebody_else_runs_it(self, market: str | None) -> None:
        options = ReadOptions.resolve(client=self.admin, cache="off", max_age=0, progress=False)
        query_id, params = self._question(market)
        assert answer_query(query_id, params, options).source == "executed"
        self.model.results.append(Result(self.model.text, market, WORLD.now))

    @rule()
    def set_this_clock_back(self) -> None:
        """Everything stored until now comes to lie in the future."""
        self.here -= LONG_AGO
        self.clock_epoch += 1

    @rule()
    def open_anew_verify_and_prune(self) -> None:
        self._open_anew()
        assert len(self.cache.verify().damaged) <= len(self.damaged)
        assert self.cache.prune(unused_for=timedelta(days=4000)).entries == 0

    @rule(choose=st.data())
    def damage_one(self, choose: st.DataObject) -> None:
        """As seen by a process that has not read it yet: one that has needs the disk no more."""
        if self.kept_results:
            name = choose.draw(st.sampled_from(sorted(self.kept_results, key=str)))
            self._damage(self.keys[name])
            self._open_anew()
            self.damaged.add(name)
            del self.kept_results[name]

    @rule(owner=OWNERS, market=MARKETS, mode=MODES, max_age=MAX_AGES)
    def read(self, owner: str, market: str | None, mode: str, max_age: float | None) -> None:
        self.last = owner, market
        self._read_and_judge(owner, market, Policy(mode=mode, max_age=max_age))

    @rule(max_age=MAX_AGES)
    def read_the_same_again(self, max_age: float | None) -> None:
        self._read_and_judge(*self.last, Policy(max_age=max_age))

    @rule(max_age=MAX_AGES, text=TEXTS, seconds=st.sampled_from([0, 60, 61]))
    def read_the_same_after_an_edit(self, max_age: float | None, text: int, seconds: int) -> None:
        self.edit(text)
        self.pass_time(seconds)
        self._read_and_judge(*self.last, Policy(max_age=max_age))

    @rule(owner=OWNERS, max_age=MAX_AGES)
    def read_what_somebody_else_has_just_run(self, owner: str, max_age: float | None) -> None:
        """Of a query without parameters the server says which result is the newest."""
        self._read_and_judge(owner, None, Policy())
        self.pass_time(1)
        self.somebody_else_runs_it(None)
        self._read_and_judge(owner, None, Policy(max_age=max_age))

    @invariant()
    def every_kept_result_is_there_and_no_other(self) -> None:
        if hasattr(self, "cache"):
            assert len(self.cache.entries()) == len(self.kept_results)

    def teardown(self) -> None:
        if hasattr(self, "cache"):
            for client in (self.admin, *self.clients.values()):
                client.close()
            self.cache.close()
            shutil.rmtree(self.folder)

    def _read_and_judge(self, owner: str, market: str | None, policy: Policy) -> None:
        expected = self._expected_local(owner, market, policy)
        latest = self.model.latest(market)
        self.demo.requests.clear()
        got, source = self._read(owner, market, policy)
        requests = len(self.demo.requests)
        if policy.mode == "only":
            assert (got, requests) == (expected, 0)
            return
        if expected is not None:
            assert (got, source, requests) == (expected, "local cache", 0)
            return
        assert requests >= 1
        assert got.text == self.model.text, "a request was made: the text is as it stands"
        edited_at = self.model.edited_at
        if owner != "user" and latest and edited_at and latest.at < edited_at:
            latest = None  # nothing tells of which text it is: it is not trusted
        if source == "server cache" and owner != "user" and got != latest:
            source = "executed"  # by this read, which then learned of an edit and asked again
        self._judge_new(got, source, latest, policy)
        self._remember(owner, market, got, source, policy)

    def _judge_new(self, got: Result, source: str, latest: Result | None, policy: Policy) -> None:
        """Judge an answer for which the server was asked something."""
        max_age = 0 if policy.mode == "refresh" else policy.max_age
        age = None if latest is None else (WORLD.now - latest.at).total_seconds()
        server_has_it = max_age != 0 and age is not None and (max_age is None or age <= max_age)
        if source == "executed":
            assert got.at == WORLD.now
            assert not server_has_it, "nothing is run that the server would have given"
        elif source == "server cache":
            assert server_has_it
            assert got == latest
        else:
            assert policy.reads
            assert max_age != 0
            assert max_age is None or (WORLD.now - got.at).total_seconds() <= max_age
            if max_age is None and got.market is None:
                assert got == latest

    def _remember(
        self, owner: str, market: str | None, got: Result, source: str, policy: Policy
    ) -> None:
        if source == "executed":
            self.model.results.append(got)
        if policy.writes:
            self.kept_definitions[owner, market is None] = (
                self.model.text,
                WORLD.now,
                self.clock_epoch,
            )
            if source != "local cache":
                self.kept_results[owner, market, got.text] = got, self.clock_epoch
                self.damaged.discard((owner, market, got.text))

    def _expected_local(self, owner: str, market: str | None, policy: Policy) -> Result | None:
        """Return what the model says must be answered without a request."""
        if policy.mode in ("off", "refresh") or (policy.mode == "use" and not policy.max_age):
            return None
        text, since, epoch = self.kept_definitions.get((owner, market is None), (-1, WORLD.now, 0))
        result, result_epoch = self.kept_results.get((owner, market, text), (None, 0))
        if result is None or policy.mode == "only":
            return result
        is_known = epoch == result_epoch == self.clock_epoch
        ages = [(WORLD.now - moment).total_seconds() for moment in (since, result.at)]
        return result if is_known and max(ages) <= policy.max_age else None

    def _read(
        self, owner: str, market: str | None, policy: Policy
    ) -> tuple[Result | None, str | None]:
        options = ReadOptions.resolve(
            max_age=policy.max_age,
            cache=policy.mode,
            client=self.clients[owner, market and "market"],
            store=self.cache,
            progress=False,
        )
        query_id, params = self._question(market)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CacheWarning)
            try:
                answer = answer_query(query_id, params, options)
            except CacheMissError:
                return None, None
        row = answer.table.to_pylist()[0]
        if policy.writes:  # without a cache nobody has a name in the key
            self.keys[owner, market, row["text"]] = answer.cache_key
        at = answer.provenance.retrieved_at - WORLD.skew
        assert row["run"] == WORLD.runs
        return Result(row["text"], row["market"] or None, at), answer.source

    def _question(self, market: str | None) -> tuple[int, dict[str, str] | None]:
        if market is None:
            return self.queries[None], None
        return self.queries["market"], {"market": market}

    def _sql(self, text: int, market: str | None) -> str:
        return f"select {WORLD.runs} as run, {text} as text, '{market or ''}' as market"

    def _open_anew(self) -> None:
        self.cache.close()
        self.cache = ResultCache(self.folder, clock=self.read_clock)

    def _damage(self, key: str) -> None:
        connection = sqlite3.connect(self.folder / "v1" / "cache.db")
        with connection:
            sql = "UPDATE Cache SET value = zeroblob(500) WHERE key = ?"
            assert connection.execute(sql, (key,)).rowcount == 1
        connection.close()


TestFreshness = Freshness.TestCase
TestFreshness.settings = settings(
    # each rule by itself is proven in tests/unit/cache/test_freshness.py
    max_examples=examples(15),
    stateful_step_count=45,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
