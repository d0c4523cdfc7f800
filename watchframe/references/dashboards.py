"""A dashboard, named by its id, its slug or the URL of its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from watchframe.errors import ArgumentError

_HINT = (
    "Give the dashboard's id, its slug, or the address of its page, such as "
    "https://host/dashboards/1-overview."
)
#: The page of a dashboard on a present server: the slug after the id is for people.
_PAGE = re.compile(
    r"(?P<base>.*?)/(?:api/)?dashboards/(?P<id>[0-9]{1,18})(?:-(?P<slug>[^/]*))?/?(?:edit/?)?"
)
#: The page of a dashboard on an old one.
_OLD_PAGE = re.compile(r"(?P<base>.*?)/(?:api/dashboards|dashboard)/(?P<slug>[^/]+)/?")
#: What the page puts before a parameter's name.
_PREFIX = "p_"
_ID = re.compile(r"[0-9]{1,18}")
#: What stands at the end of a page's address, without the address.
_ID_AND_SLUG = re.compile(r"(?P<id>[0-9]{1,18})-.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardReference:
    """A dashboard: by its id, or where that is not known by its slug.

    Attributes
    ----------
    dashboard_id : int or None
    slug : str or None
        The words for people in its page's address.
    server_url : str or None
        The base URL (scheme, host, path); None where no URL was given.
    url_parameters : mapping of str to str
        The ``p_`` values in the URL, without their prefix; for people, not checked.
    """

    dashboard_id: int | None = None
    slug: str | None = None
    server_url: str | None = None
    url_parameters: Mapping[str, str] = field(default_factory=dict)


def parse_dashboard_reference(dashboard: int | str) -> DashboardReference:
    """Give what `dashboard` refers to.

    Parameters
    ----------
    dashboard : int or str
        An id, an id as text, a slug, the end of an address (``"1-overview"``: the slug goes first,
        for a slug may begin with a number), or the URL of a dashboard's page.

    Raises
    ------
    ArgumentError
        It is none of these.

    Examples
    --------
    >>> parse_dashboard_reference("https://host/dashboards/1-overview").dashboard_id
    1
    """
    if isinstance(dashboard, bool) or not isinstance(dashboard, int | str):
        _refuse(f"A {type(dashboard).__name__}")
    if isinstance(dashboard, int):
        return DashboardReference(dashboard_id=_id(dashboard))
    text = dashboard.strip()
    if _ID.fullmatch(text):
        return DashboardReference(dashboard_id=_id(int(text)))
    if "/" in text:
        return _page(text)
    if not text or re.search(r"[\s?#]", text):
        _refuse(f"{text[:60]!r}")
    end = _ID_AND_SLUG.fullmatch(text)
    return DashboardReference(dashboard_id=None if end is None else int(end["id"]), slug=text)


def _page(text: str) -> DashboardReference:
    """Read an address; it is never shown, for it may carry a key or a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        _refuse("This address")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        _refuse("This address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    where = f"{parts.scheme}://{host}" + ("" if port in (None, usual) else f":{port}")
    if match := _PAGE.fullmatch(parts.path):
        return DashboardReference(
            dashboard_id=_id(int(match["id"])),
            server_url=where + match["base"].rstrip("/"),
            url_parameters=_values(parts.query),
        )
    match = _OLD_PAGE.fullmatch(parts.path)
    if match is None or "/public/" in parts.path:
        _refuse("This address")
    return DashboardReference(
        slug=unquote(match["slug"]),
        server_url=where + match["base"].rstrip("/"),
        url_parameters=_values(parts.query),
    )


def _values(query: str) -> dict[str, str]:
    values = parse_qsl(query, keep_blank_values=True)
    return {name.removeprefix(_PREFIX): value for name, value in values if name.startswith(_PREFIX)}


def _id(number: int) -> int:
    if number <= 0:
        _refuse(str(number))
    return number


def _refuse(what: str) -> NoReturn:
    raise ArgumentError(f"{what} does not refer to a dashboard.", hint=_HINT)
