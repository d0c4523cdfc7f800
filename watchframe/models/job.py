"""An execution on the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from watchframe.errors import ProtocolError
from watchframe.models.json_fields import as_object, optional, other_fields, required

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
