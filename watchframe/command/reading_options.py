"""The options of commands that read rows: how fresh, how long, and where the rows go."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from watchframe.command.completion import complete_parameter
from watchframe.errors import ArgumentError
from watchframe.parameters.written_values import read_assignments, split_assignment

if TYPE_CHECKING:
    from watchframe.cache import Mode

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "csv", "json", "parquet", "arrow")


class ReadArguments(TypedDict):
    """Keyword arguments of the read functions."""

    params: dict[str, object]
    max_age: float | None
    cache: Mode
    timeout: float | None
    columns: list[str] | None


_OPTIONS = (
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
        help="Write to this file (.parquet, .arrow, .csv, .json), which is replaced when all is "
        "well; - is standard output.",
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
    click.option(
        "-q", "--quiet", "is_quiet", is_flag=True, help="Say nothing but errors and warnings."
    ),
)


def reading_options(command: F) -> F:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_arguments(
    *,
    params: tuple[str, ...],
    max_age: str | None,
    cache: Mode,
    timeout: str,
    columns: tuple[str, ...],
) -> ReadArguments:
    """Give what was typed as arguments of the read functions.

    Raises
    ------
    ArgumentError
        A parameter without a value or given twice, or a time that is none.
    """
    # Help and completion come this way too, and need no cache.
    from watchframe.read.written_options import (  # noqa: PLC0415
        ANY_AGE,
        NO_TIMEOUT,
        seconds,
    )

    return ReadArguments(
        params=read_assignments(map(_assignment, params), None),
        max_age=seconds(max_age, ANY_AGE, "--max-age"),
        cache=cache,
        timeout=seconds(timeout, NO_TIMEOUT, "--timeout"),
        columns=[name for text in columns for name in _names(text)] or None,
    )


def _assignment(text: str) -> tuple[str, str]:
    found = split_assignment(text)
    if found is None:
        raise ArgumentError(
            f"-p {text} has no value.", hint="Write -p NAME=VALUE, with quotes around spaces."
        )
    return found


def _names(text: str) -> list[str]:
    return [name for line in csv.reader([text], skipinitialspace=True) for name in line if name]
