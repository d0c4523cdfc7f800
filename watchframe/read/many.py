"""One query read many times: with many parameter sets, in pieces of a period, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

import pyarrow as pa

from watchframe.decode import concat_results
from watchframe.errors import ArgumentError
from watchframe.models import ParameterDefinition, Query
from watchframe.read.answer import Answer
from watchframe.read.ask import ReadOptions, answer_query, definition_of, wire_sets
from watchframe.read.order import has_order
from watchframe.read.pieces import range_pieces
from watchframe.read.side_by_side import ReadRequest, answers_side_by_side
from watchframe.reference import QueryReference

QueryLike = int | str | QueryReference
ParamSet = Mapping[str, object]


class Page(TypedDict):
    """Which parameters of a query page it, and how many rows a page has."""

    limit: str
    offset: str
    size: int


def answers_of_sweep(
    query: QueryLike, params: Sequence[ParamSet], options: ReadOptions, *, concurrency: int
) -> list[Answer]:
    """Give one answer for each parameter set, in order."""
    requests = [ReadRequest(query=query, params=item, options=options) for item in params]
    return answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)


def answers_of_pieces(
    query: QueryLike,
    params: ParamSet | None,
    split: Mapping[str, str],
    options: ReadOptions,
    *,
    concurrency: int,
) -> list[Answer]:
    """Give one answer for each piece of a long range, in order.

    Pieces before the last one are over: any local copy of them will do while the query is not
    edited, whatever `max_age` says of the last one, unless that asks for new executions.
    """
    if len(split) != 1:
        raise ArgumentError(
            f"split names {len(split)} parameters.", hint='Give one: split={"period": "1M"}.'
        )
    ((name, every),) = split.items()
    definition, (wire,) = wire_sets(query, [params], options)
    parameter = _range_parameter(definition, name)
    value = wire[name]
    assert isinstance(value, dict)  # noqa: S101 - a range's wire form
    pieces = range_pieces({key: str(end) for key, end in value.items()}, parameter.type, every)
    is_new = options.max_age == 0 or options.cache != "use"
    closed = options if is_new else replace(options, max_age=None)
    requests = [
        ReadRequest(
            query=query,
            params={**wire, name: piece},
            options=options if piece is pieces[-1] else closed,
        )
        for piece in pieces
    ]
    return answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)


def answers_of_pages(
    query: QueryLike, params: ParamSet | None, page: Page, options: ReadOptions
) -> list[Answer]:
    """Give one answer for each page, until one is short.

    Raises
    ------
    ArgumentError
        The query does not order its rows: its pages might overlap and leave rows out.
    """
    size = page["size"]
    if size < 1:
        raise ArgumentError(f"page has the size {size}.", hint="Give 1 or more.")
    definition = definition_of(query, options)
    if not has_order(definition.text):
        raise ArgumentError(
            f"Query {definition.id} {definition.name!r} has no ORDER BY: its pages might overlap "
            "and leave rows out.",
            hint="Order it by something that is different in every row.",
        )
    answers: list[Answer] = []
    while not answers or answers[-1].table.num_rows == size:
        place = {page["limit"]: size, page["offset"]: size * len(answers)}
        answers.append(answer_query(query, {**(params or {}), **place}, options))
        if answers[-1].table.num_rows > size:
            raise ArgumentError(
                f"A page has {answers[-1].table.num_rows} rows where {size} were asked for.",
                hint=f"{page['limit']!r} does not seem to limit the rows of the query.",
            )
    return answers


def one_table(answers: Sequence[Answer], given: Sequence[ParamSet] = ()) -> pa.Table:
    """Give the rows of all answers; with `given`, its parameters as columns in front.

    A parameter that is called like a column stands as ``<name>_parameter``.
    """
    tables = [answer.table for answer in answers]
    whole = concat_results(tables)
    names = list(dict.fromkeys(name for params in given for name in params))
    for name in reversed(names):
        parts = [
            pa.repeat(pa.scalar(_shown(answer.provenance.parameters.get(name))), table.num_rows)
            for answer, table in zip(answers, tables, strict=True)
        ]
        taken = name in whole.column_names
        label = f"{name}_parameter" if taken else name
        whole = whole.add_column(0, label, pa.chunked_array(_of_one_type(parts)))
    return whole


def _range_parameter(query: Query, name: str) -> ParameterDefinition:
    ranges = [item for item in query.parameters if item.type.endswith(("-range", "with-seconds"))]
    for item in ranges:
        if item.name == name:
            return item
    known = ", ".join(repr(item.name) for item in ranges) or "none"
    raise ArgumentError(
        f"Query {query.id} {query.name!r} has no range parameter {name!r} to split.",
        hint=f"Its ranges: {known}.",
    )


def _shown(value: object) -> str | int | float | None:
    if isinstance(value, Mapping):
        return " to ".join(str(end) for end in value.values())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is None or isinstance(value, str | float):
        return value
    return value if isinstance(value, int) and abs(value) < 2**63 else str(value)


def _of_one_type(parts: Sequence[pa.Array]) -> list[pa.Array]:
    types = {part.type for part in parts if part.type != pa.null()}
    if not types:
        return [part.cast(pa.string()) for part in parts]
    if types == {pa.int64(), pa.float64()}:
        return [part.cast(pa.float64()) for part in parts]
    final = types.pop() if len(types) == 1 else pa.string()
    return [part.cast(final) for part in parts]
