"""The functions that give Arrow tables: a saved query, or ad-hoc SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import with_absent
from watchframe.models import DataSource
from watchframe.read.answer import Answer
from watchframe.read.ask import MaxAge, Params, ReadOptions, answer_query, answer_sql
from watchframe.read.frame_of import known_kinds
from watchframe.read.paging import Page
from watchframe.read.side_by_side import CONCURRENCY
from watchframe.read.sweep import Sweep, is_single
from watchframe.read.warn import warn_of_answer
from watchframe.reference import QueryReference

if TYPE_CHECKING:
    import pyarrow as pa


def read_watch_table(
    query: int | str | QueryReference,
    params: Params | Sequence[Mapping[str, object]] = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    columns: Sequence[str] | None = None,
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
    split: Mapping[str, object] | None = None,
    page: Page | None = None,
    concurrency: int = CONCURRENCY,
) -> pa.Table:
    """Return the rows of a saved query as a `pyarrow.Table`, for polars, DuckDB and Arrow itself.

    ``polars.from_arrow(borrows)`` and ``duckdb.sql("select * from borrows")`` take it without a
    copy.

    Parameters
    ----------
    query, params, max_age, cache, columns, timeout, progress, client
        As of `read_watch_query`.
    split, page, concurrency
        Many reads in place of one, as of `read_watch_sweep`; so is a list as `params`.

    Returns
    -------
    pyarrow.Table
        Columns in the query's order, typed by the type table. A column with an integer beyond 64
        bits is text, exact, and ``b"watchframe.encoding"`` in its field's metadata is
        ``b"integer"``; one of arrays, objects or mixed kinds is JSON text, and it is ``b"json"``
        there. The schema's metadata hold the provenance as JSON under ``b"watchframe"``; of many
        reads that of each, in a list under ``"reads"``. They tell pandas the dtypes too:
        ``table.to_pandas()`` has those of `read_watch_query`.

    Raises
    ------
    WatchframeError
        As `read_watch_query`.
    """
    options = ReadOptions(
        max_age=max_age, cache=cache, timeout=timeout, progress=progress, client=client
    )
    if split is None and page is None and is_single(params):
        answers = [answer_query(query, params, replace(options, columns=columns or None))]
        table = answers[0].labelled_table
    else:
        sweep = Sweep.of(
            query, params, split=split, inclusive=None, page=page, concurrency=concurrency
        )
        answers = sweep.answers(options)
        table = sweep.table(answers)
    return _selected(table, answers, columns)


def read_watch_sql_table(
    sql: str,
    data_source: int | str | DataSource,
    params: Params = None,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    columns: Sequence[str] | None = None,
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> pa.Table:
    """Give the rows of ad-hoc SQL as a `pyarrow.Table`.

    Parameters, errors and the table are those of `read_watch_sql` and `read_watch_table`.
    """
    answer = answer_sql(
        sql,
        data_source,
        params,
        ReadOptions(
            max_age=max_age,
            cache=cache,
            timeout=timeout,
            progress=progress,
            client=client,
            columns=columns or None,
        ),
    )
    return _selected(answer.labelled_table, [answer], columns)


def _selected(
    table: pa.Table, answers: Sequence[Answer], columns: Sequence[str] | None
) -> pa.Table:
    for answer in answers:
        warn_of_answer(answer)
    if columns is None:
        return table
    return with_absent(table, columns, known_kinds(answers)).select(list(columns))
