"""One query read many times: with many parameter sets, or in pieces of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from watchframe.cache import parse_max_age
from watchframe.errors import ArgumentError
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.definitions import definitions_of
from watchframe.read.answer import Answer
from watchframe.read.ask import ReadOptions, wire_sets
from watchframe.read.pieces import STEPS, over_since, range_pieces
from watchframe.read.range_ends import Inclusive, inclusive_of
from watchframe.read.server import client_for
from watchframe.read.side_by_side import ReadRequest, answers_side_by_side
from watchframe.reference import QueryReference, parse_reference

QueryLike = int | str | QueryReference
ParamSet = Mapping[str, object]


def answers_of_sweep(
    query: QueryLike, params: Sequence[ParamSet], options: ReadOptions, *, concurrency: int
) -> list[Answer]:
    """Give one answer for each parameter set, in order."""
    # What would be wrong with each of them alike is said once, before any is read.
    reference = parse_reference(query)
    client = client_for(reference, options.client)
    parse_max_age(options.max_age)
    for number, item in enumerate(params):
        if not isinstance(item, Mapping):
            raise ArgumentError(
                f"Parameter set {number} is a {type(item).__name__}, not a mapping.",
                hint='Give a list of dicts: [{"market": "WETH"}, {"market": "INV"}].',
            )
    options = replace(options, client=client)
    requests = [ReadRequest(query=reference, params=item, options=options) for item in params]
    return answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)


def answers_of_pieces(
    query: QueryLike,
    params: ParamSet | None,
    split: Mapping[str, object],
    options: ReadOptions,
    *,
    inclusive: Inclusive | None,
    concurrency: int,
) -> list[Answer]:
    """Give one answer for each piece of a long range, in order.

    A piece that is over, but for the last one, does not change: any copy of it will do that was
    made after its end, whatever `max_age` says, unless the query was edited.
    """
    if len(split) != 1:
        raise ArgumentError(
            f"split is {split!r}.", hint='Give one range and a length: split={"period": "1M"}.'
        )
    ((name, every),) = split.items()
    now = options.now or datetime.now(UTC)
    options = replace(options, now=now)
    definition, (wire,) = wire_sets(query, [params], options)
    parameter = _range_parameter(definition, name)
    value = wire[name]
    assert isinstance(value, dict)  # noqa: S101 - a range's wire form
    pieces = range_pieces(
        {side: str(moment) for side, moment in value.items()},
        parameter.type,
        every,
        inclusive=inclusive or _inclusive(definition, name),
    )
    requests = []
    for piece in pieces:
        its = replace(options, exact={name: dict(piece)})
        over = None if piece is pieces[-1] else over_since(piece, parameter.type, now)
        if over is not None and options.cache != "refresh":
            its = replace(its, result_max_age=max(over, parse_max_age(options.max_age) or 0))
        requests.append(ReadRequest(query=query, params={**wire, name: piece}, options=its))
    return answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)


def _range_parameter(query: Query, name: str) -> ParameterDefinition:
    ranges = [item for item in definitions_of(query, used_only=True) if item.type in STEPS]
    for item in ranges:
        if item.name == name:
            return item
    known = ", ".join(repr(item.name) for item in ranges) or "none"
    raise ArgumentError(
        f"Query {query.id} {query.name!r} has no range parameter {name!r} to split.",
        hint=f"Its ranges: {known}.",
    )


def _inclusive(query: Query, name: str) -> Inclusive:
    found = inclusive_of(query.text, name)
    if found is None:
        raise ArgumentError(
            f"Query {query.id} {query.name!r} does not say clearly which ends of {name!r} belong "
            "to it: pieces might overlap or leave a gap.",
            hint=f"Write >= '{{{{ {name}.start }}}}' and < '{{{{ {name}.end }}}}', or pass "
            'inclusive="both", "left" or "right".',
        )
    return found
