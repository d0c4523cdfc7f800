"""What is wrong with a body, and at which byte."""

from __future__ import annotations

import json
import re
import sys

from watchframe.decode.framing import find_head, tail_error_offset
from watchframe.errors import DecodeError

#: What `json` says where a text is cut, or goes on behind its end: not the fault of what is there.
_BY_THE_CUT = ("Unterminated string", "Extra data")
_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_BETWEEN = re.compile(r"[ \t\r\n,]*")


def error_of(body: bytes, error: ValueError | RecursionError, offset: int = 0) -> DecodeError:
    """Return the error for what `json` raised on `body`, which begins at `offset`."""
    if isinstance(error, UnicodeDecodeError):
        return DecodeError("The result is not UTF-8.", offset=offset + error.start)
    if isinstance(error, json.JSONDecodeError):
        place = len(error.doc[: error.pos].encode(errors="surrogatepass"))
        return DecodeError(f"The result is not JSON: {error.msg}.", offset=offset + place)
    if isinstance(error, RecursionError):
        return DecodeError("The result is nested too deeply.", offset=offset + _deepest(body))
    number = re.search(rb"[0-9]{%d,}" % (sys.get_int_max_str_digits() + 1), body)
    return DecodeError(
        f"The result holds a number that cannot be read: {error}.",
        offset=offset + (number.start() if number is not None else 0),
    )


def error_of_tail(tail: bytes, error: ValueError | RecursionError, offset: int) -> DecodeError:
    """Return the error for a body whose last bytes, from `offset` on, are no end of a result."""
    if isinstance(error, json.JSONDecodeError):
        place = tail_error_offset(tail, error)
        return DecodeError(f"The result is not JSON: {error.msg}.", offset=offset + place)
    return error_of(tail, error, offset)


def damage_in(rows: bytes, *, offset: int, first_row: int) -> DecodeError | None:
    """Return what is wrong with a block of rows; None where only its end may be at fault.

    Parameters
    ----------
    rows : bytes
    offset : int
        Where they begin in the body.
    first_row : int
        The number of the first of them.
    """
    try:
        found = json.loads(b"[" + rows + b"]")
    except json.JSONDecodeError as error:
        # JSON is read from left to right: an error before the end does not depend on the end.
        if error.msg.startswith(_BY_THE_CUT) or error.pos >= len(error.doc) - 1:
            return None
        return error_of(rows, error, offset - 1)
    except UnicodeDecodeError as error:
        return error_of(rows, error, offset - 1)
    except (ValueError, RecursionError) as error:
        return error_of(rows, error, offset)
    return not_an_object(rows, found, offset=offset, first_row=first_row)


def not_an_object(
    rows: bytes, found: list[object], *, offset: int | None, first_row: int = 0
) -> DecodeError | None:
    """Return the error for the first of these rows that is not an object; None where all are."""
    for number, row in enumerate(found):
        if not isinstance(row, dict):
            place = None if offset is None else offset + _offset_of_item(rows, number)
            return DecodeError(
                f"Row {first_row + number} of the result is not an object.", offset=place
            )
    return None


def row_error(body: bytes, rows: list[object]) -> DecodeError | None:
    """Return the error for the first row of a whole body that is not an object."""
    head = find_head(body)
    start = None if head is None else head.length
    return not_an_object(body[start or 0 :], rows, offset=start)


def place_of(body: bytes, key: bytes) -> int:
    """Return where `key` first stands in `body`, or 0: about where something is missing."""
    return max(0, body.find(b'"' + key + b'"'))


def _offset_of_item(rows: bytes, number: int) -> int:
    """Return where the array's item of this number begins; `rows` begins behind its ``[``."""
    text, at = rows.decode(), 0
    decoder = json.JSONDecoder()
    for _ in range(number):
        at = decoder.raw_decode(text, _behind(text, at))[1]
    return len(text[: _behind(text, at)].encode())


def _behind(text: str, at: int) -> int:
    blank = _BETWEEN.match(text, at)
    return at if blank is None else blank.end()


def _deepest(body: bytes) -> int:
    """Return where the nesting is deepest."""
    depth = most = place = 0
    for token in _BRACKET.finditer(body):
        if token[0] in (b"{", b"["):
            depth += 1
        elif token[0] in (b"}", b"]"):
            depth -= 1
        if depth > most:
            most, place = depth, token.start()
    return place
