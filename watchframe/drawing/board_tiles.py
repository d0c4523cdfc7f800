"""The tiles of a dashboard, and their HTML: a grid of them, one below the other where it is narrow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from watchframe.display.messages import error_lines
from watchframe.display.provenance import age_words
from watchframe.drawing.board_layout import COLUMNS, MARGIN, ROW, Place, places
from watchframe.drawing.figure_html import figure_html
from watchframe.drawing.notebook_output import fragment_of, is_figure, plain_figure
from watchframe.hints import Face
from watchframe.models import Dashboard, Widget
from watchframe.plain_text import html_text
from watchframe.reprs import MOST_ROWS
from watchframe.reprs.cards import link_html
from watchframe.reprs.markdown import markdown_html
from watchframe.reprs.style import NO_FORMULAS, style_tag
from watchframe.reprs.words import words

if TYPE_CHECKING:
    from watchframe.drawing.drawing import Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A widget of a dashboard, with what it shows.

    Attributes
    ----------
    widget : Widget
    title : str
        By which it is found on the board; unique among those that are drawn.
    place : Place
    content : Drawing, Exception, str or None
        What is shown: a visualization; why there is none; Markdown; or that it is still being read.
    parameters : mapping of str to str
        Values that hold for this widget alone, chosen or fixed, by their labels, as shown.
    url : str or None
        The page of its query, where its visualization is opened.
    """

    widget: Widget
    title: str
    place: Place
    content: Drawing | Exception | str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None

    @property
    def retrieved_at(self) -> datetime | None:
        """When the query ran whose result it shows."""
        found = getattr(self.content, "provenance", {}).get("retrieved_at")
        return datetime.fromisoformat(found) if isinstance(found, str) else None


def board_html(
    dashboard: Dashboard,
    tiles: Sequence[Tile],
    *,
    parameters: Mapping[str, str] | None = None,
    face: Face = "python",
    now: datetime | None = None,
) -> str:
    """Return a dashboard as a fragment of HTML, without plotly.js (`carries_plotly`).

    Parameters
    ----------
    dashboard : Dashboard
    tiles : sequence of Tile
    parameters : mapping of str to str, optional
        The values that widgets share, by their labels, as shown.
    face : {"python", "cell", "terminal", "picker"}
        Whose words the hints of errors are in.
    now : datetime, optional
        The aware moment at which ages are told; now by default.
    """
    raise NotImplementedError


def tile_html(tile: Tile, *, face: Face = "python", now: datetime | None = None) -> str:
    """Return a tile as a fragment of HTML that fills its place: title, content and foot."""
    raise NotImplementedError


def tile_figure(drawing: Drawing, place: Place) -> dict[str, Any]:
    """Return the figure of a plot as plain values, as high as its place has room for."""
    raise NotImplementedError
