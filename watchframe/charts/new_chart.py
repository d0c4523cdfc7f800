"""A new chart of a result's columns: options as the page's editor saves them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watchframe.charts.filters import label_of

#: The kinds of charts that can be made, and what the server calls them.
NEW_KINDS: Mapping[str, str] = {
    "line": "line",
    "column": "column",
    "bar": "column",  # lying: its axes are swapped
    "area": "area",
    "scatter": "scatter",
    "bubble": "bubble",
    "pie": "pie",
    "heatmap": "heatmap",
    "box": "box",
}
#: Kinds whose series can stand on one another.
_STACKED = ("line", "column", "bar", "area")
#: Roles that one kind alone has: the editor's word, the argument, the kind.
_OWN_ROLES = (("size", "size", "bubble"), ("zVal", "z", "heatmap"))
#: Kinds that have no x where there is no column for it.
_WITHOUT_X = frozenset({"pie", "box"})
#: What an axis that the editor was to find by itself is called.
_AUTO = "-"
_AXES = {"time": "datetime", "number": "linear", "text": "category", "boolean": "category"}
_KINDS_OF_TYPES = {
    "date": "time",
    "datetime": "time",
    "integer": "number",
    "float": "number",
    "boolean": "boolean",
}
#: Names of columns of numbers that are ids: none is drawn by default.
_ID = re.compile(r"(?:^|[_\s])ids?$", re.IGNORECASE)
_MOST_NAMES = 12


class NewChartError(ValueError):
    """No chart can be made of what was asked for; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.message, self.hint = message, hint


