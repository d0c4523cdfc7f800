"""Texts with names in braces, such as ``{{ @@x }}: {{ @@y }}``, filled with values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from watchframe.charts.javascript import text_of

_NAME = re.compile(r"\{\{\s*(\S+?)\s*\}\}")


def fill_template(template: object, values: Mapping[str, object]) -> str:
    """Return `template` with each ``{{ name }}`` replaced by its value as text.

    A name that has no value may have one in capitals, as columns of some databases; else it stays
    as it is written. What is no text is an empty one.
    """
    if not isinstance(template, str):
        return ""

    def text(found: re.Match[str]) -> str:
        name = found[1] if found[1] in values else found[1].upper()
        return text_of(values[name]) if name in values else found[0]

    return _NAME.sub(text, template)
