"""What references to queries and to dashboards have in common: ids, and addresses of pages."""

from __future__ import annotations

import operator
import re
from typing import NamedTuple, SupportsIndex
from urllib.parse import parse_qsl

from watchframe.config.server_url import split_url
from watchframe.keys import Secret, without_keys

#: The page of a query; ``source`` is its editor. The name after the id is for people. Below
#: ``results`` lies what the page's dialog "Show API Key" and its downloads give the address of.
QUERY_PAGES = (
    re.compile(
        r"(?P<base>.*?)/api/queries/(?P<id>[0-9]{1,18})/results/(?P<result>[0-9]{1,18})"
        r"(?:\.(?:json|csv|tsv|xlsx))?/?"
    ),
    re.compile(r"(?P<base>.*?)/(?:embed/query|api/queries|queries)/(?P<id>[0-9]{1,18})(?:[-/].*)?"),
    re.compile(
        r"(?P<base>.*?)/api/query_results/(?P<result>[0-9]{1,18})(?:\.(?:json|csv|tsv|xlsx))?/?"
    ),
)
#: The page of a dashboard on a present server: all after the id is for people.
DASHBOARD_PAGE = re.compile(
    r"(?P<base>.*?)/(?:api/)?dashboards/(?P<id>[0-9]{1,18})(?:-(?P<slug>.*?))?/?(?:edit/?)?"
)
#: The page of a dashboard on an old one.
OLD_DASHBOARD_PAGE = re.compile(
    r"(?!.*/public/)(?P<base>.*?)/(?:api/dashboards|dashboard)/(?P<slug>[^/]+)/?"
)
#: The page of a shared dashboard: the token is its key.
SHARED_DASHBOARD_PAGE = re.compile(
    r"(?P<base>.*?)/(?:api/dashboards/public|public/dashboards)/(?P<token>[^/]+)/?"
)
#: A token may begin as an id does, so the shared one goes first.
DASHBOARD_PAGES = (SHARED_DASHBOARD_PAGE, DASHBOARD_PAGE, OLD_DASHBOARD_PAGE)

#: A text that was meant as an address but lacks ``https://``.
_BARE_ADDRESS = re.compile(
    r"\S*(?:/(?:queries|dashboards?|embed|api|public)/|api_key=)\S*"
    r"|(?:queries|dashboards?)/[0-9]\S*",
    re.IGNORECASE,
)
#: The key of an address that was copied with line ends, spaces or more in it.
_KEY_OF_ADDRESS = re.compile(r"(\bapi(?:_|%5F)?key=)[^&#]+", re.IGNORECASE)
#: The hint of an address whose key cannot be one.
COPY_AGAIN = "Copy the address again, as one word: a key has no spaces or line ends."
_SHOWN_CHARACTERS = 120
_ID = re.compile(r"[0-9]{1,18}")
#: What a page's address puts before the name of a parameter.
_PREFIX = "p_"


class Page(NamedTuple):
    """An address that was recognized.

    Attributes
    ----------
    match : re.Match
        Of its path.
    server_url : str
        The base URL of its server.
    url_parameters : dict of str to str
        Its ``p_`` values, without the prefix.
    api_key : Secret or None
    """

    match: re.Match[str]
    server_url: str
    url_parameters: dict[str, str]
    api_key: Secret | None


def match_page(address: str, *patterns: re.Pattern[str]) -> Page | None:
    """Return a page whose whole path one of `patterns` matches, or None.

    Each pattern has a group ``base``, for the path that a server may live under.
    """
    found = split_url(address)
    if found is None:
        return None
    origin, parts = found
    match = next(filter(None, (pattern.fullmatch(parts.path) for pattern in patterns)), None)
    if match is None:
        return None
    values = parse_qsl(parts.query, keep_blank_values=True)
    key = dict(values).get("api_key", "").strip()
    return Page(
        match,
        server_url=origin + match["base"].rstrip("/"),
        url_parameters={
            name.removeprefix(_PREFIX): value for name, value in values if name.startswith(_PREFIX)
        },
        api_key=Secret(key) if key else None,
    )


def is_address(text: str) -> bool:
    """Return whether a text was meant as an address, also as one that cannot be read."""
    return "://" in text or _BARE_ADDRESS.fullmatch(text) is not None


def shown_reference(reference: object) -> str:
    """Return how a message shows a reference: without a key or password, and not too long."""
    if isinstance(reference, str):
        # A key that is none may have any characters.
        reference = _KEY_OF_ADDRESS.sub(r"\1***", reference)
    shown = without_keys(repr(reference))
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    return shown


def id_of(value: object) -> int | None:
    """Return an id that was given as an integer or in digits, or None."""
    if isinstance(value, str):
        text = value.strip()
        number = int(text) if _ID.fullmatch(text) else 0
    # The protocol looks for its methods each time, so the usual kind goes first.
    elif isinstance(value, int | SupportsIndex) and not isinstance(value, bool):
        number = operator.index(value)
    else:
        return None
    return number if number > 0 else None
