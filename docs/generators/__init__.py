"""What the code makes of the pages: tables of options and types, the catalogue, the gallery.

The directive ``{made}`` puts a part of it into a page. Nothing installs these modules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from generators import gallery, reference, types_table

#: By the names that pages give them.
PARTS: Mapping[str, Callable[[], str]] = {
    **gallery.PARTS,
    **reference.PARTS,
    **types_table.PARTS,
}
