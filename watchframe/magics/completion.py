"""What can stand at a cursor, as pairs of the text to insert and a word on what it is."""

from __future__ import annotations

import re
import shlex
import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from watchframe.display.progress import ipython_kernel
from watchframe.errors import WatchframeError
from watchframe.magics.completion_sources import ServerNames
from watchframe.magics.line import Word, split_words, without_remark
from watchframe.magics.options import OPTIONS, Option
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.parameters.text_syntax import BRACKETS, write_value
from watchframe.plain_text import plain_text
from watchframe.references import parse_reference

Kind = Literal["query", "option", "option value", "parameter", "value"]

_LINE_MAGIC = re.compile(r"\s*(?:[^=%#'\"]+=\s*)?%watch\s(.*)", re.DOTALL)
_CELL_MAGIC = re.compile(r"\s*%%watch\b[ \t]*(.*)")
_BODY_NAME = re.compile(r"""\s*["']?([^:"']+?)["']?\s*:(.*)""")
_FLAGS = {flag: option for option in OPTIONS for flag in option.flags}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the cursor is in a ``%watch`` line or a ``%%watch`` cell.

    Attributes
    ----------
    kind : str
        What can stand there.
    fragment : str
        What of it is typed, as it stands in the text; a completion takes its place.
    typed : str
        The same as it is read: without quotes, and without backslashes that escape something.
    open_quote : str
        The quote that was opened before the fragment, around the parameter's name; or empty.
    query : str or None
        The query that the line names.
    option : Option or None
        The option whose value it is.
    parameter : str or None
        The parameter whose value it is.
    given : frozenset of str
        The flags or the parameters' names that are there already.
    is_body : bool
        Whether it is in the cell's body.
    is_bracketed : bool
        Whether it is within brackets, where a line's quotes are those of a body.
    """

    kind: Kind
    fragment: str
    typed: str = ""
    open_quote: str = ""
    query: str | None = None
    option: Option | None = None
    parameter: str | None = None
    given: frozenset[str] = frozenset()
    is_body: bool = False
    is_bracketed: bool = False


def find_cursor(text: str, line: int, column: int) -> Cursor | None:
    """Give what stands at a place of a cell; None where the magic has no say.

    Parameters
    ----------
    text : str
        The whole cell.
    line, column : int
        The cursor's, counted from 0.
    """
    lines = text.split("\n")
    first = next((at for at, item in enumerate(lines) if item.strip()), 0)
    before = lines[line][:column] if line < len(lines) else ""
    cell = _CELL_MAGIC.match(lines[first])
    if cell is not None and line > first:
        return _in_body(cell[1], lines[first + 1 : line], before)
    found = _CELL_MAGIC.match(before) if line == first else None
    if found is not None and not before[found.start(1) - 1].isspace():
        return None
    found = found or _LINE_MAGIC.match(before)
    if found is None or len(without_remark(found[1])) < len(found[1].rstrip()):
        return None  # elsewhere, or in a remark
    return _in_line(found[1])


def _in_line(typed: str) -> Cursor:
    words, last = _words(typed)
    fragment = typed[last.start :]
    query, option, given, names = _scan(words)
    if option is not None and option.kind == "parameters":
        return _parameter(fragment, last.text, query, names)
    if option is not None:
        return Cursor(kind="option value", fragment=fragment, typed=last.text, option=option)
    if fragment.startswith("-"):
        flag, equals, value = fragment.partition("=")
        known = _FLAGS.get(flag)
        if equals and known is not None and known.kind == "text":
            read = last.text.partition("=")[2]
            return Cursor(kind="option value", fragment=value, typed=read, option=known)
        return Cursor(kind="option", fragment=fragment, given=given)
    if query is None and "source" not in given and "help" not in given:
        return Cursor(kind="query", fragment=fragment)
    return Cursor(kind="option", fragment=fragment, given=given)


def _scan(
    words: Sequence[str],
) -> tuple[str | None, Option | None, frozenset[str], frozenset[str]]:
    """Give the query, the option that waits for its value, the options and parameters there are."""
    query: str | None = None
    waiting: Option | None = None
    given, names = set[str](), set[str]()
    for word in words:
        if waiting is not None:
            if waiting.kind == "parameters":
                names.add(word.partition("=")[0].strip())
            waiting = None
        elif word.startswith("-"):
            flag, equals, _ = word.partition("=")
            option = _FLAGS.get(flag)
            if option is not None:
                given.add(option.name)
                waiting = None if equals or option.kind == "switch" else option
        elif query is None:
            query = word
    return query, waiting, frozenset(given), frozenset(names)


def _parameter(fragment: str, typed: str, query: str | None, given: frozenset[str]) -> Cursor:
    name, equals, read = typed.partition("=")
    if not equals:
        return Cursor(kind="parameter", fragment=fragment, typed=typed, query=query, given=given)
    before, _, value = fragment.partition("=")
    around_name = split_words(before)
    item = _last_item(value)
    return Cursor(
        kind="value",
        fragment=item,
        typed=read if item == value else item,
        open_quote=around_name[-1].open_quote if around_name else "",
        query=query,
        parameter=name.strip(),
        is_bracketed=value[:1] in BRACKETS,
    )


def _in_body(line: str, above: Sequence[str], before: str) -> Cursor | None:
    query, *_ = _scan([word.text for word in split_words(line)])
    if query is None or before.lstrip().startswith(("#", "{")):
        return None
    named = _BODY_NAME.match(before)
    if named is not None:
        item = _last_item(named[2].lstrip())
        return Cursor(
            kind="value",
            fragment=item,
            typed=item,
            query=query,
            parameter=named[1].strip(),
            is_body=True,
        )
    names = [found[1].strip() for item in above if (found := _BODY_NAME.match(item))]
    if before.lstrip().startswith("-"):
        item = before.lstrip()[1:].lstrip()
        return Cursor(
            kind="value",
            fragment=item,
            typed=item,
            query=query,
            parameter=names[-1] if names else None,
            is_body=True,
        )
    return Cursor(
        kind="parameter",
        fragment=before.lstrip(),
        typed=before.lstrip(),
        query=query,
        given=frozenset(names),
        is_body=True,
    )


def _words(typed: str) -> tuple[list[str], Word]:
    """Return the finished words of a line as they are read, and the one that the cursor is in."""
    words = split_words(typed)
    if words and words[-1].end == len(typed):
        return [word.text for word in words[:-1]], words[-1]
    return [word.text for word in words], Word(text="", start=len(typed), end=len(typed))


def _last_item(value: str) -> str:
    """Give what is typed of the last item of a list, or of the second end of a range."""
    text = value.lstrip("'\"") if value[:2] in ("'[", '"[') else value
    if text.startswith(("[", "(")):
        return re.split(r"[\[(,]\s*", text)[-1]
    return value


#: Offered for --max-age and --timeout.
_AGES = {
    "0": "always run it",
    "15m": "15 minutes",
    "1h": "1 hour",
    "1d": "1 day",
    "7d": "7 days",
    "any": "any result will do",
}
_TIMEOUTS = {"30s": "30 seconds", "5m": "5 minutes", "1h": "1 hour", "none": "for ever"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A completion.

    Attributes
    ----------
    text : str
        What takes the fragment's place.
    meaning : str
        What is shown beside it.
    """

    text: str
    meaning: str


