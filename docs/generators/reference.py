"""The tables of what is typed: exit codes, the magic, parameters, pickers; the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

import traitlets

from generators.tables import table
from watchframe.cli.messages import MEANINGS
from watchframe.demo.catalogue import CATALOGUE
from watchframe.demo.catalogue_fork import FORK_QUERIES
from watchframe.demo.catalogue_types import PYTHON_SOURCE, SavedQuery
from watchframe.magics.magic import WatchMagics
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES, PARAMETER_TYPES
from watchframe.vocabulary import CELL_FLAGS, OPTIONS, QUERY_HELP, Option, Place
from watchframe.widgets import CONTROL_KINDS
from watchframe.widgets.choice_controls import FEW, LISTED
from watchframe.widgets.search_controls import CHIPS, MOST_AT_ONCE


def _one_of(choices: Iterable[str]) -> str:
    return f" One of {', '.join(f'`{choice}`' for choice in choices)}."


def _exit_codes() -> str:
    return table(("code", ""), ((str(code), text) for code, text in MEANINGS.items()))


def _magic_options() -> str:
    sections: dict[str, list[tuple[str, str]]] = {}
    for option in dict.fromkeys(CELL_FLAGS.values()):
        text = option.help_in("cell") + (_one_of(option.choices) if option.choices else "")
        if option.default is not None:
            text += f" Default: `WatchMagics.{option.default}`."
        sections.setdefault(option.section, []).append((f"`{option.usage}`", text))
    return "\n".join(
        f"## {section}\n\n{table(('option', ''), rows)}" for section, rows in sections.items()
    )


def _vocabulary() -> str:
    def typed(option: Option, place: Place) -> str:
        return f"`{option.usage}`" if place in option.places else ""

    rows = ((it.python, typed(it, "cell"), typed(it, "terminal")) for it in OPTIONS)
    return table(("Python", "`%watch`", "command line"), rows)


def _magic_settings() -> str:
    rows = []
    for name, trait in WatchMagics.class_own_traits(config=True).items():
        default = None if trait.default_value is traitlets.Undefined else trait.default_value
        rows.append((f"`{name}`", f"`{default!r}`", trait.help))
    return table(("setting", "default", ""), rows)


def _parameter_types() -> str:
    rows = (
        (f"`{name}`", _escaped(type_.takes), _escaped(type_.sends))
        for name, type_ in PARAMETER_TYPES.items()
    )
    return table(("type", "takes", "sends"), rows)


def _dynamic_values() -> str:
    dates = ((f"`{name}`", label, "a date or time") for name, label in DYNAMIC_DATES.items())
    ranges = ((f"`{name}`", value.label, "a range") for name, value in DYNAMIC_RANGES.items())
    return table(("value", "means", "for"), [*dates, *ranges])


def _controls() -> str:
    rows = []
    for name, kind in CONTROL_KINDS.items():
        several = f"; several values: {kind.several}" if kind.several else ""
        params = kind.in_params.replace("; several: ", "`; several: `").replace(" or ", "` or `")
        rows.append((f"`{name}`", f"{kind.control}{several}", kind.checks, f"`{params}`"))
    return table(("type", "control", "checked before Run", "in `picker.params`"), rows)


def _control_limits() -> str:
    return (
        f"One of up to {FEW} values is chosen in a menu; else a list shows the first {LISTED} that "
        "fit what is typed:\nthe words are searched in names and values, in any order and in "
        f"either case. Up to {MOST_AT_ONCE} values that are found are chosen\nat once with *All*; "
        f"the first {CHIPS} that are chosen have a chip each at first."
    )


def _catalogue_queries(queries: Iterable[SavedQuery]) -> str:
    return table(
        ("id", "name", "parameters", "visualizations", "shows"), map(_catalogue_query, queries)
    )


def _catalogue_query(query: SavedQuery) -> tuple[str, ...]:
    python = "Python. " if query.data_source_id == PYTHON_SOURCE else ""
    parameters = "<br>".join(_catalogue_parameters(query))
    visualizations = "<br>".join(
        f"{_escaped(item.name)} ({item.type})" for item in query.visualizations
    )
    shows = _escaped(python + query.description)
    return str(query.id), _escaped(query.name), parameters, visualizations, shows


def _catalogue_parameters(query: SavedQuery) -> Iterator[str]:
    for item in query.parameters:
        several = ", several" if item.multi else ""
        value = json.dumps(item.value, ensure_ascii=False)
        default = "" if item.value is None else f" = `{value}`"
        yield f"`{item.name}`: {item.type}{several}{default}"


def _catalogue_dashboards() -> str:
    rows = []
    for dashboard in CATALOGUE.dashboards:
        ids = (str(it.query_id) for it in dashboard.widgets if it.query_id is not None)
        rows.append((_escaped(dashboard.name), ", ".join(ids)))
    return table(("name", "queries"), rows)


def _escaped(text: str) -> str:
    """Return `text` as Markdown that shows it letter by letter, in a cell of a table."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


PARTS: dict[str, Callable[[], str]] = {
    "exit-codes": _exit_codes,
    "magic-query": lambda: f"`QUERY`: {QUERY_HELP}",
    "magic-options": _magic_options,
    "vocabulary": _vocabulary,
    "magic-settings": _magic_settings,
    "parameter-types": _parameter_types,
    "dynamic-values": _dynamic_values,
    "picker-controls": _controls,
    "picker-limits": _control_limits,
    "catalogue-queries": lambda: _catalogue_queries(CATALOGUE.queries),
    "catalogue-fork-queries": lambda: _catalogue_queries(FORK_QUERIES),
    "catalogue-dashboards": _catalogue_dashboards,
}
