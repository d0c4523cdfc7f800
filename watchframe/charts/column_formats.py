"""A table's cells, as the columns' options say: numbers, times, links, images and so on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from watchframe.charts.javascript import is_truthy, leading_integer, shown_text, text_of
from watchframe.charts.moment_format import NULL_TEXT, datetime_formatter
from watchframe.charts.numeral import number_formatter
from watchframe.charts.templates import fill_template
from watchframe.charts.values import Row

Cell = dict[str, Any]

#: The ``text`` of a cell that has no value: the page marks it, so that no text looks like it.
NULL: Mapping[str, str] = {"react": "null value shown as", "text": NULL_TEXT}
#: A longer text is not read as JSON.
LONGEST_JSON = 50_000


def cell_writer(column: Mapping[str, Any]) -> Callable[[Row], Cell]:
    """Return what makes a row's cell of a column.

    Parameters
    ----------
    column : mapping
        The column's options with the defaults, as of `resolved_columns`.

    Returns
    -------
    callable
        A cell has a ``text``, but one of a link or an image without an address is empty. A link
        has ``href``, and may have ``title`` and ``target``; an image has ``src``, and may have
        ``width``, ``height``, ``title`` and ``alt``; JSON has its ``value``. Addresses are as in
        the data, whatever their scheme.
    """
    kind = column.get("displayAs")
    make = _WRITERS.get(kind, _text_writer) if isinstance(kind, str) else _text_writer
    return make(column, str(column.get("name")))


def boolean_formatter(values: object) -> Callable[[object], str]:
    """Return what writes any value as true or false.

    Parameters
    ----------
    values : list of str
        What false and true are written as; one alone is of true.
    """
    texts = [text_of(value) for value in values] if isinstance(values, list) else []
    if len(texts) == 1:
        return lambda value: texts[0] if is_truthy(value) else ""
    no, yes = texts[:2] or ("false", "true")
    return lambda value: NULL_TEXT if value is None else (yes if is_truthy(value) else no)


def _text_writer(column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    if not (column.get("allowHTML") and column.get("highlightLinks")):
        return _writer(name, shown_text)
    return _writer(
        name,
        lambda value: _ADDRESS.sub(_link, value) if isinstance(value, str) else shown_text(value),
    )


_ADDRESS = re.compile(
    r"(^|\s|<br/?>)((?:https?|ftp)://[-A-Z0-9+&\u2019@#/%?=()~_|!:,.;]*[-A-Z0-9+&@#/%=~()_|])",
    re.IGNORECASE,
)


def _link(found: re.Match[str]) -> str:
    address = found[2].replace("&", "&amp;")
    link = f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>'
    return found[1] + link


def _number_writer(column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    pattern = column.get("numberFormat")
    write = number_formatter(pattern)
    # What is missing in a row is no number to the page, so it is zero.
    return _writer(name, write, missing=write(math.nan) if pattern else "")


def _datetime_writer(column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    return _writer(name, datetime_formatter(column.get("dateTimeFormat")))


def _boolean_writer(column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    values = column.get("booleanValues")
    write = boolean_formatter(values)
    if isinstance(values, list) and len(values) == 1:
        return lambda row: {"text": write(row.get(name))}
    return _writer(name, write)


def _writer(name: str, write: Callable[[object], str], missing: str = "") -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        if name not in row:
            return {"text": missing}
        value = row[name]
        return {"text": NULL if value is None else write(value)}

    return cell


def _json_writer(_column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        if name not in row:
            return {}
        text = row[name]
        if isinstance(text, str) and len(text) <= LONGEST_JSON:
            try:
                return {"text": text, "value": json.loads(text, parse_constant=_refuse)}
            except (ValueError, RecursionError):
                pass
        return {"text": text}

    return cell


def _refuse(constant: str) -> NoReturn:
    message = f"{constant} is no JSON"
    raise ValueError(message)


def _link_writer(column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    target = {"target": "_blank"} if column.get("linkOpenInNewTab") else {}

    def cell(row: Row) -> Cell:
        values = _with_own(row, name)
        href = fill_template(column.get("linkUrlTemplate"), values).strip()
        if not href:
            return {}
        text = fill_template(column.get("linkTextTemplate"), values).strip()
        title = fill_template(column.get("linkTitleTemplate"), values).strip()
        found = {"href": href, "text": text or href}
        return {**found, **({"title": title} if title else {}), **target}

    return cell


def _image_writer(column: Mapping[str, Any], name: str) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        values = _with_own(row, name)
        src = fill_template(column.get("imageUrlTemplate"), values).strip()
        if not src:
            return {}
        found: Cell = {"src": src}
        for side, option in (("width", "imageWidth"), ("height", "imageHeight")):
            pixels = leading_integer(fill_template(column.get(option), values))
            if pixels and pixels > 0:
                found[side] = pixels
        title = fill_template(column.get("imageTitleTemplate"), values).strip()
        return {**found, **(dict.fromkeys(("text", "title", "alt"), title) if title else {})}

    return cell


def _with_own(row: Row, name: str) -> Mapping[str, object]:
    """Return a row's values by name, and the column's own one as ``@``."""
    return {"@": row[name], **row} if name in row else row


_WRITERS = {
    "string": _text_writer,
    "number": _number_writer,
    "datetime": _datetime_writer,
    "boolean": _boolean_writer,
    "json": _json_writer,
    "link": _link_writer,
    "image": _image_writer,
}
