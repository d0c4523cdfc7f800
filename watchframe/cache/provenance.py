"""Where a result came from: kept beside its rows, and shown in ``df.attrs["watchframe"]``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from watchframe.errors import CacheFormatError

_NEEDED_TIMES = ("retrieved_at", "stored_at")
_TIMES = (*_NEEDED_TIMES, "requested_at", "server_time")
_INTEGERS = ("query_id", "query_result_id", "data_source_id")
_TEXTS = ("query_name", "data_source", "text_hash", "sql", "query_text")
_LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """A result's origin. Times are aware and UTC.

    Attributes
    ----------
    server : str
        The server's base URL.
    parameters : mapping
        The values that were sent; JSON values only.
    retrieved_at : datetime
        When the server had the rows, by the server's clock.
    stored_at : datetime
        When the answer arrived here, by this machine's clock.
    server_time : datetime or None
        The answer's ``Date`` header. With `stored_at` it says how far the two clocks differ; None
        means that they are taken to agree.
    requested_at : datetime or None
        When the server was asked, by this machine's clock.
    query_id, query_name : int, str or None
        The saved query; None for ad-hoc SQL.
    query_result_id : int or None
        The server's id of the result; None under a query key, which is not told.
    runtime_s : float or None
        Seconds that the data source took.
    data_source_id, data_source : int, str or None
        Where it ran.
    text_hash : str or None
        The key's hash of the query's text.
    sql : str or None
        Ad-hoc SQL as it was given.
    query_text : str or None
        The SQL that the server ran; None under a query key.
    is_truncated : bool
        Whether the data source said that rows are missing. An entry written before this was known
        does not say so.
    """

    server: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    retrieved_at: datetime
    stored_at: datetime
    server_time: datetime | None = None
    requested_at: datetime | None = None
    query_id: int | None = None
    query_name: str | None = None
    query_result_id: int | None = None
    runtime_s: float | None = None
    data_source_id: int | None = None
    data_source: str | None = None
    text_hash: str | None = None
    sql: str | None = None
    query_text: str | None = None
    is_truncated: bool = False

    def __post_init__(self) -> None:
        for name in _TIMES:
            moment = getattr(self, name)
            if moment.tzinfo is None if moment is not None else name in _NEEDED_TIMES:
                raise ValueError(f"Provenance.{name} must be an aware time.")

    def to_json(self) -> dict[str, object]:
        """Give it as JSON values; `from_json` of that is equal to this."""
        values: dict[str, object] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, datetime):
                value = value.astimezone(UTC).isoformat()
            elif isinstance(value, Mapping):
                value = dict(value)
            values[item.name] = value
        return values

    @classmethod
    def from_json(cls, text: bytes | str) -> Provenance:
        """Read what `to_json` wrote; names that this release does not know are passed over.

        Raises
        ------
        CacheFormatError
            It is not a provenance.
        """
        try:
            values = json.loads(text)
            known = {item.name: values[item.name] for item in fields(cls) if item.name in values}
            for name in _TIMES:
                if known.get(name) is not None:
                    known[name] = _utc(datetime.fromisoformat(known[name]))
            _check_types(known)
            return cls(**{**known, "parameters": dict(known["parameters"])})
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise CacheFormatError(f"A cache entry's provenance cannot be read: {error}.") from None


def _utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; a naive one as it is, which `Provenance` refuses."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _check_types(known: Mapping[str, object]) -> None:
    kinds: dict[str, type] = {"server": str, "runtime_s": float}
    kinds |= dict.fromkeys(_INTEGERS, int) | dict.fromkeys(_TEXTS, str)
    for name, kind in kinds.items():
        value = known.get(name)
        if kind is float and isinstance(value, int):
            continue
        if value is None and name != "server":
            continue
        if not isinstance(value, kind) or isinstance(value, bool):
            raise TypeError(f"{name} is not of the type {kind.__name__}")
        if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
            raise ValueError(f"{name} is too large")
