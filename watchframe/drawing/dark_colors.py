"""Colors of a figure that are seen on dark pages too.

Authors chose them for the page of Watch, which is white, and its own palette has a black. What is
shown does not know on which page it will be, so the darkest colors are dark grays and blues that
are told from both.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from watchframe.charts.colors import Color, mix_rgb, parse_color

#: The luminance of what black becomes, and from which on colors stay. Between them darker colors
#: stay darker: the palette has a black beside a dark gray.
_LEAST, _ENOUGH = 0.1, 0.14
_WHITE = Color(255, 255, 255)
_STEPS = 255
#: The attributes of a trace that are colors of its marks, and the parts that have some. Those of
#: texts are chosen for what is under them.
_COLORS = ("color", "colors", "fillcolor")
_PARTS = ("marker", "line", "error_x", "error_y", "gauge", "bar")


def with_seen_colors(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trace, or a part of one, without colors that vanish on a dark page."""
    changed = dict(trace)
    for name in _COLORS:
        value = trace.get(name)
        if isinstance(value, str):
            changed[name] = seen_color(value)
        elif isinstance(value, list):
            changed[name] = [seen_color(one) if isinstance(one, str) else one for one in value]
    for name in _PARTS:
        if isinstance(trace.get(name), Mapping):
            changed[name] = with_seen_colors(trace[name])
    return changed


@functools.lru_cache(maxsize=1_000)
def seen_color(color: str) -> str:
    """Return a color, lighter if it is nearly black."""
    found = parse_color(color)
    if found is None or found.luminance >= _ENOUGH:
        return color
    wanted = _LEAST + found.luminance * (1 - _LEAST / _ENOUGH)
    lighter = (mix_rgb(found, _WHITE, step / _STEPS) for step in range(_STEPS + 1))
    seen = next(one for one in lighter if one.luminance >= wanted)
    return f"rgba({seen.red:.0f}, {seen.green:.0f}, {seen.blue:.0f}, {found.alpha:g})"
