"""Figures of maps: markers, and countries in the colors of their values.

Nothing is loaded for them: they are lines on axes of longitude and of Mercator's latitude, over the
outlines of `countries`. plotly's own maps take their outlines from a server, even where the figure
has its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from watchframe.charts.colors import parse_color
from watchframe.charts.javascript import number_of, shown_text
from watchframe.charts.templates import fill_template
from watchframe.drawing.countries import countries, country_finder, country_key, projected
from watchframe.drawing.plotly_texts import Markup, escaped
from watchframe.reprs import words
from watchframe.reprs.words import first_few, shortened

Prepared = Mapping[str, Any]
Figure = dict[str, Any]
#: The ends of a part of the world: of longitudes, and of projected latitudes.
Bounds = tuple[tuple[float, float], tuple[float, float]]

#: Where a point is on the map, and the point.
Place = tuple[float, float, Mapping[str, Any]]

#: More markers are not told apart, and their texts are large.
MOST_MARKERS = 10_000
_MOST_TOLD = 12
#: Of more groups there is no legend, which would be longer than the map is high.
_MOST_GROUPS = 30
_LAND, _BORDER = "rgba(128, 128, 128, 0.16)", "rgba(128, 128, 128, 0.5)"
#: The usual color of countries without a value, and one that is the same on white alone.
_NO_VALUE, _VALUELESS_LAND = "#dddddd", "rgba(128, 128, 128, 0.27)"
#: From the south of America to the north of Greenland.
_WORLD = ((-180.0, 180.0), (projected(-57), projected(83.7)))
#: A map is never narrower, in degrees: one marker alone would fill it.
_NARROWEST = 24.0
#: Tags of templates: those that plotly reads too, and any others.
_TAGS = re.compile(r"&lt;(/?)(?:(b|i|em|sub|sup|br)|strong) ?/?&gt;", re.IGNORECASE)
_OTHER_TAGS = re.compile(r"&lt;/?[a-z][^<>&]*&gt;", re.IGNORECASE)


def marker_map(prepared: Prepared) -> Figure:
    """Return a MAP: a marker for each row, in the color of its group."""
    options = prepared["options_resolved"]
    groups = [(group, list(_places(group["points"]))) for group in prepared["groups"]]
    count = sum(len(places) for _, places in groups)
    step = max(1, math.ceil(count / MOST_MARKERS))
    shown = [(group, places[::step]) for group, places in groups]
    if len(shown) <= _MOST_GROUPS:
        traces = [
            {**_markers(options, places), "name": group["name"], "showlegend": len(shown) > 1}
            for group, places in shown
        ]
        for trace, (group, _) in zip(traces, shown, strict=True):
            trace["marker"]["color"] = _marker_color(options, group)
    else:
        traces = [_markers(options, [place for _, places in shown for place in places])]
        traces[0]["marker"]["color"] = [
            _marker_color(options, group) for group, places in shown for _ in places
        ]
    spots = [(x, y) for _, places in groups for x, y, _ in places]
    drawn = sum(len(places) for _, places in shown)
    remark = "" if count else "No row has a place."
    if drawn < count:
        remark = f"{drawn:,} of {count:,} markers are drawn."
    bounds = _saved_bounds(options) or _bounds_of(spots)
    return {"traces": [_outlines(), *traces], "layout": _map_layout(bounds, remark)}


def choropleth(prepared: Prepared) -> Figure:
    """Return a CHOROPLETH of countries: each in the color of its value's class."""
    options = prepared["options_resolved"]
    colors, features = options["colors"], prepared["features"]
    by_key = country_finder(options["targetField"])
    features_of = {
        id(by_key[country_key(key)]): feature
        for key, feature in features.items()
        if country_key(key) in by_key
    }
    no_value = _color(colors["noValue"], _NO_VALUE)
    traces = []
    for country in countries():  # a trace each: plotly shows one text for a filled line
        feature = features_of.get(id(country), {})
        text = feature.get("text", shown_text(options["noValuePlaceholder"]))
        fill = _color(feature.get("color"), no_value)
        names = {f"@@{field}": value for field, value in country.fields.items()}
        traces.append(
            {
                **_area(country.x, country.y),
                "fillcolor": fill if fill != _NO_VALUE else _VALUELESS_LAND,
                "line": {"width": 0.7, "color": _color(colors["borders"], "#ffffff")},
                "text": _country_text(options, {**names, "@@value": text}),
                "hoveron": "fills",
                "hoverinfo": "text",
            }
        )
    traces += [_legend_entry(item) for item in prepared["legend"]]
    missing = [key for key in features if country_key(key) not in by_key]
    layout = _map_layout(_saved_bounds(options) or _WORLD, _remark_on(missing))
    layout["legend"] |= _legend_place(options["legend"])
    background = parse_color(colors["background"])
    if background is not None and background.hex != "#ffffff":
        layout["plot_bgcolor"] = background.hex  # white is no choice: it is the page's default
    return {"traces": traces, "layout": layout}


def _markers(options: Mapping[str, Any], places: Sequence[Place]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _, _ in places],
        "y": [y for _, y, _ in places],
        "text": [_marker_text(options, point) for _, _, point in places],
        "hoverinfo": "text",
        "showlegend": False,
        "marker": {"size": 11, "opacity": 0.85, "line": {"width": 1, "color": "#ffffff"}},
    }


def _outlines() -> Figure:
    found = countries()
    xs = [x for country in found for x in (*country.x, None)]
    ys = [y for country in found for y in (*country.y, None)]
    line = {"width": 0.7, "color": _BORDER}
    return {**_area(xs, ys), "fillcolor": _LAND, "line": line, "hoverinfo": "skip"}


