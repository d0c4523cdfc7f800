"""What a saved query and a dashboard of the demo's catalogue consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LENDING_SOURCE = 1
PYTHON_SOURCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiValues:
    """How several values are joined: each as ``prefix + value + suffix``."""

    prefix: str = ""
    suffix: str = ""
    separator: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedParameter:
    """A parameter's definition; `type` and `value` (the default) are in the server's words."""

    name: str
    type: str
    title: str
    value: object = None
    enum_options: tuple[str, ...] = ()
    query_id: int | None = None
    regex: str | None = None
    multi: MultiValues | None = None
    use_current_datetime: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVisualization:
    """A chart or counter of a query; the table that every query has is not listed."""

    type: str
    name: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A query as its author saved it; `text` has ``{{ name }}`` where parameters go."""

    id: int
    name: str
    text: str
    description: str = ""
    data_source_id: int = LENDING_SOURCE
    parameters: tuple[SavedParameter, ...] = ()
    tags: tuple[str, ...] = ()
    visualizations: tuple[SavedVisualization, ...] = ()
    applies_auto_limit: bool = False
    is_archived: bool = False
    is_draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterMapping:
    """Where a widget's parameter gets its value; `type` is the server's word for that."""

    type: str
    map_to: str
    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedWidget:
    """A tile of a dashboard: a query's visualization (its table where unnamed), or a text.

    ``position`` is column, row, width and height on the dashboard's grid of six columns.
    """

    position: tuple[int, int, int, int]
    text: str = ""
    query_id: int | None = None
    visualization: str | None = None
    mappings: Mapping[str, ParameterMapping] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDashboard:
    """Several tiles, and the parameters that they share."""

    id: int
    slug: str
    name: str
    widgets: tuple[SavedWidget, ...]
    tags: tuple[str, ...] = ()
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that is saved on a fresh demo server."""

    queries: tuple[SavedQuery, ...]
    dashboards: tuple[SavedDashboard, ...]
