"""What is drawn of a saved visualization, by its type: traces of a chart, texts of a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from watchframe.charts.box_plot import prepare_box_plot
from watchframe.charts.chart import plotly_chart, prepare_chart
from watchframe.charts.choropleth import prepare_choropleth
from watchframe.charts.cohort import prepare_cohort
from watchframe.charts.columns import Rows
from watchframe.charts.counter import prepare_counter
from watchframe.charts.data import Data, Options, Prepared, with_note
from watchframe.charts.funnel import prepare_funnel
from watchframe.charts.map import prepare_map
from watchframe.charts.pivot import prepare_pivot
from watchframe.charts.sankey import prepare_sankey
from watchframe.charts.sunburst import prepare_sunburst
from watchframe.charts.table import prepare_details, prepare_table
from watchframe.charts.word_cloud import prepare_word_cloud

#: What prepares a visualization, by its type: of its options as saved, and its data.
PREPARED_BY: dict[str, Callable[[Options, Data], Prepared]] = {
    "BOXPLOT": prepare_box_plot,
    "CHART": prepare_chart,
    "CHOROPLETH": prepare_choropleth,
    "COHORT": prepare_cohort,
    "COUNTER": prepare_counter,
    "DETAILS": prepare_details,
    "FUNNEL": prepare_funnel,
    "MAP": prepare_map,
    "PIVOT": prepare_pivot,
    "SANKEY": prepare_sankey,
    "SUNBURST_SEQUENCE": prepare_sunburst,
    "TABLE": prepare_table,
    "WORD_CLOUD": prepare_word_cloud,
}


def plotly_spec(
    visualization: Mapping[str, Any],
    columns: Sequence[Mapping[str, Any]],
    rows: Rows,
    *,
    filters: Mapping[str, object] | None = None,
    max_points: int | None = None,
) -> dict[str, Any]:
    """Return a saved chart's traces and layout, as the page gives them to plotly.

    Parameters
    ----------
    visualization : mapping
        With ``options`` as saved. Its ``type`` is not looked at.
    columns : sequence of mapping
        As in the ``data`` of a query result.
    rows : sequence of mapping, or mapping of str to sequence
        As there; or the values of all rows by column, which is quicker.
    filters : mapping of str to value or list of values, optional
        What a viewer chose of columns such as ``market::filter``, by their names.
    max_points : int, optional
        As of `prepare`.

    Returns
    -------
    dict
        ``traces`` (a list) and ``layout``: plain values, which no text of the data was
        escaped in. A chart that cannot be drawn, such as one of custom code, has no traces;
        `prepare` gives a table and a note in its place. Where points are left out a ``note``
        says which.
    """
    data = Data.of_result(columns, rows, filters, max_points=max_points)
    return plotly_chart(_options(visualization), data)


def prepare(
    visualization: Mapping[str, Any],
    columns: Sequence[Mapping[str, Any]],
    rows: Rows,
    *,
    filters: Mapping[str, object] | None = None,
    max_points: int | None = None,
) -> dict[str, Any]:
    """Return what is shown of a saved visualization of any type, as plain values.

    Parameters
    ----------
    visualization : mapping
        With ``type``, ``name`` and ``options`` as saved.
    columns : sequence of mapping
        As in the ``data`` of a query result.
    rows : sequence of mapping, or mapping of str to sequence
        As there; or the values of all rows by column, which is quicker.
    filters : mapping of str to value or list of values, optional
        What a viewer chose of columns such as ``market::filter``, by their names.
    max_points : int, optional
        How many points a chart has at most, or cells a table. Of lines, areas and columns the
        lowest and the highest of each stretch are drawn, of dots some that are evenly chosen, of
        categories, slices and a heatmap's axes the largest, and of a table the first rows.
        But over categories each series has its first, last, lowest and highest point, however
        few were asked for.
        Boxes, radars, treemaps and the other types have all.

    Returns
    -------
    dict
        The keys depend on the type: ``traces`` and ``layout`` of a chart, ``header``, ``cells``
        and ``total`` (how many rows there are) of a table, and so on. With a ``note`` it is not
        what was saved: the note says in a sentence what is shown, and names what is not known. An
        unknown type is the table of all rows.
    """
    kind = visualization.get("type")
    name = str(visualization.get("name") or "")
    data = Data.of_result(columns, rows, filters, name=name, max_points=max_points)
    if isinstance(kind, str) and kind in PREPARED_BY:
        return PREPARED_BY[kind](_options(visualization), data)
    note = f"There is no visualization of type {kind!r} here: this is a table of its rows."
    return with_note(PREPARED_BY["TABLE"]({}, data), note)


def _options(visualization: Mapping[str, Any]) -> Options:
    options = visualization.get("options")
    return _as_read(options) if isinstance(options, Mapping) else {}


def _as_read(value: Any) -> Any:
    """Return a part of options as JSON is read by default: with floats, and texts as names."""
    if isinstance(value, Mapping):
        return {str(name): _as_read(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_read(item) for item in value]
    if isinstance(value, Decimal):
        return math.nan if value.is_nan() else float(value)  # a signaling NaN is no float
    return value