def _area(xs: Sequence[float | None], ys: Sequence[float | None]) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": list(xs),
        "y": list(ys),
        "showlegend": False,
    }


def _legend_entry(item: Mapping[str, Any]) -> Figure:
    """Return a class of the legend: a trace that has no points."""
    marker = {"symbol": "square", "size": 14, "color": _color(item["color"], _NO_VALUE)}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [None],
        "y": [None],
        "name": item["text"],
        "marker": marker,
        "showlegend": True,
        "hoverinfo": "skip",
    }


def _legend_place(legend: Mapping[str, Any]) -> Figure:
    position = str(legend["position"])
    x = 0.99 if position.endswith("right") else 0.01
    y = 0.99 if position.startswith("top") else 0.01
    return {"x": x, "y": y, "xanchor": "auto", "yanchor": "auto"}


def _map_layout(bounds: Bounds, remark: str) -> Figure:
    (west, east), (south, north) = bounds
    axis = {"visible": False, "showgrid": False, "zeroline": False, "constrain": "range"}
    layout: Figure = {
        "xaxis": {**axis, "range": [west, east]},
        "yaxis": {**axis, "range": [south, north], "scaleanchor": "x", "scaleratio": 1},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": "closest",
        "dragmode": "pan",
        "legend": {
            "x": 0.99,
            "y": 0.99,
            "xanchor": "right",
            "yanchor": "top",
            "bgcolor": "rgba(128, 128, 128, 0.15)",
            "itemclick": False,
            "itemdoubleclick": False,
        },
    }
    if remark:
        layout["annotations"] = [
            {
                "text": remark,
                "xref": "paper",
                "yref": "paper",
                "x": 0.99,
                "y": 0.01,
                "xanchor": "right",
                "yanchor": "bottom",
                "showarrow": False,
            }
        ]
    return layout


def _places(points: Iterable[Mapping[str, Any]]) -> Iterable[Place]:
    """Return where points are on the map; those that are nowhere are left out."""
    for point in points:
        latitude, longitude = _degrees(point["lat"]), _degrees(point["lon"])
        if latitude is not None and longitude is not None:
            x = longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180  # noqa: PLR2004 - once around
            yield round(x, 6), projected(latitude), point


def _degrees(value: object) -> float | None:
    try:
        number = float(number_of(value))
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _marker_color(options: Mapping[str, Any], group: Mapping[str, Any]) -> str:
    if options["customizeMarkers"] and not options["classify"]:
        return _color(options["backgroundColor"], "#356aff")
    return _color(group["color"], "#1f77b4")


def _marker_text(options: Mapping[str, Any], point: Mapping[str, Any]) -> str:
    """Return what a marker's popup shows: its template, or all columns."""
    popup, tooltip = options["popup"], options["tooltip"]
    row = {**point["row"], options["latColName"]: point["lat"], options["lonColName"]: point["lon"]}
    for part in (popup, tooltip):
        if part["enabled"] and part["template"]:
            return _filled(part["template"], {str(name): value for name, value in row.items()})
    place = f"<b>{escaped(shown_text(point['lat']))}, {escaped(shown_text(point['lon']))}</b>"
    told = [
        f"{escaped(str(name))}: {escaped(_shown(value))}"
        for name, value in [*point["row"].items()][:_MOST_TOLD]
    ]
    return Markup("<br>".join([place, *told]))


def _country_text(options: Mapping[str, Any], values: Mapping[str, object]) -> str:
    tooltip = options["tooltip"]
    template = tooltip["template"] if tooltip["enabled"] else ""
    return _filled(template or "<b>{{ @@name }}</b>: {{ @@value }}", values)


def _filled(template: object, values: Mapping[str, object]) -> Markup:
    """Return a template with its values; of its own HTML, what plotly reads too."""
    if not isinstance(template, str):
        return Markup("")
    text = escaped(" ".join(template.split()))
    text = _TAGS.sub(lambda found: f"<{found[1]}{found[2] or 'b'}>", text)
    shown = {escaped(name): escaped(_shown(value)) for name, value in values.items()}
    return Markup(fill_template(_OTHER_TAGS.sub(" ", text), shown))


def _shown(value: object) -> str:
    return shortened(words(value) if isinstance(value, datetime) else shown_text(value))


def _color(value: object, default: str) -> str:
    color = parse_color(value)
    return default if color is None else color.hex


def _remark_on(missing: Sequence[str]) -> str:
    """Return which keys no country has."""
    if not missing:
        return ""
    return f"Not on the map: {first_few(missing, 5, lambda key: shortened(key, 30))}"


def _saved_bounds(options: Mapping[str, Any]) -> Bounds | None:
    """Return the part of the world that was saved; None where it is none."""
    try:
        (south, west), (north, east) = options["bounds"]
        ends = [float(number_of(end)) for end in (west, east, south, north)]
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not all(map(math.isfinite, ends)):
        return None
    west, east, south, north = *ends[:2], *map(projected, ends[2:])
    return ((west, east), (south, north)) if west < east and south < north else None


def _bounds_of(spots: Sequence[tuple[float, float]]) -> Bounds:
    """Return the part of the world that all spots are in, with some space around them."""
    if not spots:
        return _WORLD
    longitudes, latitudes = zip(*spots, strict=True)
    return _with_space(longitudes), _with_space(latitudes)


def _with_space(numbers: Sequence[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    space = max((high - low) * 0.08, (_NARROWEST - (high - low)) / 2)
    return low - space, high + space
