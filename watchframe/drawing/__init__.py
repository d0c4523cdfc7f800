"""Saved visualizations and dashboards, drawn: figures of plotly, and HTML for what is no plot."""

from watchframe.drawing.board import Board
from watchframe.drawing.drawing import MAX_POINTS, Drawing, draw
from watchframe.drawing.figures import FIGURES

__all__ = ["FIGURES", "MAX_POINTS", "Board", "Drawing", "draw"]
