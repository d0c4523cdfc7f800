"""The URL of a server in one spelling, also from the address of a page; whose page it is."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from watchframe.errors import ConfigurationError
from watchframe.hints import Hint, Kind
from watchframe.keys import Secret

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Names, and addresses in digits. What splits a URL here and what connects could otherwise see two
#: hosts in one text, such as ``evil.example\.localhost``.
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]*:[0-9a-f:.]*(?:%[\w.-]+)?")
#: A host with a dot or a port, and a path: no key looks like that.
_HARMLESS = re.compile(r"([a-z]+://)?[\w-]*([.:][\w-]+)+(/[\w.-]*)*", re.IGNORECASE)

#: The page of a query; ``source`` is its editor. The name after the id is for people. Below
#: ``results`` lies what the page's dialog "Show API Key" and its downloads give the address of.
QUERY_PAGES = (
    re.compile(
        r"(?P<base>.*?)/api/queries/(?P<id>[0-9]{1,18})/results/(?P<result>[0-9]{1,18})"
        r"(?:\.(?:json|csv|tsv|xlsx))?/?"
    ),
    re.compile(
        r"(?P<base>.*?)/embed/query/(?P<id>[0-9]{1,18})/visualization/"
        r"(?P<visualization>[0-9]{1,18})/?"
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
#: Other addresses that people copy, and that say where a server is: the page with the key of its
#: user, the login, and what lies below ``/api/``.
_OTHER_PAGES = (
    re.compile(r"(?P<base>.*?)/(?:users/(?:me|[0-9]+)|login)/?"),
    re.compile(
        r"(?P<base>.*?)/api/(?:queries|query_results|dashboards|data_sources|session)(?:/.*)?"
    ),
)
#: What a page's address puts before the name of a parameter.
_PREFIX = "p_"
#: The name of a column that is a filter, such as ``market::filter``.
_FILTER = re.compile(r".+(?:::|__)(?:filter|multi-?filter)", re.IGNORECASE)


def split_url(text: str) -> tuple[str, SplitResult] | None:
    """Return an http or https URL's origin in one spelling, and the URL's parts.

    The origin is the scheme, the host in lower case, and the port unless it is the scheme's own,
    without credentials. None stands for any other text.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(parts.hostname or ""):
        return None
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    is_default = port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}"), parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """What the URL of a server says, or the address of one of its pages.

    Attributes
    ----------
    url : str
        The server's base URL: its origin and path, no trailing slash; empty with a `refusal`.
    query_id : int or None
        The query of whose page it is.
    api_key : Secret or None
        The key that it holds: that query's own, or without a query, a user's.
    refusal : ConfigurationError or None
        It is not an http or https URL of a server, or it carries credentials.
    """

    url: str = ""
    query_id: int | None = None
    api_key: Secret | None = None
    refusal: ConfigurationError | None = None


def as_server(address: Any) -> Any:
    """Return a server's URL, or the address of one of its pages, as a `ServerAddress`.

    Each function that takes one begins with this: an address may hold a key, and a traceback may
    show the variables of its frame. What is no URL is refused where settings are read; None stays.
    """
    if address is None or isinstance(address, ServerAddress):
        return address
    found = split_url(address) if isinstance(address, str) else None
    if found is None:
        # Where URL and key were confused, it is the key.
        is_harmless = isinstance(address, str) and _HARMLESS.fullmatch(address)
        shown = repr(address[:80]) if is_harmless else "What was given"
        refusal = ConfigurationError(
            f"{shown} is not a server's URL.",
            hint='Write it as "https://app.inverse.watch", or with a path: "https://host/org". The '
            "key comes second.",
        )
        return ServerAddress(refusal=refusal)
    origin, parts = found
    if parts.username or parts.password:
        refusal = ConfigurationError(
            "The server's URL carries a user name or a password.",
            hint="Leave them out: the API key is all that the server wants.",
        )
        return ServerAddress(refusal=refusal)
    page = match_page(address, *QUERY_PAGES, SHARED_DASHBOARD_PAGE, DASHBOARD_PAGE, *_OTHER_PAGES)
    if page is None:
        return ServerAddress(url=origin + parts.path.rstrip("/"), api_key=_key_in(parts.query))
    is_query = page.match.re in QUERY_PAGES and "id" in page.match.groupdict()
    return ServerAddress(
        url=page.server_url,
        query_id=int(page.match["id"]) or None if is_query else None,
        api_key=page.api_key,
    )


def server_url(text: str) -> str:
    """Return the base URL of a server, or of a page's server, in one spelling.

    Raises
    ------
    ConfigurationError
        It is not an http or https URL of a server, or it carries credentials.
    """
    found: ServerAddress = as_server(text)
    if found.refusal is not None:
        raise found.refusal
    return found.url


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
    url_filters : dict of str to list of str
        Its values of filters, by their columns' names.
    api_key : Secret or None
    fragment : str
        What stands behind the ``#``.
    """

    match: re.Match[str]
    server_url: str
    url_parameters: dict[str, str]
    url_filters: dict[str, list[str]]
    api_key: Secret | None
    fragment: str


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
    return Page(
        match,
        server_url=origin + match["base"].rstrip("/"),
        url_parameters={
            name.removeprefix(_PREFIX): value for name, value in values if name.startswith(_PREFIX)
        },
        url_filters={
            name: [value for other, value in values if other == name]
            for name, _ in values
            if _FILTER.fullmatch(name) and not name.startswith(_PREFIX)
        },
        api_key=_key_in(parts.query),
        fragment=parts.fragment,
    )


def _key_in(query: str) -> Secret | None:
    """Return the key that stands behind the ``?`` of an address."""
    key = dict(parse_qsl(query)).get("api_key", "").strip()
    return Secret(key) if key else None


def require_same_server(page: str | None, connected: str) -> None:
    """Raise ConfigurationError where a page is not on the connected server.

    The key of one server is never sent to another one.

    Parameters
    ----------
    page : str or None
        The base URL of the page's server; None where an id was given instead of a page.
    connected : str
        The base URL of the connected server.
    """
    if page in (None, connected):
        return
    raise ConfigurationError(
        f"That is a page of {page}, but the connection is to {connected}.",
        hint=Hint(Kind.OTHER_SERVER, server=page),
    )


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
