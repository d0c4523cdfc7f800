"""One line on where a frame came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

SOURCE_WORDS = {
    "local cache": "from the local cache",
    "server cache": "from the server's cache",
    "executed": "run just now",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def provenance_line(
    shape: tuple[int, int], provenance: Mapping[str, object], *, now: datetime | None = None
) -> str:
    """Return such as ``1,204 rows x 6, 3 min old, from the local cache, query 42 'Borrows'``.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the frame.
    provenance : mapping
        The frame's ``attrs["watchframe"]``, of one read or of many.
    now : datetime, optional
        The aware moment at which the age is told; now by default.
    """
    rows, columns = shape
    parts = [f"{rows:,} {'row' if rows == 1 else 'rows'} x {columns:,}"]
    reads = provenance.get("reads")
    if isinstance(reads, list) and reads:
        stored = sum(read.get("source") == "local cache" for read in reads)
        parts.append(f"{len(reads):,} reads, {stored:,} of them from the local cache")
        provenance = {**reads[0], "source": "", "retrieved_at": None}
    retrieved = provenance.get("retrieved_at")
    source = str(provenance.get("source", ""))
    if isinstance(retrieved, str) and source != "executed":
        seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(retrieved)).total_seconds()
        parts.append(f"{age_words(seconds)} old")
    if source in SOURCE_WORDS:
        parts.append(SOURCE_WORDS[source])
    if provenance.get("query_id") is not None:
        name = provenance.get("query_name")
        shown = "" if name is None else f" {str(name)!r}"
        parts.append(f"query {provenance['query_id']}{shown}")
    elif provenance.get("data_source") is None:
        parts.append(f"result {provenance.get('query_result_id')}")
    else:
        parts.append(f"ad-hoc SQL on {str(provenance.get('data_source', ''))!r}")
    return ", ".join(parts)


def age_words(seconds: float) -> str:
    """Return a duration in the largest unit that says enough, such as ``12 s`` or ``3 min``."""
    seconds = max(seconds, 0)
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / _DAY:,.0f} d"
