"""MAP: a marker for each row, in groups that have a color each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watchframe.charts.colors import CATEGORY_10, ordinal_colors
from watchframe.charts.data import Data, Options, Prepared, merged
from watchframe.charts.javascript import is_truthy, property_order, text_of
from watchframe.charts.values import Row

_DEFAULTS = {
    "latColName": "lat",
    "lonColName": "lon",
    "classify": None,
    "groups": {},
    "mapTileUrl": "//{s}.tile.openstreetmap.org/{z}/{x}/{y}.png",
    "clusterMarkers": True,
    "customizeMarkers": False,
    "iconShape": "marker",
    "iconFont": "circle",
    "foregroundColor": "#ffffff",
    "backgroundColor": "#356AFF",
    "borderColor": "#356AFF",
    "bounds": None,
    "tooltip": {"enabled": False, "template": ""},
    "popup": {"enabled": True, "template": ""},
}
#: The group of all rows, where no column makes groups.
_ALL = "All"


def prepare_map(options: Options, data: Data) -> Prepared:
    """Return the groups of points; what has no place is not on the map.

    Returns
    -------
    dict
        ``options_resolved``, and ``groups``: ``name``, ``color`` and ``points``, which are
        ``lat``, ``lon`` (values as they came) and ``row`` (the other columns).
    """
    resolved = merged(_DEFAULTS, options)
    resolved["mapTileUrl"] = resolved["mapTileUrl"] or _DEFAULTS["mapTileUrl"]
    if resolved["classify"] == "none":
        # Versions before 8 saved this where no column was chosen.
        resolved["classify"] = None
    latitude, longitude = text_of(resolved["latColName"]), text_of(resolved["lonColName"])
    color = ordinal_colors(CATEGORY_10)
    groups = []
    for name, rows in _grouped(data.rows, resolved["classify"]).items():
        points = [
            {
                "lat": row[latitude],
                "lon": row[longitude],
                "row": {
                    column: value
                    for column, value in row.items()
                    if column not in {latitude, longitude}
                },
            }
            for row in rows
            if row.get(latitude) is not None
            if row.get(longitude) is not None
        ]
        if points:
            chosen = resolved["groups"].get(name)
            group: dict[str, Any] = dict(chosen) if isinstance(chosen, Mapping) else {}
            group |= {"name": name, "points": points}
            if group.get("color") is None:
                group["color"] = color(name)
            groups.append(group)
    return {"options_resolved": resolved, "groups": groups}


def _grouped(rows: Sequence[Row], classify: object) -> dict[str, Sequence[Row]]:
    if not is_truthy(classify):
        return {_ALL: rows}
    column = text_of(classify)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        name = text_of(row[column]) if column in row else "undefined"
        groups.setdefault(name, []).append(row)
    return {name: groups[name] for name in property_order(groups)}
