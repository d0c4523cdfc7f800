"""Dashboards, their widgets, and where the parameters of a widget get their values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, Self

from msgspec import field, structs

from watchframe.models.json_fields import Model, as_object
from watchframe.models.queries import ParameterDefinition, Query, Visualization
from watchframe.reprs import Card, Link, Table

MappingType = Literal["dashboard-level", "widget-level", "static-value"]

#: The names that the front end gives to a visualization that has none.
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


class ParameterMapping(Model, frozen=True, kw_only=True):
    """Where a parameter of a widget's query gets its value.

    Attributes
    ----------
    name : str
        The query's parameter.
    type : {"dashboard-level", "widget-level", "static-value"}
        Shared by the dashboard, chosen at the widget, or always `value`. A type that is not known
        is read as ``widget-level``, as the front end does.
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
    type: MappingType = "widget-level"
    map_to: str = field(name="mapTo")
    title: str = ""
    value: object = None
    more: Mapping[str, object] = field(default_factory=dict)

    _uncompared: ClassVar[frozenset[str]] = frozenset()  # an edit writes `more` back

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        return {**sent, "mapTo": sent.get("mapTo") or sent.get("name")}


class Widget(Model, frozen=True, kw_only=True):
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
        ``position`` (``col``, ``row``, ``sizeX``, ``sizeY``, on a grid of twelve columns,
        up to version 10.1 of six),
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
    more: Mapping[str, object] = field(default_factory=dict)

    def card(self) -> Card:
        """Return what is shown of it."""
        query = self.query
        return Card(
            noun=f"Widget {self.id}",
            name=self.title,
            url=self.visualization.url if self.visualization else None,
            description=self.text,
            facts={
                "dashboard": self.dashboard_id,
                "visualization": self.visualization and self.visualization.type,
                "query": query and Link(f"{query.id} {query.name}", query.url),
                "parameters": [
                    f"{name} = {item.value!r}"
                    if item.type == "static-value"
                    else f"{name} (the dashboard's {item.map_to})"
                    if item.type == "dashboard-level"
                    else name
                    for name, item in self.parameter_mappings.items()
                ],
            },
        )

    @property
    def query(self) -> Query | None:
        """The query whose result it shows; None for a text."""
        return None if self.visualization is None else self.visualization.query

    @property
    def title(self) -> str:
        """The visualization's own name, else the query's; of a text, its first line."""
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
            name: ParameterMapping.from_json({**value, "name": value.get("name") or name})
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


def _unmapped(definition: ParameterDefinition) -> ParameterMapping:
    is_global = definition.more.get("global") is True
    return ParameterMapping(
        name=definition.name,
        type="dashboard-level" if is_global else "widget-level",
        map_to=definition.name,
    )


class Dashboard(Model, frozen=True, kw_only=True):
    """Several queries side by side, and the parameters that they share.

    Attributes
    ----------
    id : int
        The number in its page's URL; 0 of a shared one, of which it is not known.
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
        The owner's name; may be empty.
    is_favorite : bool
        Whether the key's owner marked it.
    public_url : str or None
        Opens the dashboard without a login; None where it is not shared.
    filters_enabled : bool
        Whether it has filters for the whole of it.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    slug: str = ""
    name: str = ""
    widgets: tuple[Widget, ...] = ()
    layout: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    is_draft: bool = False
    is_archived: bool = False
    version: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner: str = field(default="", name="user.name")
    is_favorite: bool = False
    # It opens the dashboard to everybody, so it is not shown by accident.
    public_url: str | None = None
    filters_enabled: bool = field(default=False, name="dashboard_filters_enabled")
    more: Mapping[str, object] = field(default_factory=dict)

    _uncompared: ClassVar[frozenset[str]] = frozenset({"is_favorite", "more"})
    # The public URL opens the dashboard to everybody, so it is not shown by accident.
    _unshown: ClassVar[frozenset[str]] = frozenset({"public_url", "more"})
    list_columns: ClassVar[tuple[str, ...]] = ("id", "name", "tags", "owner", "updated_at")

    @property
    def url(self) -> str | None:
        """Its page; None where its server, or its id, is not known."""
        number = f"{self.id}-{self.slug}" if self.slug else self.id
        return f"{self.server}/dashboards/{number}" if self.server and self.id else None

    def card(self) -> Card:
        """Return what is shown of it: what it is, and its widgets in the order of the page."""
        widgets = sorted(self.widgets, key=lambda widget: widget.place)
        flags = {
            "draft": self.is_draft,
            "archived": self.is_archived,
            "favorite": self.is_favorite,
            "shared": self.public_url is not None,
        }
        return Card(
            noun=f"Dashboard {self.id}" if self.id else "Shared dashboard",
            name=self.name,
            url=self.url,
            labels=[label for label, is_so in flags.items() if is_so],
            facts={"owner": self.owner, "tags": self.tags, "updated": self.updated_at},
            tables=[
                Table(
                    columns=("widget", "type", "query", "parameters"),
                    rows=[
                        (
                            Link(
                                item.title, item.visualization.url if item.visualization else None
                            ),
                            item.visualization.type if item.visualization else "text",
                            item.query
                            and Link(f"{item.query.id} {item.query.name}", item.query.url),
                            [*item.parameter_mappings],
                        )
                        for item in widgets
                    ],
                    title="widgets",
                )
            ],
        )

    @classmethod
    def from_shared_json(cls, value: object) -> Self:
        """Read a dashboard as the server sends it to whoever has its token.

        It tells neither ids, other than those of widgets and queries, nor the texts of queries:
        they are 0 and empty.
        """
        sent = as_object(value, "dashboard")
        widgets = sent.get("widgets")
        whole = [_whole_widget(item) for item in widgets] if isinstance(widgets, list) else widgets
        return cls.from_json({"id": 0, **sent, "widgets": whole})

    def to_json(self) -> dict[str, object]:
        """Return it in the server's shape, without the public URL, which is as good as a key."""
        written = super().to_json()
        del written["public_url"]
        return written

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle it without the public URL, as a pickle may be kept or sent."""
        return Model.__reduce__(structs.replace(self, public_url=None))


def _whole_widget(sent: object) -> object:
    """Return a widget of a shared dashboard in the shape of others."""
    visualization = sent.get("visualization") if isinstance(sent, Mapping) else None
    if not isinstance(sent, Mapping) or not isinstance(visualization, Mapping):
        return sent
    query = visualization.get("query")
    if isinstance(query, Mapping):
        query = {"query": "", **query}
    return {**sent, "visualization": {"id": 0, **visualization, "query": query}}
