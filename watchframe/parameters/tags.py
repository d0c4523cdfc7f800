"""The tags and the parameter names in a query's text."""

from __future__ import annotations

import re

#: A tag of any kind, such as ``{{ name }}``, ``{{{ name }}}`` and the head of a section.
_TAG = re.compile(r"\{\{\s*([{#^&/!>=]?)\s*([^{}]*?)\s*\}?\}\}")
_QUOTED_OR_COMMENT = re.compile(r"""(?P<quote>['"]).*?(?P=quote)|--[^\n]*|/\*.*?\*/""", re.DOTALL)
#: The kinds of tags that name a parameter.
VALUES = frozenset({"", "{", "&", "#"})


def tags_in(text: str) -> list[tuple[str, str]]:
    """Return the tags in order: the sign that tells the kind, and the name."""
    return _TAG.findall(text)


def without_tags(text: str) -> str:
    """Return the text without its tags."""
    return _TAG.sub("", text)


def names_in(text: str) -> list[str]:
    """Return the names in order, each once; a range stands as ``name.start`` and ``name.end``."""
    found = [name for kind, name in tags_in(text) if kind in VALUES and name]
    return list(dict.fromkeys(found))


def quotes_around(text: str) -> dict[str, set[str]]:
    """Return the quotes in which each name's tags stand; names outside of quotes are left out."""
    found: dict[str, set[str]] = {}
    for quoted in _QUOTED_OR_COMMENT.finditer(text):
        if quoted["quote"]:
            for name in names_in(quoted[0]):
                found.setdefault(name, set()).add(quoted["quote"])
    return found


def parameters_in(text: str) -> dict[str, bool]:
    """Give the parameters in order, and whether each is a range."""
    found: dict[str, bool] = {}
    for name in names_in(text):
        stem, dot, end = name.rpartition(".")
        is_range = bool(dot) and end in ("start", "end")
        key = stem if is_range else name
        found[key] = found.get(key, False) or is_range
    return found
