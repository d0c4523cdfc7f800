"""Values as plotly takes them: texts of the data show as they are, and are no markup of its own.

plotly reads some HTML in every text that it shows (names, hover texts, titles, categories of an
axis), and formulas between two ``$``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from watchframe.plain_text import plain_text


class Markup(str):
    """A text of our own, whose HTML plotly is to read; texts of the data in it are `escaped`."""

    __slots__ = ()


def escaped(text: str) -> str:
    """Return a text that plotly shows as it is."""
    text = plain_text(text)
    if not _READ_BY_PLOTLY.search(text):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Where a page has MathJax, what stands between two of them is a formula.
    return text.replace("$", "&#36;") if text.count("$") > 1 else text


def plotly_value(value: object, name: str = "") -> object:
    """Return a value of a figure, or a part of one, as plotly takes it.

    Texts are escaped, but for `Markup` and formats; numbers are what a double can hold, else None;
    moments are texts.

    Parameters
    ----------
    value : object
        Plain values, in mappings and lists.
    name : str
        Which attribute it is of.
    """
    if isinstance(value, Mapping):
        return {str(key): plotly_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return _values(list(value), name)
    return _one(value, name)


#: What plotly reads as markup, and what the project's messages write out.
_READ_BY_PLOTLY = re.compile(r"[&<>]|\$[^$]*\$")
_LARGEST_EXACT = 2**53
_NUMBERS = {int, float, bool, type(None)}


def _values(values: list[object], name: str) -> list[object]:
    """Return the values of a list; of the usual kinds at once."""
    kinds = set(map(type, values))
    if kinds == {str}:
        # One look at all of them: most lists hold nothing that has to be changed.
        joined = "".join(values)  # type: ignore[arg-type]
        if escaped(joined) == joined and "$" not in joined:
            return values
    elif kinds <= _NUMBERS and all(map(_is_plain, values)):
        return values
    return [plotly_value(value, name) for value in values]


def _is_plain(value: object) -> bool:
    return value is None or -_LARGEST_EXACT <= value <= _LARGEST_EXACT  # type: ignore[operator]


def _one(value: object, name: str) -> object:
    if isinstance(value, Markup):
        return str(value)
    if isinstance(value, str):
        return value if name.endswith("format") else escaped(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix("+00:00")
    return value.isoformat() if isinstance(value, date) else escaped(str(value))


def _number(value: float | Decimal) -> int | float | None:
    if isinstance(value, int) and -_LARGEST_EXACT <= value <= _LARGEST_EXACT:
        return value
    try:
        number = float(value)
    except (OverflowError, ValueError):  # beyond all doubles; a signaling NaN
        return None
    return number if math.isfinite(number) else None
