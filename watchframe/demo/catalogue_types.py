"""What a saved query and a dashboard of the demo's catalogue consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass, field
from typing import Any

LENDING_SOURCE = 1
PYTHON_SOURCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiValues:
    """How several values are joined: each as ``prefix + value + suffix``."""

    prefix: str = ""
    suffix: str = ""
    separator: str = ","


@dataclass(frozen=True, slots=True)
class SavedParameter:
    """A parameter's definition; `type` and `value` (the default) are in the server's words."""

    name: str
    type: str
    title: str
    value: object = None
    _: KW_ONLY
    enum_options: tuple[str, ...] = ()
    query_id: int | None = None
    regex: str | None = None
    multi: MultiValues | None = None
    use_current_datetime: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the definition in the server's shape."""
        further = {
            "enumOptions": "\n".join(self.enum_options) or None,
            "queryId": self.query_id,
            "regex": self.regex,
            "multiValuesOptions": None if self.multi is None else asdict(self.multi),
            "useCurrentDateTime": self.use_current_datetime or None,
        }
        return {
            "name": self.name,
            "type": self.type,
            "title": self.title,
            "value": self.value,
            **{name: value for name, value in further.items() if value is not None},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedVisualization:
    """A chart, counter, map … of a query; the table that every query has is not listed."""

    type: str
    name: str
    options: Mapping[str, object]

    @classmethod
    def chart(
        cls, name: str, kind: str, columns: Mapping[str, str], **options: object
    ) -> SavedVisualization:
        """Return a chart as the page saves it: `columns` says what each of them is (``"x"``)."""
        saved = {
            "globalSeriesType": kind,
            "columnMapping": columns,
            "xAxis": {"type": "-", "labels": {"enabled": True}},
            "yAxis": [{"type": "linear"}, {"type": "linear", "opposite": True}],
            "legend": {"enabled": True, "placement": "auto", "traceorder": "normal"},
            "seriesOptions": {},
        }
        return cls(type="CHART", name=name, options={**saved, **options})


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


@dataclass(frozen=True, slots=True)
class ParameterMapping:
    """Where a widget's parameter gets its value; `type` is the server's word for that."""

    type: str
    map_to: str
    value: object = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedWidget:
    """A tile of a dashboard: a query's visualization (its table where unnamed), or a text.

    ``position`` is column, row, width and height on the dashboard's grid of twelve columns.
    """

    position: tuple[int, int, int, int] | None = None
    has_automatic_height: bool = False
    is_hidden: bool = False
    text: str = ""
    query_id: int | None = None
    visualization: str | None = None
    mappings: Mapping[str, ParameterMapping] = field(default_factory=dict)

    def options_json(self, columns: int) -> dict[str, Any]:
        """Return the position, on a grid of so many columns, and the mappings, as sent."""
        position: dict[str, Any] = {}
        if self.position is not None:
            column, row, width, height = self.position
            narrowed = (column * columns // 12, row, width * columns // 12, height)
            position = dict(zip(("col", "row", "sizeX", "sizeY"), narrowed, strict=True))
        if self.has_automatic_height:
            position["autoHeight"] = True
        return {
            **({"position": position} if position else {}),
            **({"isHidden": True} if self.is_hidden else {}),
            "parameterMappings": {
                name: {
                    "name": name,
                    "type": mapping.type,
                    "mapTo": mapping.map_to,
                    "title": mapping.title,
                    "value": mapping.value,
                }
                for name, mapping in self.mappings.items()
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDashboard:
    """Several tiles, and the parameters that they share."""

    id: int
    slug: str
    name: str
    widgets: tuple[SavedWidget, ...]
    tags: tuple[str, ...] = ()
    is_shared: bool = False
    has_filters: bool = False
    parameter_order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that is saved on a fresh demo server."""

    queries: tuple[SavedQuery, ...]
    dashboards: tuple[SavedDashboard, ...]
