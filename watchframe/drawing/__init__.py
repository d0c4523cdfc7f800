"""Saved visualizations, drawn: figures of plotly, and HTML for what is no plot."""

from watchframe.drawing.drawing import MAX_POINTS, Drawing, draw
from watchframe.drawing.figures import FIGURES

__all__ = ["FIGURES", "MAX_POINTS", "Drawing", "draw"]
