"""Reading what schema files name, and comparing it with them: ``watchframe check``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from watchframe.config import server_url
from watchframe.errors import ArgumentError, SchemaDriftError
from watchframe.read.answer import Answer
from watchframe.read.options import ReadOptions
from watchframe.read.pipeline import answer_sql
from watchframe.read.schema_contract import Schema, result_label
from watchframe.read.side_by_side import ReadRequest, outcomes_side_by_side
from watchframe.references import QueryReference

#: How the names of schema files end.
ENDING = ".schema"

Outcome = Literal["as expected", "drift", "not checked", "failed"]
#: Makes the options of a read: of a query, or of SQL on the server of a reference without one.
OptionsOf = Callable[[QueryReference], ReadOptions]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaCheck:
    """What came of one schema.

    Attributes
    ----------
    schema : Schema
    outcome : {"as expected", "drift", "not checked", "failed"}
        ``"not checked"``: its file names nothing to read, as that of a sweep.
    rows : int or None
        How many the result has, where it could be read.
    error : Exception or None
        The drift, or why it could not be read.
    """

    schema: Schema
    outcome: Outcome
    rows: int | None = None
    error: Exception | None = None


def read_schemas(place: Path) -> list[Schema]:
    """Return the schema of a file, or those of a folder and of the folders in it, sorted by path.

    What begins with a dot is left out.

    Raises
    ------
    ArgumentError
        It is not there, or holds none; or one of the files cannot be used.
    """
    if place.is_file():
        return [Schema.read(place)]
    if not place.is_dir():
        raise ArgumentError(f"There is no folder or file {place}.")
    files = [
        path
        for path in sorted(place.rglob(f"*{ENDING}"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(place).parts)
    ]
    if not files:
        raise ArgumentError(
            f"No file in {place} has a name that ends in {ENDING}.",
            hint='Save one in Python: watch_query(42).schema.save("borrows.schema").',
        )
    return [Schema.read(path) for path in files]


def check_schemas(
    schemas: Sequence[Schema],
    options_of: OptionsOf,
    *,
    concurrency: int,
    progress: bool | None = None,
) -> list[SchemaCheck]:
    """Read what each schema is of, and compare them.

    Parameters
    ----------
    schemas : sequence of Schema
    options_of : callable
    concurrency : int
        How many saved queries run at the same time; SQL comes after them, one after the other.
    progress : bool or None
        Whether to show a bar; None shows it where a person is watching.

    Returns
    -------
    list of SchemaCheck
        In the order of `schemas`. No error of one ends the others.

    Raises
    ------
    ArgumentError
        `concurrency` is less than 1.
    """
    outcomes: dict[int, Answer | Exception] = {}
    requests: dict[int, ReadRequest] = {}
    for number, schema in enumerate(schemas):
        if schema.origin.get("query") is None:
            continue
        try:
            reference = _reference(schema)
            options = options_of(reference)
        except Exception as error:  # noqa: BLE001 - told beside the others
            outcomes[number] = error
        else:
            params = cast("Mapping[str, object]", schema.origin.get("parameters", {}))
            requests[number] = ReadRequest(query=reference, params=params, options=options)
    found = outcomes_side_by_side(
        list(requests.values()), concurrency=concurrency, progress=progress
    )
    outcomes.update(zip(requests, found, strict=True))
    for number, schema in enumerate(schemas):
        if number not in outcomes and schema.origin.get("sql") is not None:
            outcomes[number] = _read_sql(schema, options_of)
    return [_checked(schema, outcomes.get(number)) for number, schema in enumerate(schemas)]


def _reference(schema: Schema) -> QueryReference:
    """Return what the schema is of; raises ConfigurationError where its server is no address."""
    server = cast("str | None", schema.origin.get("server"))
    return QueryReference(
        query_id=cast("int | None", schema.origin.get("query")),
        server_url=None if server is None else server_url(server),
    )


def _read_sql(schema: Schema, options_of: OptionsOf) -> Answer | Exception:
    origin = schema.origin
    try:
        return answer_sql(
            cast("str", origin["sql"]),
            cast("int | str", origin.get("data_source")),
            cast("Mapping[str, object]", origin.get("parameters", {})),
            options_of(_reference(schema)),
        )
    except Exception as error:  # noqa: BLE001 - told beside the others
        return error


def _checked(schema: Schema, outcome: Answer | Exception | None) -> SchemaCheck:
    if outcome is None:
        return SchemaCheck(schema=schema, outcome="not checked")
    if isinstance(outcome, Exception):
        return SchemaCheck(schema=schema, outcome="failed", error=outcome)
    rows = outcome.table.num_rows
    try:
        schema.check(outcome.table, result_label(outcome.attributes))
    except SchemaDriftError as error:
        return SchemaCheck(schema=schema, outcome="drift", rows=rows, error=error)
    return SchemaCheck(schema=schema, outcome="as expected", rows=rows)
