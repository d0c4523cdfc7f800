"""What IPython offers on Tab: in ``%watch`` lines, ``%%watch`` cells and calls of our functions."""

from __future__ import annotations

import re
import shlex
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from watchframe.client import connected_client
from watchframe.interactive import ipython_kernel, is_interactive
from watchframe.magics.body import split_pair
from watchframe.magics.call_completion import by_name, drawn_by_name, offer_in_call
from watchframe.magics.calls import find_call
from watchframe.magics.completion_sources import ServerNames
from watchframe.magics.line import Word, split_words, without_remark
from watchframe.parameters.text_syntax import BRACKETS, write_value
from watchframe.plain_text import plain_text
from watchframe.read.saved_names import NamedQuery
from watchframe.vocabulary import CELL_FLAGS, Option

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

#: Seconds to wait for the server. IPython sets a matcher no limit, and waits for it; JupyterLab
#: drops what comes after a second.
PATIENCE = 0.5
#: What is shown beside a completion that stands for none.
NOTHING = "nothing known here"
#: Characters of what is shown beside a completion, such as a query's name.
WIDTH = 48

_AGES = {
    "0": "always run it",
    "15m": "15 minutes",
    "1h": "1 hour",
    "1d": "1 day",
    "7d": "7 days",
    "any": "any result will do",
}
_TIMEOUTS = {"30s": "30 seconds", "5m": "5 minutes", "1h": "1 hour", "none": "no limit"}


