"""A tile of a dashboard."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from watchframe.models.json_fields import as_object, optional, other_fields, required, without_keys
from watchframe.models.parameter import ParameterDefinition
from watchframe.models.query import Query, Visualization

MappingType = Literal["dashboard-level", "widget-level", "static-value"]

_READ = ("id", "dashboard_id", "text", "width", "options", "visualization")
_MAPPING_READ = ("name", "type", "mapTo", "title", "value")
_MAPPING_TYPES: tuple[str, ...] = get_args(MappingType)
#: What the front end calls a visualization that nobody named.
_UNNAMED = frozenset(
    {
        "",
        "Boxplot",
        "Boxplot (Deprecated)",
        "Chart",
        "Cohort",
        "Counter",
        "Details View",
        "Funnel",
        "Map (Choropleth)",
        "Map (Markers)",
        "Pivot Table",
        "Sankey",
        "Sunburst Sequence",
        "Table",
        "Word Cloud",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterMapping:
    """Where a parameter of a widget's query gets its value.

    Attributes
    ----------
    name : str
        The query's parameter.
    type : {"dashboard-level", "widget-level", "static-value"}
        Shared by the dashboard, chosen at the widget, or always `value`.
    map_to : str
        The dashboard's parameter that it takes its value from.
    title : str
        The label; empty for the query's own.
    value : object
        Of a static value; else None, or what was chosen last.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    name: str
    type: MappingType
    map_to: str
    title: str = ""
    value: object = None
    more: Mapping[str, object] = field(default_factory=dict, hash=False, repr=False)

    @classmethod
    def from_json(cls, name: str, value: object) -> ParameterMapping:
        """Read one mapping; an unknown type is read as ``widget-level``, as the front end does."""
        obj = as_object(value, "parameter mapping")
        type_ = obj.get("type")
        return cls(
            name=optional(obj, "name", str, "parameter mapping") or name,
            type=cast("MappingType", type_) if type_ in _MAPPING_TYPES else "widget-level",
            map_to=optional(obj, "mapTo", str, "parameter mapping") or name,
            title=optional(obj, "title", str, "parameter mapping") or "",
            value=obj.get("value"),
            more=other_fields(obj, _MAPPING_READ),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        return {
            **self.more,
            "name": self.name,
            "type": self.type,
            "mapTo": self.map_to,
            "title": self.title,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """A tile of a dashboard: a visualization or a text.

    Attributes
    ----------
    id : int
    dashboard_id : int or None
    text : str
        Markdown; empty for a visualization.
    width : int
        Always 1 on present servers: the size is in ``options["position"]``.
    options : mapping of str to object
        ``position`` (``col``, ``row``, ``sizeX``, ``sizeY``, on a grid of six columns),
        ``parameterMappings`` and more, in the server's words.
    visualization : Visualization or None
        None for a text, and where the key may not see it.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    dashboard_id: int | None = None
    text: str = ""
    width: int = 1
    options: Mapping[str, object] = field(default_factory=dict)
    visualization: Visualization | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def query(self) -> Query | None:
        """The query whose result it shows; None for a text."""
        return None if self.visualization is None else self.visualization.query

    @property
    def title(self) -> str:
        """The visualization's name, or where nobody named it the query's; a text's first line."""
        if self.visualization is None:
            lines = (line.strip().lstrip("#").strip() for line in self.text.splitlines())
            return next((line for line in lines if line), "")
        if self.visualization.name not in _UNNAMED or self.query is None:
            return self.visualization.name
        return self.query.name or self.visualization.name

    @property
    def parameter_mappings(self) -> Mapping[str, ParameterMapping]:
        """Where each parameter of its query gets its value, by the parameter's name.

        A parameter that the server has no mapping for is ``widget-level``, or as dashboards of old
        servers have it ``dashboard-level`` where it is global; mappings of parameters that the
        query no longer has are left out.
        """
        sent = self.options.get("parameterMappings")
        found = {
            name: ParameterMapping.from_json(name, value)
            for name, value in (sent.items() if isinstance(sent, Mapping) else ())
            if isinstance(value, Mapping)
        }
        if self.query is None:
            return found
        return {
            definition.name: found.get(definition.name) or _unmapped(definition)
            for definition in self.query.parameters
        }

    @property
    def place(self) -> tuple[float, float]:
        """Its row and column; the page goes through its tiles in that order."""
        sent = self.options.get("position")
        position = sent if isinstance(sent, Mapping) else {}
        row, column = (position.get(name) for name in ("row", "col"))
        return (
            row if isinstance(row, int | float) else math.inf,
            column if isinstance(column, int | float) else math.inf,
        )

    @classmethod
    def from_json(cls, value: object) -> Widget:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "widget")
        options = without_keys(obj.get("options"))
        shown = obj.get("visualization")
        return cls(
            id=required(obj, "id", int, "widget"),
            dashboard_id=optional(obj, "dashboard_id", int, "widget"),
            text=optional(obj, "text", str, "widget") or "",
            width=optional(obj, "width", int, "widget") or 1,
            options=options if isinstance(options, Mapping) else {},
            visualization=Visualization.from_json(shown) if shown else None,
            more=other_fields(obj, _READ),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        obj: dict[str, object] = {
            "id": self.id,
            "dashboard_id": self.dashboard_id,
            "text": self.text,
            "width": self.width,
            "options": dict(self.options),
        }
        if self.visualization is not None:
            obj["visualization"] = self.visualization.to_json()
        return obj


def _unmapped(definition: ParameterDefinition) -> ParameterMapping:
    is_global = definition.more.get("global") is True
    return ParameterMapping(
        name=definition.name,
        type="dashboard-level" if is_global else "widget-level",
        map_to=definition.name,
    )
