from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from watchframe.widgets.chart import (
    MOST_BARS,
    MOST_POINTS,
    NoChartError,
    chart_choice,
    chart_svg,
    number_text,
    ticks,
    time_text,
    time_ticks,
)

SVG = "{http://www.w3.org/2000/svg}"
DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(10)]
EVIL = "</svg><script>alert(1)</script>"


def drawn(table, number):
    return ET.fromstring(chart_svg(table, chart_choice(table), number))


def lines_of(table, number="n"):
    """The lines of a chart: their names, and how many points each has."""
    return {
        line.find(f"{SVG}title").text: len(line.attrib["points"].split())
        for line in drawn(table, number).iter(f"{SVG}polyline")
    }


def test_chart_of_a_number_by_time_is_one_line():
    root = drawn(pa.table({"day": DAYS, "n": list(range(10))}), "n")
    (line,) = root.iter(f"{SVG}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert len(points) == 10
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))


def test_chart_of_repeated_days_has_lines_by_category():
    table = pa.table({"day": DAYS * 2, "market": ["A"] * 10 + ["B"] * 10, "n": range(20)})
    assert len(list(drawn(table, "n").iter(f"{SVG}polyline"))) == 2


def test_chart_by_category_has_bars_up_to_the_most():
    names = [f"m{number}" for number in range(MOST_BARS + 10)]
    root = drawn(pa.table({"market": names, "n": range(len(names))}), "n")
    assert len([bar for bar in root.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]) == (
        MOST_BARS
    )
    assert f"the first {MOST_BARS} of {len(names)}" in ET.tostring(root, encoding="unicode")


def test_chart_of_many_points_keeps_the_peak():
    days = [date(1990, 1, 1) + timedelta(days=day) for day in range(10_000)]
    values = [0.0] * 10_000
    values[5_003] = 100.0
    (line,) = drawn(pa.table({"day": days, "n": values}), "n").iter(f"{SVG}polyline")
    heights = [float(point.split(",")[1]) for point in line.attrib["points"].split()]
    assert len(heights) <= MOST_POINTS
    assert min(heights) < max(heights) - 100


def test_chart_draws_exact_integers_and_negative_values():
    field = pa.field("raw", pa.string(), metadata={b"watchframe.encoding": b"integer"})
    table = pa.table(
        [pa.array(DAYS[:2]), pa.array([str(2**255), str(-(2**255))])],
        schema=pa.schema([pa.field("day", pa.date32()), field]),
    )
    assert len(list(drawn(table, "raw").iter(f"{SVG}polyline"))) == 1


def test_chart_escapes_names_and_categories():
    table = pa.table({"market": [EVIL, "b"], EVIL: [1, 2]})
    svg = chart_svg(table, chart_choice(table), EVIL)
    assert "<script" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"a": [1, 2], "b": [3, 4]}),
        pa.table({"day": DAYS, "name": ["x"] * 10}),
        pa.table({"day": DAYS[:1], "n": [1]}),
        pa.table({"tx": [str(number) for number in range(5000)], "n": range(5000)}),
    ],
    ids=["numbers only", "no number", "one row", "too many categories"],
)
def test_chart_where_none_makes_sense_is_not_offered(table):
    with pytest.raises(NoChartError):
        chart_choice(table)


TIMES = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number) for number in range(12)]
MARKETS, KINDS = ["WETH", "INV"] * 6, ["borrow", "borrow", "repay"] * 4


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (
            {"day": DAYS[:3] * 4, "market": ["A"] * 6 + ["B"] * 6, "kind": KINDS},
            "Rows differ by “market” and by “kind”",
        ),
        ({"at": TIMES, "market": MARKETS, "kind": KINDS}, "Rows differ by “market” and by “kind”"),
        ({"at": TIMES, "market": MARKETS, "is_new": [False, False, True] * 4}, "“is_new”"),
        ({"day": DAYS[:3] * 4, "pool": range(12)}, "same “day”"),
        ({"day": DAYS[:3] * 4, "market": MARKETS}, "same “day” and “market”"),
        ({"day": DAYS[:1] * 12, "name": [f"n{number}" for number in range(12)]}, "same “day”"),
        ({"market": MARKETS, "kind": KINDS}, "same “market”"),
        ({"market": [None, None, *"abcdefghij"]}, "same “market”"),
    ],
    ids=[
        "two categories a day",
        "two categories, times of their own",
        "a category and a flag",
        "a number tells apart",
        "several rows a day and category",
        "one day",
        "bars of two categories",
        "bars of null",
    ],
)
def test_chart_that_would_join_different_things_is_refused(table, why):
    with pytest.raises(NoChartError, match=why):
        chart_choice(pa.table({**table, "n": range(12)}))


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        ({"at": TIMES, "market": MARKETS}, {"WETH": 6, "INV": 6}),
        ({"at": TIMES, "tx": [f"0x{number}" for number in range(12)]}, {"n": 12}),
        ({"at": TIMES, "chain": ["eth"] * 12}, {"n": 12}),
        ({"at": TIMES, "is_new": [False, None, True] * 4}, {"true": 4, "null": 4, "false": 4}),
        (
            {"day": DAYS[:6] * 2, "chain": ["eth"] * 12, "market": ["A"] * 6 + ["B"] * 6},
            {"B": 6, "A": 6},
        ),
        (
            {"at": TIMES, "market": MARKETS, "address": [f"0x{name}" for name in MARKETS]},
            {"WETH": 6, "INV": 6},
        ),
        ({"day": [None, None, *DAYS]}, {"n": 10}),
    ],
    ids=["times of their own", "a name a row", "a constant", "a flag", "two", "two names", "nulls"],
)
def test_chart_has_a_line_for_each_series(table, lines):
    assert lines_of(pa.table({**table, "n": range(1, 13)})) == lines