class WatchMatcher:
    """Completions in ``%watch``, ``%%watch`` and calls of this library; none everywhere else.

    Parameters
    ----------
    shell : InteractiveShell
        The shell whose variables are called.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._names = ServerNames()
        self._seen: object = self  # no client: the first cell always begins something

    # The context, of the second version of IPython's API, has the whole cell.
    @context_matcher(  # type: ignore[untyped-decorator]
        identifier="watchframe.WatchMatcher", priority=100.0
    )
    def complete(self, context: CompletionContext) -> SimpleMatcherResult:
        """Return the completions at the cursor."""
        deadline = time.monotonic() + PATIENCE
        text, line, column = context.full_text, context.cursor_line, context.cursor_position
        cursor = find_cursor(text, line, column)
        if cursor is not None:
            found = list(_candidates(cursor, self._names, deadline))
            return _result(cursor.fragment, found, suppress=True)
        call = find_call(_python_before(text, line, column))
        offer = (
            None
            if call is None
            else offer_in_call(call, text, self._shell.user_ns, self._names, deadline)
        )
        if call is None or offer is None:
            return SimpleMatcherResult(completions=[])
        return _result(call.fragment, offer.candidates, suppress=offer.is_alone)

    def after_cell(self, _result: object = None) -> None:
        """Begin to fetch the names of a new connection, where a person is watching."""
        client = connected_client()
        if client is not self._seen and is_interactive():
            self._seen = client
            self._names.prefetch()


def offer_completions(shell: InteractiveShell) -> None:
    """Register a `WatchMatcher`, if the shell has none."""
    if not _matchers(shell):
        matcher = WatchMatcher(shell)
        shell.Completer.custom_matchers.append(matcher.complete)
        # Where `connect` was called, or the first read: no cell runs in the background.
        shell.events.register("post_run_cell", matcher.after_cell)


def withdraw_completions(shell: InteractiveShell) -> None:
    """Take away what `offer_completions` registered."""
    for matcher in _matchers(shell):
        shell.Completer.custom_matchers.remove(matcher.complete)
        shell.events.unregister("post_run_cell", matcher.after_cell)


def _matchers(shell: InteractiveShell) -> list[WatchMatcher]:
    owners = [getattr(item, "__self__", None) for item in shell.Completer.custom_matchers]
    return [item for item in owners if isinstance(item, WatchMatcher)]


def _result(
    fragment: str, candidates: Sequence[tuple[str, str]], *, suppress: bool
) -> SimpleMatcherResult:
    completions = [SimpleCompletion(text, type=_beside(meaning)) for text, meaning in candidates]
    if suppress and not completions:
        # IPython asks its other matchers where this one has nothing to offer. They may take seconds
        # (Jedi), for names of Python and files that have no place here: what is typed already,
        # offered once more, changes nothing and keeps them out. JupyterLab shows the words beside.
        completions = [SimpleCompletion(fragment, type=_beside(NOTHING))]
    return SimpleMatcherResult(
        completions=completions, matched_fragment=fragment, suppress=suppress, ordered=True
    )


def _beside(meaning: str) -> str:
    short = textwrap.shorten(plain_text(meaning, keep=""), WIDTH, placeholder="...")
    # JupyterLab breaks it at a space and shows the first of its lines: one word of a query's name.
    return short.replace(" ", "\N{NO-BREAK SPACE}") if ipython_kernel() is not None else short


Kind = Literal["query", "option", "option value", "parameter", "value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the cursor is in a ``%watch`` line or a ``%%watch`` cell.

    Attributes
    ----------
    kind : str
        What can stand there.
    fragment : str
        What of it is typed, as it stands in the text; a completion replaces it.
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
    present : frozenset of str
        The names of the options, or of the parameters, that are there already.
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
    present: frozenset[str] = frozenset()
    is_body: bool = False
    is_bracketed: bool = False


def _candidates(cursor: Cursor, names: ServerNames, deadline: float) -> Iterator[tuple[str, str]]:
    """Yield what can stand at the cursor, each with its meaning, in the order to show."""
    if cursor.kind == "option":
        yield from _options(cursor)
    elif cursor.kind == "query":
        yield from _queries(cursor, names, deadline)
    elif cursor.option is not None and cursor.option.name == "chart":
        found = names.visualizations(cursor.query or "", deadline=deadline)
        for value, meaning in drawn_by_name(found, cursor.typed):
            yield _as_word(value, cursor), meaning
    elif cursor.option is not None:
        for value, meaning in _option_values(cursor.option, names, deadline).items():
            if _starts(value, cursor):
                yield _as_word(value, cursor), meaning
    elif (query := names.query(cursor.query or "", deadline=deadline)) is not None:
        if cursor.kind == "parameter":
            yield from _parameters(cursor, query)
        else:
            yield from _values(cursor, query, names, deadline)


def _queries(cursor: Cursor, names: ServerNames, deadline: float) -> Iterator[tuple[str, str]]:
    wanted = cursor.typed.casefold()
    found = names.queries(wanted, deadline=deadline)
    if not cursor.fragment.startswith(("'", '"')):
        for query in found:
            if str(query.id).startswith(wanted) or wanted in query.name.casefold():
                yield str(query.id), query.name
    if not wanted.isdigit():
        for name, query_id in by_name(found, wanted):
            yield _as_word(name, cursor), query_id


def _options(cursor: Cursor) -> Iterator[tuple[str, str]]:
    for option in dict.fromkeys(CELL_FLAGS.values()):
        if option.kind in ("several", "parameters") or option.name not in cursor.present:
            for flag in option.flags if cursor.fragment else option.flags[-1:]:
                if flag.startswith(cursor.fragment):
                    yield flag, option.value or "switch"


def _option_values(option: Option, names: ServerNames, deadline: float) -> dict[str, str]:
    if option.name == "max_age":
        return _AGES
    if option.name == "timeout":
        return _TIMEOUTS
    if option.name == "source":
        return {source.name: source.type for source in names.data_sources(deadline=deadline)}
    return dict.fromkeys(option.choices, option.value or "")


def _parameters(cursor: Cursor, query: NamedQuery) -> Iterator[tuple[str, str]]:
    for definition in query.parameters:
        name = definition.name
        if name not in cursor.present and _starts(name, cursor):
            written = f"{name}: " if cursor.is_body else f"{_as_word(name, cursor)}="
            yield written, definition.type


def _values(
    cursor: Cursor, query: NamedQuery, names: ServerNames, deadline: float
) -> Iterator[tuple[str, str]]:
    definitions = (item for item in query.parameters if item.name == cursor.parameter)
    for definition in definitions:
        for value, meaning in names.values(query, definition, deadline=deadline):
            if _starts(value, cursor):
                written = write_value(value)
                is_word = not (cursor.is_body or cursor.is_bracketed)
                yield _as_word(written, cursor) if is_word else written, meaning


def _starts(value: str, cursor: Cursor) -> bool:
    return value.casefold().startswith(cursor.typed.lstrip("'\"").casefold())


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


_LINE_MAGIC = re.compile(r"\s*(?:[^=%#'\"]+=\s*)?%watch\s(.*)", re.DOTALL)
_CELL_MAGIC = re.compile(r"\s*%%watch(?=\s|$)[ \t]*(.*)")


def find_cursor(text: str, line: int, column: int) -> Cursor | None:
    """Return what stands at a place of a cell; None outside the magic.

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
        return _in_body(cell[1], lines[first + 1 : line], before.lstrip())
    found = _CELL_MAGIC.match(before) if line == first else None
    if found is not None and not before[found.start(1) - 1].isspace():
        return None
    found = found or _LINE_MAGIC.match(before)
    if found is None or len(without_remark(found[1])) < len(found[1].rstrip()):
        return None  # elsewhere, or in a remark
    return _in_line(found[1])


