"""The line of a magic, understood: `parse_line` gives a `Request`."""

from __future__ import annotations

import argparse
import difflib
import keyword
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from watchframe.errors import ArgumentError
from watchframe.magics.options import OPTIONS, QUERY_HELP, Option
from watchframe.parameters.text_syntax import BRACKETS, closing_bracket, split_assignment

_REMARK = re.compile(r"#(?=\s|$)")
#: An unquoted word that an escaped space joins to what looks like an option.
_JOINED_OPTION = re.compile(r"([^'\"\[({]*?\\)\s+(--?[A-Za-z][\w-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a line.

    Attributes
    ----------
    text : str
        Without the quotes, and without the backslashes that escape something.
    start, end : int
        Its place in the line.
    open_quote : str
        The quote that is not closed; empty where all are.
    """

    text: str
    start: int
    end: int
    open_quote: str = ""


def split_words(line: str) -> list[Word]:
    """Give the words of a line; a lone ``#`` begins a remark.

    Behind an equals sign a bracket keeps its spaces and quotes up to the one that closes it, so
    that ``-p markets=["New York", INV]`` needs no quotes around it.
    """
    words = list[Word]()
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
        elif _REMARK.match(line, at):
            break
        else:
            words.append(_word(line, at))
            at = words[-1].end
    return words


def read_words(line: str) -> list[str]:
    """Return the texts of the words of a line.

    Raises
    ------
    ArgumentError
        A quote is not closed.
    """
    words = split_words(line)
    if words and words[-1].open_quote:
        rest = line[words[-1].start :]
        is_escaped = re.search(r"\\['\"]", rest) is not None
        raise ArgumentError(
            f"A quote in the line is not closed: {rest}",
            hint="A backslash before a quote escapes it; '...' keeps every backslash."
            if is_escaped
            else "A lone ' goes into \"...\", a lone \" into '...'.",
        )
    return [word.text for word in words]


def without_remark(line: str) -> str:
    """Give a line without the remark at its end."""
    words = split_words(line)
    return line[: words[-1].end] if words else ""


def joined_option(line: str, word: Word) -> tuple[str, str] | None:
    r"""Return a value and the option that the backslash at the value's end made a part of it.

    They are ``dir=C:\data\`` and ``--refresh`` in ``dir=C:\data\ --refresh``; None where no option
    is joined.
    """
    found = _JOINED_OPTION.match(line[word.start : word.end])
    return None if found is None else (found[1], found[2])


def _is_escapable(char: str) -> bool:
    return char in ("'", '"', "\\") or char.isspace()


def _word(line: str, start: int) -> Word:
    text, quote, at = "", "", start
    while at < len(line) and (quote or not line[at].isspace()):
        char = line[at]
        if quote:
            if char == quote:
                quote = ""
            elif quote == '"' and char == "\\" and line[at + 1 : at + 2] in ('"', "\\"):
                at += 1
                text += line[at]
            else:
                text += char
        elif char in "'\"":
            quote = char
        elif char == "\\" and _is_escapable(line[at + 1 : at + 2]):
            at += 1
            text += line[at]
        elif char in BRACKETS and line[at - 1 : at] == "=" and at > start:
            length = closing_bracket(line[at:])
            within = line[at:] if length is None else line[at : at + length + 1]
            text += within
            at += len(within) - 1
        else:
            text += char
        at += 1
    return Word(text=text, start=start, end=at, open_quote=quote)


HELP_HINT = "%watch --help lists every option."

_USAGE = """\
%watch QUERY [options]
       %%watch QUERY [options]            with parameters in the cell's body
       %%watch --source NAME [options]    with SQL in the cell's body"""

#: What a query can look like: an id, or a page's URL.
_REFERENCE = re.compile(r"^\d+$|/")
#: Options whose values may well have spaces.
_WITH_SPACES = ("params", "source", "save")
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
    """Return what a line asks for; words, quotes and backslashes are read as `words` says.

    Raises
    ------
    ArgumentError
        An option or a value that does not exist or cannot go with the others; the hint says what
        was probably meant.
    """
    words = read_words(line)
    _check_no_option_is_joined(line)
    known, unknown = _parser().parse_known_args(words)
    if unknown:
        first = next((item for item in unknown if item.startswith("-")), unknown[0])
        raise _unknown(first, words, has_query=known.query is not None)
    if (
        known.query
        and not _REFERENCE.search(known.query)
        and _value_with_spaces(known.query, words)
    ):
        raise _unknown(known.query, words, has_query=False)
    values = {name: value for name, value in vars(known).items() if value is not None}
    for option in OPTIONS:
        if option.kind == "text" and option.name in values:
            values[option.name] = _only(option, values[option.name])
    values["params"] = tuple(_named_value(text) for text in values.get("params", ()))
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
            action="append",
            metavar=option.value,
            help=text + (f" One of {', '.join(option.choices)}." if option.choices else ""),
        )


