"""`find_watch_queries`: the saved queries that a search finds, as a frame or as they are."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from itertools import islice

import pandas as pd

from watchframe.client import Client
from watchframe.client.listing import PAGE_SIZE
from watchframe.client.names import LOOKED_THROUGH, nothing_found
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.interactive import is_interactive
from watchframe.keys import without_keys
from watchframe.models import Query
from watchframe.models.results import records_frame
from watchframe.plain_text import plain_text
from watchframe.read.options import client_for

#: The columns that are those of `Listing.to_frame`, and what they are called here.
_COLUMNS = {
    "id": "id",
    "name": "name",
    "tags": "tags",
    "owner": "owner",
    "updated_at": "updated",
    "runtime": "runtime",
}


def find_watch_queries(
    search: str = "",
    *,
    tags: Sequence[str] = (),
    mine: bool = False,
    favorites: bool = False,
    limit: int | None = PAGE_SIZE,
    client: Client | None = None,
) -> pd.DataFrame:
    """Return the saved queries that a search finds, newest first: what they are called, and more.

    Parameters
    ----------
    search : str
        Words that the server finds in the name, the description or the SQL; most servers find whole
        words and the beginnings of words. A word such as ``#lending`` is a tag, or the beginning of
        one. All queries without.
    tags : sequence of str
        Only those that have all of these.
    mine : bool
        Only those that the key's owner made, drafts among them. The drafts of others are in no
        list, nor are archived queries.
    favorites : bool
        Only those that the key's owner marked.
    limit : int or None
        How many at most; None for all.
    client : Client, optional
        Instead of the one of `connect`, or of the settings.

    Returns
    -------
    pandas.DataFrame
        One row for each, with the same columns and dtypes where there is none: ``id`` (Int64),
        ``name`` (string), ``tags`` (lists of str), ``owner`` (string), ``updated`` (datetime64,
        UTC), ``runtime`` of the newest stored result in seconds (Float64), ``parameters`` (lists of
        their names), ``link`` (string), its page's address. `read_watch_query` takes an id, a link
        and a name that no other query has. Where there is none and a person is watching, standard
        error names the nearest.

    Raises
    ------
    ArgumentError
        `limit` is less than 1.
    ConfigurationError
        No server or no API key is known.
    AuthenticationError
        The key is wrong, or a query's, which sees no list.
    ServerError
        The server could not be asked.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     found = find_watch_queries("borrow", tags=["lending"], client=client)
    >>> found[["id", "name", "parameters"]].to_dict("records")
    [{'id': 1, 'name': 'Borrows by market', 'parameters': ['markets', 'period', 'min_amount']}]
    """
    if limit is not None and limit < 1:
        raise ArgumentError(f"limit is {limit}.", hint="Give 1 or more, or None for all.")
    client = client_for(None, client)
    found = search_queries(client, search, tags=tags, mine=mine, favorites=favorites, limit=limit)
    if not found and is_interactive():
        with contextlib.suppress(WatchframeError):  # the answer is right without it
            words = nothing_found(client.queries, search, tags)
            sys.stderr.write(f"{without_keys(plain_text(words))}\n")
    frame = records_frame(found, Query)[[*_COLUMNS]].rename(columns=_COLUMNS)
    frame["tags"] = frame["tags"].map(list)
    names = [[item.name for item in query.parameters] for query in found]
    frame["parameters"] = pd.Series(names, dtype="object")
    links = [f"{client.server}/queries/{query.id}" for query in found]
    frame["link"] = pd.Series(links, dtype="string")
    return frame


def search_queries(
    client: Client,
    search: str,
    *,
    tags: Sequence[str] = (),
    mine: bool = False,
    favorites: bool = False,
    recent: bool = False,
    limit: int | None = None,
) -> list[Query]:
    """Return the saved queries that a search finds, newest first; as of `find_watch_queries`.

    Where a word of it is a tag, the newest two thousand that the other words find are looked
    through. With `recent`, those few that were edited last are, for words of the name and the
    description: the server cannot search among them.
    """
    words = search.split()
    starts = [word[1:].casefold() for word in words if word.startswith("#") and len(word) > 1]
    text = " ".join(word for word in words if not word.startswith("#"))
    # The server has a list of the one kind and of the other, and none of both.
    found: Iterable[Query] = (
        (query for query in client.queries.list(is_recent=True) if _has_words(query, text))
        if recent
        else client.queries.list(
            search=text or None, tags=tags, is_mine=mine, is_favorite=favorites and not mine
        )
    )
    chosen = (
        query
        for query in islice(found, LOOKED_THROUGH if starts else None)
        if (query.is_favorite or not (mine and favorites))
        and all(any(own.casefold().startswith(start) for own in query.tags) for start in starts)
    )
    return list(islice(chosen, limit))


def _has_words(query: Query, text: str) -> bool:
    own = f"{query.name} {query.description}".casefold()
    return all(word in own for word in text.casefold().split())
