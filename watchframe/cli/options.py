"""The options that several commands share, and what is made of their texts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from watchframe.cli.completion import (
    complete_data_source,
    complete_parameter,
    complete_query,
)
from watchframe.cli.output import FILE_FORMATS
from watchframe.errors import ArgumentError
from watchframe.parameters.text_syntax import read_assignments, split_assignment
from watchframe.vocabulary import OPTIONS, Option, cache_mode, column_names

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
    expect: str | None


class WholeNumber(click.IntRange):
    """A whole number within limits; click's own is called an integer range in messages."""

    name = "integer"


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
rows_option = click.option(
    "--rows",
    type=WholeNumber(min=0),
    metavar="N",
    help="How many rows a table shows at most; 0 shows all. On a terminal 40, elsewhere all.",
)

#: What click needs to know beside the table.
_OF_CLICK: dict[str, dict[str, Any]] = {
    "params": {"shell_complete": complete_parameter},
    "source": {"required": True, "shell_complete": complete_data_source},
    "timeout": {"default": "5m", "show_default": True},
    "each": {"shell_complete": complete_parameter},
    "append_to": {"type": click.Path(dir_okay=False)},
    "again": {"type": WholeNumber(min=0), "default": 0},
    "expect": {"type": click.Path(dir_okay=False)},
    "concurrency": {"type": WholeNumber(min=1), "default": 4, "show_default": True},
}


def _of_the_table(*names: str) -> tuple[Callable[[F], F], ...]:
    """Return click's options of these names in `OPTIONS`."""
    options = {option.name: option for option in OPTIONS}
    return tuple(map(_click_option, (options[name] for name in names)))


def _click_option(option: Option) -> Callable[[F], F]:
    settings: dict[str, Any] = {"help": option.help_in("terminal")}
    if option.kind == "switch":
        settings["is_flag"] = True
    else:
        settings |= {"metavar": option.value, "multiple": option.kind != "text"}
    settings |= _OF_CLICK.get(option.name, {})
    return click.option(*option.flags, option.name, **settings)


_FRESHNESS = _of_the_table("params", "max_age", "refresh", "offline", "no_cache", "timeout")
_ROWS = (
    *_of_the_table("columns", "expect"),
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
    rows_option,
)
_MANY = _of_the_table("each", "split", "append_to", "again", "concurrency")

#: Of ``watchframe sql`` the source; what is chosen of filters; values; a moment; where it runs.
source_option, filters_option, params_option, at_option, run_locally_option = _of_the_table(
    "source", "filters", "params", "at", "run_locally"
)


def reading_options(command: F) -> F:
    """Add the options of a command that reads rows to a command."""
    return _with(command, *_FRESHNESS, *_ROWS, *_of_the_table("explain"))


def local_options(command: F) -> F:
    """Add the options of a command that runs SQL over results to `command`."""
    return _with(command, *_FRESHNESS, *_ROWS)


def many_options(command: F) -> F:
    """Add the options that make many reads of one to `command`."""
    return _with(command, *_MANY)


def freshness_options(command: F) -> F:
    """Add the options that say what is read and how fresh it is, of many reads, to `command`."""
    return _with(command, *_FRESHNESS, *_of_the_table("concurrency"))


def checking_options(command: F) -> F:
    """Add the options of a command that reads many queries, each with its own values."""
    names = ("max_age", "refresh", "offline", "no_cache", "timeout", "concurrency")
    return _with(command, *_of_the_table(*names))


def result_options(command: F) -> F:
    """Add the options that say which result of a query is meant, and how fresh, to `command`."""
    return _with(command, *_FRESHNESS)


def drawing_options(command: F) -> F:
    """Add the options of a command that draws to `command`."""
    return _with(command, *_FRESHNESS, filters_option)


def _with(command: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def read_arguments(
    *,
    params: tuple[str, ...],
    max_age: str | None,
    refresh: bool,
    offline: bool,
    no_cache: bool,
    timeout: str,
    columns: tuple[str, ...] = (),
    expect: str | None = None,
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
        params=parameters_of(params),
        max_age=seconds(max_age, ANY_AGE, "--max-age"),
        cache=cache_mode(refresh=refresh, offline=offline, no_cache=no_cache),
        timeout=seconds(timeout, NO_TIMEOUT, "--timeout"),
        columns=column_names(columns) or None,
        expect=expect,
    )


def parameters_of(texts: tuple[str, ...]) -> dict[str, object]:
    """Return the values of ``-p`` by their names.

    Raises
    ------
    ArgumentError
        One has no value, or is given twice.
    """
    return read_assignments((_assignment(text, "-p") for text in texts), None)


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
    pairs = (_assignment(text, "--each") for text in each)
    for name, values in read_assignments(pairs, None, option="--each").items():
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


def filters_of(texts: tuple[str, ...]) -> dict[str, object]:
    """Return what ``--filter`` chooses, by the names of columns.

    Raises
    ------
    ArgumentError
        One has no value, or is given twice.
    """
    pairs = (_assignment(text, "--filter") for text in texts)
    return read_assignments(pairs, None, option="--filter")


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
