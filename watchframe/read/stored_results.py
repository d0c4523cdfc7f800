"""What the results of a query in the local cache tell: their schema, and how long runs took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from watchframe.cache import cache_key
from watchframe.cache.entry_format import ResultHead
from watchframe.errors import CacheMissError
from watchframe.models import Query
from watchframe.parameters import JSON
from watchframe.read.answer import Answer
from watchframe.read.options import ReadOptions
from watchframe.read.question import SavedQuestion
from watchframe.read.schema_contract import Schema


def results_of(query: Query, options: ReadOptions) -> list[ResultHead]:
    """Return what is known of a query's results here, the newest data first.

    Those of other keys, which may be another user's rows, and those of another text of the query
    are left out.
    """
    if options.cache is None:
        return []
    server, principal = options.client.server, options.principal_of(query.id)

    def is_own(head: ResultHead) -> bool:
        values = cast("Mapping[str, JSON]", head.provenance.parameters)
        question = SavedQuestion(query=query, parameters=values)
        return head.key == cache_key(question.key_parts(server=server, principal=principal))

    own = filter(is_own, options.cache.results_of(server, query.id))
    return sorted(own, key=lambda head: head.provenance.retrieved_at, reverse=True)


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
