"""Past results: what they are called in the index, and which result becomes one.

A past result is an entry under another name: its bytes stay where they are, and as they are.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from watchframe.cache.entry_format import ResultHead, open_envelope, read_head
from watchframe.cache.provenance import Provenance
from watchframe.errors import CacheFormatError

if TYPE_CHECKING:
    from watchframe.cache.index import EntryIndex

#: How the names of past results begin in the index, and the first text behind all of them.
PAST, BEHIND_PAST = "history-", "history."
_EPOCH = datetime.min.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def past_name(key: str, retrieved_at: datetime) -> str:
    """Return the name in the index of a past result of `key`; no two moments share one."""
    return f"{PAST}{key}-{(retrieved_at - _EPOCH) // _MICROSECOND}"


def is_past(name: str) -> bool:
    """Whether that is the name of a past result."""
    return name.startswith(PAST)


def key_of(name: str) -> str:
    """Return the key that an entry of this name holds: the name itself, but for a past result."""
    return name.removeprefix(PAST).rpartition("-")[0] if is_past(name) else name


def name_if_kept(entry: pa.Buffer, key: str, new: Provenance) -> str | None:
    """Return the name that a result takes when `new` replaces it; None if it is not to be kept.

    That is so if it is the same result, or is damaged.
    """
    with contextlib.suppress(CacheFormatError):
        old = read_head(open_envelope(entry), key).provenance
        has_same_id = old.query_result_id is not None and old.query_result_id == new.query_result_id
        if not has_same_id and old.retrieved_at != new.retrieved_at:
            return past_name(key, old.retrieved_at)
    return None


def heads_under(index: EntryIndex, key: str) -> list[ResultHead]:
    """Return what is known of the newest result of `key` and of its past ones, newest data first.

    Damaged ones are left out.
    """
    found = [head_of(index, name) for name in (key, *index.past_names(key))]
    heads = [head for head in found if head is not None]
    return sorted(heads, key=lambda head: head.provenance.retrieved_at, reverse=True)


def head_of(index: EntryIndex, name: str) -> ResultHead | None:
    """Return what is known of a result; None of a document, and where it is damaged or gone."""
    with contextlib.suppress(CacheFormatError):
        found = index.load(name, None)
        if found is not None and (envelope := open_envelope(found[1])).kind == "result":
            return read_head(envelope, key_of(name))
    return None
