"""What can stand in calls of this library: queries, visualizations, parameters, their values."""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from watchframe.errors import WatchframeError
from watchframe.magics.calls import CallCursor, literal
from watchframe.magics.completion_sources import ServerNames
from watchframe.models import Visualization
from watchframe.plain_text import plain_text
from watchframe.read.saved_names import NamedDashboard, NamedQuery
from watchframe.read.saved_query import WatchQuery
from watchframe.references import QueryReference, parse_reference

Role = Literal["query", "params", "data_source", "dashboard", "visualization"]

#: The arguments that are completed, by position; each name is the keyword too.
_ARGUMENTS: Mapping[str, Sequence[Role | None]] = {
    "ParameterPicker": ("query", "params"),
    "draw_watch_query": ("query", "visualization", "params"),
    "explain_watch_query": ("query", "params"),
    "explain_watch_sql": (None, "data_source"),
    "pick": ("query", "params"),
    "read_watch_dashboard": ("dashboard",),
    "read_watch_query": ("query", "params"),
    "read_watch_sql": (None, "data_source"),
    "read_watch_sweep": ("query", "params"),
    "save_chart": ("query",),
    "show_watch_dashboard": ("dashboard",),
    "submit_watch_query": ("query", "params"),
    "submit_watch_sweep": ("query", "params"),
    "watch_query": ("query",),
}
#: The attributes of a `WatchQuery` that take its parameters.
_OWN_CALLS = ((), ("draw",), ("explain",), ("submit",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can stand at the cursor.

    Attributes
    ----------
    candidates : sequence of tuple of str
        Each as it is written there, with its meaning.
    is_alone : bool
        Whether nothing else can stand there, such as a variable or a file.
    """

    candidates: Sequence[tuple[str, str]]
    is_alone: bool


def offer_in_call(
    cursor: CallCursor,
    cell: str,
    namespace: Mapping[str, object],
    names: ServerNames,
    deadline: float,
) -> Offer | None:
    """Return what can stand at the cursor; None where the call is none of ours.

    Parameters
    ----------
    cursor : CallCursor
    cell : str
        The whole text; where it says that a name is ours, the name need not exist yet.
    namespace : mapping of str to object
        The user's variables. They are looked up, and nothing is evaluated.
    names : ServerNames
    deadline : float
        Until when the server is waited for, by the monotonic clock.
    """
    own = namespace.get(cursor.callee[0])
    if isinstance(own, WatchQuery) and cursor.callee[1:] in _OWN_CALLS:
        return _in_own_call(cursor, own, names, deadline)
    function = _function(cursor.callee, cell, namespace)
    roles = _ARGUMENTS.get(function or "", ())
    position = cursor.argument
    if isinstance(position, str):
        role = next((role for role in roles if role == position), None)
    else:
        role = roles[position] if position < len(roles) else None
    if role is None or (role == "params") == (cursor.place == "argument"):
        return None
    return _offer(cursor, _of_role(role, cursor, namespace, names, deadline))


def _of_role(
    role: Role,
    cursor: CallCursor,
    namespace: Mapping[str, object],
    names: ServerNames,
    deadline: float,
) -> Iterable[tuple[str, str]]:
    if role == "query":
        return _queries(cursor, names, deadline)
    if role == "data_source":
        sources = names.data_sources(deadline=deadline)
        return _texts(cursor, [(item.name, item.type) for item in sources])
    if role == "dashboard":
        return _named(cursor, names.dashboards(deadline=deadline))
    reference = _reference(cursor, namespace)
    if reference is None:
        return ()
    if role == "visualization":
        return _drawn(cursor, names.visualizations(reference, deadline=deadline))
    found = names.query(reference, deadline=deadline)
    return () if found is None else _in_dict(cursor, found, names, deadline)


def by_name(found: Sequence[NamedQuery | NamedDashboard], wanted: str) -> Iterator[tuple[str, str]]:
    """Yield the names in which `wanted` (case-folded) stands, each with its id.

    Those that begin with it come first. A name that several have names none of them.
    """
    ids: dict[str, list[int]] = {}
    for item in found:
        ids.setdefault(item.name, []).append(item.id)
    for name in sorted(ids, key=lambda name: not name.casefold().startswith(wanted)):
        if len(ids[name]) == 1 and wanted in name.casefold() and _is_read_as_name(name):
            yield name, str(ids[name][0])


def drawn_by_name(found: Sequence[Visualization], typed: str) -> Iterator[tuple[str, str]]:
    """Yield the names in which `typed` stands in any case, each with its type.

    Those that begin with it come first. Of a name that several have, or that would not be read as a
    name, it yields the ids, as it does for digits.
    """
    wanted = typed.casefold()
    names = Counter(item.name for item in found)
    for item in sorted(found, key=lambda item: not item.name.casefold().startswith(wanted)):
        if wanted and str(item.id).startswith(wanted):
            yield str(item.id), item.name
        elif wanted in item.name.casefold():
            is_clear = (
                names[item.name] == 1
                and item.name == plain_text(item.name, keep="").strip() != ""
                and not item.name.isdigit()
            )
            yield (item.name, item.type) if is_clear else (str(item.id), item.name)


def _is_read_as_name(text: str) -> bool:
    """Return whether a text is no number and no address, and has no odd characters."""
    try:
        return parse_reference(text).name == text == plain_text(text, keep="")
    except WatchframeError:
        return False


def _offer(cursor: CallCursor, candidates: Iterable[tuple[str, str]]) -> Offer:
    """Return what there is; outside of a string, a name that is being typed is a variable's."""
    found = list(candidates)
    return Offer(candidates=found, is_alone=bool(cursor.quote or found))


def _in_own_call(
    cursor: CallCursor, own: WatchQuery, names: ServerNames, deadline: float
) -> Offer | None:
    """Return what can stand in ``q(...)``, ``q.draw(...)``, ...: what the query itself knows."""
    if cursor.callee[1:] == ("draw",) and cursor.argument == 0:
        return _offer(cursor, _drawn(cursor, own.charts))
    query = NamedQuery(id=own.id, name=own.name, parameters=tuple(own.parameters))
    if cursor.place != "argument":
        return _offer(cursor, _in_dict(cursor, query, names, deadline))
    if isinstance(cursor.argument, str):
        return _offer(cursor, _values(cursor, query, cursor.argument, names, deadline))
    if cursor.quote:
        return None
    found = [
        (f"{item.name}=", item.type)
        for item in query.parameters
        if item.name.isidentifier() and item.name not in cursor.present
        if item.name.startswith(cursor.fragment)
    ]
    return _offer(cursor, found)


def _drawn(cursor: CallCursor, found: Sequence[Visualization]) -> Iterator[tuple[str, str]]:
    if cursor.fragment and not (cursor.quote or cursor.fragment.isdigit()):
        return  # a variable
    for word, meaning in drawn_by_name(found, cursor.typed):
        if not word.isdigit():
            yield _written(word, cursor), meaning
        elif not cursor.quote:
            yield word, meaning


def _queries(cursor: CallCursor, names: ServerNames, deadline: float) -> Iterator[tuple[str, str]]:
    wanted = cursor.typed.casefold()
    is_number = wanted.isdigit() or not wanted
    if not (cursor.quote or is_number):
        return
    found = names.queries(wanted, deadline=deadline)
    if not cursor.quote:
        for query in found:
            if str(query.id).startswith(wanted):
                yield str(query.id), query.name
        return
    yield from _named(cursor, found)


def _named(
    cursor: CallCursor, found: Sequence[NamedQuery | NamedDashboard]
) -> Iterator[tuple[str, str]]:
    if cursor.quote or not cursor.fragment:
        for name, number in by_name(found, cursor.typed.casefold()):
            yield _written(name, cursor), number


def _in_dict(
    cursor: CallCursor, query: NamedQuery, names: ServerNames, deadline: float
) -> Iterator[tuple[str, str]]:
    if cursor.place == "value":
        return _values(cursor, query, cursor.key, names, deadline)
    end = "" if cursor.quote else ": "
    present = cursor.present
    keys = [(item.name, item.type) for item in query.parameters if item.name not in present]
    return ((f"{text}{end}", meaning) for text, meaning in _texts(cursor, keys))


def _values(
    cursor: CallCursor, query: NamedQuery, name: str | None, names: ServerNames, deadline: float
) -> Iterator[tuple[str, str]]:
    for definition in query.parameters:
        if definition.name == name:
            yield from _texts(cursor, names.values(query, definition, deadline=deadline))


def _texts(cursor: CallCursor, texts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if cursor.fragment and not cursor.quote:
        return  # a variable, or a number
    for text, meaning in texts:
        if text.casefold().startswith(cursor.typed.casefold()):
            yield _written(text, cursor), meaning


def _written(text: str, cursor: CallCursor) -> str:
    """Return a text as Python has it: whole, or within the quotes that are open."""
    if cursor.is_raw:
        return text
    quote = cursor.quote or '"'
    within = text.replace("\\", "\\\\").replace(quote[0], f"\\{quote[0]}").replace("\n", "\\n")
    return within if cursor.quote else f"{quote}{within}{quote}"


def _function(callee: Sequence[str], cell: str, namespace: Mapping[str, object]) -> str | None:
    """Return which of our functions is called; None where it is another's."""
    first, *attributes = callee
    name = attributes[-1] if attributes else first
    if first not in namespace:
        # The cell that imports it may not have run yet, or it is this one.
        is_likely = "watchframe" in cell or (not attributes and "watch" in name)
        return name if is_likely else None
    found = namespace[first]
    if attributes:
        is_package = isinstance(found, types.ModuleType) and found.__name__ == "watchframe"
        return name if is_package and len(attributes) == 1 else None
    own_name = getattr(found, "__name__", None) if callable(found) else None
    return own_name if isinstance(own_name, str) and _is_ours(found) else None


def _is_ours(thing: object) -> bool:
    return str(getattr(thing, "__module__", "")).startswith("watchframe.")


def _reference(
    cursor: CallCursor, namespace: Mapping[str, object]
) -> int | str | QueryReference | None:
    """Return the query of a call, where it is a literal or a variable."""
    item = cursor.given(0, "query")
    if item is None:
        return None
    found = literal(item)
    if len(item) == 1 and item[0].kind == "name":
        found = namespace.get(item[0].text)
    return found if isinstance(found, int | str | QueryReference) else None
