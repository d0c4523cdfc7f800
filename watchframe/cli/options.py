"""The options that several commands share, and what is made of their texts."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from watchframe.cli.completion import complete_parameter, complete_query
from watchframe.cli.connection import GlobalOptions
from watchframe.cli.output import FILE_FORMATS
from watchframe.errors import ArgumentError
from watchframe.parameters.text_syntax import read_assignments, split_assignment

if TYPE_CHECKING:
    from watchframe.cache import Mode

F = TypeVar("F", bound=Callable[..., Any])

Params = Mapping[str, object]

FORMATS = ("table", *FILE_FORMATS)


class ReadArguments(TypedDict):
    """Keyword arguments of the read functions."""

    params: dict[str, object]
    max_age: float | None
    cache: Mode
    timeout: float | None
    columns: list[str] | None


def _set_quiet(ctx: click.Context, param: click.Parameter, value: bool) -> bool:  # noqa: ARG001, FBT001 - click's signature
    if value and isinstance(ctx.obj, GlobalOptions):
        ctx.obj = replace(ctx.obj, is_quiet=True)
    return value


quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_set_quiet,
    help="Say nothing but errors and warnings.",
)
json_option = click.option("--json", "is_json", is_flag=True, help="As JSON, with every detail.")
search_option = click.option(
    "--search", metavar="WORDS", help="Only queries in which the server finds this."
)
tags_option = click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Only queries with this tag."
)
ids_option = click.option(
    "--id",
    "ids",
    type=int,
    multiple=True,
    metavar="ID",
    shell_complete=complete_query,
    help="Only this query; may be given several times.",
)

_FRESHNESS = (
    click.option(
        "-p",
        "--param",
        "params",
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=complete_parameter,
        help="The value of a parameter; may be given several times. WETH, 10, '[WETH, INV]', "
        "2026-01-01--2026-03-31, d_last_7_days. Those left out take their saved defaults.",
    ),
    click.option(
        "--max-age",
        metavar="AGE",
        help="How old the data may be: seconds, or 90s, 15m, 1h, 7d. A local copy of at most that "
        "age is taken without a request; 0 always runs the query. Without it, any result of the "
        "query as it stands will do.",
    ),
    click.option(
        "--cache",
        type=click.Choice(["use", "refresh", "only", "off"]),
        default="use",
        show_default=True,
        help="refresh runs the query and keeps the result; only makes no request; off neither "
        "looks up nor keeps.",
    ),
    click.option(
        "--timeout",
        metavar="TIME",
        default="5m",
        show_default=True,
        help="How long the whole of it may take: seconds, or 90s, 15m, 1h; 'none' waits for ever. "
        "The job on the server is cancelled when it is over.",
    ),
)
_ROWS = (
    click.option(
        "--columns",
        multiple=True,
        metavar="NAME,NAME",
        help="Only these columns, in this order; a name with a comma goes into double quotes.",
    ),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=click.Path(dir_okay=False, allow_dash=True),
        help="Write to this file (.parquet, .arrow, .csv, .tsv, .xlsx, .json), which is replaced "
        "when all is well; - is standard output.",
    ),
    click.option(
        "--format",
        "format_",
        metavar="FORMAT",
        type=click.Choice(FORMATS),
        help=f"Instead of what the file's name says: {', '.join(FORMATS)}. On standard output it "
        "is a table; with -o - it is csv.",
    ),
    click.option("--json", "is_json", is_flag=True, help="The same as --format json."),
    click.option(
        "--rows",
        type=click.IntRange(min=0),
        metavar="N",
        help="How many rows a table shows at most; 0 shows all. On a terminal 40, elsewhere all.",
    ),
)
_EXPLAIN = click.option(
    "--explain",
    is_flag=True,
    help="Only say what would be asked, what the local cache holds, and what is decided; nothing "
    "is executed.",
)
_MANY = (
    click.option(
        "--each",
        multiple=True,
        metavar="NAME=[VALUE, ...]",
        shell_complete=complete_parameter,
        help="Read once with each of these values, side by side, into one table with the parameter "
        "as a column; of several --each every combination. 'kind=[borrow, repay]'.",
    ),
    click.option(
        "--split",
        metavar="NAME=LENGTH",
        help="Read a long range in consecutive pieces: period=1M, period=7D. Pieces that are over "
        "are taken from the local cache.",
    ),
)
_CONCURRENCY = click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="How many reads run at the same time.",
)


def reading_options(command: F) -> F:
    """Add the options of a command that reads rows to a command."""
    return _with(command, *_FRESHNESS, *_ROWS, _EXPLAIN, quiet_option)


def many_options(command: F) -> F:
    """Add the options that make many reads of one to `command`."""
    return _with(command, *_MANY, _CONCURRENCY)


def freshness_options(command: F) -> F:
    """Add the options that say what is read and how fresh it is, of many reads, to `command`."""
    return _with(command, *_FRESHNESS, _CONCURRENCY, quiet_option)


def _with(command: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def read_arguments(
    *,
    params: tuple[str, ...],
    max_age: str | None,
    cache: Mode,
    timeout: str,
    columns: tuple[str, ...] = (),
) -> ReadArguments:
    """Return what was typed as arguments of the read functions.

    Raises
    ------
    ArgumentError
        A parameter without a value or given twice, or a time that cannot be read.
    """
    # Help and completion come this way too, and need no cache.
    from watchframe.read.options import ANY_AGE, NO_TIMEOUT, seconds  # noqa: PLC0415

    return ReadArguments(
        params=read_assignments((_assignment(text, "-p") for text in params), None),
        max_age=seconds(max_age, ANY_AGE, "--max-age"),
        cache=cache,
        timeout=seconds(timeout, NO_TIMEOUT, "--timeout"),
        columns=_column_names(columns) or None,
    )


def parameter_sets(params: Mapping[str, object], each: tuple[str, ...]) -> Params | list[Params]:
    """Return a parameter set for each combination of the values of ``--each``.

    Raises
    ------
    ArgumentError
        One has no list of values, or stands twice.
    """
    if not each:
        return params
    lists: dict[str, list[object]] = {}
    for name, values in read_assignments(
        (_assignment(text, "--each") for text in each), None
    ).items():
        if not isinstance(values, list) or not values:
            raise ArgumentError(
                f"--each {name} has no list of values.",
                hint=f"Write --each '{name}=[one, another]'.",
            )
        if name in params:
            raise ArgumentError(
                f"{name} stands in -p and in --each.", hint="Leave one of them out."
            )
        lists[name] = values
    return [
        {**dict(zip(lists, values, strict=True)), **params}
        for values in itertools.product(*lists.values())
    ]


def split_of(text: str | None) -> dict[str, object] | None:
    """Return the parameter that ``--split`` names with the length of its pieces.

    Raises
    ------
    ArgumentError
        It has no length.
    """
    return None if text is None else dict([_assignment(text, "--split")])


def _assignment(text: str, option: str) -> tuple[str, str]:
    found = split_assignment(text)
    if found is None:
        raise ArgumentError(
            f"{option} {text} has no value.",
            hint=f"Write {option} NAME=VALUE, with quotes around spaces.",
        )
    return found


def _column_names(texts: tuple[str, ...]) -> list[str]:
    rows = csv.reader(texts, skipinitialspace=True)
    return [name for row in rows for name in row if name]
