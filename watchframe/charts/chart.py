"""Charts: the traces and the layout that plotly draws, as the page makes them."""

from __future__ import annotations

from watchframe.charts.data import Data, Options, Prepared


def plotly_chart(options: Options, data: Data) -> Prepared:
    """Return a chart's ``traces`` and ``layout``."""
    return {"traces": [], "layout": {}}


def prepare_chart(options: Options, data: Data) -> Prepared:
    """Return a chart's ``traces`` and ``layout``."""
    return plotly_chart(options, data)
