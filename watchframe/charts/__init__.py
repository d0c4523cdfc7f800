"""Saved visualizations, as the page of the server draws them; pure functions of plain values."""

from watchframe.charts.spec import plotly_spec, prepare

__all__ = ["plotly_spec", "prepare"]
