"""The command line ``watchframe``: ``main`` runs it."""

from watchframe.cli.main import main

__all__ = ["main"]
