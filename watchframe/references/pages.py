"""What references to queries and to dashboards have in common: ids, and addresses of pages."""

from __future__ import annotations

import operator
import re
from typing import NamedTuple, SupportsIndex
from urllib.parse import parse_qsl

from watchframe.config.server_url import split_url

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
    """

    match: re.Match[str]
    server_url: str
    url_parameters: dict[str, str]


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
    )


def id_of(value: object) -> int | None:
    """Return an id that was given as an integer or in digits, or None."""
    if isinstance(value, str):
        text = value.strip()
        number = int(text) if _ID.fullmatch(text) else 0
    elif isinstance(value, SupportsIndex) and not isinstance(value, bool):
        number = operator.index(value)
    else:
        return None
    return number if number > 0 else None
