"""One line on where a frame came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from watchframe.parameters import JSON, query_url
from watchframe.plain_text import html_text
from watchframe.reprs.cards import link_html
from watchframe.reprs.style import NO_FORMULAS

SOURCE_WORDS = {
    "local cache": "from the local cache",
    "server cache": "from the server's cache",
    "executed": "run just now",
    "pack": "from the pack of a lock",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
#: Up to how many seconds their tenths matter.
_TENTHS = 10


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
    return ", ".join([*_facts(shape, provenance, now), origin_words(provenance)])


def provenance_html(
    shape: tuple[int, int], provenance: Mapping[str, object], *, now: datetime | None = None
) -> str:
    """Return the line of `provenance_line` as HTML, whose query leads to its page."""
    facts = html_text(", ".join(_facts(shape, provenance, now)))
    origin = link_html(origin_words(provenance), page_of(provenance))
    return f'<div class="{NO_FORMULAS}">{facts}, {origin}</div>'


def page_of(provenance: Mapping[str, object]) -> str | None:
    """Return the page of a read's query with the parameters that were sent; None for SQL.

    Of many reads, the page of their query.
    """
    first, is_one = _first(provenance)
    server, number, parameters = (first.get(name) for name in ("server", "query_id", "parameters"))
    if not isinstance(server, str) or not isinstance(number, int):
        return None
    return query_url(server, number, cast("Mapping[str, JSON]", parameters or {}) if is_one else {})


def _first(provenance: Mapping[str, object]) -> tuple[Mapping[str, object], bool]:
    """Return what is known of the first read, and whether it is the only one."""
    reads = provenance.get("reads")
    return (reads[0], False) if isinstance(reads, list) and reads else (provenance, True)


def _facts(
    shape: tuple[int, int], provenance: Mapping[str, object], now: datetime | None
) -> list[str]:
    rows, columns = shape
    parts = [f"{rows:,} {'row' if rows == 1 else 'rows'} x {columns:,}"]
    reads = provenance.get("reads")
    if isinstance(reads, list) and reads:
        stored = sum(read.get("source") == "local cache" for read in reads)
        return [*parts, f"{len(reads):,} reads, {stored:,} of them from the local cache"]
    sources = provenance.get("sources")
    if isinstance(sources, list):
        return [*parts, "local SQL"]
    retrieved = provenance.get("retrieved_at")
    source = str(provenance.get("source", ""))
    if isinstance(retrieved, str) and source != "executed":
        seconds = ((now or datetime.now(UTC)) - datetime.fromisoformat(retrieved)).total_seconds()
        parts.append(f"{age_words(seconds)} old")
    return [*parts, SOURCE_WORDS[source]] if source in SOURCE_WORDS else parts


def origin_words(provenance: Mapping[str, object]) -> str:
    """Return what was read: ``query 42 'Borrows'``, ``ad-hoc SQL on 'Ethereum'``, ``result 7``."""
    sources = provenance.get("sources")
    if isinstance(sources, list):
        stored = sum(source.get("source") == "local cache" for source in sources)
        names = ", ".join(dict.fromkeys(map(origin_words, sources))) or "no results"
        return f"over {names} ({stored:,} of {len(sources):,} from the local cache)"
    first, _ = _first(provenance)
    if first.get("query_id") is not None:
        name = first.get("query_name")
        shown = "" if name is None else f" {str(name)!r}"
        return f"query {first['query_id']}{shown}"
    if first.get("data_source") is None:
        return f"result {first.get('query_result_id')}"
    return f"ad-hoc SQL on {str(first.get('data_source', ''))!r}"


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


def ago_words(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment is, such as ``3 h ago``."""
    return f"{age_words((now - moment).total_seconds())} ago"


def duration_words(seconds: float) -> str:
    """Return how long a run took, such as ``4 min 12 s``, ``0.4 s``."""
    if seconds < _TENTHS:
        return f"{max(seconds, 0.1):.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
