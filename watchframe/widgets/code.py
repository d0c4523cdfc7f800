"""The code of what a picker shows: as Python, as the magic, and of its quick chart."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from watchframe.charts.chart_options import ChartOptions
from watchframe.charts.filters import label_of
from watchframe.parameters.text_syntax import write_json, write_value
from watchframe.plain_text import escaped, html_text, plain_text
from watchframe.widgets.quick_points import MOST_SERIES, QuickPoints
from watchframe.widgets.tab import Result

LONGEST_LINE = 88

_NAME = re.compile(r"\w+")


def python_call(
    query: int | str,
    params: Mapping[str, object],
    max_age: float | str | None,
    *,
    server: str = "",
    imports: Sequence[str] = (),
) -> str:
    """Return the call of `read_watch_query` with these values, and the import that it needs.

    Parameters
    ----------
    query : int or str
        Its id, or the address of its page.
    params : mapping of str to object
    max_age : float, str or None
        Left out where it is None.
    server : str
        For the address of its page, in a comment.
    imports : sequence of str
        Further names to import, for code that follows.
    """
    arguments = [_literal(query)]
    if params:
        arguments.append(_dict_text(params))
    if max_age is not None:
        arguments.append(f"max_age={_literal(max_age)}")
    call = f"df = read_watch_query({', '.join(arguments)})"
    if len(call) > LONGEST_LINE or "\n" in call:
        lines = "".join(f"    {argument},\n" for argument in arguments)
        call = f"df = read_watch_query(\n{lines})"
    page = f"# {server}/queries/{query}\n" if server and isinstance(query, int) else ""
    names = ", ".join(sorted([*imports, "read_watch_query"]))
    return f"{page}from watchframe import {names}\n\n{call}\n"


def python_calls(
    queries: Sequence[tuple[int | str, Mapping[str, object]]],
    max_age: float | str | None,
    *,
    server: str = "",
) -> str:
    """Return the call of `read_watch_queries` with these values, and the import that it needs.

    Parameters
    ----------
    queries : sequence of (int or str, mapping of str to object)
        Of each its id, or the address of its page, and its values.
    max_age, server
        As of `python_call`.
    """
    pages = [f"# {server}/queries/{query}\n" for query, _ in queries if isinstance(query, int)]
    listed = "".join(f"        {_pair_text(query, params)},\n" for query, params in queries)
    age = "" if max_age is None else f"    max_age={_literal(max_age)},\n"
    return (
        f"{''.join(pages) if server else ''}from watchframe import read_watch_queries\n\n"
        f"frames = read_watch_queries(\n    [\n{listed}    ],\n{age})\n"
    )


def _pair_text(query: int | str, params: Mapping[str, object]) -> str:
    if not params:
        return _literal(query)
    items = ", ".join(f"{_literal(name)}: {_literal(value)}" for name, value in params.items())
    flat = f"({_literal(query)}, {{{items}}})"
    if len(flat) + len("        ,") <= LONGEST_LINE:
        return flat
    return f"({_literal(query)}, {_pretty(params, 2)})"


def chart_code(result: Result, points: QuickPoints, options: Mapping[str, object]) -> str:
    """Return what draws the same chart of the same rows, and what saves it with the query.

    Parameters
    ----------
    result : Result
    points : QuickPoints
    options : mapping of str to object
        Of the chart.
    """
    chosen, lines, rows = points.choice, [], "df"
    if points.missing:
        lines.append(f"points = {rows}.dropna(subset=[{_literal(chosen.x)}])")
        rows = "points"
    keys = [chosen.x] if chosen.series is None else [chosen.x, chosen.series]
    if points.series:
        sizes = f"{rows}[{_literal(chosen.y[0])}].astype(float).abs()"
        group = f"{rows}[{_literal(chosen.series)}]"
        lines.append(f"sizes = {sizes}.groupby({group}, dropna=False).sum()")
        largest = f"sizes.nlargest({MOST_SERIES}).index"
        lines.append(f"points = {rows}[{group}.isin({largest})]")
        rows = "points"
    if points.are_joined:
        numbers = _literal(list(chosen.y))
        grouped = f"{rows}.groupby({_literal(keys)}, as_index=False, sort=False, dropna=False)"
        how = f"{chosen.join}({'min_count=1' if chosen.join == 'sum' else ''})"
        lines.append(f"points = {grouped}[{numbers}].{how}")
        rows = "points"
    names = {name: label_of(name) for name in (*keys, *chosen.y)}
    if any(label_of(name) != name for name in result.table.column_names):
        # A chart of all columns would choose rows by those that are filters.
        renamed = f".rename(columns={_pretty(names, 0)})" if points.drawn != chosen else ""
        lines.append(f"points = {rows}[{_literal(list(names))}]{renamed}")
        rows = "points"
    chart = _pretty({"type": "CHART", "options": _sparse(options, chosen.y)}, 1)
    lines.append(f"draw_frame(\n    {rows},\n    {chart},\n)")
    return "\n".join([result.code, *lines, *_saving(result, points)]) + "\n"


def _saving(result: Result, points: QuickPoints) -> list[str]:
    """Return the lines that save a chart, where a saved one draws the same: it sums rows."""
    chosen = points.choice
    if points.series or (points.are_joined and chosen.join != "sum"):
        return ["", "# A chart saved with the query draws its rows: let the SQL make these points."]
    arguments = [f"kind={_literal(chosen.kind)}", f"x={_literal(chosen.x)}"]
    arguments.append(f"y={_literal(list(chosen.y))}")
    if chosen.series is not None:
        arguments.append(f"series={_literal(chosen.series)}")
    query = f"watch_query({_literal(result.query)})"
    return [
        "",
        "# To save it with the query, for all who open its page:",
        f'# {query}.save_chart("Name", {", ".join(arguments)})',
    ]


def _sparse(options: Mapping[str, object], numbers: Sequence[str]) -> dict[str, object]:
    """Return options without those that say what a chart does by default."""
    found = {
        name: value
        for name, value in options.items()
        if name != "seriesOptions" or len(numbers) > 1  # their order
    }
    for name in list(found):
        rest = {other: value for other, value in found.items() if other != name}
        value = found[name]
        if ChartOptions.of_saved(rest) == ChartOptions.of_saved(found):
            found = rest
        elif isinstance(value, Mapping) and name not in ("columnMapping", "seriesOptions"):
            found[name] = _needed(found, name, value)
    return found


def _needed(
    options: Mapping[str, object], name: str, value: Mapping[str, object]
) -> dict[str, object]:
    part = dict(value)
    for inner in value:
        rest = {other: item for other, item in part.items() if other != inner}
        if ChartOptions.of_saved({**options, name: rest}) == ChartOptions.of_saved(options):
            part = rest
    return part


def magic_cell(query: int | str, params: Mapping[str, object], max_age: float | str | None) -> str:
    """Return the cell of the magic ``%%watch`` that reads the same into ``df``."""
    age = "" if max_age is None else f" --max-age {max_age}"
    if not params:
        return f"%watch {query}{age} --out df\n"
    if all(map(_fits_a_line, params, params.values())):
        body = "".join(f"{name}: {write_value(value)}\n" for name, value in params.items())
    else:
        body = f"{escaped(write_json(params))}\n"
    return f"%%watch {query}{age} --out df\n{body}"


def code_html(label: str, code: str) -> str:
    """Return a field to copy from: in any other element JupyterLab applies Ctrl+A to the cells."""
    rows = code.count("\n")
    return (
        f'<textarea class="wf-code" aria-label="{label}" rows="{rows}" spellcheck="false" '
        f'autocomplete="off" wrap="off">{html_text(code)}</textarea>'
    )


def _dict_text(params: Mapping[str, object]) -> str:
    items = [f"{_literal(name)}: {_literal(value)}" for name, value in params.items()]
    flat = "{" + ", ".join(items) + "}"
    if len(flat) + len("df = read_watch_query(, )") <= LONGEST_LINE:
        return flat
    return "{\n" + "".join(f"        {item},\n" for item in items) + "    }"


def _pretty(value: object, depth: int) -> str:
    """Return the literal of options, an item in a line where they do not fit into one."""
    if not isinstance(value, Mapping):
        return _literal(value)
    items = [f"{_literal(name)}: {_pretty(item, depth + 1)}" for name, item in value.items()]
    flat = "{" + ", ".join(items) + "}"
    if len(flat) + 4 * depth <= LONGEST_LINE // 2 and "\n" not in flat:
        return flat
    indent = "    " * (depth + 1)
    return "{\n" + "".join(f"{indent}{item},\n" for item in items) + "    " * depth + "}"


def _literal(value: object) -> str:
    """Return a Python literal with double quotes, as formatters write it."""
    if isinstance(value, str):
        return escaped(json.dumps(value, ensure_ascii=False))
    if isinstance(value, tuple | list):
        inside = ", ".join(map(_literal, value))
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    return repr(value)


def _fits_a_line(name: str, value: object) -> bool:
    texts = value if isinstance(value, tuple | list) else [value]
    return bool(_NAME.fullmatch(name)) and not any(
        isinstance(text, str) and plain_text(text, keep="") != text for text in texts
    )
