"""The palettes: colors of series, slices and heatmaps for which none was chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from watchframe.charts.colors import CATEGORY_10, Color, mix_rgb, parse_color

#: What series get when no palette is named.
DEFAULT_PALETTE = "Redash"
#: The last colors of the default palette: people could choose them before it had them.
ADDITIONAL = ("#981717", "#17BF51", "#049235", "#00B6EB", "#A58AFF", "#C63FA9")
# fmt: off
PALETTES: dict[str, tuple[str, ...]] = {
    DEFAULT_PALETTE: (
        "#356AFF", "#E92828", "#3BD973", "#604FE9", "#50F5ED", "#FB8D3D", "#799CFF",
        "#B554FF", "#8CFFB4", "#A55F2A", "#000000", "#494949", "#FF7DE3", "#002FB4",
        *ADDITIONAL,
    ),
    "Viridis": (
        "#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e",
        "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b",
        "#addc30", "#d8e219", "#fde725",
    ),
    "Tableau 10": (
        "#4e79a7", "#f28e2c", "#e15759", "#76b7b2", "#59a14f", "#edc949", "#af7aa1",
        "#ff9da7", "#9c755f", "#bab0ab",
    ),
    "D3 Category 10": CATEGORY_10,
}
# fmt: on
#: Palettes that are spread over the series, so that the first and the last have its ends.
CONTINUOUS = frozenset({"Viridis"})

Stops = list[tuple[float, str]]


def colors_of(name: str, count: int) -> list[str]:
    """Return the colors of series, in their order; an unknown palette is the default one.

    Parameters
    ----------
    name : str
        The palette's name.
    count : int
        How many series there are.
    """
    palette = PALETTES.get(name, PALETTES[DEFAULT_PALETTE])
    if name in CONTINUOUS and len(palette) > count:
        return spread(palette, count)
    return [palette[index % len(palette)] for index in range(count)]


def spread(palette: Sequence[str], count: int) -> list[str]:
    """Return colors at equal distances in a palette; of more than it has, some are the same."""
    step = (len(palette) - 1) / (count - 1 or 1)
    return [palette[math.floor(step * index + 0.5)] for index in range(count)]


def heat_stops(scheme: object, lowest: object, highest: object) -> Stops:
    """Return the stops of a heatmap's colors; an unknown scheme is plotly's own default.

    Parameters
    ----------
    scheme : object
        As saved: nothing, a name of plotly's scales, or ``Custom...``.
    lowest, highest : object
        The colors of a scheme of one's own.
    """
    if not scheme:
        return list(_HEAT)
    if scheme == CUSTOM:
        ends = [(0, lowest, _HEAT[0][1]), (1, highest, _HEAT[-1][1])]
        return [
            (place, str(color) if parse_color(color) else default) for place, color, default in ends
        ]
    if scheme == "Viridis":
        palette = PALETTES["Viridis"]
        return [(min(1, index * 16 / 255), color) for index, color in enumerate(palette)]
    words = SCALES.get(str(scheme), SCALES["RdBu"]).split()
    return [
        (float(place), "rgb({},{},{})".format(*bytes.fromhex(digits)))
        for place, digits in zip(words[::2], words[1::2], strict=True)
    ]


def heat_color(stops: Stops, share: float) -> str:
    """Return the color that the page thinks a cell has, to choose its text's color.

    Between two stops it goes as far as the share of the whole scale, not of the way between
    them; a share that is none has the first stop's color.
    """
    if share >= stops[-1][0]:
        return stops[-1][1]
    upper = next((index for index, (place, _) in enumerate(stops) if share < place), 0)
    if upper == 0:
        return stops[0][1]
    below, above = (parse_color(stops[index][1]) or _BLACK for index in (upper - 1, upper))
    return mix_rgb(below, above, share).hex


def scale_color(stops: Stops, share: float) -> Color:
    """Return the color that plotly gives to a share of a scale."""
    index = next((index for index, (place, _) in enumerate(stops) if share <= place), -1)
    (start, first), (end, second) = stops[max(0, index - 1)], stops[index]
    below, above = (parse_color(color) or _BLACK for color in (first, second))
    return mix_rgb(below, above, (share - start) / (end - start) if end > start else 0)


_BLACK = Color(0, 0, 0)
_HEAT: Stops = [
    (0, "#356aff"),
    (0.14, "#4a7aff"),
    (0.28, "#5d87ff"),
    (0.42, "#7398ff"),
    (0.56, "#fb8c8c"),
    (0.71, "#ec6463"),
    (0.86, "#ec4949"),
    (1, "#e92827"),
]
#: The scheme whose two colors are saved with the chart.
CUSTOM = "Custom..."
#: plotly's scales: places from 0 to 1, and red, green, blue in hexadecimal.
SCALES = {
    "Greys": """
        0 000000 1 ffffff
    """,
    "YlGnBu": """
        0 081d58 0.125 253494 0.25 225ea8 0.375 1d91c0 0.5 41b6c4 0.625 7fcdbb 0.75 c7e9b4 0.875
        edf8d9 1 ffffd9
    """,
    "Greens": """
        0 00441b 0.125 006d2c 0.25 238b45 0.375 41ab5d 0.5 74c476 0.625 a1d99b 0.75 c7e9c0 0.875
        e5f5e0 1 f7fcf5
    """,
    "YlOrRd": """
        0 800026 0.125 bd0026 0.25 e31a1c 0.375 fc4e2a 0.5 fd8d3c 0.625 feb24c 0.75 fed976 0.875
        ffeda0 1 ffffcc
    """,
    "Bluered": """
        0 0000ff 1 ff0000
    """,
    "RdBu": """
        0 050aac 0.35 6a89f7 0.5 bebebe 0.6 dcaa84 0.7 e6915a 1 b20a1c
    """,
    "Reds": """
        0 dcdcdc 0.2 f5c39d 0.4 f5a069 1 b20a1c
    """,
    "Blues": """
        0 050aac 0.35 283cbe 0.5 4664f5 0.6 5a78f5 0.7 6a89f7 1 dcdcdc
    """,
    "Picnic": """
        0 0000ff 0.1 3399ff 0.2 66ccff 0.3 99ccff 0.4 ccccff 0.5 ffffff 0.6 ffccff 0.7 ff99ff
        0.8 ff66cc 0.9 ff6666 1 ff0000
    """,
    "Rainbow": """
        0 96005a 0.125 0000c8 0.25 0019ff 0.375 0098ff 0.5 2cff96 0.625 97ff00 0.75 ffea00 0.875
        ff6f00 1 ff0000
    """,
    "Portland": """
        0 0c3383 0.25 0a88ba 0.5 f2d338 0.75 f28f38 1 d91e1e
    """,
    "Jet": """
        0 000083 0.125 003caa 0.375 05ffff 0.625 ffff00 0.875 fa0000 1 800000
    """,
    "Hot": """
        0 000000 0.3 e60000 0.6 ffd200 1 ffffff
    """,
    "Blackbody": """
        0 000000 0.2 e60000 0.4 e6d200 0.7 ffffff 1 a0c8ff
    """,
    "Earth": """
        0 000082 0.1 00b4b4 0.2 28d228 0.4 e6e632 0.6 784614 1 ffffff
    """,
    "Electric": """
        0 000000 0.15 1e0064 0.4 780064 0.6 a05a00 0.8 e6c800 1 fffadc
    """,
    "Cividis": """
        0 00204c 0.058824 002a66 0.117647 00346e 0.176471 273f6c 0.235294 3c4a6b 0.294118 4c556b
        0.352941 5b5f6d 0.411765 686a70 0.470588 757575 0.529412 838178 0.588235 928c78 0.647059
        a19876 0.705882 b0a572 0.764706 c0b16d 0.823529 d1bf66 0.882353 e1cc5c 0.941176 f3db4f 1
        ffe945
    """,
}
