"""The line of a magic: `split_words` reads its words, `parse_line` makes a `Request` of them."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import itertools
import keyword
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from watchframe.errors import ArgumentError
from watchframe.parameters.mistyped import REFERENCE, corrected
from watchframe.parameters.text_syntax import BRACKETS, closing_bracket, split_assignment
from watchframe.vocabulary import CELL_FLAGS, OPTIONS, QUERY_HELP, Option, check_together

HELP_HINT = "%watch --help lists every option."

_USAGE = """\
%watch QUERY [options]
       %%watch QUERY [options]            with parameters in the cell's body
       %%watch --source NAME [options]    with SQL in the cell's body
       %%watch --local [options]          with SQL over results in the cell's body"""

#: Options whose values may well have spaces.
_WITH_SPACES = ("params", "source", "save", "chart", "filters", "expect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed after ``%watch``; None, False and () where an option is left out.

    Attributes
    ----------
    query : str or None
        An id, a name or a page's URL.
    params, filters : tuple of (str, str)
        Names and values, as typed.
    chart : str or None
        What is to be drawn; empty for the first chart.
    """

    query: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    local: bool = False
    run_locally: bool = False
    timeout: str | None = None
    max_age: str | None = None
    refresh: bool = False
    offline: bool = False
    no_cache: bool = False
    at: str | None = None
    columns: tuple[str, ...] = ()
    dtype: tuple[str, ...] = ()
    parse_dates: tuple[str, ...] = ()
    expect: str | None = None
    out: str | None = None
    dtype_backend: str | None = None
    table: bool = False
    chart: str | None = None
    filters: tuple[tuple[str, str], ...] = ()
    no_display: bool = False
    pick: bool = False
    explain: bool = False
    save: str | None = None
    help: bool = False


class ParametersOf(Protocol):
    """Finds a query's parameters for a hint."""

    def __call__(self, query: str, *, may_ask: bool) -> Mapping[str, bool] | None:
        """Return them by name, each with whether it takes several values; None if unknown."""


def parse_line(
    line: str, *, magic: str = "%watch", parameters_of: ParametersOf | None = None
) -> Request:
    """Return the request of a line.

    Parameters
    ----------
    line : str
    magic : str
        What stands before it, for a hint that writes the whole of it.
    parameters_of : callable, optional
        Called where an option is none, which may be a parameter.

    Raises
    ------
    ArgumentError
        An option or a value that does not exist or contradicts another; the hint names what was
        probably meant.
    """
    if re.match(r"\s*(?:connect|login)\s+[^-\s]", line):
        # What stands behind it is a key, which no error shows.
        raise ArgumentError(
            "%watch reads queries; it does not connect.",
            hint="In Python, watchframe.connect(url, key) does, and takes the key from a variable; "
            "in a terminal, watchframe login asks for the key and keeps it.",
        )
    words = read_words(line)
    _check_no_option_is_escaped(line)
    known, unknown = _parser().parse_known_args(words)
    if known.query is None and known.source is None and known.chart:
        known.query, known.chart = known.chart, ""  # %watch --chart 42
    if unknown:
        first = next((item for item in unknown if item.startswith("-")), unknown[0])
        hint = _hint_of_line(words, magic, parameters_of)
        if hint is not None:
            flag = first.partition("=")[0] if first.startswith("-") else ""
            raise ArgumentError(
                f"%watch has no option {flag}." if flag else f"{first!r} is one word too many.",
                hint=hint,
            )
        raise _unknown(first, words, query=known.query)
    if (
        known.query
        and not REFERENCE.fullmatch(known.query)
        and not re.search(r"\s", known.query)  # a name that was quoted is no rest of a value
        and _value_with_spaces(known.query, words)
    ):
        raise _unknown(known.query, words, query=None)
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vars(known).items()
    }
    given["params"] = tuple(_assignment(text, "-p") for text in known.params)
    given["filters"] = tuple(_assignment(text, "--filter") for text in known.filters)
    request = Request(**given)
    check_together({name: getattr(request, name) for name in Request.__slots__})
    if request.filters and request.chart is None:
        raise ArgumentError(
            "--filter chooses what a chart shows, and there is no --chart.",
            hint="Add --chart, or give the query a parameter: -p NAME=VALUE.",
        )
    return request


def help_text() -> str:
    """Return the text of ``%watch --help``."""
    return _parser().format_help()


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


