"""The command line ``watchframe``: ``main`` runs it."""

from watchframe.command.program import main

__all__ = ["main"]
