"""A dashboard, named by its id, its slug, its name or an address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from watchframe.config.server_url import DASHBOARD_PAGES, QUERY_PAGES, match_page
from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind
from watchframe.keys import Secret, as_secret, is_key
from watchframe.references.pages import (
    COPY_AGAIN,
    id_of,
    is_address,
    shown_reference,
)

#: What stands at the end of a page's address, without the address.
_ID_AND_SLUG = re.compile(r"(?P<id>[0-9]{1,18})-.+")
#: What a slug cannot be: words of a name, or a part of an address.
_NO_SLUG = re.compile(r"[\s/?#]")


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardReference:
    """A dashboard: by its id, its slug, its name, or as the one that a token opens.

    Attributes
    ----------
    dashboard_id : int or None
    slug : str or None
        The words for people in its page's address.
    name : str or None
        What people call it; None where an id or an address was given. A text may be either: its
        slug goes first.
    is_shared : bool
        Whether it is the page of a shared dashboard, whose token is `api_key`.
    api_key : Secret or None
        The key that the address holds.
    server_url : str or None
        The base URL (scheme, host, path); None where no URL was given.
    url_parameters : mapping of str to str
        The ``p_`` values in the URL, without their prefix; for people, not checked.
    url_filters : mapping of str to sequence of str
        The values in the URL of filters, by their columns' names.
    """

    dashboard_id: int | None = None
    slug: str | None = None
    name: str | None = None
    is_shared: bool = False
    api_key: Secret | None = None
    server_url: str | None = None
    url_parameters: Mapping[str, str] = field(default_factory=dict)
    url_filters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "api_key", as_secret(self.api_key))

    @property
    def label(self) -> str:
        """What messages call it."""
        if self.is_shared:
            return "shared dashboard"
        return f"dashboard {self.dashboard_id or repr(self.name or self.slug)}"


def parse_dashboard_reference(dashboard: int | str | DashboardReference) -> DashboardReference:
    """Return what `dashboard` refers to.

    Parameters
    ----------
    dashboard : int, str or DashboardReference
        An id, an id as text, a slug, a name, the end of an address (``"1-overview"``: the slug goes
        first, for a slug may begin with a number), or the URL of a dashboard's page, also of a
        shared one (``/public/dashboards/<token>``).

    Raises
    ------
    ArgumentError
        It is none of these. The message shows what was given, without a key or password.

    Examples
    --------
    >>> parse_dashboard_reference("https://host/dashboards/1-overview").dashboard_id
    1
    """
    if isinstance(dashboard, DashboardReference):
        return dashboard
    number = id_of(dashboard)
    if number is not None:
        return DashboardReference(dashboard_id=number)
    text = dashboard.strip() if isinstance(dashboard, str) else ""
    shown = shown_reference(dashboard)
    del dashboard  # from here on: a frame that raises holds no text of a key
    if text.strip("0") and not is_address(text):
        end = _ID_AND_SLUG.fullmatch(text)
        return DashboardReference(
            dashboard_id=None if end is None else int(end["id"]),
            slug=None if _NO_SLUG.search(text) else text,
            name=text if end is None else None,
        )
    page = match_page(text, *DASHBOARD_PAGES)
    is_query = page is None and match_page(text, *QUERY_PAGES) is not None
    is_bare = "://" not in text and is_address(text)
    del text
    parts = page.match.groupdict() if page is not None else {}
    number = id_of(parts.get("id"))
    if page is None or ("id" in parts and number is None):
        if is_query:
            raise ArgumentError(
                f"{shown} is the address of a query, not of a dashboard.", hint=Hint(Kind.IS_QUERY)
            )
        if is_bare:
            raise ArgumentError(
                f"{shown} is an address without its beginning.",
                hint="Copy it whole, with https:// in front.",
            )
        raise ArgumentError(
            f"{shown} does not refer to a dashboard.",
            hint="Give the dashboard's id, its name, or the address of its page, such as "
            "https://host/dashboards/1-overview.",
        )
    slug, token = parts.get("slug"), parts.get("token")
    found = DashboardReference(
        dashboard_id=number,
        slug=unquote(slug) if slug is not None and number is None else None,
        is_shared=token is not None,
        api_key=page.api_key if token is None else Secret(unquote(token)),
        server_url=page.server_url,
        url_parameters=page.url_parameters,
        url_filters=page.url_filters,
    )
    del page, parts, token
    if found.api_key is not None and not is_key(found.api_key):
        raise ArgumentError(f"The key in {shown} cannot be one.", hint=COPY_AGAIN)
    return found
