"""Colors: read from texts, mixed, and put on scales, as the page's chroma.js 1.4 and d3 3 do."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# The colors that d3 gives to names, one after the other.
# fmt: off
CATEGORY_10 = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
    "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
)
CATEGORY_20 = (
    "#1f77b4", "#aec7e8", "#ff7f0e", "#ffbb78", "#2ca02c",
    "#98df8a", "#d62728", "#ff9896", "#9467bd", "#c5b0d5",
    "#8c564b", "#c49c94", "#e377c2", "#f7b6d2", "#7f7f7f",
    "#c7c7c7", "#bcbd22", "#dbdb8d", "#17becf", "#9edae5",
)
# fmt: on

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_LENGTH_OF_SHORT, _LENGTH_WITH_ALPHA = 3, 8
_PART = r"\s*(-?[0-9]{1,9}(?:\.[0-9]+)?)"
_FUNCTION = re.compile(
    rf"(rgb|hsl)a?\({_PART}(%?)\s*,{_PART}(%?)\s*,{_PART}(%?)\s*(?:,\s*([01]|[01]?\.[0-9]+))?\s*\)",
    re.IGNORECASE,
)
#: A scale looks a color up by ten thousandths, and gives the first one that it made there.
_STEPS_OF_CACHE = 10_000
_HALF_TURN = 180
#: Shares of light up to this one are linear (WCAG 2).
_DARKEST = 0.03928


@dataclass(frozen=True, slots=True)
class Color:
    """A color: red, green and blue from 0 to 255, and how opaque it is."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @classmethod
    def of_hsl(cls, hue: float, saturation: float, lightness: float, alpha: float = 1.0) -> Color:
        """Return the color of a hue in degrees (NaN where it has none), and two shares of one."""
        if saturation == 0 or math.isnan(hue):
            gray = _clipped(lightness * 255)
            return cls(gray, gray, gray, alpha)
        high = (
            lightness * (1 + saturation)
            if lightness < 1 / 2
            else lightness + saturation - lightness * saturation
        )
        low = 2 * lightness - high
        turn = hue / 360
        red, green, blue = (
            _clipped(_rounded(_hue_part(low, high, turn + third) * 255))
            for third in (1 / 3, 0, -1 / 3)
        )
        return cls(red, green, blue, alpha)

    @property
    def hex(self) -> str:
        """The color as ``#rrggbb``, or ``#rrggbbaa`` if one sees through it."""
        parts = [_rounded(part) for part in (self.red, self.green, self.blue)]
        if self.alpha < 1:
            parts.append(_rounded(self.alpha * 255))
        return "#" + "".join(f"{part:02x}" for part in parts)

    @property
    def hsl(self) -> tuple[float, float, float]:
        """The hue in degrees (NaN for grays), saturation and lightness."""
        red, green, blue = self.red / 255, self.green / 255, self.blue / 255
        low, high = min(red, green, blue), max(red, green, blue)
        lightness = (high + low) / 2
        if high == low:
            return math.nan, 0.0, lightness
        spread = high - low
        saturation = spread / (high + low) if lightness < 1 / 2 else spread / (2 - high - low)
        if high == red:
            hue = (green - blue) / spread
        elif high == green:
            hue = 2 + (blue - red) / spread
        else:
            hue = 4 + (red - green) / spread
        return hue * 60 + (360 if hue < 0 else 0), saturation, lightness

    @property
    def luminance(self) -> float:
        """How bright the color is, from 0 to 1 (WCAG 2)."""
        red, green, blue = (
            share / 12.92 if share <= _DARKEST else ((share + 0.055) / 1.055) ** 2.4
            for share in (self.red / 255, self.green / 255, self.blue / 255)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


Mix = Callable[[Color, Color, float], Color]


def parse_color(value: object) -> Color | None:
    """Return the color of a text: hexadecimal, a name of CSS, ``rgb(…)`` or ``hsl(…)``."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    if found := _HEX.fullmatch(text):
        return _hex_color(found[1])
    if found := _FUNCTION.fullmatch(text):
        return _function_color(found)
    digits = _names().get(text.lower())
    return _hex_color(digits) if digits else None


def mix_rgb(first: Color, second: Color, share: float) -> Color:
    """Return the color between two, each part by itself; a share of 0 is the first one."""
    return Color(
        first.red + share * (second.red - first.red),
        first.green + share * (second.green - first.green),
        first.blue + share * (second.blue - first.blue),
        first.alpha + share * (second.alpha - first.alpha),
    )


def mix_hsl(first: Color, second: Color, share: float) -> Color:
    """Return the color between two on the shorter way around the circle of hues.

    From black or white, which have no hue, the other color's hue and saturation stay.
    """
    hue, saturation, lightness = first.hsl
    other_hue, other_saturation, other_lightness = second.hsl
    mixed = saturation + share * (other_saturation - saturation)
    if math.isnan(hue) and not math.isnan(other_hue):
        hue = other_hue
        mixed = other_saturation if lightness in {0, 1} else mixed
    elif math.isnan(other_hue):
        mixed = saturation if not math.isnan(hue) and other_lightness in {0, 1} else mixed
    else:
        way = other_hue - hue
        way -= math.copysign(360, way) if abs(way) > _HALF_TURN else 0
        hue += share * way
    alpha = first.alpha + share * (second.alpha - first.alpha)
    return Color.of_hsl(hue, mixed, lightness + share * (other_lightness - lightness), alpha)


def color_scale(stops: Sequence[Color], mix: Mix = mix_rgb) -> Callable[[float], str]:
    """Return what gives the color at a place from 0 to 1 between two or more stops."""
    made: dict[int, str] = {}
    intervals = len(stops) - 1

    def color_at(place: float) -> str:
        place = min(1.0, max(0.0, place))
        key = math.floor(place * _STEPS_OF_CACHE)
        if key not in made:
            index = next(i for i in range(intervals + 1) if place <= i / intervals)
            if place == index / intervals:
                made[key] = stops[index].hex
            else:
                start, end = (index - 1) / intervals, index / intervals
                share = (place - start) / (end - start)
                made[key] = mix(stops[index - 1], stops[index], share).hex
        return made[key]

    return color_at


def spread_colors(stops: Sequence[object], count: int) -> list[str]:
    """Return colors at equal distances from the first stop to the last one.

    One color is the middle; a stop that is no color is black.
    """
    colors = [parse_color(stop) or Color(0, 0, 0) for stop in stops] or [Color(0, 0, 0)]
    color_at = color_scale(colors if len(colors) > 1 else colors * 2)
    if count == 1:
        return [color_at(1 / 2)]
    return [color_at(index / (count - 1)) for index in range(count)]


#: What is read on any color: one of them has a contrast of 4.5 at least.
BLACK_OR_WHITE = ("#ffffff", "#000000")


def text_color_on(
    background: object, choices: Sequence[str] = ("#ffffff", "#333333")
) -> str | None:
    """Return the choice that is read best on a background; None if that is no color."""
    color = parse_color(background)
    if color is None:
        return None
    under = color.luminance

    def contrast(choice: str) -> float:
        over = (parse_color(choice) or Color(0, 0, 0)).luminance
        return (max(over, under) + 0.05) / (min(over, under) + 0.05)

    return max(choices, key=contrast)


def ordinal_colors(colors: Sequence[str]) -> Callable[[str], str]:
    """Return what gives each new name the next color, and a known one its own."""
    places: dict[str, int] = {}
    return lambda name: colors[places.setdefault(name, len(places)) % len(colors)]


def _hex_color(digits: str) -> Color:
    if len(digits) == _LENGTH_OF_SHORT:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = bytes.fromhex(digits)
    opaque = _rounded(alpha[0] / 255 * 100) / 100 if len(digits) == _LENGTH_WITH_ALPHA else 1.0
    return Color(red, green, blue, opaque)


def _function_color(found: re.Match[str]) -> Color | None:
    kind, *numbers = found.group(1, 2, 4, 6)
    percents = [bool(percent) for percent in found.group(3, 5, 7)]
    first, second, third = map(float, numbers)
    alpha = float(found[8]) if found[8] else 1.0
    if kind.lower() == "hsl":
        return (
            Color.of_hsl(first, min(second, 100) * 0.01, min(third, 100) * 0.01, alpha)
            if percents == [False, True, True]
            else None
        )
    if percents == [True, True, True]:
        first, second, third = (_rounded(part * 2.55) for part in (first, second, third))
    elif any(percents):
        return None
    return Color(_clipped(first), _clipped(second), _clipped(third), alpha)


def _hue_part(low: float, high: float, turn: float) -> float:
    if turn < 0:
        turn += 1
    elif turn > 1:
        turn -= 1
    if 6 * turn < 1:
        return low + (high - low) * 6 * turn
    if 2 * turn < 1:
        return high
    if turn < 2 / 3:
        return low + (high - low) * (2 / 3 - turn) * 6
    return low


def _clipped(part: float) -> float:
    return min(255, max(0, part))


def _rounded(part: float) -> int:
    return math.floor(part + 0.5)


@functools.cache
def _names() -> dict[str, str]:
    words = _CSS_NAMES.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_CSS_NAMES = """
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc
    bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a
    burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50
    cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b
    darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9
    darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc
    darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f
    darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff
    dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0
    forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
    goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0
    hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa
    lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080
    lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90
    lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa
    lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0
    lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa
    mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371
    mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
    midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead
    navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500
    orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093
    papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6
    purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1
    saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee
    sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090
    snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8
    tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5
    yellow ffff00 yellowgreen 9acd32
"""
