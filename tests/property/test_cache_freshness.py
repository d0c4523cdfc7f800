"""The rules of freshness, held by a machine that does everything that can happen to them.

Reads go through the real cache on a real disk, by the same steps as the library's pipeline. Beside
it runs a model that knows the true time, every edit and every result. Times are whole seconds.
"""

import shutil
import sqlite3
import tempfile
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from watchframe.cache import (
    KeyParts,
    Policy,
    Provenance,
    ResultCache,
    ServerState,
    cache_key,
    decide,
    decide_document,
)
from watchframe.errors import CacheWarning

API_KEYS = st.sampled_from(["alice's", "bob's"])
PARAMETERS = st.sampled_from([None, "WETH", "DAI"])  # None: the query without parameters
MAX_AGES = st.sampled_from([None, 0, 1, 60, 600, 86_400])
MODES = st.sampled_from(["use", "use", "use", "refresh", "off", "only"])
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
LONG_AGO = timedelta(days=10)


@dataclass(frozen=True)
class Result:
    """One execution on the server, at its true time."""

    id: int
    text: int
    market: str | None
    at: datetime


@dataclass
class Server:
    """Holds two queries, one with a parameter and one without, whose text is a number."""

    skew: timedelta
    text: int = 0
    results: list[Result] = field(default_factory=list)
    requests: int = 0

    def definition(self, market: str | None) -> dict[str, int | None]:
        self.requests += 1
        latest = None if market else self.latest(market)
        return {"text": self.text, "latest": latest.id if latest else None}

    def ask(self, market: str | None, max_age: float | None, now: datetime) -> Result:
        self.requests += 1
        latest = self.latest(market)
        any_will_do = max_age is None
        if latest and (any_will_do or 0 < max_age >= (now - latest.at).total_seconds()):
            return latest
        return self.run(market, now)

    def run(self, market: str | None, now: datetime) -> Result:
        result = Result(id=len(self.results) + 1, text=self.text, market=market, at=now)
        self.results.append(result)
        return result

    def latest(self, market: str | None) -> Result | None:
        fitting = [r for r in self.results if (r.text, r.market) == (self.text, market)]
        return fitting[-1] if fitting else None


