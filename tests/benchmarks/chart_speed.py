"""Measure charts of large results: ``python tests/benchmarks/chart_speed.py [--repeat 5]``.

What a drawing of the decoded table takes until it has its traces, in processor time, beside the
decoding of the same result from JSON to Arrow: in turns, each the least of `--repeat` runs.
``--kinds`` measures `prepare` of the other types, of 100,000 rows.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from watchframe.charts import prepare
from watchframe.decode import decode_query_result
from watchframe.drawing.drawing import MAX_POINTS, draw
from watchframe.models import Visualization

ROWS, SERIES = 100_000, 10
MOST = (None, MAX_POINTS, 5_000)
CHARTS: dict[str, dict[str, object]] = {
    "line": {"globalSeriesType": "line"},
    "stacked area": {"globalSeriesType": "area", "series": {"stacking": "stack"}},
    "stacked column": {"globalSeriesType": "column", "series": {"stacking": "stack"}},
    "stacked area of percents": {
        "globalSeriesType": "area",
        "series": {"stacking": "stack", "percentValues": True},
    },
}
_START = datetime(2024, 1, 1)  # noqa: DTZ001 - the server sends moments without a zone
_MAPPING = {"day": "x", "market": "series", "value": "y"}

Rows = list[dict[str, object]]


def long_form(chance: random.Random) -> Rows:
    """Return a row for each point: its day, series and value."""
    return [
        {
            "day": (_START + timedelta(minutes=number // SERIES)).isoformat(),
            "market": f"market {number % SERIES}",
            "value": chance.random() * 1e6,
        }
        for number in range(ROWS)
    ]


def wide_form(chance: random.Random) -> Rows:
    """Return a row for each day, with a column for each series."""
    return [
        {
            "day": (_START + timedelta(minutes=number)).isoformat(),
            **{f"value {series}": chance.random() * 1e6 for series in range(SERIES)},
        }
        for number in range(ROWS)
    ]


def main() -> None:
    """Print a table: what decoding takes, and the spec of all points or of some."""
    parser = argparse.ArgumentParser(description="Measure charts.")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--kinds", action="store_true")
    options = parser.parse_args()
    if options.kinds:
        report_kinds(options.repeat)
        return
    sys.stdout.write("| form | points | decode, ms | chart | drawn | ms | of decoding |\n")
    sys.stdout.write("| --- | ---: | ---: | --- | ---: | ---: | ---: |\n")
    for make in (long_form, wide_form):
        report(make.__name__, make(random.Random(7)), options.repeat)


def report(form: str, rows: Rows, repeat: int) -> None:
    """Measure one form of result, and print its rows."""
    body = _body(rows)
    table = decode_query_result(io.BytesIO(body)).table
    mapping = {name: _MAPPING.get(name, "y") for name in rows[0]}
    charts = {
        name: Visualization(
            id=1, name="Values", type="CHART", options={**saved, "columnMapping": mapping}
        )
        for name, saved in CHARTS.items()
    }
    drawings = {
        (name, most): lambda chart=chart, most=most: draw(chart, table, max_points=most)
        for name, chart in charts.items()
        for most in MOST
    }
    least = _least({"decode": lambda: decode_query_result(io.BytesIO(body)), **drawings}, repeat)
    points = len(rows) * (len(mapping) - 1 if form == "wide_form" else 1)
    for name, most in drawings:
        taken = least[name, most]
        sys.stdout.write(
            f"| {form} | {points:,} | {least['decode'] * 1e3:.0f} | {name} | "
            f"{'all' if most is None else f'{most:,}'} | {taken * 1e3:.0f} | "
            f"{taken / least['decode']:.2f} |\n"
        )
    sys.stdout.flush()


def report_kinds(repeat: int) -> None:
    """Measure the other types."""
    chance = random.Random(3)
    names = [f"s{number}" for number in range(3)]
    rows = [
        {
            **{name: f"{name} {chance.randrange(20)}" for name in names},
            "date": (_START + timedelta(days=chance.randrange(200))).isoformat(),
            "day_number": chance.randrange(200),
            "total": 1000,
            "value": chance.randrange(1000),
        }
        for _ in range(ROWS)
    ]
    pivot = {"rows": ["s0"], "cols": ["date"], "vals": ["value"], "aggregatorName": "Sum"}
    kinds: dict[str, tuple[list[str], dict[str, object]]] = {
        "PIVOT": (["s0", "date", "value"], pivot),
        "SANKEY": ([*names, "value"], {}),
        "SUNBURST_SEQUENCE": ([*names, "value"], {}),
        "COHORT": (["date", "day_number", "total", "value"], {}),
        "BOXPLOT": (["day_number", "total", "value"], {}),
        "TABLE": ([*names, "date", "value"], {}),
    }
    sys.stdout.write(f"| type, {ROWS:,} rows | ms |\n| --- | ---: |\n")
    for kind, (used, options) in kinds.items():
        own = [{name: row[name] for name in used} for row in rows]
        saved, columns = {"type": kind, "options": options}, [{"name": name} for name in used]
        jobs = {kind: lambda s=saved, c=columns, r=own: prepare(s, c, r)}
        sys.stdout.write(f"| {kind} | {_least(jobs, repeat)[kind] * 1e3:.0f} |\n")


def _least(jobs: dict[object, Callable[[], object]], repeat: int) -> dict[object, float]:
    """Return the least processor time of each job, run in turns."""
    least = dict.fromkeys(jobs, float("inf"))
    for _ in range(repeat):
        for name, job in jobs.items():
            gc.collect()
            started = time.process_time()
            job()
            least[name] = min(least[name], time.process_time() - started)
    return least


def _body(rows: Rows) -> bytes:
    kinds = {str: "string", float: "float"}
    columns = [
        {"name": name, "friendly_name": name, "type": kinds[type(value)]}
        for name, value in rows[0].items()
    ]
    columns[0]["type"] = "datetime"
    result = {
        "id": 1,
        "query_hash": "0" * 32,
        "query": "select 1",
        "data": {"columns": columns, "rows": rows, "truncated": False},
        "data_source_id": 1,
        "runtime": 1.5,
        "retrieved_at": "2026-01-05T12:00:00.000Z",
    }
    return json.dumps({"query_result": result}).encode()


if __name__ == "__main__":
    main()
