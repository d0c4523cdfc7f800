"""A saved query, named by its id or by the URL of its page."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import parse_qsl, urlsplit

from watchframe.errors import QueryReferenceError
from watchframe.hints import Hint, Kind

_SHOWN_CHARACTERS = 120

#: The page of a query; ``source`` is its editor. The name after the id is for people.
_PAGE = re.compile(
    r"(?P<base>.*?)/(?:embed/query|api/queries|queries)/(?P<id>[0-9]{1,18})(?:[-/].*)?"
)
_ID = re.compile(r"[0-9]{1,18}")
_PREFIX = "p_"
#: A pasted address may carry a key, or a password.
_SECRET = re.compile(r"(?P<name>api_key=)[^&#;\s]*|(?P<slashes>//)[^/@\s]*@", re.IGNORECASE)


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
    """Give what `query` refers to.

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
    if isinstance(query, str):
        text = query.strip()
        return (
            QueryReference(query_id=_id(int(text), query)) if _ID.fullmatch(text) else _page(text)
        )
    if isinstance(query, bool):
        _refuse(query)
    try:
        return QueryReference(query_id=_id(operator.index(query), query))
    except TypeError:
        _refuse(query)


def _page(text: str) -> QueryReference:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        _refuse(text)
    match = _PAGE.fullmatch(parts.path)
    if parts.scheme not in ("http", "https") or not parts.hostname or match is None:
        _refuse(text)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    where = host if port in (None, usual) else f"{host}:{port}"
    values = parse_qsl(parts.query, keep_blank_values=True)
    return QueryReference(
        query_id=_id(int(match["id"]), text),
        server_url=f"{parts.scheme}://{where}{match['base'].rstrip('/')}",
        url_parameters={
            name.removeprefix(_PREFIX): value for name, value in values if name.startswith(_PREFIX)
        },
    )


def _id(number: int, given: object) -> int:
    if number <= 0:
        _refuse(given)
    return number


def _refuse(given: object) -> NoReturn:
    shown = _SECRET.sub(_starred, repr(given)) if isinstance(given, str) else repr(given)
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    raise QueryReferenceError(
        f"{shown} does not refer to a query.", hint=Hint(Kind.QUERY_REFERENCE)
    )


def _starred(found: re.Match[str]) -> str:
    return f"{found['name'] or found['slashes']}***"
