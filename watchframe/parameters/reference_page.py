"""``docs/reference/parameters.md``, made from the tables of types and of dynamic values.

::

    python -m watchframe.parameters.reference_page > docs/reference/parameters.md
"""

from __future__ import annotations

import sys

from watchframe.parameters.moments import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.parameters.types import PARAMETER_TYPES

_HEAD = """\
<!-- Made by `python -m watchframe.parameters.reference_page`; a test compares. Do not edit. -->

# Parameters

What each parameter type takes, and what is sent. Values that do not fit are refused before any
request, with an error that names the parameter, the query and what would fit.

| type | takes | sends |
| --- | --- | --- |
"""

_DYNAMIC = """
## Dynamic values

The server knows none of these: they are resolved here, in the settings' `timezone`, as its own
front end resolves them. All parameters of one read share one moment.

| value | means | for |
| --- | --- | --- |
"""


def reference_page() -> str:
    """Give the whole page, as Markdown."""
    rows = [
        f"| `{name}` | {_cell(type_.takes)} | {_cell(type_.sends)} |\n"
        for name, type_ in PARAMETER_TYPES.items()
    ]
    dynamic = [
        f"| `{name}` | {label} | a date or time |\n" for name, label in DYNAMIC_DATES.items()
    ]
    dynamic += [f"| `{name}` | {item.label} | a range |\n" for name, item in DYNAMIC_RANGES.items()]
    return _HEAD + "".join(rows) + _DYNAMIC + "".join(dynamic)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference_page())
