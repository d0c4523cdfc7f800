"""The directive ``{made}``: a part of a page that the code makes, such as a table of options.

::

    ```{made} parameter-types
    ```
"""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from generators import PARTS


class Made(SphinxDirective):
    """Puts in what the generator of that name returns."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the part as nodes."""
        name = self.arguments[0]
        if name not in PARTS:
            raise self.error(f"no generator makes a part {name!r}")
        lines = StringList(PARTS[name]().strip().splitlines(), source=f"<made: {name}>")
        holder = nodes.section()
        holder.document = self.state.document
        self.state.nested_parse(lines, self.content_offset, holder, match_titles=True)
        made: list[nodes.Node] = holder.children
        return made


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive."""
    app.add_directive("made", Made)
    return {"parallel_read_safe": True}
