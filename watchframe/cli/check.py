"""``watchframe check``: are the results of queries still as their schema files say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import note
from watchframe.cli.options import checking_options, json_option, read_arguments
from watchframe.cli.output import write_report
from watchframe.errors import SchemaDriftError
from watchframe.reprs.words import counted
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    from watchframe.read import ReadOptions
    from watchframe.read.schema_checks import SchemaCheck
    from watchframe.references import QueryReference

_SHOWN = ("file", "what", "outcome", "rows")


@command(short_help="Read queries, and compare the results with their schema files.")
@click.argument("place", metavar="FOLDER", type=click.Path())
@checking_options
@json_option
@click.pass_obj
def check(
    options: GlobalOptions, /, *, place: str, concurrency: int, is_json: bool, **given: Any
) -> None:
    """Read what schema files name, and compare the results with them.

    FOLDER is a folder with files whose names end in .schema, also in folders within it, or one such
    file. Each says which query it is of, with which values of its parameters, and what the result
    has to be like; watch_query(42).schema.save("borrows.schema") writes one. Each is read from the
    server that it names, with the key that is known for that. A file that names no query, as that
    of a sweep, is not checked. The exit code is 0 where all that were read are as they should be.
    """
    from watchframe.read import ReadOptions  # noqa: PLC0415 - help needs no reading
    from watchframe.read.schema_checks import check_schemas, read_schemas  # noqa: PLC0415

    check_together(given)
    arguments = read_arguments(params=(), **given)
    schemas = read_schemas(Path(place).expanduser())

    def options_of(reference: QueryReference) -> ReadOptions:
        return ReadOptions.resolve(
            reference,
            connect(options, reference),
            arguments["max_age"],
            arguments["cache"],
            arguments["timeout"],
            progress=options.progress,
        )

    found = check_schemas(schemas, options_of, concurrency=concurrency, progress=options.progress)
    records = [_record(item, is_json=is_json) for item in found]
    write_report((*_SHOWN, "differences") if is_json else _SHOWN, records, is_json=is_json)
    errors = [item.error for item in found if item.error is not None]
    if errors:
        # An error of the server's or a drift, each with its hint; the code is that of all of them.
        raise ExceptionGroup(
            f"{len(errors)} of {counted(len(found), 'schema')} could not be confirmed", errors
        )
    left = sum(item.outcome == "not checked" for item in found)
    if left and not options.is_quiet:
        note(f"{counted(left, 'file')} of {len(found):,} named no query, and was not checked.")


def _record(item: SchemaCheck, *, is_json: bool) -> dict[str, object]:
    record: dict[str, object] = {
        "file": item.schema.path,
        "what": item.schema.label,
        "outcome": item.outcome,
        "rows": item.rows,
    }
    if not is_json:
        return {**record, "rows": "" if item.rows is None else f"{item.rows:,}"}
    differences = item.error.differences if isinstance(item.error, SchemaDriftError) else ()
    return {**record, "differences": [one._asdict() for one in differences]}
