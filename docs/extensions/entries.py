"""Entries of functions, methods and classes: their routes, and short anchors for links.

A link ``api-read.md#read_watch_query`` leads to the entry of that name, as if it were a heading.
"""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from generators.coverage import routes_of
from generators.names import anchor, name_in_a_call


def add_routes(
    _app: Sphinx, what: str, name: str, _thing: object, _options: object, lines: list[str]
) -> None:
    """Begin the entry of a client's method with the routes of the server that it requests."""
    if what != "method":
        return
    routes = routes_of(name_in_a_call(name))
    if routes:
        lines[1:1] = ["", " · ".join(f"``{route}``" for route in routes), ""]


def add_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let links name an entry by its name alone."""
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for entry in doctree.findall(addnodes.desc_signature):
        for full in entry["ids"]:
            name = name_in_a_call(full)
            slugs.setdefault(anchor(name), (entry.line or 1, full, name))


def setup(app: Sphinx) -> dict[str, object]:
    """Connect both."""
    app.connect("autodoc-process-docstring", add_routes)
    app.connect("doctree-read", add_anchors)
    return {"parallel_read_safe": True}
