"""Where a result came from: kept beside its rows, and shown in ``df.attrs["watchframe"]``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from watchframe.errors import CacheFormatError
from watchframe.reprs import Shown

_Moment = Annotated[datetime, Meta(tz=True)]
#: Fits a column of 64 bits.
_Id = Annotated[int, Meta(ge=-(2**63) + 1, le=2**63 - 1)]
_TIMES = ("retrieved_at", "stored_at", "server_time", "requested_at")


class Provenance(Shown, Struct, frozen=True, kw_only=True):
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
        The server's id of the result; None under a query key, which does not show it.
    runtime_s : float or None
        Seconds that the data source took.
    data_source_id, data_source : int, str or None
        Where it ran.
    text_hash : str or None
        The key's hash of the query's text.
    sql : str or None
        Ad-hoc SQL as the caller wrote it.
    query_text : str or None
        The SQL that the server ran; None under a query key.
    is_truncated : bool
        Whether the data source said that rows are missing. An entry written before this was known
        does not say so.
    """

    server: str
    parameters: Mapping[str, object] = msgspec.field(default_factory=dict)
    retrieved_at: _Moment
    stored_at: _Moment
    server_time: _Moment | None = None
    requested_at: _Moment | None = None
    query_id: _Id | None = None
    query_name: str | None = None
    query_result_id: _Id | None = None
    runtime_s: float | None = None
    data_source_id: _Id | None = None
    data_source: str | None = None
    text_hash: str | None = None
    sql: str | None = None
    query_text: str | None = None
    is_truncated: bool = False

    def __post_init__(self) -> None:
        for name in _TIMES:
            moment = getattr(self, name)
            if moment is None:
                continue
            if moment.tzinfo is None:
                raise ValueError(f"Provenance.{name} must be an aware time.")
            if moment.tzinfo is not UTC:
                msgspec.structs.force_setattr(self, name, moment.astimezone(UTC))

    def to_json(self) -> bytes:
        """Return it as JSON; `from_json` of that is equal to this."""
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, text: bytes | str) -> Provenance:
        """Read what `to_json` wrote; names that this release does not know are skipped.

        Raises
        ------
        CacheFormatError
            It is not a provenance.
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except (msgspec.MsgspecError, OverflowError, RecursionError, ValueError) as error:
            raise CacheFormatError(f"A cache entry's provenance cannot be read: {error}.") from None
