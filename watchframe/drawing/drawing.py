"""A saved visualization, drawn of the rows of a result: its figure, its frame, its values."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from watchframe.charts import after_drawing, prepare
from watchframe.charts.columns import Columns
from watchframe.charts.data import Data
from watchframe.charts.filters import Filter, chosen_places, find_filters, label_of
from watchframe.charts.javascript import text_of
from watchframe.config.files import check_writable
from watchframe.decode import to_frame
from watchframe.decode.typing_rules import DECLARED
from watchframe.drawing.column_notes import column_notes
from watchframe.drawing.documents import FramedPage, document_of, write_document
from watchframe.drawing.figures import FIGURES, figure_of
from watchframe.drawing.images import image_format, write_image
from watchframe.drawing.notebook_output import is_figure, mimebundle, noted_figure
from watchframe.drawing.rows import json_value, page_cell, page_data
from watchframe.errors import ArgumentError
from watchframe.models import Visualization
from watchframe.parameters.values import did_you_mean, nearest
from watchframe.plain_text import plain_text
from watchframe.reprs.words import counted, first_few

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: The points of a chart at most: a browser draws them within a second or two, and an output of a
#: notebook has two megabytes of them.
MAX_POINTS = 20_000

_NO_PLOTLY = 'These are its rows, for a chart needs plotly: pip install "watchframe[charts]".'


class Drawing:
    """A saved visualization, drawn; made by `draw_watch_query` and `draw_frame`.

    Attributes
    ----------
    visualization : Visualization
        What was saved.
    kind : str
        The type that is drawn: that of the visualization, or ``TABLE`` where a table of the rows is
        in its place.
    prepared : dict
        What is shown, as plain values: `watchframe.charts.prepare` of it.
    notes : tuple of str
        Sentences that are shown under it: what is drawn otherwise than it was saved.
    provenance : mapping of str to object
        Where the rows come from, as ``attrs["watchframe"]`` of a frame; empty where nothing tells.
    """

    def __init__(
        self,
        visualization: Visualization,
        data: pa.Table | pd.DataFrame,
        prepared: dict[str, Any],
        *,
        filters: Mapping[str, object] | None = None,
        notes: Sequence[str] = (),
        provenance: Mapping[str, object] | None = None,
        redraw: Callable[..., Drawing],
    ) -> None:
        self.visualization = visualization
        self.prepared = prepared
        self.provenance = dict(provenance or {})
        # What cannot be drawn as it was saved is prepared as a table.
        is_table = "header" in prepared and visualization.type != "DETAILS"
        self.kind = "TABLE" if is_table else visualization.type
        is_without_plotly = self.kind in FIGURES and not is_figure(self)
        said = [prepared.get("note"), _NO_PLOTLY if is_without_plotly else None]
        self.notes = (*filter(None, said), *notes)
        self._data = data
        self._filters = filters
        self._redraw = redraw
        self._made: dict[str, Any] = {}

    @property
    def frame(self) -> pd.DataFrame:
        """All rows that it was drawn of, typed."""
        if isinstance(self._data, pd.DataFrame):
            return self._data
        frame: pd.DataFrame = self._once("frame", self._frame_of_table)
        return frame

    @property
    def figure(self) -> go.Figure:
        """The figure of plotly; the same one each time.

        Raises
        ------
        ArgumentError
            It is no plot; or plotly is not installed.
        """
        if self.kind not in FIGURES:
            instead = ".value is its number" if self.kind == "COUNTER" else ".frame holds its rows"
            raise ArgumentError(
                f"{self._label} is a {self.kind}: it has no figure.",
                hint=f"{instead}, and to_html() returns what is shown.",
            )
        return self._once("figure", lambda: figure_of(self.kind, self.prepared))

    @property
    def has_figure(self) -> bool:
        """Whether `figure` was asked for, so that a caller may have changed it."""
        return "figure" in self._made

    @property
    def value(self) -> Any:
        """The value of a COUNTER, exact; None where it has none.

        Raises
        ------
        ArgumentError
            It is no COUNTER.
        """
        if self.kind != "COUNTER":
            raise ArgumentError(
                f"{self._label} is a {self.kind}: it has no single value.",
                hint=".frame holds its rows.",
            )
        return self.prepared["value"]

    def to_json(self) -> str:
        """Return the figure as JSON, or of what is no plot, what is prepared."""
        if self.kind in FIGURES:
            return str(self.figure.to_json())
        return json.dumps(json_value(self.prepared), ensure_ascii=False)

    def to_html(self, path: str | Path | None = None) -> str | None:
        """Return a page with the drawing, as one document that loads nothing; or write it.

        It has the notes and where the rows come from, reads on light and dark screens, and prints.

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
            return document_of(self)
        write_document(lambda: document_of(self), path, "to_image() writes an image.")
        return None

    def to_image(
        self,
        path: str | Path,
        *,
        width: float | None = None,
        height: float | None = None,
        scale: float | None = None,
    ) -> None:
        """Write the figure as an image, in the format of the file's suffix.

        The formats are png, svg, pdf, jpg and webp. kaleido draws it, which comes with
        ``pip install "watchframe[charts]"``, in a Chromium, Chrome or Edge of this machine. The
        background is clear, but for jpg.

        Parameters
        ----------
        path : str or pathlib.Path
        width, height : float, optional
            Of the picture, in CSS pixels: by default 800, and what the figure has.
        scale : float, optional
            Pixels of the image for each of them: by default 1, or 2 where no size is asked for.

        Raises
        ------
        ArgumentError
            It is no plot; the suffix is of no such format; there is no such folder; or plotly,
            kaleido or a browser is missing.
        OSError
            The file cannot be written.
        """
        path = Path(path).expanduser()
        image_format(path)
        check_writable(path)
        figure = noted_figure(self)
        write_image(figure, path, width=width, height=height, scale=scale)

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,
        exclude: Collection[str] | None = None,
    ) -> dict[str, Any]:
        return mimebundle(self, include, exclude)

    def _display_(self) -> FramedPage:
        return FramedPage(document_of(self))

    @property
    def shape(self) -> tuple[int, int]:
        """The rows and the columns that it was drawn of."""
        return len(self._data), len(self._data.columns)

    @property
    def filters(self) -> list[Filter]:
        """The filters of its rows, such as a column ``market::filter``, and what is chosen."""
        data = self._data
        if isinstance(data, pa.Table):
            names = list(data.column_names)
            data = data.select([at for at, name in enumerate(names) if label_of(name) != name])
        else:  # is converted as a whole
            names = list(map(str, [*data.index.names, *data.columns]))
        if not any(mark in name for name in names for mark in ("::", "__")):
            return []
        return Data.of_result(*page_data(data), self._filters).filters

    def filtered(self, filters: Mapping[str, object]) -> Drawing:
        """Return it as it is drawn with other values chosen, as of `draw`."""
        return self._redraw(filters=filters)

    def rows_as_table(self) -> dict[str, Any]:
        """Return what a TABLE of its rows shows, as `watchframe.charts.prepare` does."""
        columns, rows = page_data(self._data)
        return prepare(
            {"type": "TABLE"}, columns, rows, filters=self._filters, max_points=MAX_POINTS
        )

    @property
    def _label(self) -> str:
        """What messages call it."""
        name = plain_text(self.visualization.name, keep="")
        return repr(name) if name else "This drawing"

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what is made when it is first asked for; all threads get the same one."""
        if name not in self._made:
            self._made.setdefault(name, make())
        return self._made[name]

    def _frame_of_table(self) -> pd.DataFrame:
        table: Any = self._data
        is_decoded = any(DECLARED in (field.metadata or {}) for field in table.schema)
        frame: pd.DataFrame = to_frame(table) if is_decoded else table.to_pandas()
        if self.provenance:
            frame.attrs["watchframe"] = self.provenance
        return frame

    def __repr__(self) -> str:
        shown = self.visualization
        name = f" {shown.name!r}" if shown.name else ""
        number = self.provenance.get("query_id")
        of_query = f" of query {number}" if number is not None else ""
        head = f"Drawing of {shown.type or 'TABLE'}{name}{of_query}"
        return plain_text(f"<{head}: {self._summary()}>", keep="")

    def _summary(self) -> str:
        if self.kind == "COUNTER":
            return str(self.prepared["counter"].get("counterValue") or "no value")
        if "traces" in self.prepared:
            return counted(len(self.prepared["traces"]), "trace")
        # The total of a pivot table is one of its cells.
        is_table = self.kind in {"TABLE", "DETAILS"}
        return counted(self.prepared["total"] if is_table else len(self._data), "row")


def draw(
    visualization: Visualization,
    data: pa.Table | pd.DataFrame,
    *,
    filters: Mapping[str, object] | None = None,
    notes: Sequence[str] = (),
    provenance: Mapping[str, object] | None = None,
    max_points: int | None = MAX_POINTS,
) -> Drawing:
    """Return a visualization as it is drawn of these rows.

    Parameters
    ----------
    visualization : Visualization
    data : pyarrow.Table or pandas.DataFrame
        All rows of a result, as decoded, or as a frame.
    filters : mapping of str to value or list of values, optional
        What is chosen of columns such as ``market::filter``, by their names with or without the
        suffix.
    notes : sequence of str
        Further sentences that are shown under it.
    provenance : mapping of str to object, optional
        Where the rows come from, as ``attrs["watchframe"]`` of a frame.
    max_points : int or None
        The most points that a chart draws; a note says which are left out. None draws all.

    Raises
    ------
    ArgumentError
        `filters` names no column that is one.
    """
    saved = {
        "type": visualization.type,
        "name": visualization.name,
        "options": visualization.options,
    }
    columns, rows = page_data(data)
    chosen = {name: page_cell(value) for name, value in (filters or {}).items()}
    names = [str(column["name"]) for column in columns]
    found = _unmatched(chosen, names, Columns.of(rows))
    prepared = prepare(saved, columns, rows, filters=chosen, max_points=max_points)
    if len(data):
        found += column_notes(visualization.type, visualization.options, prepared, names)
    else:
        found = ["There are no rows."]
    if visualization.type == "CHART" and "traces" in prepared:
        prepared = after_drawing(prepared, saved)
    return Drawing(
        visualization,
        data,
        prepared,
        filters=chosen,
        notes=[*found, *notes],
        provenance=provenance,
        redraw=functools.partial(
            draw, visualization, data, notes=notes, provenance=provenance, max_points=max_points
        ),
    )


def _unmatched(chosen: Mapping[str, object], names: Sequence[str], table: Columns) -> list[str]:
    """Return a note of each filter whose choice no row has.

    Raises
    ------
    ArgumentError
        There is no such filter.
    """
    known = [item.name for item in find_filters(names, table.at(()))]
    notes = []
    for name, choice in chosen.items():
        full = next((item for item in known if name in (item, label_of(item))), None)
        if full is None:
            labels = [label_of(item) for item in known]
            has = ", ".join(map(repr, labels))
            raise ArgumentError(
                f"The rows have no filter {name!r}.",
                hint=did_you_mean(nearest(name, labels))
                or (f"They have: {has}." if has else None)
                or "They have none: a filter is a column whose name ends in ::filter or "
                "::multi-filter.",
            )
        (item,) = find_filters([full], table, {full: choice})
        if not chosen_places(table, [item]):
            wanted = first_few(item.current, _NAMED, _shown)
            others = first_few(item.values, _NAMED, _shown)
            notes.append(f"No row has {wanted} in {label_of(full)!r}, which has: {others}.")
    return notes


#: How many values of a filter a note names.
_NAMED = 8


def _shown(value: object) -> str:
    return str(value) if isinstance(value, datetime) else repr(text_of(value))
