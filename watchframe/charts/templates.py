"""Texts with names in braces, such as ``{{ @@x }}: {{ @@y }}``, filled with values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from watchframe.charts.javascript import text_of

_NAME = re.compile(r"\{\{\s*(\S+?)\s*\}\}")


def fill_template(template: object, values: Mapping[str, object]) -> str:
    """Return `template` with each ``{{ name }}`` replaced by its value as text.

    A name that has no value stays as it is written. What is no text is an empty one.
    """
    if not isinstance(template, str):
        return ""
    return _NAME.sub(
        lambda found: text_of(values[found[1]]) if found[1] in values else found[0], template
    )
