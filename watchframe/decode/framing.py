"""Where the rows of a result's body begin, where they may be cut, and where they end.

Nothing is cut without a parse: the head is parsed with a closing added, the tail with an opening,
and the decoder of a block parses its rows.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ROWS = re.compile(rb'"rows"\s*:\s*\[')
_DATA = re.compile(rb'"data"\s*:\s*(?=(["{]))')
#: A string: its plain runs are taken whole, which is ten times quicker than letter by letter.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FIRST_KEY = re.compile(rb"\s*\{\s*(%b)\s*:" % _STRING, re.DOTALL)
_TOKEN = re.compile(_STRING + rb'|["{}\[\]]', re.DOTALL)
_NEXT_ROW = re.compile(rb"\s*,\s*(?=\{)")
_OPENERS, _CLOSERS = (b"{", b"["), (b"}", b"]")
#: What closes a head that ends just behind ``"rows": [``.
_CLOSING = b"]}}}"
#: What opens a tail that begins at the ``]`` behind the last row.
_OPENING = b'{"query_result": {"data": {"rows": ['
#: Bytes of a tail that are looked at.
MAX_TAIL = 1 << 20
#: Places that are tried: a body made for it would have us parse for ever.
_MAX_TRIES = 20

Cut = tuple[int, int]


class AmbiguousError(ValueError):
    """A key stands twice where the rows are: only a parse of the whole can tell what counts."""


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
    """Return the head of a body that begins with `start`; None where it does not end therein."""
    for match in itertools.islice(_ROWS.finditer(start), _MAX_TRIES):
        try:
            document = json.loads(start[: match.end()] + _CLOSING)
        except (ValueError, RecursionError):
            continue
        result = document.get("query_result") if isinstance(document, dict) else None
        data = result.get("data") if isinstance(result, dict) else None
        if isinstance(result, dict) and isinstance(data, dict) and data.get("rows") == []:
            return Head(length=match.end(), result=result)
    return None


def find_data_text(start: bytes) -> int | None:
    """Return where the opening quote of a result's data stands, where they are a text; else None.

    `start` is the beginning of a body, or the whole.
    """
    for match in itertools.islice(_DATA.finditer(start), _MAX_TRIES):
        is_text = match[1] == b'"'
        closing = b'""}}' if is_text else b"{}}}"
        try:
            document = json.loads(start[: match.end()] + closing)
        except (ValueError, RecursionError):
            continue  # a key of something else
        result = document.get("query_result") if isinstance(document, dict) else None
        if isinstance(result, dict) and "data" in result:
            return match.end() if is_text else None
    return None


def row_cuts(rows: bytes | bytearray) -> Iterator[Cut]:
    """Return the end of each whole row and the start of the one behind it, by counting brackets.

    `rows` begins with a row. Right for every JSON, and about as slow as a parse.
    """
    depth = 0
    for token in _TOKEN.finditer(rows):
        text = token[0]
        if text in _OPENERS:
            depth += 1
        elif text in _CLOSERS:
            depth -= 1
            if depth < 0:
                return
            if depth == 0 and (behind := _NEXT_ROW.match(rows, token.end())):
                yield token.end(), behind.end()
        elif text == b'"':  # a string that does not end
            return


class Cutter:
    """Cuts rows where one ends and another begins.

    Inside a valid JSON string the bytes ``}, {"key"`` cannot stand, for their quote would have
    ended it; inside a nested object they can, and then the block does not parse. After that, or
    where no row begins with that key any more, brackets have to be counted (`counts`).

    Parameters
    ----------
    rows : bytes
        The beginning of the rows.
    """

    def __init__(self, rows: bytes) -> None:
        match = _FIRST_KEY.match(rows)
        self.counts = match is None
        key = match[1] if match is not None else b""
        self._usual = b"}, {" + key
        self._any = re.compile(rb"\}\s*,\s*\{\s*" + re.escape(key))

    def last_cut(self, rows: bytes | bytearray, end: int) -> Cut | None:
        """Return the end of the last whole row before `end`, and the start of the one behind it."""
        if self.counts:
            cut: Cut | None = _last(row_cuts(rows[:end]))
            return cut
        at = rows.rfind(self._usual, 0, end)
        if at > 0:
            return at + 1, at + 3
        found = _last(self._any.finditer(rows, 0, end))
        if found is None:
            return None
        return found.start() + 1, found.start() + found[0].index(b"{")


def find_tail(rest: bytes) -> tuple[int, dict[str, Any]]:
    """Return where the rows end in `rest`, the body's last bytes, and what is said behind them.

    The place is that of the ``]`` behind the last row.

    Raises
    ------
    AmbiguousError
        A key stands there twice.
    ValueError, RecursionError
        Of `json`: that is no end of a result.
    """
    found = list(itertools.islice(_possible_ends(rest), 2))
    if len(found) != 1:  # several would do, or none: the rows themselves have to be read
        text = rest.decode()
        _, end = json.JSONDecoder().raw_decode("[" + text)
        at = len(text[: end - 2].encode())
        found = [(at, _opened(rest[at:]))]
    at, document = found[0]
    return at, document["query_result"]


def tail_error_offset(rest: bytes, error: Exception) -> int:
    """Return the byte of `rest` at which `error`, raised by `find_tail`, stands."""
    if isinstance(error, UnicodeDecodeError):
        return error.start
    try:
        json.loads(_OPENING + rest)
    except json.JSONDecodeError as found:
        return len(found.doc[: found.pos].encode()) - len(_OPENING)
    except (ValueError, RecursionError):
        pass
    return 0


def _possible_ends(rest: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    at = len(rest)
    for _ in range(_MAX_TRIES):
        at = rest.rfind(b"]", max(0, len(rest) - MAX_TAIL), at)
        if at < 0:
            return
        if rest[max(0, at - MAX_TAIL) : at].rstrip().endswith(b"}"):
            try:
                yield at, _opened(rest[at:])
            except AmbiguousError:
                raise
            except (ValueError, RecursionError):
                continue


def _opened(tail: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_OPENING + tail, object_pairs_hook=_once)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AmbiguousError
    return found


def _last(items: Iterator[Any]) -> Any:
    found = None
    for found in items:  # noqa: B007 - the last one is wanted
        pass
    return found
