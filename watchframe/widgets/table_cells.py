"""The texts of a table's cells: every value exact, as it is shown and as it is copied."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa

from watchframe.decode.typing_rules import JSON, encoding_of
from watchframe.plain_text import plain_text
from watchframe.reprs.words import shortened
from watchframe.widgets.table_columns import is_integer, is_number
from watchframe.widgets.table_order import RowNumbers

#: Characters of a value that a page of rows carries; the browser asks for more of one cell.
LONGEST = 2000
#: Characters of a cell of JSON, and of a word that is shown whole.
_LONGEST_JSON, _LONGEST_WORD = 60, 24
#: Characters of a shortened word's start, with its 0x, and of its end.
_HEAD, _TAIL = 6, 4
_LINK = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
#: Rows that are taken one by one.
_FEW_ROWS = 1000
#: Digits behind the point of an amount that are shown.
_FRACTION = 6


class Cell(TypedDict):
    """A cell whose text is not its whole value.

    `full` is the value, cut where `more` says so.
    """

    text: str
    full: NotRequired[str]
    kind: NotRequired[Literal["link", "hash", "json", "empty"]]
    more: NotRequired[bool]


#: As a front end gets it: null, the whole value, or a part of it.
AnyCell: TypeAlias = str | Cell | None


def cells(
    field: pa.Field, values: pa.ChunkedArray, *, separators: bool = False, decimals: int = 0
) -> list[AnyCell]:
    """Return the cells of a column.

    Parameters
    ----------
    field : pyarrow.Field
    values : pyarrow.ChunkedArray
    separators : bool
        Whether thousands of numbers are separated.
    decimals : int
        Digits of integers that are behind the point.
    """
    texts = value_texts(field, values)
    if is_number(field):
        return [_number(text, separators=separators, decimals=decimals) for text in texts]
    shown: Callable[[str], AnyCell] = _json if encoding_of(field) == JSON else _text
    return [None if text is None else shown(text) for text in texts]


def value_texts(field: pa.Field, values: pa.ChunkedArray) -> list[str | None]:
    """Return the whole value of each of a column's cells as text."""
    kind = field.type
    if encoding_of(field) == JSON:
        return [None if text is None else _readable(text) for text in values.to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or is_integer(field):
        texts: list[str | None] = values.cast(pa.large_string()).to_pylist()
        return texts
    return [None if value is None else cell_text(value) for value in _python(values)]


def cell_text(value: object) -> str:
    """Return a value as people read it: exact numbers, ISO dates, no needless digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, pd.Timestamp) and value.nanosecond:
        return value.isoformat(" ").replace("+00:00", "Z")
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds" if value.microsecond else "seconds").replace(
            "+00:00", "Z"
        )
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - where repr turns to exponents
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, pd.Timedelta) and not value.nanoseconds:
        value = value.to_pytimedelta()  # whose text is that of durations in other units
    return str(value)


def amount_text(digits: str, decimals: int) -> str:
    """Return an integer's text with the point before its last `decimals` digits, exactly."""
    sign = "-" if digits.startswith("-") else ""
    whole = digits.removeprefix("-").rjust(decimals + 1, "0")
    if not decimals:
        return digits
    fraction = whole[-decimals:].rstrip("0")
    return f"{sign}{whole[:-decimals]}{'.' if fraction else ''}{fraction}"


def with_separators(number: str) -> str:
    """Return a number's text with commas between its thousands."""
    whole, point, rest = number.partition(".")
    if not whole.removeprefix("-").isdigit():  # it has an exponent, or is none
        return number
    return re.sub(r"\B(?=(\d{3})+$)", ",", whole) + point + rest


def _python(values: pa.ChunkedArray) -> Iterable[Any]:
    if pa.types.is_float32(values.type):
        # The shortest text that is this number among those of its own size.
        return (None if value is None else float(str(np.float32(value))) for value in
                values.to_pylist())  # fmt: skip
    try:
        found: list[Any] = values.to_pylist()
    except (ValueError, OverflowError):  # years that Python does not know
        found = values.cast(pa.string()).to_pylist()
    return found


def _number(text: str | None, *, separators: bool, decimals: int) -> AnyCell:
    if text is None:
        return None
    full = amount_text(text, decimals)
    shown = _short_fraction(full) if decimals else full
    if separators:
        shown = with_separators(shown)
    return full if shown == full else {"text": shown, "full": full}


def _short_fraction(amount: str) -> str:
    """Return an amount with the first digits behind the point; small ones whole."""
    whole, _, fraction = amount.partition(".")
    if len(fraction) <= _FRACTION + 2:
        return amount
    is_small = whole in ("0", "-0") and not fraction[:_FRACTION].strip("0")
    return amount if is_small else f"{whole}.{fraction[:_FRACTION]}…"


def _text(text: str) -> AnyCell:
    if not text:
        return {"text": "", "kind": "empty"}
    if _LINK.fullmatch(text) and len(text) <= LONGEST:
        return {"text": shortened(_plain(text), 60), "full": text, "kind": "link"}
    if len(text) > _LONGEST_WORD and text.isascii() and not re.search(r"\s", text):
        word = f"{_plain(text[:_HEAD])}…{_plain(text[-_TAIL:])}"
        return _of_long(text, word, "hash")
    return _of_long(text, shortened(_plain(text)), None)


def _json(text: str) -> AnyCell:
    if not text:
        return {"text": "", "kind": "empty"}
    if text[0] not in "[{":
        return _text(text)
    return _of_long(text, shortened(_plain(text), _LONGEST_JSON), "json")


def _of_long(text: str, shown: str, kind: Literal["hash", "json"] | None) -> AnyCell:
    if kind is None and shown == text:
        return text
    cell: Cell = {"text": shown, "full": text[:LONGEST]}
    if kind is not None:
        cell["kind"] = kind
    if len(text) > LONGEST:
        cell["more"] = True
    return cell


def _plain(text: str) -> str:
    return plain_text(text[:LONGEST], keep="")


def _readable(text: str) -> str:
    """Return a JSON string without its quotes; any other JSON as it is."""
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def panel_text(field: pa.Field, values: pa.ChunkedArray) -> str:
    """Return the whole value of the one cell, JSON with a line for each of its parts."""
    text = value_texts(field, values)[0] or ""
    if encoding_of(field) == JSON and text[:1] in ("[", "{"):
        return _indented(text)
    return text


def _indented(text: str) -> str:
    """Return JSON with line ends and spaces between its tokens, which stay as they are."""
    out, depth = list[str](), 0
    for part in _TOKEN.findall(text):
        if part in "[{":
            depth += 1
            out.append(f"{part}\n{'  ' * depth}")
        elif part in "]}":
            depth -= 1
            out.append(f"\n{'  ' * depth}{part}")
        else:
            out.append({",": f",\n{'  ' * depth}", ":": ": "}.get(part, part))
    return re.sub(r"([\[{])\n\s*\n\s*([\]}])", r"\1\2", "".join(out))


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+')


def tsv(columns: Sequence[tuple[str, Sequence[str | None]]]) -> str:
    """Return columns as lines with tabs, as spreadsheets paste them."""
    head = "\t".join(_field(name) for name, _ in columns)
    rows = zip(*(texts for _, texts in columns), strict=True)
    lines = ("\t".join(_field(text or "") for text in row) for row in rows)
    return "\n".join([head, *lines])


def _field(text: str) -> str:
    """Return a text in quotes where it would end the field."""
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\t\n\r"]', text) else text


def copied_texts(field: pa.Field, values: pa.ChunkedArray, decimals: int) -> list[str | None]:
    """Return the whole values as they are copied; amounts with all their digits."""
    texts = value_texts(field, values)
    if not decimals:
        return texts
    return [None if text is None else amount_text(text, decimals) for text in texts]


def taken(values: pa.ChunkedArray, numbers: RowNumbers) -> pa.ChunkedArray:
    """Return the values of some rows; of few rows without a copy of all that are in a chunk."""
    if len(numbers) > _FEW_ROWS:
        return values.take(pa.array(numbers))
    chunks = [chunk for row in numbers.tolist() for chunk in values.slice(row, 1).chunks]
    return pa.chunked_array(chunks, values.type)
