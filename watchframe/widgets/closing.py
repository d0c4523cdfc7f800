"""Widgets that are no longer needed: they live on, in the kernel and the page, until closed."""

from __future__ import annotations

import ipywidgets


def close_tree(*widgets: ipywidgets.Widget) -> None:
    """Close widgets with all that lies in them, their layouts and their styles."""
    for widget in widgets:
        close_tree(*getattr(widget, "children", ()))
        for part in ("layout", "style"):
            if isinstance(found := getattr(widget, part, None), ipywidgets.Widget):
                found.close()
        widget.close()
