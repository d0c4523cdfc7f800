"""Saved visualizations, drawn: figures of plotly, and HTML for what is no plot."""

from watchframe.drawing.drawing import MAX_POINTS, Drawing, draw
from watchframe.drawing.figures import FIGURES, figure_of
from watchframe.drawing.plotly_texts import Markup

__all__ = ["FIGURES", "MAX_POINTS", "Drawing", "Markup", "draw", "figure_of"]
