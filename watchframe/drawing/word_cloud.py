"""WORD_CLOUD as HTML: a picture in SVG of words around the largest one, as wide as its place."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from watchframe.charts.colors import parse_color
from watchframe.charts.javascript import text_of
from watchframe.drawing.fragments import fragment
from watchframe.plain_text import html_text
from watchframe.reprs.words import shortened

#: Width and height, or how far to the right and down.
Pair = tuple[float, float]
Numbers = npt.NDArray[np.float64]

#: More words are too small to be read.
_MOST_WORDS = 150
_LONGEST_WORD = 60
_WIDEST = 800
_MOST_TOLD = 20
_MARGIN = 4.0
_STYLE = """
.wf-drawn svg.wf-words {
  display: block; width: 100%; max-height: 460px; font-family: inherit;
}
"""
#: Where words are tried, from the middle outwards: a spiral that is wider than high, of size one.
_TURNS, _TRIES = 40, 2_500
_OUTWARDS = np.linspace(0, 1, _TRIES) ** 0.5
_AROUND = _OUTWARDS * _TURNS * 2 * np.pi
_SPIRAL = (np.array([np.cos(_AROUND) * 1.6, np.sin(_AROUND)]) * _OUTWARDS).T
#: How many places are looked at together, and how much larger the spiral is than all words.
_TOGETHER, _LOOSE = 250, 1.7
#: How wide characters are, in parts of the font's size.
_WIDE, _NARROW, _CAPITAL, _USUAL = 1.0, 0.34, 0.74, 0.58


def word_cloud_html(prepared: Mapping[str, Any]) -> str:
    """Return a WORD_CLOUD; hovering tells how often a word occurs."""
    words = prepared["words"]
    shown = [word for word in words[:_MOST_WORDS] if word["text"].strip()]
    if not shown:
        return fragment('<div class="wf-card-note">no words</div>')
    texts = [shortened(word["text"], _LONGEST_WORD) for word in shown]
    boxes = [_box(text, word) for text, word in zip(texts, shown, strict=True)]
    middles = _places(boxes)
    left, top, width, height = _frame(boxes, middles)
    told = ", ".join(
        f"{text} {text_of(word['count'])}"
        for text, word in zip(texts[:_MOST_TOLD], shown, strict=False)
    )
    body = (
        f'<svg class="wf-words" role="img" aria-label="{html_text(told)}" '
        f'style="max-width: {min(_WIDEST, width):.0f}px" '
        f'viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}">'
        f"{''.join(map(_text, texts, shown, boxes, middles))}</svg>"
    )
    note = f"the first {_MOST_WORDS} of {len(words):,} words" if len(words) > _MOST_WORDS else None
    return fragment(body, style=_STYLE, note=note)


def _box(text: str, word: Mapping[str, Any]) -> Pair:
    """Return how wide and high a word is, turned as it is."""
    width, height = _length(text) * word["size"], word["size"] * 1.05
    return (height, width) if word["angle"] else (width, height)


def _length(text: str) -> float:
    return sum(map(_width_of, text))


def _width_of(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    if character in "iljtfrI1.,:;'!|()[]- ":
        return _NARROW
    return _CAPITAL if character.isupper() or character in "mw@%" else _USUAL


def _places(boxes: Sequence[Pair]) -> list[Pair]:
    """Return the middle of each box: the first place on the spiral that is free."""
    spiral = _SPIRAL * math.sqrt(sum(width * height for width, height in boxes) / math.pi) * _LOOSE
    taken = np.empty((0, 4))
    for width, height in boxes:
        half = np.array([width, height]) / 2 + 1
        place = _first_free(spiral, taken, half)
        if place is None:  # below all others there is always space
            place = np.array([0.0, float((taken[:, 1] + taken[:, 3]).max()) + half[1]])
        taken = np.vstack([taken, [*place, *half]])
    return [(float(x), float(y)) for x, y in taken[:, :2]]


def _first_free(spiral: Numbers, taken: Numbers, half: Numbers) -> Numbers | None:
    for start in range(0, _TRIES, _TOGETHER):
        places = spiral[start : start + _TOGETHER]
        # Two boxes are apart if their middles are, in either direction.
        apart = np.abs(places[:, None] - taken[:, :2]) >= taken[:, 2:] + half
        free = np.all(np.any(apart, axis=2), axis=1)
        if free.any():
            found: Numbers = places[int(free.argmax())]
            return found
    return None


def _frame(boxes: Sequence[Pair], middles: Sequence[Pair]) -> tuple[float, float, float, float]:
    """Return the left and upper end of what holds all boxes, its width and its height."""
    ends = [_ends(box, middle) for box, middle in zip(boxes, middles, strict=True)]
    left, top = (min(column) - _MARGIN for column in list(zip(*ends, strict=True))[:2])
    right, bottom = (max(column) + _MARGIN for column in list(zip(*ends, strict=True))[2:])
    return left, top, right - left, bottom - top


def _ends(box: Pair, middle: Pair) -> Iterable[float]:
    (width, height), (x, y) = box, middle
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _text(text: str, word: Mapping[str, Any], box: Pair, middle: Pair) -> str:
    x, y = middle
    turned = f' transform="rotate(90 {x:.1f} {y:.1f})"' if word["angle"] else ""
    color = parse_color(word["color"])
    # Fonts differ: with its length set, a word stays within its box in each.
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{word["size"]:.1f}" text-anchor="middle" '
        f'dominant-baseline="central" fill="{color.hex if color else "currentColor"}" '
        f'textLength="{box[1] if word["angle"] else box[0]:.1f}" '
        f'lengthAdjust="spacingAndGlyphs"{turned}>'
        f"<title>{html_text(text)}: {html_text(text_of(word['count']))}</title>"
        f"{html_text(text)}</text>"
    )
