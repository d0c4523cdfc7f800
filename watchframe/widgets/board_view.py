"""How a dashboard looks in the notebook: its parts from heading to tiles, and its filters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import ipywidgets
from ipywidgets.widgets.widget_string import HTMLStyle

from watchframe.charts.filters import Filter
from watchframe.drawing import Drawing
from watchframe.drawing.board_layout import MARGIN, NARROW, ROW, places
from watchframe.drawing.board_tiles import BOARD_STYLE, Tile, heading_html
from watchframe.drawing.figure_html import packed_plotly_script
from watchframe.drawing.notebook_output import HTML, is_figure
from watchframe.models import Dashboard
from watchframe.reprs.style import NO_FORMULAS
from watchframe.reprs.style import style_tag as card_style_tag
from watchframe.widgets.board_form import BoardForm, new_apply_button
from watchframe.widgets.board_tile import TileView
from watchframe.widgets.control import GUARD, close_tree
from watchframe.widgets.drawing_area import outputs_of
from watchframe.widgets.filter_bar import FilterBar, with_choices
from watchframe.widgets.style import style_tag

# The rows of the grid grow where a tile has controls of its own. ipywidgets write the place into
# the element, which only `!important` overrules.
_STYLE = f"""<style>
.wf-board .wf-tiles.widget-gridbox {{
  grid-auto-rows: minmax({ROW - MARGIN}px, auto); overflow: visible;
}}
.wf-board .wf-tile.wf-tile-place {{ height: auto; margin: 0; overflow: hidden; }}
.wf-board .wf-tile-place > * {{ margin: 0; flex: none; max-width: 100%; }}
.wf-board .wf-tile-place > .wf-tile-content {{ flex: 1 1 0; overflow: auto; height: auto; }}
.wf-board .wf-tile-place > .wf-drawing + .wf-tile-content {{ flex: none; }}
.wf-board .wf-tile-place > .widget-html > .widget-html-content {{ flex: 1 1 auto; min-width: 0; }}
.wf-board .wf-tile-content + * {{ margin-top: auto; }}
.wf-board .wf-tile-content > .widget-html-content {{ display: flex; height: 100%; }}
.wf-board .wf-tile-content .wf-tile-body {{ flex: 1 1 auto; overflow: visible; }}
.wf-board .wf-tile-place > .wf-bar-of-controls {{ padding: 0 12px; }}
.wf-board .wf-tile-place > .wf-drawing {{ overflow: hidden; padding: 0 4px; }}
.wf-board .wf-drawing :is(.jp-OutputArea, .jp-OutputArea-child, .jp-OutputArea-output) {{
  height: 100%; overflow: hidden;
}}
.wf-board .wf-tile-reading > :not(:first-child) {{ opacity: 0.45; }}
.wf-board .wf-tile-reading .wf-tile-head::after {{
  content: "reading …"; font-weight: 400; color: var(--wf-muted); margin-left: 0.6em;
}}
.wf-board > * {{ margin: 0; }}
.wf-board .wf-status {{ margin-left: 8px; }}
.wf-bar-of-controls > .wf-bar-of-controls {{ flex: 1 1 20em; max-width: none; }}
.wf-bar-of-controls > button {{ flex: none; align-self: flex-end; margin-bottom: 6px; }}
.wf-bar-of-controls:empty {{ display: none; }}
@container wf-board (max-width: {NARROW}px) {{
  .wf-board .wf-tile.wf-tile-place {{ grid-area: auto / 1 / auto / auto !important; }}
  .wf-board .wf-tile-content:only-child {{ flex: none; min-height: 0 !important; }}
}}
</style>"""


class BoardView:
    """The widgets of a dashboard around its form.

    Parameters
    ----------
    dashboard : Dashboard
    form : BoardForm
    on_drawn : callable
        Called under the pickers' lock, when tiles are drawn with other filters.

    Attributes
    ----------
    tiles : dict of int to TileView
        By the widget's id, in the order of the page.
    """

    def __init__(
        self, dashboard: Dashboard, form: BoardForm, on_drawn: Callable[[], object]
    ) -> None:
        self.tiles: dict[int, TileView] = {}
        self._dashboard, self._form, self._on_drawn = dashboard, form, on_drawn
        self._linked: list[Filter] = []
        self._linked_bar = FilterBar(lambda: self._draw(self.tiles))
        self._linked_bar.widget.add_class("wf-bar-of-controls")
        self._wanted: set[int] = set()  # tiles to draw with other filters
        self._is_drawing = False
        self._expected = len(places(dashboard.widgets))
        # Of what has none of its own: each is a model that is sent to the page.
        self._layout, self._style = ipywidgets.Layout(), HTMLStyle()
        self.apply_button = new_apply_button()
        self.apply_button.disabled = True
        self.refresh_button = ipywidgets.Button(
            description="Refresh", icon="refresh", tooltip="Run all queries again"
        )
        self.stop_button = ipywidgets.Button(
            description="Stop", icon="stop", tooltip="Stop reading", disabled=True
        )
        self.status = ipywidgets.HTML()
        self._grid = ipywidgets.GridBox()
        self._grid.add_class("wf-tiles")
        self._plotly = ipywidgets.Output()
        style = style_tag() + card_style_tag() + BOARD_STYLE + _STYLE
        buttons = ipywidgets.HBox(
            [self.apply_button, self.refresh_button, self.stop_button, self.status],
            layout={"flex_flow": "row wrap", "align_items": "center", "margin": "4px 0 10px"},
        )
        bar = ipywidgets.Box([form.shared, self._linked_bar.widget])
        bar.add_class("wf-bar-of-controls")
        self._board = ipywidgets.VBox(
            [
                ipywidgets.HTML(style + heading_html(dashboard)),
                bar,
                buttons,
                self._grid,
                self._plotly,
            ]
        )
        for name in ("wf-card", "wf-board", *NO_FORMULAS.split()):
            self._board.add_class(name)
        self.children = [self._board]

    @property
    def shown(self) -> list[Tile]:
        """The tiles as they are shown, in the order of the page."""
        return [view.tile for view in self.tiles.values()]

    def show(self, tile: Tile) -> None:
        """Show a tile, maybe one that is new; its filters keep what was chosen."""
        number, drawing = tile.widget.id, tile.content
        is_drawn = isinstance(drawing, Drawing) and is_figure(drawing)
        script = packed_plotly_script() if is_drawn else ""  # takes a second, once
        with GUARD:
            if number not in self.tiles:
                controls = self._form.of_widget.get(number)
                self.tiles[number] = TileView(
                    tile, controls, lambda: self._draw([number]), self._layout, self._style
                )
                if len(self.tiles) >= self._expected:  # not for each of very many
                    self._grid.children = [view.widget for view in self.tiles.values()]
            else:
                self.tiles[number].show(tile)
            if not self._dashboard.filters_enabled:
                self.tiles[number].show_filters()
            if is_drawn and not self._plotly.outputs:
                self._plotly.outputs = outputs_of({HTML: script})

    def as_chosen(self, tile: Tile) -> Tile:
        """Return a tile as it is drawn with the filters that are chosen here."""
        drawing = tile.content
        if not isinstance(drawing, Drawing):
            return tile
        found = drawing.filters
        with GUARD:
            view = self.tiles.get(tile.widget.id)
            bar = None if view is None else view.filters
            if self._dashboard.filters_enabled:
                bar = self._linked_bar
            choices = {} if bar is None else bar.choices
            # A tile without the value that is chosen for all of them shows no rows.
            linked = {item.name: item for item in self._linked if item.name in choices}
            chosen = {
                item.name: with_choices(linked.get(item.name, item), choices).current
                for item in found
            }
        if all(chosen[item.name] == item.current for item in found):
            return tile
        return replace(tile, content=drawing.filtered(chosen))

    def arrange(self, tiles: Sequence[Tile]) -> None:
        """Put the tiles where they belong now, and take away those that are gone."""
        with GUARD:
            before = self.tiles
            self.tiles = {}
            for tile in tiles:
                view = self.tiles[tile.widget.id] = before.pop(tile.widget.id)
                view.move(tile.place)
            self._grid.children = [view.widget for view in self.tiles.values()]
            for view in before.values():
                view.close()
            if self._dashboard.filters_enabled:
                self._linked = _united(item for view in self.tiles.values() for item in view.found)
                self._linked_bar.show(self._linked)

    def show_reading(self, *, is_reading: bool) -> None:
        """Enable Stop while there is a run; at its end no tile is being read."""
        self.stop_button.disabled = not is_reading
        if not is_reading:
            for view in self.tiles.values():
                view.show_reading(is_reading=False)

    def close(self) -> None:
        """Close all parts."""
        with GUARD:
            self._wanted.clear()
            for view in self.tiles.values():
                view.close()
            self._grid.children = ()
            self._linked_bar.close()
            close_tree(self._board)
            self._layout.close()
            self._style.close()

    def _draw(self, numbers: Iterable[int]) -> None:
        """Draw tiles as chosen now, on a thread."""
        with GUARD:
            self._wanted.update(numbers)
            if self._wanted and not self._is_drawing:
                self._is_drawing = True
                threading.Thread(target=self._work, name="watchframe-board", daemon=True).start()

    def _work(self) -> None:
        while True:
            with GUARD:
                if not self._wanted:
                    self._is_drawing = False
                    self._on_drawn()
                    return
                number = self._wanted.pop()
                view = self.tiles.get(number)
                if view is None:
                    continue
                tile = view.tile
            try:
                content = self.as_chosen(tile).content
            except Exception as error:  # noqa: BLE001 - a thread's error would be shown to nobody
                content = error
            with GUARD:
                if view.tile.content is not tile.content:
                    self._wanted.add(number)  # a read has replaced it meanwhile
                elif content is not tile.content:
                    view.show(replace(view.tile, content=content))


def _united(filters: Iterable[Filter]) -> list[Filter]:
    """Return filters of the same name as one: with the values of all, chosen as in the first.

    Where several can be chosen, those are chosen that one of them has.
    """
    found: dict[str, Filter] = {}
    for item in filters:
        before = found.setdefault(item.name, item)
        more = [value for value in item.values if value not in before.values]
        chosen = [value for value in item.current if value not in before.current]
        found[item.name] = replace(
            before,
            values=[*before.values, *more],
            current=[*before.current, *(chosen if item.multiple else [])],
        )
    return list(found.values())
