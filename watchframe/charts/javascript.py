"""What JavaScript makes of values: texts, numbers, and the order of an object's keys.

The page of a saved chart is written in JavaScript. Where its rules show in what it draws, they are
here; see the ECMAScript specification: `Number::toString`, `StringToNumber`,
`OrdinaryOwnPropertyKeys`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_LARGEST_INDEX = 2**32 - 2
_NUMBER = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
#: Larger and longer ones are infinite in JavaScript.
_INFINITE = 10**308
_INTEGER = re.compile(r"[+-]?[0-9]{1,308}")
_OTHER_BASES = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")
#: Numbers below ten to the first power, and from the second one on, have an exponent.
_SMALLEST_POWER, _LARGEST_POWER = -6, 21

_WORDS = {None: "null", False: "false", True: "true"}

Number = int | float | Decimal


def text_of(value: object) -> str:
    """Return `String(value)`; integers keep all digits, and None is ``null``."""
    if type(value) is str:
        return value
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, Mapping | list):
        return json_text(value)
    if isinstance(value, datetime):
        # `ctime` is English whatever the locale.
        return f"{value.ctime()[:7]} {value.day:02} {value.year:04} {value:%H:%M:%S} GMT+0000"
    return str(value)


def added_text(value: object) -> str:
    """Return `"" + value`: a moment is its milliseconds."""
    return text_of(number_of(value) if isinstance(value, datetime) else value)


def shown_text(value: object) -> str:
    """Return lodash's `toString(value)`: null is empty, and a moment its milliseconds."""
    if type(value) is str:
        return value
    return "" if value is None else added_text(value)


def number_of(value: object) -> Number:
    """Return `Number(value)`: NaN for what is none; integers and decimals keep all digits."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | Decimal):
        return value
    if value is None:
        return 0
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    return _text_number(value.strip()) if isinstance(value, str) else math.nan


def is_truthy(value: object) -> bool:
    """Return `Boolean(value)`: an empty list or object is true, and NaN is not."""
    if value is None or type(value) is str:
        return bool(value)
    is_nan = isinstance(value, float) and math.isnan(value)
    return isinstance(value, Mapping | list) or (bool(value) and not is_nan)


def leading_number(value: object) -> float:
    """Return `parseFloat(value)`: of the number that the text begins with, else NaN."""
    if type(value) is float:
        return value + 0.0  # Of -0 the text is 0.
    found = _NUMBER.match(text_of(value).lstrip())
    return float(found[0]) if found else math.nan


def leading_integer(value: object) -> int | None:
    """Return `parseInt(value, 10)`: of the digits that the text begins with; None without any."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < _INFINITE else None
    found = _INTEGER.match(text_of(value).lstrip())
    return int(found[0]) if found else None


def property_order(names: Iterable[str]) -> list[str]:
    """Return names as an object's keys are listed: integers first, in order, then as they came."""
    found = list(dict.fromkeys(names))
    indexes = {name for name in found if _INDEX.fullmatch(name) and int(name) <= _LARGEST_INDEX}
    return sorted(indexes, key=int) + [name for name in found if name not in indexes]


def json_text(value: object) -> str:
    """Return `JSON.stringify(value)`."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    # `repr` gives the shortest digits that are this number, as JavaScript does.
    shortest = Decimal(repr(value)).normalize()
    power = shortest.adjusted()
    if _SMALLEST_POWER <= power < _LARGEST_POWER:
        return f"{shortest:f}"
    mantissa = shortest.scaleb(-power)
    return f"{mantissa:f}e{power:+d}"


def _text_number(text: str) -> Number:
    if not text:
        return 0
    if _OTHER_BASES.fullmatch(text):
        return int(text, 0)
    if not _NUMBER.fullmatch(text):
        return math.nan
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _plain(value[name]) for name in property_order(map(str, value))}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 10**_LARGEST_POWER else value
    return value if value is None or isinstance(value, bool | int | str) else text_of(value)