def candidates(cursor: Cursor, names: ServerNames, *, deadline: float) -> list[Candidate]:
    """Give what can stand at `cursor`, in the order in which it is to be shown.

    Parameters
    ----------
    cursor : Cursor
    names : ServerNames
        What the server is known to have.
    deadline : float
        The monotonic time until which the server may be waited for.
    """
    if cursor.kind == "option":
        return list(_options(cursor))
    if cursor.kind == "query":
        return list(_queries(cursor.fragment, names, deadline))
    if cursor.kind == "option value":
        return list(_option_values(cursor, names, deadline))
    query = _query(cursor, names, deadline)
    if query is None:
        return []
    found = _parameters if cursor.kind == "parameter" else _values
    return list(found(cursor, query))


def _options(cursor: Cursor) -> Iterator[Candidate]:
    for option in OPTIONS:
        if option.kind == "parameters" or option.name not in cursor.given:
            for flag in option.flags if cursor.fragment else option.flags[-1:]:
                if flag.startswith(cursor.fragment):
                    yield Candidate(text=flag, meaning=option.value or "switch")


def _queries(fragment: str, names: ServerNames, deadline: float) -> Iterator[Candidate]:
    wanted = fragment.strip("'\"").casefold()
    for query_id, name in names.queries(wanted, deadline=deadline):
        if str(query_id).startswith(wanted) or wanted in name.casefold():
            yield Candidate(text=str(query_id), meaning=name)


