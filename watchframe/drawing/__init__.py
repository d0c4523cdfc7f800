"""Saved visualizations, drawn: figures of plotly, and HTML for what is no plot."""
