"""The parameter names in a query's text."""

from __future__ import annotations

import re

#: ``{{ name }}``, ``{{{ name }}}``, ``{{& name }}`` and the heads of sections.
_TAG = re.compile(r"\{\{\s*([{#^&/!>=]?)\s*([^{}]*?)\s*\}?\}\}")
_VALUES = frozenset({"", "{", "&", "#"})


def names_in(text: str) -> list[str]:
    """Give the names in order, each once; a range stands as ``name.start`` and ``name.end``."""
    found = [name for kind, name in _TAG.findall(text) if kind in _VALUES and name]
    return list(dict.fromkeys(found))


def parameters_in(text: str) -> dict[str, bool]:
    """Give the parameters in order, and whether each is a range."""
    found: dict[str, bool] = {}
    for name in names_in(text):
        stem, dot, end = name.rpartition(".")
        is_range = bool(dot) and end in ("start", "end")
        key = stem if is_range else name
        found[key] = found.get(key, False) or is_range
    return found
