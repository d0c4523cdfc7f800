"""The plan of a read: what would be asked, what the local cache holds and decides, and why.

A read follows its plan, and an explanation is the same plan, printed, under the definition that the
server has now. A read asks by the definition that it knows, if that gives the same answer.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import pyarrow as pa

from watchframe.cache import CacheEntry, Decision, KeyParts, Provenance
from watchframe.display import age_words
from watchframe.parameters import JSON
from watchframe.plain_text import plain_text
from watchframe.read.answer import Answer, Source
from watchframe.read.known_runs import KnownRuns
from watchframe.read.options import ANY_RESULT, RUN
from watchframe.read.question import Question, ResultQuestion
from watchframe.reprs import Card, CodeText, Link, Table

#: The reason of a decision about results that the settings keep out of the local cache.
NEVER_KEPT = "never-kept"

#: Why a local copy is taken, or is not.
_REASONS = {
    "cache-only": "it is the only thing that may be used",
    "cache-refresh": "a new run is asked for",
    "fresh": "it is young enough",
    "from-the-future": "by the clocks it is from the future",
    "latest-result": "the server has no newer result",
    "max-age-zero": "a new run is asked for",
    "newer-result": "the server has a newer one",
    "newer-result-unknown": "the server does not say whether it has a newer one",
    "not-edited": "the query has not been edited since",
    "stale-if-error": "the server is away, and the settings allow it",
    "too-old": "it is too old",
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReadPlan:
    """What a read does, as `explain_watch_query` returns it. It prints as lines of text.

    Attributes
    ----------
    server : str
        The server that would be asked.
    cache_key : str
        Under which name a result is looked for and stored.
    decision : Decision
        What the local cache says: ``action`` is ``"use"``, ``"fetch"`` or ``"fail"``; with the
        ``reason`` and the ``age``, in seconds, of the copy.
    server_max_age : int
        The ``max_age`` with which the server would be asked: -1 takes any result that it has, 0
        always runs the SQL.
    runs : KnownRuns or None
        How earlier runs of a saved query went: ``runs.last`` with ``retrieved_at``, ``runtime_s``,
        ``rows`` and ``bytes``, and ``runs.runtimes_s``; None where nothing is known of any.
    """

    server: str
    cache_key: str
    decision: Decision
    server_max_age: int
    question: Question
    key_parts: KeyParts
    entry: CacheEntry | None = None
    #: Whether it rests on a definition as it was last read, so that the answer has to show that the
    #: query is still the same.
    is_to_be_checked: bool = False
    #: Whether the caller gave a value for each parameter, so that no saved default matters.
    has_all_values: bool = False
    #: Whether the dropdowns' values were listed for it just now.
    lists_values: bool = False
    runs: KnownRuns | None = None

    @property
    def label(self) -> str:
        """What is asked: ``query 42 'Borrows by market'`` or ``ad-hoc SQL on 'Ethereum'``."""
        return self.question.label

    @property
    def data_source_id(self) -> int | None:
        """The data source that it is asked of; None if the query does not say."""
        return self.question.facts.get("data_source_id")

    @property
    def url(self) -> str | None:
        """The query's page with these parameters; None for ad-hoc SQL."""
        return self.question.url(self.server)

    @property
    def parameters(self) -> Mapping[str, JSON]:
        """The parameters as they would be sent: with defaults, and dynamic dates resolved."""
        return self.question.parameters

    @property
    def sql(self) -> str:
        """The SQL as the server would render it."""
        return CodeText(self.question.rendered)

    @property
    def is_kept(self) -> bool:
        """Whether the settings allow the result in the local cache."""
        return self.decision.reason != NEVER_KEPT

    def answer(self, table: pa.Table, provenance: Provenance, source: Source) -> Answer:
        """Return the answer that these rows are."""
        return Answer(
            table=table,
            provenance=provenance,
            source=source,
            cache_key=self.cache_key,
            key_parts=self.key_parts,
            may_be_cut=self.question.may_be_cut,
            parameter_types=self.question.parameter_types,
            text_hash=self.key_parts.text_hash,
        )

    def __repr__(self) -> str:
        parts = {
            "asks": f"{self.label}, on {self.server}",
            "page": self.url,
            "parameters": "\n".join(
                f"{name} = {json.dumps(value, ensure_ascii=False)}"
                for name, value in self.parameters.items()
            )
            or "none",
            "dropdowns": self._dropdown_words,
            "SQL": self.sql.rstrip() or None,
            "local cache": self._cache_words,
            "last run": self._last_words,
            "runs took": None if self.runs is None else self.runs.usual_words,
            "then": self._outcome,
        }
        width = max(map(len, parts)) + 2
        return plain_text(
            "\n".join(
                f"{name + ':':<{width}}" + textwrap.indent(text, " " * width).strip()
                for name, text in parts.items()
                if text is not None
            )
        )

    def _repr_html_(self) -> str:
        parameters = Table(
            columns=("parameter", "value"),
            rows=[
                (name, json.dumps(value, ensure_ascii=False))
                for name, value in self.parameters.items()
            ],
        )
        return Card(
            noun="Plan of a read of",
            name=self.label,
            url=self.url,
            facts={
                "server": Link(self.server, self.server),
                "dropdowns": self._dropdown_words,
                "local cache": self._cache_words,
                "last run": self._last_words,
                "runs took": None if self.runs is None else self.runs.usual_words,
                "then": self._outcome,
            },
            tables=[parameters],
            code=self.sql,
        ).html()

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values: what ``watchframe query --explain --json`` prints."""
        runs, decision = self.runs, self.decision
        return {
            "asks": self.label,
            "server": self.server,
            "page": self.url,
            "parameters": dict(self.parameters),
            "sql": str(self.sql),
            "cache_key": self.cache_key,
            "action": decision.action,
            "reason": decision.reason,
            "age_s": decision.age,
            "server_max_age": self.server_max_age,
            "server_has_it": self.is_on_server,
            "last_run": None
            if runs is None
            else {**asdict(runs.last), "retrieved_at": runs.last.retrieved_at.isoformat()},
            "runtimes_s": [] if runs is None else list(runs.runtimes_s),
            "then": self._outcome,
        }

    @property
    def is_on_server(self) -> bool | None:
        """Whether the server has a result of these values; None where it does not tell."""
        state = self.question.server_state
        if not (state.tells_latest and self.question.rendered):
            return None  # without the SQL, the values of that result are not known
        return state.latest_result_id is not None

    @property
    def _last_words(self) -> str | None:
        return None if self.runs is None else self.runs.last.words(datetime.now(UTC))

    @property
    def _dropdown_words(self) -> str | None:
        names = ", ".join(self.question.dropdowns)
        if not names:
            return None
        return f"the server checks {names}; if it refuses, a read has it list the values of {names}"

    @property
    def _cache_words(self) -> str:
        age, reason = self.decision.age, self.decision.reason
        if not self.is_kept:
            return "the settings keep its results out of it"
        if reason == "cache-off":
            return "neither looked into nor written"
        if age is None:
            return f"no result under {self.cache_key[:12]}..."
        words = f"{age_words(age)} old" if age >= 0 else "of unknown age"
        return f"a result {words}; {_REASONS.get(reason, reason)}"

    @property
    def _outcome(self) -> str:
        if self.decision.action == "use":
            return "takes the local copy; executes nothing"
        if self.decision.action == "fail":
            return "fails: there is no local copy, and no request may be made"
        if isinstance(self.question, ResultQuestion):
            return "has the server send it; executes nothing"
        if self.server_max_age == RUN:
            return "has the server run it"
        return self._server_outcome

    @property
    def _server_outcome(self) -> str:
        """Whether the server executes it, where it may answer from its own cache."""
        if self.is_on_server is False:
            return "has the server run it, for it has no result of it"
        if self.server_max_age == ANY_RESULT:
            if self.is_on_server:
                return "takes the result that the server has; executes nothing"
            return "takes any result that the server has of it, or has it run"
        age = age_words(self.server_max_age)
        if self.is_on_server and self.runs is not None and self.runs.on_server is not None:
            seconds = (datetime.now(UTC) - self.runs.on_server).total_seconds()
            found = f"result is {age_words(seconds)} old"
            is_too_old = seconds > self.server_max_age
            return (
                f"has the server run it, for its {found}"
                if is_too_old
                else f"takes what the server has, for its {found}; executes nothing"
            )
        return f"takes the server's result if it is at most {age} old, or has it run"
