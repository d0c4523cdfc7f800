"""``docs/reference/coverage.md``, made from the tables of what is covered.

::

    python -m watchframe.client.coverage_page > docs/reference/coverage.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from watchframe.client.coverage import DOCUMENTED_ROUTES, FURTHER_ROUTES, Covered
from watchframe.client.toolbelt_coverage import TOOLBELT_EXAMPLES, TOOLBELT_METHODS

_HEAD = """\
<!-- Made by `python -m watchframe.client.coverage_page`; a test compares. Do not edit. -->

# What is covered

`client` is a `watchframe.Client`. Each call here is bound to the function that it names by a test,
each route is one that the demo server answers, and the methods and examples of redash-toolbelt are
those of version 0.1.9 as installed.

Lists of queries, dashboards and users are lazy: `list(...)` makes no request until it is iterated,
counted or made a DataFrame by `to_frame()`. Whatever deletes or disables takes `dry_run=True`.
"""

_SECTIONS = (
    ("The public documentation of the API", "route", DOCUMENTED_ROUTES),
    ("Further routes", "route", FURTHER_ROUTES),
    ("Methods of redash-toolbelt", "`Redash`", TOOLBELT_METHODS),
    ("Examples of redash-toolbelt", "example", TOOLBELT_EXAMPLES),
)


def coverage_page() -> str:
    """Give the whole page, as Markdown."""
    return _HEAD + "".join(_section(title, theirs, rows) for title, theirs, rows in _SECTIONS)


def _section(title: str, theirs: str, rows: Iterable[Covered]) -> str:
    lines = "".join(
        f"| `{row.theirs}` | {'<br>'.join(f'`{call}`' for call in row.ours)} | {row.note} |\n"
        for row in rows
    )
    return f"\n## {title}\n\n| {theirs} | here | |\n| --- | --- | --- |\n{lines}"


if __name__ == "__main__":
    sys.stdout.write(coverage_page())
