"""Dark pages show the dark picture, where there is one beside the light one.

Beside ``chart-line.png`` that is ``chart-line-dark.png``; beside ``table-light.png``,
``table-dark.png``. Pages name the light one only.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class DarkPictures(SphinxTransform):
    """Puts the dark picture behind the light one; the theme shows one of them."""

    default_priority = 500

    def apply(self) -> None:
        """Look for a dark picture beside each."""
        for image in list(self.document.findall(nodes.image)):
            uri = Path(image["uri"])
            dark = uri.with_stem(uri.stem.removesuffix("-light") + "-dark")
            if "://" in image["uri"] or not Path(self.env.relfn2path(dark.as_posix())[1]).exists():
                continue
            other = image.deepcopy()
            other["uri"] = dark.as_posix()
            other["classes"] = [*image["classes"], "only-dark"]
            image["classes"] = [*image["classes"], "only-light"]
            image.parent.insert(image.parent.index(image) + 1, other)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the transform."""
    app.add_transform(DarkPictures)
    return {"parallel_read_safe": True}
