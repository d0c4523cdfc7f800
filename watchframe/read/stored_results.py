"""The schema of a query's newest result in the local cache."""

from __future__ import annotations

from watchframe.errors import CacheMissError
from watchframe.models import Query
from watchframe.read.answer import Answer
from watchframe.read.known_runs import results_of
from watchframe.read.options import ReadOptions
from watchframe.read.schema_contract import Schema


def newest_schema(query: Query, options: ReadOptions) -> Schema:
    """Return the schema of a query's newest result here.

    Raises
    ------
    CacheMissError
        There is none.
    """
    for head in results_of(query, options):
        entry = options.cache.get(head.key) if options.cache is not None else None
        if entry is not None:
            answer = Answer(
                table=entry.table,
                provenance=entry.provenance,
                source="local cache",
                cache_key=head.key,
            )
            return Schema.of(answer.labelled_table)
    raise CacheMissError(
        f"The local cache holds no result of query {query.id} {query.name!r} as it stands.",
        hint="Read it first, or take the schema of a frame that you have: Schema.of(frame).",
    )
