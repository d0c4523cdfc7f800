"""What a person sees of a value: by its repr, in a real IPython's display, and of its HTML."""

import dataclasses
import json
import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from IPython.core.formatters import DisplayFormatter

from watchframe.reprs import Shown

_OBJECT = re.compile(r"<[\w.]+ object at 0x")
_DUMP = re.compile(r"\b[A-Z]\w+\(\w+=")
_FORMATTER = DisplayFormatter()


def displayed(value):
    """Return what a notebook shows: texts by their MIME type."""
    return _FORMATTER.format(value)[0]


def assert_shows_itself(value, *keys, depth=3):
    """Check that `value`, and what is within it, shows neither a dump, an address nor a key."""
    if isinstance(value, Mapping | list | tuple):
        if not type(value).__module__.startswith("watchframe"):
            assert not _OBJECT.search(repr(value)), type(value)
        for item in list(value.values() if isinstance(value, Mapping) else value)[:3]:
            assert_shows_itself(item, *keys, depth=depth - 1)
    if not type(value).__module__.startswith("watchframe") or depth < 0:
        return
    forms = displayed(value).values()  # a figure's is no text
    texts = [
        repr(value),
        str(value),
        *(it if isinstance(it, str) else json.dumps(it) for it in forms),
    ]
    for text in texts:
        assert not _OBJECT.search(text), text
        assert not _DUMP.search(text), text
        assert not any(key in text for key in keys), text
    assert "\n" not in repr(value) or not isinstance(value, Shown)
    if isinstance(value, Shown):
        assert displayed(value)["text/html"].startswith('<div class="wf-card mathjax_ignore ')
    names = getattr(value, "__struct_fields__", ())
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    for name in names or [name for name in getattr(value, "__dict__", ()) if name[0] != "_"]:
        assert_shows_itself(getattr(value, name), *keys, depth=depth - 1)


def parsed(html):
    """Return HTML as its elements, without its styles; what is not well formed fails."""
    return ET.fromstring(
        f"<all>{re.sub(r'<style>.*?</style>|<br>', '', html, flags=re.DOTALL)}</all>"
    )


def cells_of(elements):
    """Return the texts of tables' cells, row by row."""
    return [
        ["".join(cell.itertext()) for cell in row if cell.tag in {"th", "td"}]
        for row in elements.iter("tr")
    ]
