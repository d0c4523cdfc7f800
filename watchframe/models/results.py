"""What the server says of a result, beside its rows."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING

from watchframe.errors import ProtocolError
from watchframe.models.json_fields import (
    as_object,
    optional,
    other_fields,
    required,
    seconds,
    utc_time,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResultInfo:
    """A result's provenance. A query key is told only `retrieved_at` (recording 020).

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
    runtime: float | None = None
    query_text: str | None = None
    query_hash: str | None = None
    data_source_id: int | None = None
    is_truncated: bool = False

    @classmethod
    def from_json(cls, value: object) -> QueryResultInfo:
        """Read the object under ``"query_result"``; of its ``data`` only ``truncated`` is read."""
        obj = as_object(value, "query result")
        retrieved = optional(obj, "retrieved_at", str, "query result")
        data = obj.get("data")
        return cls(
            retrieved_at=utc_time(retrieved, "query result") if retrieved else None,
            id=optional(obj, "id", int, "query result"),
            runtime=seconds(obj.get("runtime")),
            query_text=optional(obj, "query", str, "query result"),
            query_hash=optional(obj, "query_hash", str, "query result"),
            data_source_id=optional(obj, "data_source_id", int, "query result"),
            is_truncated=isinstance(data, Mapping) and data.get("truncated") is True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
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
    type: str | None
    friendly_name: str

    @classmethod
    def from_json(cls, value: object) -> Column:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "column")
        name = required(obj, "name", str, "column")
        type_ = obj.get("type")
        friendly = obj.get("friendly_name")
        return cls(
            name=name,
            type=type_ if isinstance(type_, str) else None,
            friendly_name=friendly if isinstance(friendly, str) else name,
        )


_READ = ("id", "status", "error", "query_result_id", "result")


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


#: What a job that somebody cancelled says; its status reads FAILURE (recording 125).
CANCELLED_BY_USER = "Query cancelled by user."
#: What version 8 says of one that was queued, and of one that ran. It is compared whole, since a
#: data source's own message may well begin so.
_CANCELLED_ON_VERSION_8 = ("revoked", "terminated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
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
        Whether the server may never have heard of the job: version 8 answers ``PENDING`` for every
        id, also for one that it does not know.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: str
    status: JobStatus
    error: object = ""
    query_result_id: int | None = None
    result: object = None
    query_id: int | None = field(default=None, compare=False)
    may_be_unknown: bool = field(default=False, compare=False)
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody cancelled it."""
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
    def from_json(cls, value: object, *, query_id: int | None = None) -> Job:
        """Read the object under ``"job"``."""
        obj = as_object(value, "job")
        number = required(obj, "status", int, "job")
        try:
            status = JobStatus(number)
        except ValueError:
            raise ProtocolError(
                f"The server sent a job with the unknown status {number}."
            ) from None
        return cls(
            id=required(obj, "id", str, "job"),
            status=status,
            error=obj.get("error") or "",
            query_result_id=_result_id(obj),
            result=obj.get("result"),
            query_id=query_id,
            # Every other version sends a result, if only null.
            may_be_unknown=status is JobStatus.PENDING and "result" not in obj,
            more=other_fields(obj, _READ),
        )


def _result_id(obj: Mapping[str, object]) -> int | None:
    """Give the result's id; a schema job sends what it found under that name as well."""
    if isinstance(obj.get("query_result_id"), list):
        return None
    return optional(obj, "query_result_id", int, "job")


#: The dtype of a column by the type of the attribute; anything else is a column of objects.
_DTYPES: dict[object, str] = {
    int: "Int64",
    str: "string",
    bool: "boolean",
    float: "Float64",
    datetime: "datetime64[us, UTC]",
}
#: What a newer server sends is an object's own matter; the others are empty in every list.
_NOT_COLUMNS = frozenset({"more", "visualizations", "widgets", "layout"})


def records_frame(records: Sequence[object], kind: type) -> pd.DataFrame:
    """Give one row per record and one column per attribute of `kind` that lists can have."""
    import pandas as pd  # noqa: PLC0415 - the models are also used where no frame is made

    hints = typing.get_type_hints(kind)
    names = [item.name for item in dataclasses.fields(kind) if item.name not in _NOT_COLUMNS]
    columns = {
        name: pd.Series(
            [getattr(record, name) for record in records], dtype=_dtype(hints[name]), name=name
        )
        for name in names
    }
    return pd.DataFrame(columns, columns=names)


def _dtype(hint: object) -> str:
    if typing.get_origin(hint) in (typing.Union, UnionType):
        kinds = [item for item in typing.get_args(hint) if item is not NoneType]
        hint = kinds[0] if len(kinds) == 1 else None
    return _DTYPES.get(hint, "object")
