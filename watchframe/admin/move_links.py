"""Links to a server's pages, rewritten for another server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

#: An object's id on the source -> that on the target; None where it is not there (yet).
OnTarget = Callable[[int], int | None]
Kind = Literal["query", "visualization", "dashboard", "widget"]

_KINDS: Mapping[str, Kind] = {"queries": "query", "dashboards": "dashboard"}
#: What follows the object's number in an address: to the end of the link, in Markdown or HTML.
_PAGE = r"/(?P<noun>queries|dashboards)/(?P<number>[0-9]+)(?!\w)(?P<rest>[^\s\"'<>()\[\]]*)"
#: ``/queries/12#34`` shows visualization 34.
_SHOWN = re.compile(r"#([0-9]+)(?![0-9])")
#: ``?p_w5_market=WETH`` is a parameter of widget 5.
_WIDGET = re.compile(r"(?<=[?&;]p_w)([0-9]+)(?=_)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRewriter:
    """Rewrites links to the source's pages; one to what is not on the target stays as it is.

    Attributes
    ----------
    source, target : str
        The servers' URLs.
    on_target : mapping
        By kind of object.
    """

    source: str
    target: str
    on_target: Mapping[Kind, OnTarget]

    def in_text(self, text: str) -> str:
        """Return a text for people with its links rewritten: addresses, ``/queries/12``."""
        here, there = (urlsplit(url).path.rstrip("/") for url in (self.source, self.target))
        path = rf"(?<![\w./:%~-]){re.escape(here)}{_PAGE}"
        return self._rewrite(path, there, self.in_sql(text))

    def in_sql(self, text: str) -> str:
        """Return SQL with whole addresses rewritten: a bare path may be a value to compare with."""
        return self._rewrite(re.escape(self.source) + _PAGE, self.target, text)

    def in_json(self, value: object) -> object:
        """Return a JSON value with the links of all its strings rewritten."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return {name: self.in_json(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.in_json(item) for item in value]
        return value

    def _rewrite(self, pattern: str, base: str, text: str) -> str:
        def rewritten(match: re.Match[str]) -> str:
            noun = match["noun"]
            number = self.on_target[_KINDS[noun]](int(match["number"]))
            if number is None:
                return match[0]
            rest = _WIDGET.sub(lambda found: self._number("widget", found[1]), match["rest"])
            rest = _SHOWN.sub(lambda found: "#" + self._number("visualization", found[1]), rest)
            return f"{base}/{noun}/{number}{rest}"

        return re.sub(pattern, rewritten, text)

    def _number(self, kind: Kind, number: str) -> str:
        return str(self.on_target[kind](int(number)) or number)