def _option_values(cursor: Cursor, names: ServerNames, deadline: float) -> Iterator[Candidate]:
    option = cursor.option
    if option is None:
        return
    known: dict[str, str] = dict.fromkeys(option.choices, option.value or "")
    if option.name == "max_age":
        known = _AGES
    elif option.name == "timeout":
        known = _TIMEOUTS
    elif option.name == "source":
        known = dict(names.data_sources(deadline=deadline))
    for value, meaning in known.items():
        if _starts(value, cursor.typed):
            yield Candidate(text=_as_word(value, cursor), meaning=meaning)


def _parameters(cursor: Cursor, query: Query) -> Iterator[Candidate]:
    for definition in query.parameters:
        name = definition.name
        if name not in cursor.given and _starts(name, cursor.typed):
            if cursor.is_body:
                yield Candidate(text=f"{name}: ", meaning=definition.type)
            else:
                yield Candidate(text=f"{_as_word(name, cursor)}=", meaning=definition.type)


def _values(cursor: Cursor, query: Query) -> Iterator[Candidate]:
    definition = next((item for item in query.parameters if item.name == cursor.parameter), None)
    if definition is None:
        return
    for value, meaning in _known_values(definition):
        if _starts(value, cursor.typed):
            written = write_value(value)
            is_plain = cursor.is_body or cursor.is_bracketed
            yield Candidate(
                text=written if is_plain else _as_word(written, cursor),
                meaning=meaning,
            )


def _known_values(definition: ParameterDefinition) -> Iterable[tuple[str, str]]:
    if definition.enum_options:
        return [(value, definition.title) for value in definition.enum_options if value]
    if "range" in definition.type:
        return [(name, item.label) for name, item in DYNAMIC_RANGES.items()]
    return DYNAMIC_DATES.items() if definition.type.startswith("date") else ()


def _query(cursor: Cursor, names: ServerNames, deadline: float) -> Query | None:
    if cursor.query is None:
        return None
    try:
        reference = parse_reference(cursor.query)
    except WatchframeError:
        return None
    return names.query(reference, deadline=deadline)


def _starts(value: str, typed: str) -> bool:
    return value.casefold().startswith(typed.lstrip("'\"").casefold())


def _as_word(value: str, cursor: Cursor) -> str:
    """Return `value` as the word, or the end of the word, that the line reads as `value`."""
    quote = cursor.open_quote or cursor.fragment[:1]
    if quote == "'":
        within = value.replace("'", "'\"'\"'")  # nothing escapes between single quotes
    elif quote == '"':
        within = value.replace("\\", "\\\\").replace('"', '\\"')
    else:
        return shlex.quote(value)
    return f"{within}{quote}" if cursor.open_quote else f"{quote}{within}{quote}"


#: Seconds for which the server may be waited for: what Tab gives is bounded by 0.2 in all.
PATIENCE = 0.12
#: Characters of a query's name, or what else stands beside a completion.
WIDTH = 48


class WatchMatcher:
    """Completions in ``%watch`` lines and ``%%watch`` cells; silent everywhere else."""

    def __init__(self) -> None:
        self._names = ServerNames()

    # The context, of the second version of IPython's API, has the whole cell.
    @context_matcher(  # type: ignore[untyped-decorator]
        identifier="watchframe.WatchMatcher", priority=100.0
    )
    def complete(self, context: CompletionContext) -> SimpleMatcherResult:
        """Give what can stand at the cursor."""
        deadline = time.monotonic() + PATIENCE
        cursor = find_cursor(context.full_text, context.cursor_line, context.cursor_position)
        if cursor is None:
            return SimpleMatcherResult(completions=[])
        found = candidates(cursor, self._names, deadline=deadline)
        completions = [SimpleCompletion(item.text, type=_beside(item.meaning)) for item in found]
        return SimpleMatcherResult(
            # IPython asks its other matchers where this one has nothing at all to offer. They may
            # take seconds (Jedi), for names of Python that have no place here: what is typed
            # already, offered again, changes nothing and keeps them out.
            completions=completions or [SimpleCompletion(cursor.fragment)],
            matched_fragment=cursor.fragment,
            suppress=True,
            ordered=True,
        )


def _beside(meaning: str) -> str:
    short = textwrap.shorten(plain_text(meaning, keep=""), WIDTH, placeholder="...")
    # JupyterLab breaks it at a space and shows the first of its lines: one word of a query's name.
    return short.replace(" ", "\N{NO-BREAK SPACE}") if ipython_kernel() is not None else short