#: Magics whose cell is Python.
_PYTHON_CELL = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b.*")


def _python_before(text: str, line: int, column: int) -> str:
    """Return the Python of a cell up to the cursor; nothing where it is another language's."""
    first = text.lstrip().partition("\n")[0]
    *above, last = text.split("\n")[: line + 1]
    if first.startswith("%%") and not _PYTHON_CELL.match(first):
        return ""
    return "\n".join([*above, last[:column]])


@dataclass(slots=True)
class _Typed:
    """What the finished words of a line say: the query, the options, the parameters' names."""

    query: str | None = None
    chart: str | None = None
    unfinished: Option | None = None  # the option whose value comes next
    options: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()


def _typed(words: Sequence[Word]) -> _Typed:
    typed = _Typed()
    for word in words:
        if typed.unfinished is not None and not _is_without_value(typed.unfinished, word.text):
            if typed.unfinished.kind == "parameters":
                typed.parameters |= {word.text.partition("=")[0].strip()}
            if typed.unfinished.kind == "optional":
                typed.chart = word.text
            typed.unfinished = None
        elif word.text.startswith("-"):
            flag, equals, _ = word.text.partition("=")
            option = CELL_FLAGS.get(flag)
            if option is not None:
                typed.options |= {option.name}
                typed.unfinished = None if equals or option.kind == "switch" else option
        elif typed.query is None:
            typed.query = word.text
    if typed.query is None:
        typed.query = typed.chart  # %watch --chart 42
    return typed


def _is_without_value(option: Option, word: str) -> bool:
    """Return whether an option that may have no value has none before this word."""
    return option.kind == "optional" and word.startswith("-")


def _in_line(line: str) -> Cursor:
    words = split_words(line)
    last = Word(text="", start=len(line), end=len(line))
    if words and words[-1].end == len(line):
        last = words.pop()
    typed = _typed(words)
    fragment = line[last.start :]
    if typed.unfinished is not None and typed.unfinished.kind == "parameters":
        return _in_assignment(fragment, last.text, typed)
    if typed.unfinished is not None and not _is_without_value(typed.unfinished, fragment):
        if typed.unfinished.kind == "optional" and typed.query is None:
            return Cursor(kind="query", fragment=fragment, typed=last.text)
        return Cursor(
            kind="option value",
            fragment=fragment,
            typed=last.text,
            query=typed.query,
            option=typed.unfinished,
        )
    if fragment.startswith("-"):
        flag, equals, value = fragment.partition("=")
        option = CELL_FLAGS.get(flag)
        if equals and option is not None and option.kind in ("text", "optional"):
            read = last.text.partition("=")[2]
            return Cursor(
                kind="option value", fragment=value, typed=read, query=typed.query, option=option
            )
    elif typed.query is None and not typed.options & {"source", "local", "help"}:
        return Cursor(kind="query", fragment=fragment, typed=last.text)
    return Cursor(kind="option", fragment=fragment, present=typed.options)


def _in_assignment(fragment: str, read: str, typed: _Typed) -> Cursor:
    name, equals, value_read = read.partition("=")
    if not equals:
        return Cursor(
            kind="parameter",
            fragment=fragment,
            typed=read,
            query=typed.query,
            present=typed.parameters,
        )
    before, _, value = fragment.partition("=")
    around_name = split_words(before)
    item = _last_item(value)
    return Cursor(
        kind="value",
        fragment=item,
        typed=value_read if item == value else item,
        open_quote=around_name[-1].open_quote if around_name else "",
        query=typed.query,
        parameter=name.strip(),
        is_bracketed=value[:1] in BRACKETS,
    )


def _in_body(line: str, above: Sequence[str], before: str) -> Cursor | None:
    query = _typed(split_words(line)).query
    if query is None or before.startswith(("#", "{")):
        return None  # SQL, a remark, or JSON
    names = [pair[0] for item in above if (pair := split_pair(item.strip())) is not None]
    pair = split_pair(before)
    if pair is None and not before.startswith("-"):
        return Cursor(
            kind="parameter",
            fragment=before,
            typed=before,
            query=query,
            present=frozenset(names),
            is_body=True,
        )
    parameter, item = names[-1] if names else None, before[1:].lstrip()
    if pair is not None:
        parameter, item = pair[0], _last_item(pair[1])
    return Cursor(
        kind="value", fragment=item, typed=item, query=query, parameter=parameter, is_body=True
    )


def _last_item(value: str) -> str:
    """Return what is typed of the last item of a list, or of the second end of a range."""
    text = value.lstrip("'\"") if value[:2] in ("'[", '"[') else value
    return re.split(r"[\[(,]\s*", text)[-1] if text.startswith(("[", "(")) else value
