"""CHOROPLETH: a map whose places are colored by classes of their values."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchframe.charts.colors import parse_color, spread_colors
from watchframe.charts.data import Data, Options, Prepared, merged
from watchframe.charts.javascript import (
    is_truthy,
    leading_number,
    number_of,
    property_order,
    shown_text,
    text_of,
)
from watchframe.charts.numeral import number_formatter
from watchframe.charts.table import prepare_table
from watchframe.charts.v8_math import logarithm, power_of_ten

_DEFAULTS: dict[str, Any] = {
    "mapType": "countries",
    "keyColumn": None,
    "targetField": None,
    "valueColumn": None,
    "clusteringMode": "e",
    "steps": 5,
    "valueFormat": "0,0.00",
    "noValuePlaceholder": "N/A",
    "colors": {
        "min": "#799CFF",
        "max": "#002FB4",
        "background": "#ffffff",
        "borders": "#ffffff",
        "noValue": "#dddddd",
    },
    "legend": {"visible": True, "position": "bottom-left", "alignText": "right"},
    "tooltip": {"enabled": True, "template": "<b>{{ @@name }}</b>: {{ @@value }}"},
    "popup": {
        "enabled": True,
        "template": (
            "Country: <b>{{ @@name_long }} ({{ @@iso_a2 }})</b>\n<br>\nValue: <b>{{ @@value }}</b>"
        ),
    },
}
_MAPS = {"countries", "usa", "subdiv_japan"}
#: What versions before 10 called these options.
_OLD_NAMES = {"countryCodeColumn": "keyColumn", "countryCodeType": "targetField"}
#: No map has so many places, and finding clusters of more values takes long.
_MOST_CLUSTERED = 1_000
_MOST_ROUNDS = 201


def prepare_choropleth(options: Options, data: Data) -> Prepared:
    """Return each place's color and text, by its key.

    Returns
    -------
    dict
        ``options_resolved``, ``values`` (numbers, by key), ``features`` (by key ``color`` and
        ``text``), ``scale_when_every_key_is_on_the_map`` (``limits``: the highest value of each
        class, ``colors`` and ``legend``, highest first) and ``legend``, which has texts too and
        is empty where none is shown. On the page only keys that are on the map have a part in
        the scale. A ``note`` says that other classes than those saved had to be taken. A map of
        anything but countries has ``header`` and ``cells`` of the table that takes its place.
    """
    resolved = _resolved(options)
    values = _values(data, resolved["keyColumn"], resolved["valueColumn"])
    scale = _Scale.of_values(list(dict.fromkeys(filter(_is_finite, values.values()))), resolved)
    number = number_formatter(resolved["valueFormat"])
    placeholder = resolved["noValuePlaceholder"]

    def text(value: float | None) -> str:
        if value is None:
            return shown_text(placeholder)
        return number(value)

    features: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        features[key] = {"text": text(value)}
        color = resolved["colors"]["noValue"] if value is None else scale.color(value)
        if color is not None:
            features[key]["color"] = color
    prepared = {
        "options_resolved": resolved,
        "values": {key: value for key, value in values.items() if value is not None},
        "scale_when_every_key_is_on_the_map": {
            "limits": scale.limits,
            "colors": scale.colors,
            "legend": scale.legend,
        },
        "features": features,
        "legend": [{**item, "text": text(item["limit"])} for item in scale.legend]
        if resolved["legend"]["visible"]
        else [],
    } | ({"note": scale.note} if scale.note else {})
    if resolved["mapType"] == _DEFAULTS["mapType"]:
        return prepared
    note = f"There are no outlines of {resolved['mapType']!r} here: this is a table of its rows."
    return {**prepare_table({}, data), **prepared, "note": note}


def _resolved(options: Options) -> dict[str, Any]:
    resolved = merged(_DEFAULTS, options)
    if resolved["mapType"] not in _MAPS:
        resolved["mapType"] = "countries"
    for old, name in _OLD_NAMES.items():
        value = resolved.pop(old, None)
        if value is not None:
            resolved[name] = value
    return resolved


def _values(data: Data, key: object, value: object) -> dict[str, float | None]:
    """Return values by key, in the order of an object's keys: None if one is no number."""
    if not is_truthy(key) or not is_truthy(value):
        return {}
    key, value = text_of(key), text_of(value)
    found: dict[str, float | None] = {}
    for row in data.rows:
        if is_truthy(row.get(key)):
            number = leading_number(row.get(value))
            found[text_of(row[key])] = number if math.isfinite(number) else None
    return {name: found[name] for name in property_order(found)}


