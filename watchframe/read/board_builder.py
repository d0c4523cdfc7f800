"""From the rows of a dashboard's queries to its tiles, drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa

from watchframe.charts.filters import Filter, label_of
from watchframe.charts.values import Value
from watchframe.display import page_of
from watchframe.drawing import Drawing, draw
from watchframe.drawing.board import Board
from watchframe.drawing.board_layout import places
from watchframe.drawing.board_tiles import Tile, laid_out
from watchframe.drawing.documents import value_words
from watchframe.errors import ArgumentError
from watchframe.models import Dashboard, Visualization, Widget
from watchframe.parameters.normalize import default_of
from watchframe.parameters.values import did_you_mean, nearest
from watchframe.read.widget_queries import (
    Slot,
    WidgetQuery,
    dashboard_words,
    given_values,
    slots_of,
)

#: The points of a chart at most: a tile is smaller than a cell. Where there are many charts it is
#: fewer, so that all have about so many; but so many each has.
_MOST_POINTS, _ALL_POINTS, _FEWEST_POINTS = 4_000, 60_000, 500
_RESTRICTED = "*This widget needs a data source that your key may not see.*"


class BoardBuilder:
    """The tiles of a dashboard, drawn one by one as their rows come.

    Parameters
    ----------
    dashboard : Dashboard
    wanted : sequence of WidgetQuery
        What its widgets ask.
    filters : mapping of str to value or list of values, optional
        What is chosen of columns such as ``market::filter``, for all widgets that have them.
    url_filters : mapping of str to sequence of str, optional
        The choices of the page's address, by the columns' full names; `filters` win over them.
    on_tile : callable, optional
        Called with each tile at once, row by row, and with each one that is drawn, or failed.

    Attributes
    ----------
    shown : frozenset of int
        The ids of the widgets that have a tile: all but those that are hidden.
    """

    def __init__(
        self,
        dashboard: Dashboard,
        wanted: Sequence[WidgetQuery],
        *,
        filters: Mapping[str, object] | None = None,
        url_filters: Mapping[str, Sequence[str]] | None = None,
        on_tile: Callable[[Tile], None] | None = None,
    ) -> None:
        self._dashboard = dashboard
        self._filters = filters or {}
        self._url_filters = url_filters or {}
        self._on_tile = on_tile
        self._slots = slots_of(dashboard)
        self._tiles: dict[int, Tile] = {}
        self._sent: dict[int, Mapping[str, object]] = {}
        charts = [item for item in wanted if _visualization(item.widget).type == "CHART"]
        each = _ALL_POINTS // max(1, len(charts))
        self._max_points = max(_FEWEST_POINTS, min(_MOST_POINTS, each))
        titles = {item.widget.id: item.title for item in wanted}
        widgets = {widget.id: widget for widget in dashboard.widgets}
        for number, place in places(dashboard.widgets).items():
            widget = widgets[number]
            title = titles.get(number, widget.title)
            url = _visualization(widget).url
            self._put(Tile(widget=widget, title=title, place=place, content=_text(widget), url=url))
        self.shown = frozenset(self._tiles)

    def add(
        self,
        item: WidgetQuery,
        rows: pa.Table | pd.DataFrame | Exception,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        """Draw a widget of its rows and of where they come from; or show why there are none."""
        tile = self._tiles[item.widget.id]
        sent = (attributes or {}).get("parameters")
        self._sent[item.widget.id] = sent if isinstance(sent, Mapping) else item.params
        own = [
            slot
            for slot in self._slots
            if slot.widget.id == item.widget.id and slot.mapping.type != "dashboard-level"
        ]
        page, tab = page_of(attributes or {}), _visualization(item.widget).id
        self._put(
            replace(
                tile,
                content=rows
                if isinstance(rows, Exception)
                else self._drawn(item, rows, attributes),
                parameters=self._shown(own),
                url=f"{page}#{tab}" if page and tab else page or tile.url,
            )
        )

    def keep(self, tile: Tile) -> None:
        """Show a widget as that tile does, which has the rows of the same question."""
        number = tile.widget.id
        if number in self._tiles and isinstance(tile.content, Drawing):
            sent = tile.content.provenance.get("parameters")
            self._sent[number] = sent if isinstance(sent, Mapping) else {}
            place = self._tiles[number].place
            self._put(replace(tile, widget=self._tiles[number].widget, place=place))

    def board(
        self,
        params: Mapping[str, object] | None = None,
        url_parameters: Mapping[str, str] | None = None,
    ) -> Board:
        """Return the dashboard, once all are added.

        Where it has filters for all of it, widgets that have one of the same name show the value
        that the first of them does. What has an automatic height is as high as its content.

        Parameters
        ----------
        params, url_parameters : mapping, optional
            The values that were asked for, as of `widget_queries`.

        Raises
        ------
        ArgumentError
            No widget has a filter that was chosen.
        """
        drawings = {
            number: tile.content
            for number, tile in self._tiles.items()
            if isinstance(tile.content, Drawing)
        }
        filters = {number: drawing.filters for number, drawing in drawings.items()}
        self._check_filters([item for found in filters.values() for item in found])
        first: dict[str, list[Value]] = {}
        for number, found in filters.items() if self._dashboard.filters_enabled else ():
            # With nothing chosen, a filter of several values leaves all rows of each widget.
            single = [item for item in found if not item.multiple]
            for item in single:
                first.setdefault(item.name, item.current)
            if any(item.current != first[item.name] for item in single):
                chosen = self._chosen(item.name for item in found)
                linked = {item.name: first[item.name] for item in single}
                content = drawings[number].filtered({**chosen, **linked})
                self._put(replace(self._tiles[number], content=content))
        shared = [slot for slot in self._slots if slot.mapping.type == "dashboard-level"]
        return Board(
            self._dashboard,
            laid_out(list(self._tiles.values())),
            params=self._params(given_values(self._dashboard, params, url_parameters)),
            parameters=self._shown(shared),
        )

    def _put(self, tile: Tile) -> None:
        self._tiles[tile.widget.id] = tile
        if self._on_tile is not None:
            self._on_tile(tile)

    def _drawn(
        self,
        item: WidgetQuery,
        rows: pa.Table | pd.DataFrame,
        attributes: Mapping[str, object] | None,
    ) -> Drawing | Exception:
        names = rows.column_names if isinstance(rows, pa.Table) else map(str, rows.columns)
        try:
            return draw(
                _visualization(item.widget),
                rows,
                filters=self._chosen(names),
                provenance=attributes,
                max_points=self._max_points,
            )
        except Exception as error:  # noqa: BLE001 - of one tile: the others are shown
            return error

    def _chosen(self, names: Iterable[str]) -> dict[str, object]:
        """Return the choices that hold for rows with these columns, by their full names."""
        filters = [name for name in names if label_of(name) != name]
        of_address = {
            name: list(self._url_filters[name]) for name in self._url_filters.keys() & filters
        }
        return of_address | {
            name: self._filters[key]
            for name in filters
            for key in (name, label_of(name))
            if key in self._filters
        }

    def _check_filters(self, found: Sequence[Filter]) -> None:
        """Raise ArgumentError for a choice that no widget has; those that failed may have it."""
        known = {key for item in found for key in (item.name, label_of(item.name))}
        wrong = [name for name in self._filters if name not in known]
        if not wrong or any(isinstance(it.content, Exception) for it in self._tiles.values()):
            return
        labels = sorted({label_of(item.name) for item in found})
        raise ArgumentError(
            f"{dashboard_words(self._dashboard)} has no filter {wrong[0]!r}.",
            hint=did_you_mean(nearest(wrong[0], labels))
            or f"It has: {', '.join(map(repr, labels)) or 'none'}.",
        )

    def _params(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the value of each parameter that is not fixed: the caller's, or the default."""
        chosen = [slot for slot in self._slots if slot.mapping.type != "static-value"]
        defaults = {slot.address: default_of(slot.definition) for slot in reversed(chosen)}
        values = {**defaults, **given}
        return {name: value for name, value in values.items() if value is not None}

    def _shown(self, slots: Iterable[Slot]) -> dict[str, str]:
        """Return the values of parameters that were sent, by their labels; the first one's."""
        shown: dict[str, str] = {}
        for slot in slots:
            sent = self._sent.get(slot.widget.id, {})
            if slot.definition.name in sent:
                label = slot.mapping.title or slot.definition.title
                shown.setdefault(label, value_words(sent[slot.definition.name]))
        return shown


def _visualization(widget: Widget) -> Visualization:
    return widget.visualization or Visualization(id=0, type="", name="")


def _text(widget: Widget) -> str | None:
    """Return the Markdown of a widget that is a text, or that may not be seen."""
    if widget.query is not None:
        return None
    is_kept_back = widget.visualization is not None or widget.more.get("restricted")
    return _RESTRICTED if is_kept_back else widget.text
