"""Links to a server's pages, turned to the pages of another server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

#: An object's id on the source -> that on the target; None where it is not there (yet).
OnTarget = Callable[[int], int | None]
Linked = Literal["query", "dashboard", "visualization", "widget"]

_KINDS: Mapping[str, Linked] = {"queries": "query", "dashboards": "dashboard"}
#: What follows the object's number in an address: to the end of the link, in Markdown or HTML.
_PAGE = r"/(?P<noun>queries|dashboards)/(?P<number>[0-9]+)(?!\w)(?P<rest>[^\s\"'<>()\[\]]*)"
#: ``/queries/12#34`` shows visualization 34.
_SHOWN = re.compile(r"#([0-9]+)(?![0-9])")
#: ``?p_w5_market=WETH`` is a parameter of widget 5.
_WIDGET = re.compile(r"(?<=[?&;]p_w)([0-9]+)(?=_)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLinks:
    """How links change in a move.

    Attributes
    ----------
    source, target : str
        The servers' URLs.
    on_target : mapping
        By kind of object.
    """

    source: str
    target: str
    on_target: Mapping[Linked, OnTarget]

    def in_text(self, text: str) -> str:
        """Give a text for people: whole addresses are turned, and paths such as ``/queries/12``.

        A link to what is not on the target stays as it is.
        """
        here, there = (urlsplit(url).path.rstrip("/") for url in (self.source, self.target))
        path = rf"(?<![\w./:%~-]){re.escape(here)}{_PAGE}"
        return self._turned(path, there, self.in_sql(text))

    def in_sql(self, text: str) -> str:
        """Give SQL: only whole addresses are turned, for a path may be a value that is compared."""
        return self._turned(re.escape(self.source) + _PAGE, self.target, text)

    def in_json(self, value: object) -> object:
        """Give a JSON value with the links of all its texts turned."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return {name: self.in_json(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.in_json(item) for item in value]
        return value

    def _turned(self, pattern: str, base: str, text: str) -> str:
        def turned(match: re.Match[str]) -> str:
            noun = match["noun"]
            number = self.on_target[_KINDS[noun]](int(match["number"]))
            if number is None:
                return match[0]
            return f"{base}/{noun}/{number}{self._rest(match['rest'])}"

        return re.sub(pattern, turned, text)

    def _rest(self, rest: str) -> str:
        rest = _WIDGET.sub(lambda found: self._number("widget", found[1]), rest)
        return _SHOWN.sub(lambda found: "#" + self._number("visualization", found[1]), rest)

    def _number(self, kind: Linked, number: str) -> str:
        return str(self.on_target[kind](int(number)) or number)
