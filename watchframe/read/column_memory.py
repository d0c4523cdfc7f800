"""What a query's columns were, remembered in the local cache from one read to the next.

Columns without values take the types that the query's last rows here had, so that the frames of an
empty and of a full day fit together.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from watchframe.cache import KeyParts, ResultCache
from watchframe.decode import column_kinds, with_kinds
from watchframe.read.answer import Answer

#: Columns that are remembered of a query: one that pivots may have other ones each day.
_MOST_COLUMNS = 1_000

#: Queries whose types this process has compared with the document: a hit need not read it again.
_taught: set[tuple[Path, str]] = set()
_MOST_TAUGHT = 10_000


def use_column_memory(answer: Answer, parts: KeyParts, cache: ResultCache) -> None:
    """Remember the types of an answer's columns, and set those of its columns without values.

    Of two processes that write at the same moment, one may lose what it has learned, until it reads
    again: the document is always whole, and of one text of the query.

    Parameters
    ----------
    answer : Answer
        Its table, and what is known of the columns that the table lacks, are set.
    parts : KeyParts
        Of the question; types are remembered for all values of its parameters together.
    cache : ResultCache
    """
    of_query = (parts.server, parts.principal, parts.query_id, parts.data_source_id)
    key = "/".join(map(str, ("columns", *of_query, parts.text_hash)))
    found = column_kinds(answer.table)
    lacks_values = len(found) < answer.table.num_columns or not answer.table.num_rows
    is_taught = answer.source == "local cache" and (cache.directory, key) in _taught
    if is_taught and not lacks_values:
        return
    document = cache.get_document(key)
    kept = document.value if document is not None else None
    known = {str(name): str(kind) for name, kind in kept.items()} if isinstance(kept, dict) else {}
    if lacks_values:
        answer.table = with_kinds(answer.table, known)
        answer.known_kinds = known
    merged = dict(itertools.islice({**found, **known, **found}.items(), _MOST_COLUMNS))
    if merged != known:
        cache.put_document(key, merged)
    if len(_taught) < _MOST_TAUGHT:
        _taught.add((cache.directory, key))
