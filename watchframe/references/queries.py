"""A saved query, named by its id or by the address of its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchframe.errors import QueryReferenceError
from watchframe.hints import Hint, Kind
from watchframe.references.pages import id_of, match_page

#: The page of a query; ``source`` is its editor. The name after the id is for people.
_PAGE = re.compile(
    r"(?P<base>.*?)/(?:embed/query|api/queries|queries)/(?P<id>[0-9]{1,18})(?:[-/].*)?"
)
#: A pasted address may carry a key, or a password.
_SECRET = re.compile(r"(?P<name>api_key=)[^&#;\s]*|(?P<slashes>//)[^/@\s]*@", re.IGNORECASE)
_SHOWN_CHARACTERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryReference:
    """A saved query, and what the URL of its page says.

    Attributes
    ----------
    query_id : int
    server_url : str or None
        The base URL (scheme, host, path); None where only an id was given.
    url_parameters : mapping of str to str
        The ``p_`` values of the URL as they stand there, without the prefix.
    """

    query_id: int
    server_url: str | None = None
    url_parameters: Mapping[str, str] = field(default_factory=dict)


def parse_reference(query: int | str | QueryReference) -> QueryReference:
    """Return what `query` refers to.

    Parameters
    ----------
    query : int, str or QueryReference
        An id, an id as text, or the URL of a query's page. A server may live under a path.

    Raises
    ------
    QueryReferenceError
        It is none of these. The message shows what was given, without an API key or password.

    Examples
    --------
    >>> parse_reference("https://host/org/queries/42-borrows?p_market=WETH").query_id
    42
    """
    if isinstance(query, QueryReference):
        return query
    number = id_of(query)
    if number is not None:
        return QueryReference(query_id=number)
    page = match_page(query, _PAGE) if isinstance(query, str) else None
    number = id_of(page.match["id"]) if page is not None else None
    if page is None or number is None:
        shown = repr(query)
        if isinstance(query, str):
            shown = _SECRET.sub(lambda found: f"{found['name'] or found['slashes']}***", shown)
        if len(shown) > _SHOWN_CHARACTERS:
            shown = f"{shown[:_SHOWN_CHARACTERS]}..."
        raise QueryReferenceError(
            f"{shown} does not refer to a query.",
            hint=Hint(Kind.QUERY_REFERENCE),
        )
    return QueryReference(
        query_id=number, server_url=page.server_url, url_parameters=page.url_parameters
    )
