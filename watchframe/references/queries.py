"""A saved query, named by its id, its name or an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from watchframe.config.server_url import DASHBOARD_PAGES, QUERY_PAGES, match_page
from watchframe.errors import ArgumentError, QueryReferenceError
from watchframe.hints import Hint, Kind
from watchframe.keys import Secret, as_secret, is_key
from watchframe.references.pages import (
    COPY_AGAIN,
    id_of,
    is_address,
    shown_reference,
)
from watchframe.reprs import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QueryReference(Shown):
    """A saved query or one of its results, and what its address says.

    Attributes
    ----------
    query_id : int or None
        None where only its name is known, or only the id of a result.
    name : str or None
        What people call it; None where an id or an address was given.
    result_id : int or None
        The one result that the address is of; None where it is the query's.
    visualization_id : int or None
        The saved visualization that the address opens, as ``/queries/42#17`` does.
    server_url : str or None
        The base URL (scheme, host, path); None where no address was given.
    url_parameters : mapping of str to str
        The ``p_`` values of the address as they stand there, without the prefix.
    api_key : Secret or None
        The key that the address holds: the query's own, as a rule.
    """

    query_id: int | None = None
    name: str | None = None
    result_id: int | None = None
    visualization_id: int | None = None
    server_url: str | None = None
    url_parameters: Mapping[str, str] = field(default_factory=dict)
    api_key: Secret | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "api_key", as_secret(self.api_key))

    @property
    def label(self) -> str:
        """What messages call it."""
        if self.result_id is not None:
            return f"result {self.result_id}"
        return f"query {self.query_id if self.name is None else repr(self.name)}"


def require_query(reference: QueryReference) -> None:
    """Raise QueryReferenceError where a reference is to one result, which is there already."""
    if reference.result_id is not None:
        raise QueryReferenceError(
            f"{reference.label.capitalize()} is one result, not a query.",
            hint="Give the id or the address of the query.",
        )


def parse_reference(query: int | str | QueryReference) -> QueryReference:
    """Return what `query` refers to.

    Parameters
    ----------
    query : int, str or QueryReference
        An id, an id as text, a name, or an address: of a query's page, of its embedded chart, of
        its results (``/api/queries/42/results.json?api_key=...``), or of one result. A server may
        live under a path. A text that is no address is a name.

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
    text = query.strip() if isinstance(query, str) else ""
    shown = shown_reference(query)
    del query  # from here on: a frame that raises holds no text of a key
    if text and not is_address(text) and not text.isdigit():
        return QueryReference(name=text)
    page = match_page(text, *QUERY_PAGES)
    is_dashboard = page is None and match_page(text, *DASHBOARD_PAGES) is not None
    is_bare = "://" not in text and is_address(text)
    del text
    parts = page.match.groupdict() if page is not None else {}
    query_id, result_id = id_of(parts.get("id")), id_of(parts.get("result"))
    if page is None or any(id_of(parts[part]) is None for part in parts.keys() & {"id", "result"}):
        if is_dashboard:
            raise QueryReferenceError(
                f"{shown} is the address of a dashboard, not of a query.",
                hint=Hint(Kind.IS_DASHBOARD),
            )
        if is_bare:
            raise QueryReferenceError(
                f"{shown} is an address without its beginning.",
                hint="Copy it whole, with https:// in front.",
            )
        raise QueryReferenceError(
            f"{shown} does not refer to a query.", hint=Hint(Kind.QUERY_REFERENCE)
        )
    if page.api_key is not None and not is_key(page.api_key):
        raise QueryReferenceError(f"The key in {shown} cannot be one.", hint=COPY_AGAIN)
    return QueryReference(
        query_id=query_id,
        result_id=result_id,
        visualization_id=id_of(parts.get("visualization") or page.fragment),
        server_url=page.server_url,
        url_parameters=page.url_parameters,
        api_key=page.api_key,
    )


def parse_references(
    queries: Iterable[int | str | QueryReference],
) -> tuple[QueryReference, ...]:
    """Return what each of several queries refers to, as of `parse_reference`.

    Raises
    ------
    ArgumentError
        It is a single one.
    QueryReferenceError
        One of them is no reference.
    """
    try:
        if isinstance(queries, str | bytes | Mapping) or not isinstance(queries, Iterable):
            raise ArgumentError(
                f"queries is {shown_reference(queries)}, which is not a list.",
                hint="Give a list, such as [42, 43].",
            )
        return tuple(map(parse_reference, queries))
    finally:
        del queries  # addresses may hold keys, and a traceback may show this frame's variables
