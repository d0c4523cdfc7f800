"""A result without its rows: where it comes from, its columns, and the job that makes it."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Self

import msgspec
from msgspec import field

from watchframe.models.json_fields import Model, Seconds, as_object, plain_type
from watchframe.reprs import Card

if TYPE_CHECKING:
    import pandas as pd

if TYPE_CHECKING:
    import pandas as pd


class QueryResultInfo(Model, frozen=True, kw_only=True):
    """A result's provenance; to a query key, the server says only `retrieved_at` (recording 020).

    Attributes
    ----------
    retrieved_at : datetime or None
        When the server had the rows, UTC.
    id : int or None
        The server's id of the result; results never change.
    runtime : float or None
        Seconds that the data source took.
    query_text : str or None
        The SQL that was really run.
    query_hash : str or None
    data_source_id : int or None
    is_truncated : bool
        Whether the data source says that rows are missing (``data.truncated``).
    """

    retrieved_at: datetime | None = None
    id: int | None = None
    runtime: Seconds | None = None
    query_text: str | None = field(default=None, name="query")
    query_hash: str | None = None
    data_source_id: int | None = None
    is_truncated: bool = field(default=False, name="data.truncated")

    def card(self) -> Card:
        """Return what is shown of it."""
        card = super().card()
        facts = {name: value for name, value in card.facts.items() if name != "query text"}
        return replace(card, facts=facts, code=self.query_text or "")


class Column(Model, frozen=True, kw_only=True):
    """A column's name and declared type.

    Attributes
    ----------
    name : str
        The key under which rows hold its values.
    type : str or None
        ``integer float boolean string datetime date``, or None where the server does not know.
        A hint: rows may hold anything.
    friendly_name : str
        The name that the server's own pages show.
    """

    name: str
    type: str | None = None
    friendly_name: str

    _lenient: ClassVar[frozenset[str]] = frozenset({"type"})

    def card(self) -> Card:
        """Return what is shown of it."""
        return replace(super().card(), summary=self.type or "of unknown type")

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        friendly = sent.get("friendly_name")
        return {
            **sent,
            "friendly_name": friendly if isinstance(friendly, str) else sent.get("name"),
        }


class JobStatus(IntEnum):
    """The server's job states; 6 and 7 appear with scheduled executions and also mean "wait"."""

    PENDING = 1
    STARTED = 2
    SUCCESS = 3
    FAILURE = 4
    CANCELLED = 5
    DEFERRED = 6
    SCHEDULED = 7

    @property
    def is_finished(self) -> bool:
        """Whether the state will not change any more."""
        return self in (JobStatus.SUCCESS, JobStatus.FAILURE, JobStatus.CANCELLED)


#: The error of a job that was cancelled; its status is FAILURE (recording 125).
CANCELLED_BY_USER = "Query cancelled by user."
#: The error on version 8 of a job that was queued, and of one that ran. It is compared whole: a
#: data source's own message may begin like it.
_CANCELLED_ON_VERSION_8 = ("revoked", "terminated")


class Job(Model, frozen=True, kw_only=True):
    """A job's state.

    Attributes
    ----------
    id : str
        The server's id.
    status : JobStatus
        Its state.
    error : object
        The data source's message on failure (a str; schema jobs may send an object), else ``""``.
    query_result_id : int or None
        The id of the result, once there is one.
    result : object
        The same number, or what a schema job found.
    query_id : int or None
        The saved query that it runs, where the server was asked by that.
    may_be_unknown : bool
        Whether the server may not know the job: version 8 answers ``PENDING`` for every id.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: str
    status: JobStatus
    error: object = ""
    query_result_id: int | None = None
    result: object = None
    # No server sends these two.
    query_id: int | None = field(default=None, name="watchframe.query_id")
    may_be_unknown: bool = field(default=False, name="watchframe.may_be_unknown")
    more: Mapping[str, object] = field(default_factory=dict)

    _uncompared: ClassVar[frozenset[str]] = frozenset({"query_id", "may_be_unknown", "more"})

    def card(self) -> Card:
        """Return what is shown of it."""
        facts = {"status": self.status, "query": self.query_id, "result": self.query_result_id}
        summary = self.status.name.lower()
        return Card(noun=f"Job {self.id}", summary=summary, facts={**facts, "error": self.reason})

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled."""
        if self.status is not JobStatus.FAILURE:
            return self.status is JobStatus.CANCELLED
        words = self.reason
        return words.startswith(CANCELLED_BY_USER) or words.strip() in _CANCELLED_ON_VERSION_8

    @property
    def reason(self) -> str:
        """Why it failed, in the data source's words; empty where there are none."""
        if not isinstance(self.error, Mapping):
            return str(self.error)
        words = (self.error.get("message"), self.error.get("details"))
        return ": ".join(str(item) for item in words if item)

    @classmethod
    def from_json(cls, value: object, *, query_id: int | None = None) -> Self:
        """Read the object under ``"job"``."""
        sent = as_object(value, "job")
        job = super().from_json(sent)
        # Every other version than 8 sends a result, if only null.
        may_be_unknown = job.status is JobStatus.PENDING and "result" not in sent
        return msgspec.structs.replace(job, query_id=query_id, may_be_unknown=may_be_unknown)

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        result_id = sent.get("query_result_id")
        return {
            **sent,
            "error": sent.get("error") or None,
            # A schema job sends what it found under this name as well.
            "query_result_id": None if isinstance(result_id, list) else result_id,
        }


#: The dtype of a column by the type of the attribute; anything else is a column of objects.
_DTYPES: dict[object, str] = {
    int: "Int64",
    str: "string",
    bool: "boolean",
    float: "Float64",
    datetime: "datetime64[us, UTC]",
}
#: `more` differs from object to object, `server` is the same for all; the others are empty in every
#: list.
_NOT_COLUMNS = frozenset({"more", "server", "visualizations", "widgets", "layout"})


def records_frame(records: Sequence[object], kind: type) -> pd.DataFrame:
    """Return one row per record and one column per attribute of `kind` that lists can have."""
    import pandas as pd  # noqa: PLC0415 - the models are also used where no frame is made

    columns = {
        name: pd.Series(
            [getattr(record, name) for record in records],
            dtype=_DTYPES.get(plain_type(hint), "object"),
            name=name,
        )
        for name, hint in typing.get_type_hints(kind).items()
        if name not in _NOT_COLUMNS and typing.get_origin(hint) is not ClassVar
    }
    return pd.DataFrame(columns)
