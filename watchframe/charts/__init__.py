"""Saved visualizations, as the page of the server draws them; pure functions of plain values."""

from watchframe.charts.chart_drawn import after_drawing
from watchframe.charts.new_chart import new_chart
from watchframe.charts.spec import plotly_spec, prepare

__all__ = ["after_drawing", "new_chart", "plotly_spec", "prepare"]
