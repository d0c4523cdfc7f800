"""What the server says of a result, beside its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from watchframe.models.json_fields import as_object, optional, seconds, utc_time


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