#: The parts of a word: text in quotes, of which the last may be missing; a character that is
#: escaped; any other character. `shlex` drops backslashes and knows neither brackets nor places.
_PART = re.compile(
    r"""(?P<quote>')(?P<single>[^']*)(?P<closing>'?)"""
    r"""|(?P<quote2>")(?P<double>(?:\\["\\]|[^"])*+)(?P<closing2>"?)"""
    r"""|\\(?P<escaped>['"\\\s])"""
    r"""|(?P<plain>\S)""",
    re.DOTALL,
)
_REMARK = re.compile(r"#(?=\s|$)")


def split_words(line: str) -> list[Word]:
    """Return the words of a line, which a lone ``#`` ends.

    They are those of a shell, but that a backslash stays where it escapes nothing, and that behind
    an equals sign a bracket keeps its spaces and quotes up to the one that closes it:
    ``-p markets=["New York", INV]`` needs no quotes around it.
    """
    words = list[Word]()
    at = 0
    while at < len(line) and not _REMARK.match(line, at):
        if line[at].isspace():
            at += 1
        else:
            words.append(_word(line, at))
            at = words[-1].end
    return words


def _word(line: str, start: int) -> Word:
    text, at = "", start
    while (part := _PART.match(line, at)) is not None:
        at = part.end()
        if part["quote"] is not None:
            text += part["single"]
            if not part["closing"]:
                return Word(text=text, start=start, end=at, open_quote="'")
        elif part["quote2"] is not None:
            text += re.sub(r'\\(["\\])', r"\1", part["double"])
            if not part["closing2"]:
                return Word(text=text, start=start, end=at, open_quote='"')
        elif part["plain"] in BRACKETS and start < part.start() and line[at - 2] == "=":
            length = closing_bracket(line[at - 1 :])
            end = len(line) if length is None else at + length
            text += line[at - 1 : end]
            at = end
        else:
            text += part["escaped"] or part["plain"]
    return Word(text=text, start=start, end=at)


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
        raise ArgumentError(
            f"A quote in the line is not closed: {rest}",
            hint="A backslash before a quote escapes it; '...' keeps every backslash."
            if re.search(r"\\['\"]", rest)
            else "A lone ' goes into \"...\", a lone \" into '...'.",
        )
    return [word.text for word in words]


def without_remark(line: str) -> str:
    """Return a line without the remark at its end."""
    words = split_words(line)
    return line[: words[-1].end] if words else ""


class _Parser(argparse.ArgumentParser):
    """argparse whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        found = re.fullmatch(
            r"argument (?:-\w/)?(\S+): (expected one|ignored explicit) argument.*", message
        )
        if found is None:
            words = f"{message[:1].upper()}{message[1:]}."
        elif found[2] == "expected one":
            words = f"{found[1]} needs a value: {CELL_FLAGS[found[1]].usage}."
        else:
            words = f"{found[1]} takes no value."
        raise ArgumentError(words, hint=HELP_HINT)


class _StoreOnce(argparse.Action):
    """Store the one value of an option."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse's signature
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002 - argparse's signature
    ) -> None:
        option = CELL_FLAGS[self.option_strings[-1]]
        flag, before = option.flags[-1], getattr(namespace, self.dest)
        if before is not None:
            raise ArgumentError(
                f"{flag} is given twice: {before!r} and {values!r}.",
                hint="Leave one of them out.",
            )
        if not values.strip() and option.kind != "optional":
            raise ArgumentError(f"{flag} is given nothing.", hint=f"Write {flag} {option.value}.")
        if option.choices and values not in option.choices:
            nearest = difflib.get_close_matches(values, option.choices, n=1, cutoff=0.3)
            meant = f"Did you mean {nearest[0]}? " if nearest else ""
            raise ArgumentError(
                f"{flag} cannot be {values!r}.",
                hint=f"{meant}It is one of {', '.join(option.choices)}.",
            )
        if option.name == "out" and (not values.isidentifier() or keyword.iskeyword(values)):
            raise ArgumentError(
                f"{flag} {values!r} is not a variable's name.",
                hint="Write the name of the variable that the frame is bound to, such as -o df.",
            )
        setattr(namespace, self.dest, values)


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
    for option in (item for item in OPTIONS if "cell" in item.places):
        if option.section not in groups:
            groups[option.section] = parser.add_argument_group(option.section)
        text = option.help_in("cell").replace("%", "%%")
        text += f" One of {', '.join(option.choices)}." if option.choices else ""
        settings: dict[str, Any] = {"action": "store_true"}
        if option.kind in ("text", "optional"):
            settings = {"action": _StoreOnce, "metavar": option.value}
            settings |= {"nargs": "?", "const": ""} if option.kind == "optional" else {}
        elif option.kind != "switch":
            settings = {"action": "append", "default": [], "metavar": option.value}
        groups[option.section].add_argument(*option.flags, dest=option.name, help=text, **settings)
    return parser


