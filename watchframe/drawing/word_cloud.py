"""WORD_CLOUD as HTML: a picture in SVG of words around the largest one, as wide as its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from watchframe.charts.colors import parse_color
from watchframe.charts.javascript import text_of
from watchframe.drawing.fragments import fragment
from watchframe.plain_text import html_text
from watchframe.reprs.words import shortened

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
#: Where words are tried, from the middle outwards, in pixels: a spiral that is wider than high.
_TURNS, _TRIES, _FURTHEST = 60, 6_000, 1_500
_AROUND = np.linspace(0, 1, _TRIES) ** 0.5 * _TURNS * 2 * np.pi
_OUTWARDS = np.linspace(0, 1, _TRIES) ** 0.5 * _FURTHEST
_SPIRAL = np.stack([np.cos(_AROUND) * _OUTWARDS * 1.6, np.sin(_AROUND) * _OUTWARDS], axis=1)
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


Pair = tuple[float, float]


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
    """Return the middle of each box: the place on the spiral nearest to its start that is free."""
    middles: list[Pair] = []
    taken = np.empty((0, 4))
    for width, height in boxes:
        half = np.array([width, height]) / 2 + 1
        # Two boxes are apart if their middles are, in either direction.
        apart = np.abs(_SPIRAL[:, None, :] - taken[None, :, :2]) >= taken[None, :, 2:] + half
        free = np.all(np.any(apart, axis=2), axis=1)
        # Beyond the spiral there is always space.
        lowest = float((taken[:, 1] + taken[:, 3]).max(initial=0)) + height / 2 + 1
        place = _SPIRAL[int(free.argmax())] if free.any() else np.array([0.0, lowest])
        middles.append((float(place[0]), float(place[1])))
        taken = np.vstack([taken, [*place, *half]])
    return middles


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
