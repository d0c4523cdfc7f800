"""Options as saved, with the page's own where one is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(defaults: Mapping[str, Any], saved: Mapping[str, Any]) -> dict[str, Any]:
    """Return saved options over defaults, those within options too.

    An object that is saved where the default is a plain value, or the other way around, counts as
    missing: the page fails there. Null is a plain value, and as a default it may be anything.
    """
    result = {str(name): value for name, value in saved.items()}
    for name, default in defaults.items():
        value = result.get(name, default)
        if isinstance(default, Mapping):
            result[name] = merged(default, value if isinstance(value, Mapping) else {})
        elif default is not None and isinstance(value, Mapping | list):
            result[name] = default
        else:
            result[name] = value
    return result
