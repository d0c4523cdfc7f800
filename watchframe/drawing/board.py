"""A dashboard, drawn: its tiles by their titles, their values, figures and frames."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from watchframe.drawing.board_tiles import Tile, board_html
from watchframe.drawing.documents import PRINT_IT, FramedPage, board_document, write_document
from watchframe.drawing.drawing import Drawing
from watchframe.drawing.figure_html import packed_plotly_script
from watchframe.drawing.notebook_output import HTML, PLAIN, is_figure, is_wanted
from watchframe.drawing.plotly_once import carries_plotly
from watchframe.interactive import is_ipython_terminal
from watchframe.models import Dashboard
from watchframe.parameters.values import did_you_mean, nearest
from watchframe.plain_text import plain_text


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
    parameters : mapping of str to str
        The values that widgets share, by their labels, as shown above the tiles.
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
        """Return a page with the dashboard, as one document that loads nothing; or write it.

        It reads on light and dark screens, in one column where they are narrow, and prints.

        Parameters
        ----------
        path : str or pathlib.Path, optional
            The file to write, ``.html`` or ``.htm``; then nothing is returned.

        Raises
        ------
        ArgumentError
            The name of the file ends in neither ``.html`` nor ``.htm``; there is no such folder, or
            no file can be made in it.
        OSError
            The file cannot be written.
        """
        if path is None:
            return board_document(self)
        write_document(lambda: board_document(self), path, PRINT_IT)
        return None

    def __getitem__(self, title: str) -> Drawing:
        if title in self._drawings:
            return self._drawings[title]
        errors = self.errors
        if title in errors:
            raise errors[title]
        raise unknown_title(self.dashboard, title, [*self, *errors])

    def __contains__(self, title: object) -> bool:
        return title in self._drawings

    def get(self, title: str, default: Any = None) -> Any:
        """Return a visualization; where the dashboard has none of that title, `default`."""
        return self._drawings.get(title, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawings)

    def __len__(self) -> int:
        return len(self._drawings)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        lines = [f"  {title!r}: {drawing!r}" for title, drawing in self.items()]
        lines += [f"  {title!r}: {type(error).__name__}" for title, error in self.errors.items()]
        body = "\n".join([f"<Board of {self.dashboard.name!r}", *lines])
        return plain_text(f"{body}>")

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, Any]:
        bundle: dict[str, Any] = {PLAIN: repr(self)}
        if is_ipython_terminal():
            bundle[PLAIN] += '\nTo look at it: .to_html("board.html")'
        elif is_wanted(HTML, include, exclude):
            bundle[HTML] = board_html(self.dashboard, self.tiles, parameters=self.parameters)
            if any(map(is_figure, self.values())) and carries_plotly():
                bundle[HTML] += f"\n{packed_plotly_script()}"
        return {kind: it for kind, it in bundle.items() if is_wanted(kind, include, exclude)}

    def _display_(self) -> FramedPage:
        return FramedPage(board_document(self))


def unknown_title(dashboard: Dashboard, title: str, known: Collection[str]) -> KeyError:
    """Return the error of a title that no widget has."""
    has = f"It has: {', '.join(map(repr, known)) or 'none'}."
    near = did_you_mean(nearest(str(title), known))
    return KeyError(f"{dashboard.name!r} has no widget {title!r}. {near or has}")
