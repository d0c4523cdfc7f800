"""Several queries side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast, get_args

from watchframe.models.json_fields import (
    as_object,
    optional,
    optional_time,
    other_fields,
    required,
    without_keys,
)
from watchframe.models.queries import ParameterDefinition, Query, Visualization

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


_READ_DASHBOARD = (
    "id",
    "slug",
    "name",
    "widgets",
    "layout",
    "options",
    "tags",
    "is_draft",
    "is_archived",
    "version",
    "created_at",
    "updated_at",
    "user",
    "is_favorite",
    "public_url",
    "dashboard_filters_enabled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Several queries side by side, and the parameters that they share.

    Attributes
    ----------
    id : int
        The number in its page's URL.
    slug : str
        The words in its page's URL.
    name : str
    widgets : tuple of Widget
        Empty in lists: only the dashboard itself comes with them.
    layout : tuple of object
        Of very old dashboards; the widgets' ``options["position"]`` says where they are.
    options : mapping of str to object
        In the server's words; ``globalParamOrder`` is the order of the shared parameters.
    tags : tuple of str
    is_draft, is_archived : bool
    version : int or None
        Counts up with each edit.
    created_at, updated_at : datetime or None
        UTC.
    owner : str
        The name of whose dashboard it is; may be empty.
    is_favorite : bool
        Whether the key's owner marked it.
    public_url : str or None
        Who has it sees the dashboard without logging in; None where it is not shared.
    filters_enabled : bool
        Whether it has filters for the whole of it.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    slug: str
    name: str
    widgets: tuple[Widget, ...] = ()
    layout: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    is_draft: bool = False
    is_archived: bool = False
    version: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner: str = ""
    is_favorite: bool = field(default=False, compare=False)
    # It opens the dashboard to everybody, so it is not shown by accident.
    public_url: str | None = field(default=None, repr=False)
    filters_enabled: bool = False
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Dashboard:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "dashboard")
        widgets, layout, tags = obj.get("widgets"), obj.get("layout"), obj.get("tags")
        options = without_keys(obj.get("options"))
        user = obj.get("user")
        return cls(
            id=required(obj, "id", int, "dashboard"),
            slug=optional(obj, "slug", str, "dashboard") or "",
            name=optional(obj, "name", str, "dashboard") or "",
            widgets=tuple(Widget.from_json(item) for item in widgets)
            if isinstance(widgets, list)
            else (),
            layout=tuple(layout) if isinstance(layout, list) else (),
            options=options if isinstance(options, Mapping) else {},
            tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
            is_draft=obj.get("is_draft") is True,
            is_archived=obj.get("is_archived") is True,
            version=optional(obj, "version", int, "dashboard"),
            created_at=optional_time(obj, "created_at", "dashboard"),
            updated_at=optional_time(obj, "updated_at", "dashboard"),
            owner=str(user.get("name") or "") if isinstance(user, Mapping) else "",
            is_favorite=obj.get("is_favorite") is True,
            public_url=optional(obj, "public_url", str, "dashboard"),
            filters_enabled=obj.get("dashboard_filters_enabled") is True,
            more=other_fields(obj, _READ_DASHBOARD),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape, without the public URL, which is as good as a key."""
        return {
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "widgets": [widget.to_json() for widget in self.widgets],
            "layout": list(self.layout),
            "options": dict(self.options),
            "tags": list(self.tags),
            "is_draft": self.is_draft,
            "is_archived": self.is_archived,
            "version": self.version,
            "created_at": self.created_at.isoformat() if self.created_at else None,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            "user": {"name": self.owner},
            "dashboard_filters_enabled": self.filters_enabled,
        }
