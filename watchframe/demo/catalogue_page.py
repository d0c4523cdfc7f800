"""The reference page of the demo's catalogue, made from the catalogue itself.

``python -m watchframe.demo.catalogue_page > docs/reference/demo-catalogue.md`` writes it anew.
"""

from __future__ import annotations

import json
import sys

from watchframe.demo.catalogue import CATALOGUE
from watchframe.demo.catalogue_types import PYTHON_SOURCE, SavedQuery

_HEAD = """\
<!-- Made by `python -m watchframe.demo.catalogue_page`; change the catalogue, not this page. -->

# The demo server's catalogue

The demo server (`python -m watchframe.demo`) starts with the saved queries below. Their data is an
invented lending protocol, made from a fixed seed: the same rows on every machine. The names are
those of real tokens; not one number comes from a chain.

## Tables

| table | a row is | worth knowing |
| --- | --- | --- |
| `markets` | a token | a decimal, a list, a struct; `is_paused` may be null |
| `accounts` | a borrower (5,000) | ten have a `label`, in many scripts; `profile` is JSON |
| `prices` | a market's day | `price_usd` is null where the oracle was silent |
| `events` | one of 240,000 borrows, repayments ... | `amount_raw` is exact, `amount` is in tokens |
| `allowances` | what a spender may take | uint256: the unlimited ones are 2**256 - 1 |

The events are spread evenly from 2024-01-01 to 2028-12-31, past the present day: "the last 30 days"
has rows whenever it is asked for.
"""


def catalogue_page() -> str:
    """Give the whole page, as Markdown."""
    lines = [
        _HEAD,
        "## Queries",
        "",
        "| id | name | parameters | shows |",
        "| --- | --- | --- | --- |",
    ]
    lines += [_query_row(query) for query in CATALOGUE.queries]
    lines += ["", "## Dashboards", "", "| name | queries |", "| --- | --- |"]
    for dashboard in CATALOGUE.dashboards:
        ids = [str(widget.query_id) for widget in dashboard.widgets if widget.query_id is not None]
        lines.append(f"| {_as_text(dashboard.name)} | {', '.join(ids)} |")
    return "\n".join(lines) + "\n"


def _query_row(query: SavedQuery) -> str:
    shows = query.description
    if query.data_source_id == PYTHON_SOURCE:
        shows = f"Python. {shows}"
    parameters = "<br>".join(_parameter_words(query))
    return f"| {query.id} | {_as_text(query.name)} | {parameters} | {_as_text(shows)} |"


def _parameter_words(query: SavedQuery) -> list[str]:
    words = []
    for parameter in query.parameters:
        several = ", several" if parameter.multi else ""
        default = (
            f" = `{json.dumps(parameter.value, ensure_ascii=False)}`"
            if parameter.value is not None
            else ""
        )
        words.append(f"`{parameter.name}`: {parameter.type}{several}{default}")
    return words


def _as_text(text: str) -> str:
    """Give `text` as Markdown that shows it letter by letter, in one cell of a table."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(catalogue_page())
