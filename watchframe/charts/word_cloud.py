"""WORD_CLOUD: words that are larger the more often they occur."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from watchframe.charts.colors import CATEGORY_20
from watchframe.charts.data import Data, Options, Prepared, merged
from watchframe.charts.javascript import leading_number, property_order, shown_text, text_of
from watchframe.charts.ordering import code_units, is_number
from watchframe.charts.values import Row

_DEFAULTS = {
    "column": "",
    "frequenciesColumn": "",
    "wordLengthLimit": {"min": None, "max": None},
    "wordCountLimit": {"min": None, "max": None},
}
_SMALLEST, _LARGEST = 10, 100
_RIGHT_ANGLE = 90
#: What JavaScript takes as white space in a pattern.
_SPACE = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]")


def prepare_word_cloud(options: Options, data: Data) -> Prepared:
    """Return the words, those that occur most often first.

    Returns
    -------
    dict
        ``options_resolved``, and ``words``: ``text``, ``count``, ``size`` (of the font, from 10
        to 100), ``color`` and ``angle`` (0 or 90). Words beyond the limits are left out, but
        have a part in the sizes and colors of the others.
    """
    resolved = merged(_DEFAULTS, options)
    counts = _counts(data.rows, resolved["column"], resolved["frequenciesColumn"])
    words = sorted(
        property_order(counts), key=lambda word: (counts[word], _length(word)), reverse=True
    )
    smallest, largest = min(counts.values(), default=0), max(counts.values(), default=0)
    length_fits, count_fits = (
        _limit(resolved[name]) for name in ("wordLengthLimit", "wordCountLimit")
    )
    return {
        "options_resolved": resolved,
        "words": [
            {
                "text": word,
                "count": counts[word],
                "size": _size(counts[word], smallest, largest),
                "color": CATEGORY_20[place % len(CATEGORY_20)],
                "angle": place % 2 * _RIGHT_ANGLE,
            }
            for place, word in enumerate(words)
            if length_fits(_length(word))
            if count_fits(counts[word])
        ],
    }


def _counts(rows: Sequence[Row], column: object, frequencies: object) -> Mapping[str, float]:
    """Return how often each word occurs: counted, or as another column tells."""
    if not column:
        return {}
    texts = [shown_text(row.get(text_of(column))) for row in rows]
    if not frequencies:
        return Counter(word for text in texts for word in _SPACE.split(text))
    counts: dict[str, float] = {}
    for text, row in zip(texts, rows, strict=True):
        count = leading_number(row.get(text_of(frequencies)))
        if 0 < count < math.inf:
            counts[text] = int(count) if count.is_integer() else count
    return counts


def _length(word: str) -> int:
    return len(code_units(word)) // 2


def _size(count: float, smallest: float, largest: float) -> float:
    share = (count - smallest) / (largest - smallest) if largest > smallest else 0
    return _SMALLEST * (1 - share) + _LARGEST * share


def _limit(limits: Mapping[str, Any]) -> Callable[[float], bool]:
    """Return whether a number is within limits, of which each may be missing."""
    low, high = (
        value if is_number(value) and value and abs(value) < math.inf else None
        for value in (limits["min"], limits["max"])
    )
    return lambda number: (low is None or number >= low) and (high is None or number <= high)
