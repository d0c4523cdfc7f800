"""Where the rows of a result's body begin, where they may be cut, and where they end.

Nothing here is believed without a parse: the head is parsed closed, the tail is parsed opened, and
a block of rows is parsed by whoever decodes it. Inside a valid JSON string the bytes ``}, {"key"``
cannot stand, for their quote would have ended it; inside a nested object they can, and then the
block does not parse.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_ROWS = re.compile(rb'"rows"\s*:\s*\[')
_FIRST_KEY = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.)*")\s*:')
#: What closes a head that ends just behind ``"rows": [``.
_CLOSING = b"]}}}"
#: What opens a tail that begins at the ``]`` behind the last row.
_OPENING = b'{"query_result": {"data": {"rows": ['
#: Bytes of a tail that are looked at.
MAX_TAIL = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before the rows.

    Attributes
    ----------
    length : int
        Bytes, up to and with the ``[``.
    result : dict
        What it says of the result, with no rows.
    """

    length: int
    result: dict[str, Any]


def find_head(start: bytes) -> Head | None:
    """Give the head of a body that begins with `start`; None where it does not end therein."""
    for match in _ROWS.finditer(start):
        try:
            document = json.loads(start[: match.end()] + _CLOSING)
        except ValueError:
            continue
        result = document.get("query_result") if isinstance(document, dict) else None
        data = result.get("data") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(data, dict):
            continue
        if data.get("rows") == [] and "columns" in data:
            return Head(length=match.end(), result=result)
    return None


@dataclass(frozen=True, slots=True)
class Separator:
    """What stands between two rows.

    Attributes
    ----------
    usual : bytes
        As the server writes it: ``}, {"key"``.
    any : re.Pattern
        With any white space.
    """

    usual: bytes
    any: re.Pattern[bytes]

    @classmethod
    def of_rows(cls, rows: bytes) -> Separator | None:
        """Give that of rows whose first one begins `rows`."""
        match = _FIRST_KEY.match(rows)
        if match is None:
            return None
        key = match[1]
        return cls(b"}, {" + key, re.compile(rb"\}\s*,\s*\{\s*" + re.escape(key)))

    def last_cut(self, rows: bytes | bytearray) -> tuple[int, int] | None:
        """Give the end of the last whole row, and the start of the one behind it."""
        at = rows.rfind(self.usual)
        if at > 0:
            return at + 1, at + 3
        found = None
        for found in self.any.finditer(rows):  # noqa: B007 - the last one is wanted
            pass
        if found is None:
            return None
        return found.start() + 1, found.start() + found[0].index(b"{")


def find_tail(rest: bytes) -> tuple[int, dict[str, Any]] | None:
    """Give where the rows end in `rest`, the body's last bytes, and what is said behind them.

    The place is that of the ``]`` behind the last row.
    """
    at = len(rest)
    while (at := rest.rfind(b"]", max(0, len(rest) - MAX_TAIL), at)) >= 0:
        if rest[:at].rstrip().endswith(b"}"):
            try:
                document = json.loads(_OPENING + rest[at:])
            except ValueError:
                continue
            return at, document["query_result"]
    return None