def new_chart(
    columns: Sequence[Mapping[str, Any]] | None,
    *,
    name: str = "",
    kind: str = "line",
    x: str | None = None,
    y: str | Sequence[str] | None = None,
    y2: str | Sequence[str] = (),
    series: str | None = None,
    size: str | None = None,
    z: str | None = None,
    stacked: bool = False,
    percent: bool = False,
    sort: bool = True,
    log: bool = False,
    x_title: str = "",
    y_title: str = "",
    y2_title: str = "",
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a chart of a result's columns, as the page's editor saves it.

    Parameters
    ----------
    columns : sequence of mapping or None
        As in the ``data`` of a query result: their ``name`` and ``type``. None where they are not
        known: then `x` and `y` have to be given, and no name is checked.
    name, kind, x, y, y2, series, size, z
        As of `watchframe.save_chart`, and so are the next.
    stacked, percent, sort, log, x_title, y_title, y2_title, options
        How it looks.

    Returns
    -------
    dict
        ``type``, ``name`` and ``options``, for `prepare` and to be saved.

    Raises
    ------
    NewChartError
        A column or kind that is not there; or a chart needs a column that is not.
    """
    if kind not in list(NEW_KINDS):
        raise NewChartError(
            f"kind={kind!r} is no kind of chart.", _nearest(kind, NEW_KINDS, "The kinds are")
        )
    if not isinstance(options, Mapping | None):
        raise NewChartError(
            f"options is a {type(options).__name__}.",
            'Give the editor\'s words, such as {"numberFormat": "$0,0"}.',
        )
    roles = _Roles(columns)
    for role, chosen in (("x", x), ("series", series), ("size", size), ("zVal", z)):
        roles.add(role, [] if chosen is None else [chosen])
    roles.add("y", _names(y))
    roles.add("y2", _names(y2))
    _require_fitting(kind, roles, is_stacked=stacked or percent)
    _add_missing(kind, roles)
    global_type = NEW_KINDS[kind]
    is_stacked = stacked or (percent and kind != "line")
    saved: dict[str, Any] = {
        "globalSeriesType": global_type,
        "sortX": sort,
        "swappedAxes": kind == "bar",
        "legend": {"enabled": True, "placement": "auto", "traceorder": "normal"},
        "xAxis": _axis(roles.axis_of("x"), x_title) | {"labels": {"enabled": True}},
        "yAxis": [
            _axis(_y_axis(kind, roles, is_log=log), y_title),
            _axis("linear", y2_title) | {"opposite": True},
        ],
        "alignYAxesAtZero": False,
        "error_y": {"type": "data", "visible": True},
        "series": {
            "stacking": "stack" if is_stacked else None,
            "error_y": {"type": "data", "visible": True},
            "percentValues": percent,
        },
        "seriesOptions": _series_options(global_type, roles),
        "valuesOptions": {},
        "columnMapping": roles.mapping(),
        "direction": {"type": "counterclockwise"},
        "sizemode": "diameter",
        "coefficient": 1,
        "piesort": True,
        "color_scheme": "Redash",
        "lineShape": "linear",
        "numberFormat": "0,0[.]00000",
        "percentFormat": "0[.]00%",
        "textFormat": "",
        "enableLink": False,
        "linkOpenNewTab": True,
        "linkFormat": "",
        "missingValuesAsZero": True,
        "showDataLabels": kind == "pie",
        "dateTimeFormat": "DD/MM/YYYY HH:mm",
    }
    return {"type": "CHART", "name": name, "options": _overridden(saved, options or {})}


class _Roles:
    """Which columns are what in the chart."""

    def __init__(self, columns: Sequence[Mapping[str, Any]] | None) -> None:
        self.kinds: dict[str, str] = {
            str(column["name"]): _KINDS_OF_TYPES.get(str(column.get("type")), "text")
            for column in columns or ()
        }
        self.are_known = columns is not None
        self.found: dict[str, list[str]] = {}

    def add(self, role: str, names: Sequence[str]) -> None:
        """Let columns have a role that they can have."""
        taken = self._taken()
        for name in names:
            if not isinstance(name, str):
                raise NewChartError(f"{name!r} is no name of a column.", "Give a text.")
            if self.are_known and name not in self.kinds:
                raise NewChartError(
                    f"There is no column {name!r}.",
                    _nearest(name, self.kinds, "The columns are"),
                )
            if name in taken:
                raise NewChartError(
                    f"Column {name!r} is asked for twice, and a chart takes a column once.",
                    "Select it a second time in the query, under another name.",
                )
            taken.add(name)
        self.found.setdefault(role, []).extend(names)

    def add_first(self, role: str, kinds: Sequence[str]) -> bool:
        """Let the first column that is free and of these kinds have a role, the kinds in turn."""
        # Of a filter's column only the rows of one value are drawn.
        taken = self._taken()
        free = [name for name in self.kinds if name not in taken and label_of(name) == name]
        for kind in kinds:
            named = [name for name in free if self.kinds[name] == kind]
            if kind == "number":
                # An id is drawn where there is nothing else.
                named.sort(key=lambda name: _ID.search(name) is not None)
            if named:
                self.add(role, named[:1])
                return True
        return False

    def axis_of(self, role: str) -> str:
        """Return the type of an axis of these columns."""
        names = self.found[role]
        return _AXES[self.kinds[names[0]]] if names and self.are_known else _AUTO

    def mapping(self) -> dict[str, str]:
        """Return the columns' roles in the editor's words."""
        return {
            name: "y" if role == "y2" else role
            for role, names in self.found.items()
            for name in names
        }

    def _taken(self) -> set[str]:
        return {name for names in self.found.values() for name in names}


def _names(chosen: str | Sequence[str] | None) -> list[str]:
    if chosen is None:
        return []
    is_one = isinstance(chosen, str) or not isinstance(chosen, Iterable)
    return [chosen] if is_one else list(chosen)  # type: ignore[list-item]


def _require_fitting(kind: str, roles: _Roles, *, is_stacked: bool) -> None:
    """Raise the error of what a kind of chart does not have."""
    y, y2 = roles.found["y"], roles.found["y2"]
    if is_stacked and kind not in _STACKED:
        raise NewChartError(
            f"A {kind} chart is not stacked.", f"Kinds that are: {', '.join(_STACKED)}."
        )
    for role, argument, needed in _OWN_ROLES:
        if roles.found[role] and kind != needed:
            raise NewChartError(
                f"{argument}= is of {needed} charts alone.",
                f'Give kind="{needed}", or leave it out.',
            )
    if y2 and kind in {"bar", "pie", "heatmap", "box"}:
        raise NewChartError(f"A {kind} chart has no second axis.", "Give all columns in y=.")
    if kind == "heatmap" and (roles.found["series"] or len(y) > 1):
        raise NewChartError("A heatmap has no series.", "Give it one column each as x=, y= and z=.")
    if roles.found["series"] and len(y) + len(y2) > 1:
        raise NewChartError(
            "A chart with series= draws one column as y.", "Give one y=, or leave series= out."
        )


def _add_missing(kind: str, roles: _Roles) -> None:
    """Choose the columns that were not given."""
    if kind in {"scatter", "bubble"}:
        kinds_of_x = ["time", "number", "text", "boolean"]
    elif kind in _WITHOUT_X:
        kinds_of_x = ["text", "boolean", "time"]
    else:
        kinds_of_x = ["time", "text", "boolean", "number"]
    kinds_of_y = ["text", "boolean", "time", "number"] if kind == "heatmap" else ["number"]
    if not roles.found["x"] and not (roles.add_first("x", kinds_of_x) or kind in _WITHOUT_X):
        raise _missing("x", roles)
    if kind == "box" and roles.found["series"] and not roles.found["x"]:
        raise NewChartError(
            "A box chart with series= and without x= shows nothing.", "Give the column as x=."
        )
    if not roles.found["y"] and not roles.found["y2"] and not roles.add_first("y", kinds_of_y):
        raise _missing("y", roles)
    for role, argument, needed in _OWN_ROLES:
        if kind == needed and not roles.found[role] and not roles.add_first(role, ["number"]):
            raise _missing(argument, roles)


def _missing(argument: str, roles: _Roles) -> NewChartError:
    if not roles.are_known:
        return NewChartError(
            f"The columns are not known, and {argument}= is not given.", f"Give {argument}=."
        )
    return NewChartError(
        f"There is no column left that {argument} could be.",
        f"Give {argument}=, or a query with more columns.",
    )


def _axis(kind: str, title: str) -> dict[str, Any]:
    return {"type": kind, **({"title": {"text": title}} if title else {})}


def _y_axis(kind: str, roles: _Roles, *, is_log: bool) -> str:
    if is_log:
        return "logarithmic"
    # The page draws a heatmap with texts on a linear axis empty.
    return roles.axis_of("y") if kind == "heatmap" else "linear"


def _series_options(global_type: str, roles: _Roles) -> dict[str, Any]:
    """Return the options of the series that are columns; the editor has them for each."""
    if roles.found["series"] or global_type in {"pie", "heatmap"}:
        return {}
    y2 = roles.found["y2"]
    # Columns on both axes would hide one another.
    on_right = "line" if global_type in {"column", "area"} else global_type
    return {
        name.split("::")[0]: {
            "zIndex": place,
            "index": 0,
            "type": on_right if name in y2 else global_type,
            "yAxis": int(name in y2),
        }
        for place, name in enumerate([*roles.found["y"], *y2])
    }


def _overridden(saved: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with others over them, those within options too."""
    found = dict(saved)
    for name, value in options.items():
        own = found.get(name)
        if isinstance(own, Mapping) and isinstance(value, Mapping):
            value = {**own, **value}  # noqa: PLW2901 - what both say
        found[name] = value
    return found


def _nearest(wrong: object, known: Iterable[str], heading: str) -> str:
    names = list(known)
    near = difflib.get_close_matches(str(wrong), names, 1)
    if near:
        return f"Did you mean {near[0]!r}?"
    more = ", ..." if len(names) > _MOST_NAMES else ""
    return f"{heading} {', '.join(map(repr, names[:_MOST_NAMES]))}{more}."
