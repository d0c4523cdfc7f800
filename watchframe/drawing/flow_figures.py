"""Figures of what goes from stage to stage, and of shares: SANKEY, SUNBURST_SEQUENCE, BOXPLOT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchframe.charts.colors import parse_color
from watchframe.charts.sankey import EXIT

Prepared = Mapping[str, Any]
Figure = dict[str, Any]

_SEEN_THROUGH = 0.25
_BOX = "#356aff"
_NO_AXES = {"margin": {"l": 8, "r": 8, "t": 8, "b": 8}}


def sankey(prepared: Prepared) -> Figure:
    """Return a SANKEY: the nodes but those where people leave, and what goes between them."""
    nodes = {node["id"]: node for node in prepared["nodes"] if node["name"] != EXIT}
    places = {node_id: place for place, node_id in enumerate(nodes)}
    links = [
        link
        for link in prepared["links"]
        if link["source"] in places and link["target"] in places
        if (link["value"] or 0) > 0
    ]
    if not links:
        return _nothing()
    trace = {
        "type": "sankey",
        # The usual one is white, around letters that are read on light and on dark pages.
        "textfont": {"shadow": "none", "size": 13},
        "node": {
            "label": [node["name"] for node in nodes.values()],
            "color": [node["color"] for node in nodes.values()],
            "pad": 16,
            "thickness": 16,
            "line": {"width": 0},
        },
        "link": {
            "source": [places[link["source"]] for link in links],
            "target": [places[link["target"]] for link in links],
            "value": [link["value"] for link in links],
            "color": [_faint(nodes[link["source"]]["color"]) for link in links],
        },
    }
    return {"traces": [trace], "layout": _NO_AXES}


def sunburst(prepared: Prepared) -> Figure:
    """Return a SUNBURST_SEQUENCE: rings of stages; what ends at one leaves a gap beyond it."""
    slices = [item for item in prepared["slices"] if item["value"] > 0]
    if not slices:
        return _nothing()
    # What goes no further, exactly: sums of rounded numbers might not fit into their whole.
    rest = {item["id"]: item["value"] for item in slices}
    for item in slices:
        if item["parent"] in rest:
            rest[item["parent"]] -= item["value"]
    trace = {
        "type": "sunburst",
        "ids": [str(item["id"]) for item in slices],
        "parents": ["" if item["parent"] is None else str(item["parent"]) for item in slices],
        "labels": [item["name"] for item in slices],
        "values": [max(0, rest[item["id"]]) for item in slices],
        "marker": {
            "colors": [item["color"] for item in slices],
            "line": {"width": 1, "color": "#ffffff"},
        },
        "leaf": {"opacity": 1},
        "insidetextorientation": "auto",
        "hoverinfo": "label+value+percent root",
    }
    return {"traces": [trace], "layout": _NO_AXES}


def box_plot(prepared: Prepared) -> Figure:
    """Return a BOXPLOT: a box for each column that has numbers."""
    traces = [
        {
            "type": "box",
            "name": box["name"],
            "x": [box["name"]],
            "q1": box["quartiles"][:1],
            "median": box["quartiles"][1:2],
            "q3": box["quartiles"][2:],
            "lowerfence": box["whiskers"][:1],
            "upperfence": box["whiskers"][1:],
            "y": [box["outliers"]],
            "boxpoints": "all",
            "jitter": 0,
            "pointpos": 0,
            "width": 0.4,
            "line": {"color": _BOX, "width": 1.5},
            "fillcolor": _faint(_BOX),
            "marker": {"color": _BOX, "size": 5},
            "showlegend": False,
        }
        for box in prepared["boxes"]
        if box["quartiles"]
    ]
    layout: Figure = {
        "xaxis": {"type": "category", "title": {"text": prepared["x_axis_label"]}},
        "yaxis": {"title": {"text": prepared["y_axis_label"]}},
        "margin": {"l": 60, "r": 16, "t": 16, "b": 48},
    }
    if not traces:
        return _nothing()
    layout["yaxis"]["range"] = _range_of_all(prepared)
    return {"traces": traces, "layout": layout}


def _range_of_all(prepared: Prepared) -> list[float]:
    """Return the page's range, but wider where it cuts off a value: it takes 1% off -5."""
    low, high = prepared["range"]
    values = [value for box in prepared["boxes"] for value in box["whiskers"] + box["outliers"]]
    space = (high - low) * _SPACE
    lowest, highest = min(values), max(values)
    return [low if low < lowest else lowest - space, high if high > highest else highest + space]


#: How much of the axis is free beyond a value that would be cut off.
_SPACE = 0.03


def _nothing() -> Figure:
    """Return a figure that says why it is empty; plotly fails on an empty sankey."""
    remark = {"text": "No row has a value to draw.", "showarrow": False, "font": {"size": 14}}
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    axis = {"visible": False}
    layout = {"xaxis": axis, "yaxis": axis, "annotations": [{**remark, **place}]}
    return {"traces": [], "layout": layout}


def _faint(color: str) -> str:
    found = parse_color(color)
    if found is None:
        return color
    return f"rgba({found.red:.0f}, {found.green:.0f}, {found.blue:.0f}, {_SEEN_THROUGH})"
