"""Saved visualizations, drawn: figures of plotly, and HTML for what is no plot."""

from watchframe.drawing.drawing import Drawing, draw
from watchframe.drawing.figures import FIGURES, figure_of
from watchframe.drawing.plotly_texts import Markup

__all__ = ["FIGURES", "Drawing", "Markup", "draw", "figure_of"]