def _is_finite(value: float | None) -> bool:
    return value is not None


@dataclass(frozen=True, slots=True)
class _Scale:
    """The highest value of each class, and its color."""

    limits: list[float]
    colors: list[str]
    note: str = ""

    @classmethod
    def of_values(cls, values: Sequence[Any], options: Options) -> _Scale:
        steps = min(len(values), _steps(options["steps"]))
        lowest, highest = (
            options["colors"][name]
            if parse_color(options["colors"][name])
            else _DEFAULTS["colors"][name]
            for name in ("min", "max")
        )
        if not values:
            return cls([], [])
        if steps == 1:
            return cls(list(values), [highest])
        limits, note = _limits(sorted(values), str(options["clusteringMode"])[:1], steps - 1)
        return cls(limits, spread_colors([lowest, highest], len(limits)), note)

    @property
    def legend(self) -> list[dict[str, Any]]:
        """The classes, highest first."""
        pairs = zip(self.colors, self.limits, strict=False)
        return [{"color": color, "limit": limit} for color, limit in pairs][::-1]

    def color(self, value: float) -> str | None:
        """Return the color of the first class that a value is in; with one step, maybe none."""
        place = 0 if value <= self.limits[0] else bisect.bisect_left(self.limits, value)
        return self.colors[place] if place < len(self.colors) else None


def _steps(saved: object) -> int:
    steps = number_of(saved) if isinstance(saved, int | float | str) else math.nan
    return int(steps) if 1 <= steps < math.inf else int(_DEFAULTS["steps"])


def _limits(values: Sequence[float], mode: str, count: int) -> tuple[list[float], str]:
    """Return the limits of so many classes and the lowest value, as chroma.js; and a note."""
    if count == 1:
        return [values[0], values[-1]], ""
    if mode == "l" and values[0] <= 0:
        return _equal(values, count), (
            "Some values are not above zero, so classes of equal widths take the place of "
            "logarithmic ones."
        )
    if mode == "k" and len(values) > _MOST_CLUSTERED:
        return _equal(values, count), (
            f"There are {len(values):,} values, so classes of equal widths take the place of "
            "clusters."
        )
    return _MODES.get(mode, _equal)(values, count), ""


def _equal(values: Sequence[float], count: int) -> list[float]:
    low, high = values[0], values[-1]
    return [low, *(low + i / count * (high - low) for i in range(1, count)), high]


def _logarithmic(values: Sequence[float], count: int) -> list[float]:
    low, high = (math.log10(math.e) * logarithm(value) for value in (values[0], values[-1]))
    between = [power_of_ten(min(308, low + i / count * (high - low))) for i in range(1, count)]
    return [values[0], *between, values[-1]]


def _quantiles(values: Sequence[float], count: int) -> list[float]:
    limits = [values[0]]
    for i in range(1, count):
        place = (len(values) - 1) * i / count
        below = math.floor(place)
        share = place - below
        limits.append(
            values[below] * (1 - share) + values[below + 1] * share if share else values[below]
        )
    return [*limits, values[-1]]


def _clusters(values: Sequence[float], count: int) -> list[float]:
    """Return the lowest value, and the highest one of each cluster by the method of k-means."""
    centers = _equal(values, count)[:-1]
    clusters: list[list[float]] = []
    for _ in range(_MOST_ROUNDS):
        clusters = [[] for _ in centers]
        for value in values:
            # The first one of the nearest; a center of nothing is NaN, and never near.
            nearest = min(range(count), key=lambda place: _distance(centers[place], value))
            clusters[nearest].append(value)
        moved = [_center(cluster) for cluster in clusters]
        if all(map(_is_same, moved, centers)):
            break
        centers = moved
    ends = [cluster[-1] for cluster in sorted(filter(None, clusters))]
    return list(dict.fromkeys([values[0], *ends]))


def _distance(center: float, value: float) -> float:
    return math.inf if math.isnan(center) else abs(center - value)


def _center(cluster: list[float]) -> float:
    if not cluster:
        return math.nan
    *_, total = itertools.accumulate(cluster)
    return total * (1 / len(cluster))


def _is_same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


_MODES: Mapping[str, Callable[[Sequence[float], int], list[float]]] = {
    "e": _equal,
    "l": _logarithmic,
    "q": _quantiles,
    "k": _clusters,
}
