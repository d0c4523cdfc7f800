"""``docs/reference/pickers.md``, made from the table of controls and the menus' own choices.

::

    python -m watchframe.widgets.reference_page > docs/reference/pickers.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.widgets.choice_controls import FEW, LISTED, TICKED
from watchframe.widgets.control_kinds import CONTROL_KINDS
from watchframe.widgets.layout import MAX_AGES

_HEAD = """\
# Pickers

<!-- Made by `python -m watchframe.widgets.reference_page`; a test compares. Do not edit. -->

`pick(query)` gives a `ParameterPicker`, `pick()` a `QueryPicker`; `%watch 42 --pick` shows the
first. [The how-to](../howto/pickers.md) shows them at work.

## The control of each parameter type

| type | control | checked before Run | in `picker.params` |
| --- | --- | --- | --- |
"""

_REST = """
A parameter of any other type gets a text field, as on the server's own pages. Above {few} values,
a list shows the first {listed} that fit what is typed, and boxes the first {ticked}; the words
typed are looked for in names and values, in any order and in either case.

Every control has the parameter's title as its label and a button that resets it to the saved
default. A default that is missing, or that does not fit, is marked like any other wrong value.

## Dynamic values

A dynamic value stays dynamic: `picker.params` and the code hold its name, and what it means now is
shown below the field. It is resolved anew at every run, in the time zone of the settings.

| in the menu of a date | name |
| --- | --- |
{dates}

| in the menu of a range | name |
| --- | --- |
{ranges}

## Max age

| choice | `max_age` of `read_watch_query` |
| --- | --- |
{ages}

## What a picker has

| name | |
| --- | --- |
| `params` | the values, by name, as `read_watch_query` takes them; observable |
| `df` | the rows of the last run that succeeded, or None; observable |
| `status` | `ready`, `invalid`, `running`, `done`, `failed` or `cancelled`; observable |
| `table` | the same rows as a `pyarrow.Table`, with their provenance in the metadata |
| `error` | why the last run failed, or None |
| `problems` | why values cannot be sent, by name |
| `run()`, `cancel()` | start a run in the background; cancel it, on the server as well |
| `wait(timeout=None)` | the frame, once it is there; runs where nothing did; raises its error |
| `await result()` | the same, for a cell that awaits |
| `update({{...}})` | set values |
| `code`, `magic` | the call of `read_watch_query`, and the `%%watch` cell, for what is set |
| `link_pickers(a, b, names=None)` | from now on, parameters of the same name have one value |
"""


def reference_page() -> str:
    """Give the page."""
    kinds = "".join(_row(type_) for type_ in CONTROL_KINDS)
    rest = _REST.format(
        few=FEW,
        listed=LISTED,
        ticked=TICKED,
        dates=_lines((label, name) for name, label in DYNAMIC_DATES.items()),
        ranges=_lines((found.label, name) for name, found in DYNAMIC_RANGES.items()),
        ages=_lines((label, "None" if age == "any" else repr(age)) for label, age in MAX_AGES),
    )
    return f"{_HEAD}{kinds}{rest}"


def _row(type_: str) -> str:
    kind = CONTROL_KINDS[type_]
    several = f"; several values: {kind.several}" if kind.several else ""
    params = kind.in_params.replace("; several: ", "`; several: `").replace(" or ", "` or `")
    return f"| `{type_}` | {kind.control}{several} | {kind.checks} | `{params}` |\n"


def _lines(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"| {label} | `{name}` |" for label, name in rows)


if __name__ == "__main__":
    sys.stdout.write(reference_page())