def _assignment(text: str, flag: str) -> tuple[str, str]:
    found = split_assignment(text)
    if found is None:
        name = text.partition("=")[0].strip() or "NAME"
        raise ArgumentError(
            f"{flag} {text} is not a name and a value.",
            hint=f"Write {flag} {name}=VALUE, or {flag} {name}=${name} for the variable of that "
            "name.",
        )
    return found


def _hint_of_line(
    words: Sequence[str], magic: str, parameters_of: ParametersOf | None
) -> str | None:
    """Return the hint with the whole line; None where a wrong option is another option."""
    flags = {flag: option.kind != "switch" for flag, option in CELL_FLAGS.items()}
    guess = found = corrected(words, flags, None)
    parameters: Mapping[str, bool] | None = None
    if guess is not None and parameters_of is not None:
        with contextlib.suppress(ArgumentError):
            known, _ = _parser().parse_known_args(guess.words)
            # A word that is very like an option needs no request.
            may_ask = guess.has_parameters and not known.offline
            parameters = parameters_of(known.query, may_ask=may_ask) if known.query else None
    if parameters is not None:
        found = corrected(words, flags, parameters)
    if found is not None and found.is_told_whole:
        return f"Did you mean: {magic} {' '.join(map(_as_typed, found.words))}"
    if guess is not None and guess.has_parameters and parameters:
        return f"-p NAME=VALUE gives the query a parameter. It has: {', '.join(parameters)}."
    return None


def _as_typed(word: str) -> str:
    is_read_so = [item.text for item in split_words(word)] == [word]
    return word if is_read_so else shlex.quote(word)


def _unknown(unknown: str, words: Sequence[str], *, query: str | None) -> ArgumentError:
    flag = unknown.partition("=")[0]
    if flag.startswith("-"):
        nearest = _nearest_flag(flag)
        meant = f"Did you mean {nearest.usage}? " if nearest else ""
        return ArgumentError(f"%watch has no option {flag}.", hint=meant + HELP_HINT)
    quoted = _value_with_spaces(unknown, words)
    if quoted is not None:
        meant = f"Did you mean {quoted}?"
    elif "=" in unknown:
        meant = f"Did you mean -p {shlex.quote(unknown)}?"
    elif query is not None and not REFERENCE.fullmatch(query):
        name = itertools.takewhile(lambda word: word[:1] != "-", words[words.index(query) :])
        meant = f"Did you mean {shlex.quote(' '.join(name))}?"
    elif query is not None and unknown.isidentifier():
        meant = f"Did you mean -o {unknown}?"
    else:
        meant = "A value with spaces goes into quotes."
    return ArgumentError(f"{unknown!r} is one word too many.", hint=meant)


def _nearest_flag(flag: str) -> Option | None:
    if flag.startswith("--"):
        found = difflib.get_close_matches(flag, CELL_FLAGS, n=1, cutoff=0.5)
        return CELL_FLAGS[found[0]] if found else None
    return next((CELL_FLAGS[item] for item in CELL_FLAGS if item.startswith(f"-{flag}")), None)


def _value_with_spaces(unknown: str, words: Sequence[str]) -> str | None:
    """Return the option whose value probably goes on with this word, with that value quoted."""
    at = words.index(unknown)
    flags = [index for index in range(at) if words[index].startswith("-")]
    option = CELL_FLAGS.get(words[flags[-1]]) if flags else None
    # Without a query before it, the first word behind the value was taken for the query.
    if option is None or option.name not in _WITH_SPACES or at - flags[-1] not in (2, 3):
        return None
    end = next((index for index in range(at, len(words)) if words[index].startswith("-")), None)
    value = " ".join(words[flags[-1] + 1 : end])
    if option.kind == "parameters" and value.count("=") > 1:
        return None
    return f"{words[flags[-1]]} {shlex.quote(value)}"


#: An unquoted word that an escaped space joins to what looks like an option.
_ESCAPED_OPTION = re.compile(r"([^'\"\[({]*?\\)\s+(--?[A-Za-z][\w-]*)")


def _check_no_option_is_escaped(line: str) -> None:
    r"""Refuse ``dir=C:\data\ --refresh``, of which the escaped space makes one word."""
    for word in split_words(line):
        found = _ESCAPED_OPTION.match(line[word.start : word.end])
        if found is not None and found[2] in CELL_FLAGS:
            raise ArgumentError(
                f"The backslash before {found[2]} escapes the space, which makes it part of a "
                "value.",
                hint="A value that ends with a backslash goes into quotes: "
                f"{shlex.quote(found[1])}.",
            )
