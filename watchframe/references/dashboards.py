"""A dashboard, named by its id, its slug or the address of its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import unquote

from watchframe.errors import ArgumentError
from watchframe.references.pages import (
    DASHBOARD_PAGE,
    OLD_DASHBOARD_PAGE,
    id_of,
    match_page,
)

#: What stands at the end of a page's address, without the address.
_ID_AND_SLUG = re.compile(r"(?P<id>[0-9]{1,18})-.+")
#: What a slug cannot be: parts of an address, or an id that is not one.
_NO_SLUG = re.compile(r".*[\s?#].*|0*", re.DOTALL)


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
    """Return what `dashboard` refers to.

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
    number = id_of(dashboard)
    if number is not None:
        return DashboardReference(dashboard_id=number)
    if not isinstance(dashboard, str):
        _refuse(f"{dashboard!r}" if type(dashboard) is int else f"A {type(dashboard).__name__}")
    text = dashboard.strip()
    if "/" in text:
        return _page(text)
    if _NO_SLUG.fullmatch(text):
        _refuse(f"{text[:60]!r}")
    end = _ID_AND_SLUG.fullmatch(text)
    return DashboardReference(dashboard_id=None if end is None else int(end["id"]), slug=text)


def _page(address: str) -> DashboardReference:
    page = match_page(address, DASHBOARD_PAGE, OLD_DASHBOARD_PAGE)
    if page is None:
        _refuse("This address")  # it may carry a key or a password
    parts = page.match.groupdict()
    number = id_of(parts.get("id"))
    if "id" in parts and number is None:
        _refuse("This address")
    return DashboardReference(
        dashboard_id=number,
        slug=None if "id" in parts else unquote(parts["slug"]),
        server_url=page.server_url,
        url_parameters=page.url_parameters,
    )


def _refuse(what: str) -> NoReturn:
    raise ArgumentError(
        f"{what} does not refer to a dashboard.",
        hint="Use the dashboard's id, its slug, or the address of its page, such as "
        "https://host/dashboards/1-overview.",
    )
