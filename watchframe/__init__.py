"""Saved Inverse Watch queries as typed DataFrames."""

__version__ = "0.1.0"
