"""A saved query of the Query Results source, run on this machine: ``run_locally=True``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from watchframe.errors import AccessDeniedError, ArgumentError
from watchframe.keys import without_keys
from watchframe.local.database import load_duckdb
from watchframe.local.query_results_sql import run_query_results, with_plain_tokens
from watchframe.local.sources import LocalSource, named_sources
from watchframe.models import Query
from watchframe.parameters import render_query
from watchframe.read.local_sql import LocalAnswer, read_sources
from watchframe.read.options import Params, ReadOptions
from watchframe.read.pipeline import wire_sets
from watchframe.references import QueryReference

#: The server's word for the kind of data source whose tables are results.
_QUERY_RESULTS = "results"


def answer_locally(reference: QueryReference, params: Params, options: ReadOptions) -> LocalAnswer:
    """Return the answer to a saved Query Results query, of DuckDB over the results that it names.

    The parameters are put into its SQL as the server does it. The results are read as of
    `read_watch_local`. The server's automatic limit is left out.

    Raises
    ------
    ArgumentError
        The query is of another data source, or its SQL would not give here what it gives there.
    """
    load_duckdb()  # before anything is asked
    options = replace(options, now=options.now or datetime.now(UTC))
    query, (parameters,) = wire_sets(reference, [params], options)
    _require_query_results(query, options)
    sql = render_query(query.text, parameters, query.parameters)
    named = named_sources(with_plain_tokens(sql))
    _refuse_nested(named.sources)
    sources = read_sources(named.sources, options)
    tables = {name: answer.table for name, answer in sources.items()}
    table = run_query_results(sql, tables, deadline=options.deadline)
    facts = {"query_id": query.id, "query_name": query.name}
    return LocalAnswer(
        table=table,
        sql=without_keys(sql),
        parameters=parameters,
        sources=sources,
        facts=facts,
    )


def _require_query_results(query: Query, options: ReadOptions) -> None:
    hint = "Leave run_locally out: the server runs it."
    if not query.text:
        raise ArgumentError(
            f"The SQL of query {query.id} is not told to this key.", hint="Use a user's key."
        )
    try:
        known = {source.id: source for source in options.client.data_sources.list()}
    except AccessDeniedError:
        return  # tables that are no results are refused by name
    found = known.get(query.data_source_id) if query.data_source_id is not None else None
    if found is not None and found.type != _QUERY_RESULTS:
        raise ArgumentError(
            f"Query {query.id} runs on the data source {found.name!r}, and only queries of Query"
            " Results run here.",
            hint=hint,
        )


def _refuse_nested(sources: Mapping[str, LocalSource]) -> None:
    """Refuse parameters that are SELECTs: the server runs these first."""
    for table, source in sources.items():
        for value in source.url_parameters.values():
            if value.strip().startswith("(") and value.strip().endswith(")"):
                raise ArgumentError(
                    f"{table} has a SELECT as a parameter, which only the server runs.",
                    hint="Leave run_locally out, or write the value.",
                )
