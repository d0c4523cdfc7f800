"""Which saved query, dashboard or visualization a name means, and which come near it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from watchframe.errors import (
    AccessDeniedError,
    AuthenticationError,
    NotFoundError,
    QueryReferenceError,
)
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard, Query, Visualization
from watchframe.plain_text import plain_text
from watchframe.reprs.words import first_few

if TYPE_CHECKING:
    from watchframe.client.queries import Queries
    from watchframe.http.deadline import Deadline

N = TypeVar("N", bound=Query | Dashboard | Visualization)

#: How many of a list are looked through where the server's search does not find a name.
LOOKED_THROUGH = 2000
#: How many an error names, and how like the name they have to be: 1 is the same.
_NAMED, _LIKENESS = 6, 0.6


def query_of_name(
    queries: Queries, name: str, *, ring: Collection[int], deadline: Deadline
) -> Query:
    """Return the one query of a name, as the server's list, or the query itself, has it.

    Parameters
    ----------
    queries : Queries
    name : str
    ring : collection of int
        Queries whose own keys are all that is known: such keys see no list. Empty with any other.
    deadline : Deadline

    Raises
    ------
    QueryReferenceError
        None or several have the name; the error tells the nearest ones.
    AuthenticationError
        The key is wrong, or is a query's, which sees no list.
    """
    if ring:
        return _of_ring(queries, name, ring, deadline)
    try:
        return _of_list(queries, name, deadline)
    except AuthenticationError as error:
        raise error.replace(
            message=f"The key is wrong, or a query's, which finds no names. {error.message}",
            hint=Hint(Kind.NAME_NEEDS_USER_KEY),
        ) from None


def listed_query(queries: Queries, query: Query, *, deadline: Deadline) -> Query | None:
    """Return a query as the server's list has it, which tells of its newest result.

    None where a search for its name does not find it, as a draft of another user.

    Raises
    ------
    ServerError
        The server could not be asked.
    """
    found = _search(queries, query.name, deadline, is_archived=query.is_archived)
    return next((item for item in found if item.id == query.id), None)


def has_name(query: Query, name: str) -> bool:
    """Return whether a name still finds a query, which may have been renamed or archived."""
    return not query.is_archived and _folded(query.name) == _folded(name)


def _of_ring(queries: Queries, name: str, ring: Collection[int], deadline: Deadline) -> Query:
    known = list(_readable(queries, ring, deadline))
    one = _only(name, known)
    if one is None:
        raise QueryReferenceError(
            f"None of the queries whose keys are known is called {name!r}: "
            f"{listed(known) or 'none of them can be read'}.",
            hint=Hint(Kind.NAME_NEEDS_USER_KEY),
        )
    return one


def _readable(queries: Queries, ring: Collection[int], deadline: Deadline) -> Iterator[Query]:
    for query_id in ring:
        try:
            yield queries.get(query_id, deadline=deadline)
        except (AccessDeniedError, AuthenticationError, NotFoundError):
            continue  # the key of another query than this one must not hide it


def _of_list(queries: Queries, name: str, deadline: Deadline) -> Query:
    found = seen = _search(queries, name, deadline)
    one = _only(name, found)
    # PostgreSQL finds a name of plain words by them, but not every one with other signs in it.
    if one is None and (not found or _words(name) != name):
        seen = list(islice(queries.list(deadline=deadline), LOOKED_THROUGH))
        one = _only(name, seen)
    if one is not None:
        return one
    archived = called(name, _search(queries, name, deadline, is_archived=True))
    if archived:
        raise QueryReferenceError(
            f"The query that is called {name!r} is archived: {listed(archived)}.",
            hint="It still runs: give its id.",
        )
    near = nearest(name, found, seen)
    kind = Kind.NEAREST_QUERIES if near else Kind.NO_NEAR_QUERY
    among = f" of the newest {len(seen):,}" if len(seen) >= LOOKED_THROUGH else ""
    raise QueryReferenceError(
        f"No query{among} is called {name!r}.", hint=Hint(kind, nearest=listed(near))
    )


def _search(
    queries: Queries, name: str, deadline: Deadline, *, is_archived: bool = False
) -> list[Query]:
    words = _words(_spelled(name))
    if not words:
        return []
    found = queries.list(search=words, is_archived=is_archived, deadline=deadline)
    return list(islice(found, LOOKED_THROUGH))


def _words(name: str) -> str:
    """Return the words of a name, without the signs that the server's search takes for its own."""
    return " ".join(re.findall(r"[^\W_]+", name))


def _only(name: str, queries: Sequence[Query]) -> Query | None:
    """Return the one query of a name; None where there is none."""
    found = called(name, queries)
    if len(found) > 1:
        raise QueryReferenceError(
            f"{len(found)} queries are called {name!r}: {listed(found)}.",
            hint="Give the id of the one that is meant.",
        )
    return found[0] if found else None


def called(name: str, items: Iterable[N]) -> list[N]:
    """Return those of a name: spelled as it is, else with other blanks, else in other cases."""
    known = list(items)
    for spelled in (str, _spelled, _folded):
        found = [item for item in known if spelled(item.name) == spelled(name)]
        if found:
            return found
    return []


def _spelled(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", _spelled(name).casefold())


def nearest(name: str, found: Iterable[N], others: Iterable[N]) -> list[N]:
    """Return what comes near a name, the nearest first: all `found`, and those of `others`."""
    close = [item for item in others if _likeness(name, item) >= _LIKENESS]
    near = {item.id: item for item in (*found, *close)}.values()
    return sorted(near, key=lambda item: _likeness(name, item), reverse=True)


def nothing_found(queries: Queries, search: str, tags: Iterable[str]) -> str:
    """Return what to say where a search found no query: the nearest names, or tags.

    Raises
    ------
    ServerError
        The server could not be asked.
    """
    known = list(queries.tags()) if tags else []
    for tag in tags:
        if tag not in known:
            near_tags = difflib.get_close_matches(tag, known)
            meant = f" Did you mean {', '.join(map(repr, near_tags))}?" if near_tags else ""
            return f"No query has the tag {tag!r}.{meant}"
    near = nearest(search, (), islice(queries.list(), LOOKED_THROUGH)) if search else []
    return "No query is found." + (f" Did you mean {listed(near)}?" if near else "")


def _likeness(name: str, item: N) -> float:
    return difflib.SequenceMatcher(None, _folded(name), _folded(item.name)).ratio()


def listed(items: Sequence[Query | Dashboard]) -> str:
    """Return ids, names and owners of the first of them."""

    def words(item: Query | Dashboard) -> str:
        return f"{item.id} {item.name!r} ({plain_text(item.owner, keep='') or 'no owner'})"

    return first_few(items, _NAMED, words)