class Freshness(RuleBasedStateMachine):
    @initialize(skew=st.sampled_from([-7200, -60, 0, 60, 7200]))
    def begin(self, skew: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.now = START
        self.here = timedelta()  # this machine's clock, minus the true time
        self.clock_epoch = 0
        self.server = Server(skew=timedelta(seconds=skew))
        self.cache = ResultCache(self.folder, clock=self.read_clock)
        self.damaged: set[str] = set()
        self.last: tuple[str, str | None] = ("alice's", "WETH")
        # What the cache must hold: (api key, market[, text]) -> (what, since when, clock epoch)
        self.kept_results: dict[tuple, tuple[Result, int]] = {}
        self.kept_definitions: dict[tuple, tuple[dict, datetime, int]] = {}

    def read_clock(self) -> float:
        return self.local.timestamp()

    @property
    def local(self) -> datetime:
        return self.now + self.here

    @rule(seconds=st.sampled_from([0, 1, 59, 60, 61, 600, 3600]))
    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(text=st.sampled_from([0, 1, 2]))
    def edit(self, text: int) -> None:
        self.server.text = text

    @rule(market=PARAMETERS)
    def somebody_else_runs_it(self, market: str | None) -> None:
        self.server.run(market, self.now)

    @rule()
    def set_this_clock_back(self) -> None:
        """Everything stored until now comes to lie in the future."""
        self.here -= LONG_AGO
        self.clock_epoch += 1

    @rule()
    def open_anew_verify_and_prune(self) -> None:
        self.cache.close()
        self.cache = ResultCache(self.folder, clock=self.read_clock)
        assert set(self.cache.verify().damaged) <= self.damaged
        assert self.cache.prune(unused_for=timedelta(days=400)).entries == 0

    @rule(key=st.data())
    def damage_one(self, key: st.DataObject) -> None:
        if self.kept_results:
            owner, market, text = name = key.draw(
                st.sampled_from(sorted(self.kept_results, key=str))
            )
            database = self.folder / "v1" / "cache.db"
            self._damage(database, self._key(owner, market, text))
            self.damaged.add(self._key(owner, market, text))
            del self.kept_results[name]

    @rule(owner=API_KEYS, market=PARAMETERS, mode=MODES, max_age=MAX_AGES)
    def read(self, owner: str, market: str | None, mode: str, max_age: float | None) -> None:
        self.last = owner, market
        self._read_and_judge(owner, market, Policy(mode=mode, max_age=max_age))

    @rule(max_age=MAX_AGES)
    def read_the_same_again(self, max_age: float | None) -> None:
        self._read_and_judge(*self.last, Policy(max_age=max_age))

    @rule(max_age=MAX_AGES, text=st.sampled_from([0, 1, 2]), seconds=st.sampled_from([0, 60, 61]))
    def read_the_same_after_an_edit(self, max_age: float | None, text: int, seconds: int) -> None:
        self.edit(text)
        self.pass_time(seconds)
        self._read_and_judge(*self.last, Policy(max_age=max_age))

    def _read_and_judge(self, owner: str, market: str | None, policy: Policy) -> None:
        mode, max_age = policy.mode, policy.max_age
        before = self.server.requests, len(self.server.results)
        expected = self._expected_local(owner, market, policy)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CacheWarning)
            got = self._read(owner, market, policy)
        requests = self.server.requests - before[0]
        runs = len(self.server.results) - before[1]
        if mode == "only":
            assert (got, requests) == (expected, 0)
            return
        assert got.market == market
        if expected is not None:
            assert (got, requests) == (expected, 0)
        else:
            assert got.text == self.server.text, "a request was made: the text is as it stands"
            assert requests >= 1
        if mode == "refresh" or max_age == 0:
            assert runs == 1
            assert got == self.server.results[-1]
        elif max_age is None and market is None:
            assert got == self.server.latest(None), "the server holds no newer result"
        elif max_age is not None:
            assert (self.now - got.at).total_seconds() <= max_age

    @invariant()
    def every_kept_result_is_there_and_no_other(self) -> None:
        if hasattr(self, "cache"):
            listed = set(self.cache.entries()["key"])
            assert listed == {self._key(*name) for name in self.kept_results}

    def teardown(self) -> None:
        if hasattr(self, "cache"):
            self.cache.close()
            shutil.rmtree(self.folder)

    def _expected_local(self, owner: str, market: str | None, policy: Policy) -> Result | None:
        """Give what the model says must be answered without a request."""
        if policy.mode in ("off", "refresh") or (policy.mode == "use" and not policy.max_age):
            return None
        definition, since, epoch = self.kept_definitions.get((owner, market), ({}, self.now, 0))
        result, result_epoch = self.kept_results.get(
            (owner, market, definition.get("text")), (None, 0)
        )
        if result is None or policy.mode == "only":
            return result
        is_known = epoch == result_epoch == self.clock_epoch
        ages = [(self.now - moment).total_seconds() for moment in (since, result.at)]
        return result if is_known and max(ages) <= policy.max_age else None

    def _read(self, owner: str, market: str | None, policy: Policy) -> Result | None:
        name = f"{self.cache.principal(owner)}/{market}"
        document = self.cache.get_document(name) if policy.reads else None
        stored_at = document.stored_at if document else None
        action = decide_document(stored_at, policy, now=self.local).action
        if action == "fail":
            return None
        if action == "use":
            found = self._look_up(owner, market, document.value, policy, state=None)
            if found is not None or policy.mode == "only":
                return found
        definition = self.server.definition(market)
        if policy.writes:
            self.cache.put_document(name, definition)
            self.kept_definitions[owner, market] = definition, self.now, self.clock_epoch
        state = ServerState(latest_result_id=definition["latest"], has_parameters=bool(market))
        found = self._look_up(owner, market, definition, policy, state)
        return found or self._fetch(owner, market, policy)

    def _look_up(self, owner, market, definition, policy, state) -> Result | None:
        key = self._key(owner, market, definition["text"])
        entry = self.cache.get(key) if policy.reads else None
        provenance = entry.provenance if entry else None
        decision = decide(provenance, policy, now=self.local, server_state=state)
        if decision.action != "use":
            return None
        assert entry.table["id"].to_pylist() == [provenance.query_result_id]
        return self.server.results[provenance.query_result_id - 1]

    def _fetch(self, owner: str, market: str | None, policy: Policy) -> Result:
        max_age = 0 if policy.mode == "refresh" else policy.max_age
        result = self.server.ask(market, max_age, self.now)
        if policy.writes:
            provenance = Provenance(
                server="s",
                query_result_id=result.id,
                retrieved_at=result.at + self.server.skew,
                server_time=self.now + self.server.skew,
                stored_at=self.local,
            )
            table = pa.table({"id": [result.id]})
            key = self._key(owner, market, result.text)
            assert self.cache.put(key, table, provenance)
            self.damaged.discard(key)
            self.kept_results[owner, market, result.text] = result, self.clock_epoch
        return result

    def _key(self, owner: str, market: str | None, text: int) -> str:
        return cache_key(
            KeyParts(
                server="s",
                principal=self.cache.principal(owner),
                query_id=1 if market else 2,
                data_source_id=1,
                text_hash=str(text),
                parameters={"market": market} if market else {},
            )
        )

    def _damage(self, database: Path, key: str) -> None:
        connection = sqlite3.connect(database)
        with connection:
            connection.execute("UPDATE Cache SET value = zeroblob(500) WHERE key = ?", (key,))
        connection.close()


TestFreshness = Freshness.TestCase
TestFreshness.settings = settings(
    max_examples=40,
    stateful_step_count=35,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