def test_chart_by_category_takes_the_distinct_column():
    table = pa.table({"chain": ["eth", "eth"], "market": ["WETH", "INV"], "n": [1, 2]})
    assert chart_choice(table).x == "market"


def test_chart_shows_a_series_of_one_point():
    table = pa.table({"day": [*DAYS[:3], DAYS[0]], "market": ["A", "A", "A", "B"], "n": [1] * 4})
    assert len(list(drawn(table, "n").iter(f"{SVG}circle"))) == 1


def test_chart_without_any_drawable_value_says_so():
    table = pa.table({"day": DAYS[:2], "n": pa.array([None, None], pa.float64())})
    assert "nothing to draw" in chart_svg(table, chart_choice(table), "n")


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 97), (-3, 12), (0, 2e77), (0, 1e-9), (5, 5)])
def test_ticks_are_few_and_span_the_values(low, high):
    found = ticks(low, high)
    assert found[0] <= low + 1e-12
    assert found[-1] >= high * (1 - 1e-9)
    assert 2 <= len(found) <= 8


def test_number_text_are_short():
    assert [number_text(value) for value in (0, 1500, 2.5e6, 3e9, 2e77)] == [
        "0",
        "1.5k",
        "2.5M",
        "3B",
        "2e+77",
    ]


def seconds(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("2026-10-25", "2026-11-24", ["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"]),
        ("2026-01-01", "2026-04-30", ["2026-01", "2026-02", "2026-03", "2026-04"]),
        ("2026-01-15", "2027-02-01", ["2026-03", "2026-05", "2026-07", "2026-09", "2026-11"]),
        ("2020-06-01", "2026-06-01", ["2021", "2022", "2023", "2024", "2025", "2026"]),
        ("2026-02-01T01:30", "2026-02-01T20:15", ["02-01 03:00", "02-01 06:00", "02-01 09:00"]),
        ("2026-02-01T01:30:02", "2026-02-01T01:30:07", ["01:30:02", "01:30:03", "01:30:04"]),
        ("2026-02-01", "2026-02-01", ["00:00:00"]),
        ("0001-01-01", "9999-12-31", ["2000", "4000", "6000", "8000"]),
    ],
)
def test_time_ticks_are_round_moments_within_the_axis(low, high, words):
    found, format_ = time_ticks(seconds(low), seconds(high))
    assert [time_text(at, format_) for at in found][: len(words)] == words
    assert len(found) <= 7
    assert all(seconds(low) <= at <= seconds(high) for at in found)


def test_chart_of_zoned_and_null_times():
    moments = [datetime(2026, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 2, tzinfo=UTC)]
    table = pa.table({"at": pa.array(moments, pa.timestamp("us", "UTC")), "n": [1, 2, 3]})
    (line,) = drawn(table, "n").iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == 2


def test_chart_of_too_many_series_draws_the_largest():
    names = [f"m{number}" for number in range(8)]
    table = pa.table(
        {"day": DAYS[:2] * 8, "market": [n for n in names for _ in "ab"], "n": range(16)}
    )
    lines = [line.find(f"{SVG}title").text for line in drawn(table, "n").iter(f"{SVG}polyline")]
    assert lines == names[:1:-1]
    assert "the 6 largest of 8" in chart_svg(table, chart_choice(table), "n")
