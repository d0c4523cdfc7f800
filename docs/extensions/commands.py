"""The texts of the command line as plain words: in help, no sign is markup."""

from __future__ import annotations

import re

import click
from sphinx.application import Sphinx

_SIGNS = re.compile(r"([\\*`|_])")


def escape(_app: Sphinx, _context: click.Context, lines: list[str]) -> None:
    """Escape what reStructuredText would read as markup."""
    lines[:] = [_SIGNS.sub(r"\\\1", line) for line in lines]


def setup(app: Sphinx) -> dict[str, object]:
    """Have each description, and each text of an option, escaped."""
    for event in ("description", "epilog"):
        app.connect(f"sphinx-click-process-{event}", escape)
    return {"parallel_read_safe": True}