def _check_no_option_is_joined(line: str) -> None:
    """Refuse a value that swallows an option: a space follows the backslash at its end."""
    for word in split_words(line):
        value, option = joined_option(line, word) or ("", "")
        if option in _FLAGS:
            raise ArgumentError(
                f"The backslash before {option} escapes the space, which makes it part of a value.",
                hint=f"A value that ends with a backslash goes into quotes: {shlex.quote(value)}.",
            )


def _unknown(unknown: str, words: Sequence[str], *, has_query: bool) -> ArgumentError:
    flag = unknown.partition("=")[0]
    if flag.startswith("-"):
        nearest = _nearest_flag(flag)
        meant = f"Did you mean {nearest.usage}? " if nearest else ""
        return ArgumentError(f"%watch has no option {flag}.", hint=meant + HELP_HINT)
    said = _value_with_spaces(unknown, words)
    if said is not None:
        meant = f"Did you mean {said}?"
    elif "=" in unknown:
        meant = f"Did you mean -p {shlex.quote(unknown)}?"
    elif has_query and unknown.isidentifier():
        meant = f"Did you mean -o {unknown}?"
    else:
        meant = "A value with spaces goes into quotes."
    return ArgumentError(f"{unknown!r} is one word too many.", hint=meant)


def _nearest_flag(flag: str) -> Option | None:
    if flag.startswith("--"):
        found = difflib.get_close_matches(flag, _FLAGS, n=1, cutoff=0.5)
        return _FLAGS[found[0]] if found else None
    return next((_FLAGS[item] for item in _FLAGS if item.startswith(f"-{flag}")), None)


def _value_with_spaces(unknown: str, words: Sequence[str]) -> str | None:
    """Give the option whose value was probably meant to go on with this word, quoted."""
    at = words.index(unknown)
    flags = [index for index in range(at) if words[index].startswith("-")]
    option = _FLAGS.get(words[flags[-1]]) if flags else None
    # Where the query is not given yet, the first word behind the value is taken for it.
    if option is None or option.name not in _WITH_SPACES or at - flags[-1] not in (2, 3):
        return None
    end = next((index for index in range(at, len(words)) if words[index].startswith("-")), None)
    value = " ".join(words[flags[-1] + 1 : end])
    if option.kind == "parameters" and value.count("=") > 1:
        return None
    return f"{words[flags[-1]]} {shlex.quote(value)}"


def _only(option: Option, given: Sequence[str]) -> str:
    if len(given) > 1:
        raise ArgumentError(
            f"{option.flags[-1]} is given twice: {' and '.join(map(repr, given))}.",
            hint="Leave one of them out.",
        )
    if not given[0].strip():
        raise ArgumentError(
            f"{option.flags[-1]} is given nothing.",
            hint=f"Write {option.flags[-1]} {option.value}.",
        )
    return given[0]


def _named_value(text: str) -> tuple[str, str]:
    found = split_assignment(text)
    if found is None:
        name = text.partition("=")[0].strip() or "NAME"
        raise ArgumentError(
            f"-p {text} is not a name and a value.",
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
        ("pick", "refresh", "its Run button asks the server; --max-age 0 has it run every time"),
        ("pick", "offline", "--pick asks the server for the query's parameters"),
        ("pick", "dtype_backend", "a picker's frame has the default dtypes"),
        ("pick", "no_display", "--pick is there to show something"),
        ("explain", "no_display", "--explain is there to show something"),
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
    """Give argparse's words in ours."""
    found = re.fullmatch(
        r"argument (?:-\w/)?(\S+): (expected one|ignored explicit) argument.*", message
    )
    if found is None:
        return f"{message[:1].upper()}{message[1:]}."
    usage = _FLAGS[found[1]].usage
    if found[2] == "expected one":
        return f"{found[1]} needs a value: {usage}."
    return f"{found[1]} takes no value."
