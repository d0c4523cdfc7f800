"""The line of a magic, understood: `parse_line` gives a `Request`."""

from __future__ import annotations

import argparse
import difflib
import keyword
import shlex
from dataclasses import dataclass, fields
from typing import NoReturn

from watchframe.errors import ArgumentError
from watchframe.magics.options import OPTIONS, QUERY_HELP, Option
from watchframe.parameters.written_values import split_assignment

HELP_HINT = "%watch --help lists every option."

_USAGE = """\
%watch QUERY [options]
       %%watch QUERY [options]            with parameters in the cell's body
       %%watch --source NAME [options]    with SQL in the cell's body"""

_FLAGS = {flag: option for option in OPTIONS for flag in option.flags}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed after ``%watch``; None and False where an option is not given.

    Attributes
    ----------
    query : str or None
        An id or a page's URL.
    params : tuple of (str, str)
        Names and values, as typed.
    """

    query: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    timeout: str | None = None
    max_age: str | None = None
    refresh: bool = False
    offline: bool = False
    out: str | None = None
    dtype_backend: str | None = None
    no_display: bool = False
    pick: bool = False
    explain: bool = False
    save: str | None = None
    help: bool = False


class _Parser(argparse.ArgumentParser):
    """argparse, but an error is ours and nothing exits."""

    def error(self, message: str) -> NoReturn:
        raise ArgumentError(_sentence(message), hint=HELP_HINT)


def parse_line(line: str) -> Request:
    """Give what a line asks for; words and quotes are read as a shell reads them.

    Raises
    ------
    ArgumentError
        An option or a value that does not exist or cannot go with the others; the hint says what
        was probably meant.
    """
    known, unknown = _parser().parse_known_args(_words(line))
    if unknown:
        raise _unknown(unknown, has_query=known.query is not None)
    values = {field.name: getattr(known, field.name) for field in fields(Request)}
    values["params"] = tuple(_named_value(text) for text in values["params"] or ())
    request = Request(**values)
    _check_choices(request)
    _check_destination(request.out)
    _check_together(request)
    return request


def help_text() -> str:
    """Give the text of ``%watch --help``."""
    return _parser().format_help()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="%watch",
        usage=_USAGE.replace("%", "%%"),
        description="Read a saved Watch query, or run SQL on a data source, as a typed DataFrame.",
        add_help=False,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("query", nargs="?", metavar="QUERY", help=QUERY_HELP)
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in OPTIONS:
        if option.section not in groups:
            groups[option.section] = parser.add_argument_group(option.section)
        _add(groups[option.section], option)
    return parser


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    text = option.help.replace("%", "%%")
    if option.kind == "switch":
        group.add_argument(*option.flags, dest=option.name, action="store_true", help=text)
    else:
        group.add_argument(
            *option.flags,
            dest=option.name,
            action="append" if option.kind == "parameters" else "store",
            metavar=option.value,
            help=text + (f" One of {', '.join(option.choices)}." if option.choices else ""),
        )


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise ArgumentError(
            f"The line cannot be read: {str(error).lower()}.",
            hint='A quote that is opened must be closed; a lone \' goes into "...".',
        ) from None


def _unknown(words: list[str], *, has_query: bool) -> ArgumentError:
    word = next((item for item in words if item.startswith("-")), words[0])
    flag = word.partition("=")[0]
    if flag.startswith("-"):
        nearest = difflib.get_close_matches(flag, _FLAGS, n=1, cutoff=0.5)
        meant = f"Did you mean {_FLAGS[nearest[0]].usage}? " if nearest else ""
        return ArgumentError(f"%watch has no option {flag}.", hint=meant + HELP_HINT)
    if "=" in word:
        return ArgumentError(
            f"{word!r} stands alone.", hint=f"Did you mean -p {shlex.quote(word)}?"
        )
    if has_query and word.isidentifier():
        return ArgumentError(f"{word!r} is one word too many.", hint=f"Did you mean -o {word}?")
    return ArgumentError(
        f"{word!r} is one word too many.", hint="A value with spaces goes into quotes."
    )


def _named_value(text: str) -> tuple[str, str]:
    found = split_assignment(text)
    if found is None:
        name = text.strip()
        raise ArgumentError(
            f"-p {text} has no value.",
            hint=f"Write -p {name}=VALUE, or -p {name}=${name} for the variable of that name.",
        )
    return found


def _check_choices(request: Request) -> None:
    for option in OPTIONS:
        value = getattr(request, option.name)
        if option.choices and value is not None and value not in option.choices:
            nearest = difflib.get_close_matches(value, option.choices, n=1, cutoff=0.3)
            meant = f"Did you mean {nearest[0]}? " if nearest else ""
            raise ArgumentError(
                f"{option.flags[-1]} cannot be {value!r}.",
                hint=f"{meant}It is one of {', '.join(option.choices)}.",
            )


def _check_destination(name: str | None) -> None:
    if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
        raise ArgumentError(
            f"--out {name!r} is not a variable's name.",
            hint="Give the name that the frame shall have, such as -o df.",
        )


def _check_together(request: Request) -> None:
    pairs = (
        ("refresh", "offline", "--refresh runs the query, --offline makes no request"),
        ("refresh", "max_age", "--refresh is --max-age 0 already"),
        ("offline", "max_age", "--offline takes the local copy of whatever age"),
        ("pick", "explain", "--pick shows inputs, --explain a text"),
        ("pick", "save", "--pick shows inputs for a query that is saved"),
        ("explain", "save", "--explain changes nothing, --save does"),
        ("offline", "save", "--save needs the server, --offline forbids it"),
    )
    for one, other, why in pairs:
        if getattr(request, one) and getattr(request, other) not in (None, False):
            raise ArgumentError(
                f"--{one} and --{other.replace('_', '-')} do not go together.",
                hint=f"Leave one of them out: {why}.",
            )


def _sentence(message: str) -> str:
    text = message.replace("argument ", "", 1)
    return text[:1].upper() + text[1:] + "."
