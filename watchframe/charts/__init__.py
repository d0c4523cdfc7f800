"""Saved visualizations, as the page of the server draws them; pure functions of plain values."""

from watchframe.charts.chart_drawn import after_drawing
from watchframe.charts.spec import plotly_spec, prepare

__all__ = ["after_drawing", "plotly_spec", "prepare"]
