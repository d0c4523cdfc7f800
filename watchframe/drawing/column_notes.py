"""Notes of the columns that a visualization needs and the rows do not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.chart_series import columns_by_role
from watchframe.reprs.words import first_few

Options = Mapping[str, Any]


def column_notes(
    kind: str, options: Options, prepared: Mapping[str, Any], names: Sequence[str]
) -> list[str]:
    """Return a note of the columns that are missing, which says what there is; or none.

    Parameters
    ----------
    kind : str
        The server's word for the type, such as ``CHART``.
    options : mapping
        As saved.
    prepared : mapping
        As of `watchframe.charts.prepare`.
    names : sequence of str
        Of the columns that there are.
    """
    if "header" in prepared:  # a table of all columns
        return []
    if kind == "CHART":
        missing = _missing_of_chart(options, names)
    elif kind == "SUNBURST_SEQUENCE":
        missing = "" if "value" in names else "The rows have no column 'value' of numbers."
    else:
        missing = _missing_by_options(kind, prepared.get("options_resolved", {}), names)
    return [f"{missing} There are: {first_few(names, _MOST_NAMES, repr)}."] if missing else []


_MOST_NAMES = 12


def _missing_of_chart(options: Options, names: Sequence[str]) -> str:
    chosen = ChartOptions.of_saved(options)
    roles = chosen.column_mapping or {}
    gone = [name for name, role in roles.items() if role != "unused" and name not in names]
    if gone:
        noun = "a column" if len(gone) == 1 else "columns"
        told = first_few(gone, _MOST_NAMES, repr)
        return f"The chart draws {noun} that the rows do not have: {told}."
    there = columns_by_role(names, chosen.column_mapping)
    needed = [role for role in _ROLES.get(chosen.kind, ("y",)) if role not in there]
    if not needed:
        return ""
    example = ", ".join(f'"<column>": "{role}"' for role in needed)
    return (
        f"The chart has no column for {', '.join(needed)}: map one in the options, "
        f'{{"columnMapping": {{{example}}}}}.'
    )


#: The roles that a chart is nothing without, where these are others than y alone.
_ROLES = {"bubble": ("y", "size"), "heatmap": ("y", "zVal"), "candlestick": ()}


def _missing_by_options(kind: str, options: Options, names: Sequence[str]) -> str:
    missing = [
        f"{path} ({name!r})" if name else path
        for path, name in _named(kind, options)
        if name not in names
    ]
    told = ", ".join(missing)
    return f"The rows have no column for {told}: name one in the options." if missing else ""


def _named(kind: str, options: Options) -> Iterator[tuple[str, object]]:
    """Return the options that name columns, as paths, and the names that stand there."""
    for path in _NEEDED.get(kind, ()):
        if path != "counterColName" or not options.get("countRow"):
            yield path, _at(options, path)
    for path in _CHOSEN.get(kind, ()):
        name = _at(options, path)
        for one in name if isinstance(name, list) else [name]:
            if one:
                yield path, one


def _at(options: Options, path: str) -> Any:
    value: Any = options
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


#: The options of each type that name a column, without which nothing is drawn ...
_NEEDED = {
    "CHOROPLETH": ("keyColumn", "valueColumn"),
    "COHORT": ("dateColumn", "stageColumn", "totalColumn", "valueColumn"),
    "COUNTER": ("counterColName",),
    "FUNNEL": ("stepCol.colName", "valueCol.colName"),
    "MAP": ("latColName", "lonColName"),
    "WORD_CLOUD": ("column",),
}
#: ... and those that need not.
_CHOSEN = {
    "COUNTER": ("targetColName",),
    "MAP": ("classify",),
    "PIVOT": ("rows", "cols", "vals"),
    "WORD_CLOUD": ("frequenciesColumn",),
}
