"""A tile of a dashboard in the notebook: its title, its controls, what it shows, and its age."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import ipywidgets
from ipywidgets.widgets.widget_string import HTMLStyle

from watchframe.charts.filters import Filter
from watchframe.drawing import Drawing
from watchframe.drawing.board_layout import Place
from watchframe.drawing.board_tiles import (
    AROUND,
    Tile,
    content_html,
    foot_html,
    head_html,
    is_text,
    tile_figure,
)
from watchframe.drawing.notebook_output import is_figure, notes_html
from watchframe.widgets.control import close_tree
from watchframe.widgets.drawing_area import figure_forms, outputs_of
from watchframe.widgets.filter_bar import FilterBar, with_choices


class TileView:
    """The widgets of one tile, which are as many as it needs: a dashboard may have a hundred.

    Parameters
    ----------
    tile : Tile
    controls : Widget or None
        Of the parameters of this widget alone.
    on_chosen : callable
        Called when other values of its filters are chosen.
    layout : Layout
    style : HTMLStyle
        Of the parts that have none of their own; closed by their owner.

    Attributes
    ----------
    tile : Tile
        What is shown.
    filters : FilterBar
        Its own, empty where the dashboard's are for all.
    widget : Widget
    """

    def __init__(
        self,
        tile: Tile,
        controls: ipywidgets.Widget | None,
        on_chosen: Callable[[], object],
        layout: ipywidgets.Layout,
        style: HTMLStyle,
    ) -> None:
        self.tile = tile
        self.filters = FilterBar(on_chosen)
        self.filters.widget.add_class("wf-bar-of-controls")
        self._controls = controls
        self._head = ipywidgets.HTML(layout=layout, style=style)
        self._foot = ipywidgets.HTML(layout=layout, style=style)
        self._content = ipywidgets.HTML(style=style)
        self._content.add_class("wf-tile-content")
        self._output: ipywidgets.Output | None = None
        self._found: tuple[Drawing | None, list[Filter]] = None, []
        self.widget = ipywidgets.VBox()
        self.widget.add_class("wf-tile-place")
        self.widget.add_class("wf-tile")
        self.show(tile)

    @property
    def found(self) -> list[Filter]:
        """The filters of the rows that are shown, with the values that they are drawn with."""
        content = self.tile.content
        if isinstance(content, Drawing) and self._found[0] is not content:
            self._found = content, content.filters
        return self._found[1] if isinstance(content, Drawing) else []

    def show(self, tile: Tile) -> None:
        """Show a tile; one that is still being read only where nothing is shown yet."""
        content = tile.content
        self.show_reading(is_reading=content is None)
        if content is None and self.tile.content is not None:
            return
        self.tile = tile
        self.move(tile.place)
        self._head.value = head_html(tile)
        self._foot.value = foot_html(tile, datetime.now(UTC))
        if isinstance(content, Drawing) and is_figure(content):
            try:
                self._draw(content)
            except Exception as error:  # noqa: BLE001 - of one tile: the others are shown
                self.show(replace(tile, content=error))
                return
            self._content.value = notes_html(content.notes)
        else:
            self._content.value = content_html(tile, "picker")
        self._arrange()

    def move(self, place: Place) -> None:
        """Put it elsewhere on the grid."""
        layout = self.widget.layout
        # Not by grid_row and grid_column: ipywidgets write an empty grid_area after them.
        layout.grid_area = (
            f"{place.row + 1} / {place.column + 1} / span {place.rows} / span {place.columns}"
        )
        layout.min_height = f"{place.height}px"
        content = self.tile.content
        around = 0 if is_text(self.tile) else AROUND
        is_drawn = isinstance(content, Drawing) and is_figure(content)  # then it is notes alone
        self._content.layout.min_height = None if is_drawn else f"{place.height - around}px"
        self.tile = replace(self.tile, place=place)

    def show_filters(self) -> None:
        """Show controls of the filters that its rows have."""
        self.filters.show([with_choices(item, self.filters.choices) for item in self.found])
        self._arrange()

    def show_reading(self, *, is_reading: bool) -> None:
        """Show that it is being read, or is not any more."""
        (self.widget.add_class if is_reading else self.widget.remove_class)("wf-tile-reading")

    def close(self) -> None:
        """Close its widgets, but for the controls, which are another's."""
        self.filters.close()
        self.widget.children = ()
        close_tree(self.widget)
        for part in (self._head, self._content.layout, self._content, self._foot):
            part.close()
        if self._output is not None:
            close_tree(self._output)

    def _draw(self, drawing: Drawing) -> None:
        """Draw in an output, as each front end does below a cell."""
        if self._output is None:
            self._output = ipywidgets.Output()
            self._output.add_class("wf-drawing")
        figure = tile_figure(drawing, self.tile.place)
        # Else a figure that plotly.js fits anew, as at another width, may find no height at all.
        self._output.layout.height = f"{figure['layout']['height']}px"
        self._output.outputs = outputs_of(figure_forms(figure, self.tile.title))

    def _arrange(self) -> None:
        content = self.tile.content
        if is_text(self.tile):
            parts = [self._content]
        else:
            is_drawn = isinstance(content, Drawing) and is_figure(content)
            parts = [
                self._head,
                *([self._controls] if self._controls is not None else []),
                *([self.filters.widget] if self.filters.controls else []),
                *([self._output] if is_drawn else []),
                self._content,
                self._foot,
            ]
        if list(self.widget.children) != parts:
            self.widget.children = parts
