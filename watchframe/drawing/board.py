"""A dashboard, drawn: its tiles by their titles, their values, figures and frames."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from watchframe.drawing.board_layout import Place, places
from watchframe.drawing.board_tiles import Tile, board_html, tile_figure, tile_html
from watchframe.drawing.drawing import Drawing
from watchframe.models import Dashboard

__all__ = ["Board", "Place", "Tile", "board_html", "places", "tile_figure", "tile_html"]


class Board(Mapping[str, Drawing]):
    """A dashboard, drawn: its visualizations by their widgets' titles, row by row.

    Where several widgets have the same title, the second one is ``"<title> (2)"``, and so on.

    Attributes
    ----------
    dashboard : Dashboard
        The dashboard itself.
    tiles : tuple of Tile
        All that is shown, texts and errors too, row by row.
    params : mapping of str to object
        The values of the dashboard's parameters, as `read_watch_dashboard` takes them.
    """

    def __init__(
        self,
        dashboard: Dashboard,
        tiles: Sequence[Tile],
        *,
        params: Mapping[str, object] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.dashboard = dashboard
        self.tiles = tuple(tiles)
        self.params = dict(params or {})
        # What is shown above the tiles: by their labels, the values that widgets share.
        self.parameters = dict(parameters or {})
        self._drawings = {
            tile.title: tile.content for tile in tiles if isinstance(tile.content, Drawing)
        }

    @property
    def errors(self) -> dict[str, Exception]:
        """By title, why widgets show nothing."""
        return {
            tile.title: tile.content for tile in self.tiles if isinstance(tile.content, Exception)
        }

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """By title, the rows of each visualization, typed."""
        return {title: drawing.frame for title, drawing in self.items()}

    def to_html(self, path: str | Path | None = None) -> str | None:
        """Return a page with the dashboard, as one document that loads nothing; or write it."""
        raise NotImplementedError

    def __getitem__(self, title: str) -> Drawing:
        return self._drawings[title]

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawings)

    def __len__(self) -> int:
        return len(self._drawings)

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, Any]:
        raise NotImplementedError
