from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from watchframe.widgets.quick_points import (
    EACH,
    JOINS,
    MOST_BARS,
    MOST_SERIES,
    Choice,
    UndrawableError,
    default_choice,
    points_of,
)

DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(10)]
TIMES = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number) for number in range(12)]
MARKETS, KINDS = ["WETH", "INV"] * 6, ["borrow", "borrow", "repay"] * 4
INTEGERS = {b"watchframe.encoding": b"integer"}


def exact(name, values):
    """A table of one column of integers, as a result has those that no type can hold."""
    schema = pa.schema([pa.field(name, pa.string(), metadata=INTEGERS)])
    return pa.table([pa.array([str(value) for value in values])], schema=schema)


@pytest.mark.parametrize(
    "table",
    [
        {"a": [1]},
        {"a": [1, 2]},
        {"day": DAYS, "name": ["x"] * 10},
        {"day": DAYS[:1], "n": [1]},
        {"json": [True, False], "n": ["1", "2"]},
    ],
    ids=["one number", "numbers only", "no number", "one row", "texts of digits"],
)
def test_choice_where_no_chart_makes_sense(table):
    with pytest.raises(UndrawableError, match="It takes two rows"):
        default_choice(pa.table(table))


def test_choice_of_columns_with_one_name_is_refused():
    table = pa.table([[1, 2], [1, 2]], names=["n", "n"])
    with pytest.raises(UndrawableError, match="same name"):
        default_choice(table)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"at": TIMES}, ("line", "at", None)),
        ({"at": TIMES, "market": MARKETS}, ("line", "at", "market")),
        ({"at": TIMES, "tx": [f"0x{number}" for number in range(12)]}, ("line", "at", None)),
        ({"at": TIMES, "chain": ["eth"] * 12}, ("line", "at", None)),
        ({"at": TIMES, "is_new": [False, None, True] * 4}, ("line", "at", "is_new")),
        (
            {"day": DAYS[:6] * 2, "chain": ["eth"] * 12, "market": ["A"] * 6 + ["B"] * 6},
            ("line", "day", "market"),
        ),
        (
            {"at": TIMES, "market": MARKETS, "address": [f"0x{name}" for name in MARKETS]},
            ("line", "at", "market"),
        ),
        ({"at": TIMES, "market": MARKETS, "kind": KINDS}, ("scatter", "at", None)),
        ({"day": DAYS[:3] * 4, "market": MARKETS, "kind": KINDS}, ("line", "day", None)),
        ({"day": DAYS[:3] * 4, "pool": range(12)}, ("line", "day", None)),
        ({"day": [None, None, *DAYS]}, ("line", "day", None)),
        ({"chain": ["eth"] * 12, "market": list("abcdefghijkl")}, ("column", "market", None)),
        (
            {"market": MARKETS, "kind": [f"k{n // 2}" for n in range(12)]},
            ("column", "market", "kind"),
        ),
        ({"market": MARKETS, "kind": KINDS}, ("column", "market", None)),
        ({"price": range(12)}, ("scatter", "price", None)),
    ],
    ids=[
        "one line",
        "times of their own",
        "a name a row",
        "a constant",
        "a flag",
        "two",
        "two names",
        "a line would join two things",
        "two categories a day",
        "a number tells apart",
        "nulls",
        "the distinct category",
        "a category for each bar",
        "bars of several rows",
        "two numbers",
    ],
)
def test_choice_by_the_rows(table, expected):
    choice = default_choice(pa.table({**table, "n": range(1, 13)}))
    assert (choice.kind, choice.x, choice.series) == expected
    assert choice.y == ("n",)


def test_choice_of_thousands_of_names_takes_the_category():
    names = [f"0x{number}" for number in range(5000)]
    table = pa.table({"tx": names, "market": MARKETS[:2] * 2500, "n": range(5000)})
    assert default_choice(table).x == "market"
    with pytest.raises(UndrawableError, match="5,000 different values of “tx”"):
        points_of(table, default_choice(table.drop_columns("market")))
    few = table.slice(0, MOST_BARS)
    assert points_of(few, default_choice(few)).table.num_rows == MOST_BARS


def line(**given):
    return Choice(**{"kind": "line", "x": "day", "y": ("n",), **given})


def joined(table, **given):
    return points_of(table, line(**given)).table.to_pydict()


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        ("sum", [4, None]),
        ("mean", [2.0, None]),
        ("min", [1, None]),
        ("max", [3, None]),
        ("count", [2, 0]),
    ],
)
def test_points_of_rows_that_share_a_day(join, expected):
    table = pa.table({"day": [*DAYS[:2], DAYS[0], DAYS[0]], "n": [1, None, 3, None]})
    points = points_of(table, line(join=join))
    assert points.table.to_pydict() == {"day": DAYS[:2], "n": expected}
    assert (points.are_shared, points.rows) == (True, 4)


def test_points_of_distinct_rows_are_the_rows():
    table = pa.table({"day": DAYS, "n": range(10)})
    points = points_of(table, line(join="count"))
    assert points.table.equals(table)
    assert not points.are_shared


def test_points_each_are_the_rows():
    table = pa.table({"day": DAYS[:1] * 3, "n": [1, 2, 3]})
    points = points_of(table, line(kind="scatter", join=EACH))
    assert points.table.equals(table)
    assert points.are_shared


def test_points_of_a_series_are_not_mixed():
    table = pa.table({"day": DAYS[:1] * 4, "market": ["A", None, "A", None], "n": [1, 2, 3, 4]})
    assert joined(table, series="market") == {
        "day": DAYS[:1] * 2,
        "market": ["A", None],
        "n": [4, 6],
    }


def test_points_sums_are_exact():
    days = pa.table({"day": DAYS[:1] * 10})
    floats = days.append_column("n", pa.array([0.1] * 10))
    assert joined(floats)["n"] == [1.0]
    large = days.append_column("n", pa.array([2**63 - 1] * 10))
    points = points_of(large, line()).table
    assert points.to_pydict()["n"] == [str(10 * (2**63 - 1))]
    assert points.schema.field("n").metadata == INTEGERS
    huge = days.append_column(
        pa.field("n", pa.string(), metadata=INTEGERS), exact("n", [2**255 + 1] * 10)["n"]
    )
    assert joined(huge)["n"] == [str(10 * (2**255 + 1))]
    assert joined(huge, join="mean")["n"] == [float(2**255 + 1)]
    assert joined(huge, join="max")["n"] == [str(2**255 + 1)]


def test_points_beyond_all_floats_do_not_raise():
    days = pa.table({"day": DAYS[:1] * 2})
    beyond = days.append_column("n", pa.array([1.7e308, 1.7e308]))
    assert joined(beyond)["n"] == [float("inf")]
    digits = exact("n", [10**400, 10**400])
    field = digits.schema.field("n")
    assert joined(days.append_column(field, digits["n"]), join="mean")["n"] == [float("inf")]


def test_points_without_a_time_are_left_out_and_counted():
    table = pa.table({"day": [None, *DAYS], "n": range(11)})
    points = points_of(table, line())
    assert points.table["day"].to_pylist() == DAYS
    assert points.missing == 1
    market = pa.table({"market": [None, "A"], "n": [1, 2]})
    assert points_of(market, line(kind="column", x="market")).table.equals(market)


@pytest.mark.parametrize("day", [TIMES[0], 0])
def test_points_of_many_columns_on_a_scale_are_drawn(day):
    step = timedelta(hours=1) if day else 1
    days = [day + step * number for number in range(MOST_BARS + 1)]
    table = pa.table({"day": days, "n": range(len(days))})
    assert points_of(table, line(kind="column")).table.num_rows == len(days)


def test_points_of_many_series_are_those_of_the_largest():
    names = [f"m{number}" for number in range(MOST_SERIES + 5)]
    numbers = [-number for number in range(2 * len(names))]
    table = pa.table(
        {"day": DAYS[:2] * len(names), "market": sorted([*names, *names]), "n": numbers}
    )
    points = points_of(table, line(series="market"))
    kept = set(points.table["market"].to_pylist())
    assert points.series == len(names)
    assert kept == set(sorted(names)[5:])


def test_points_without_a_number_or_of_several_in_a_series_are_refused():
    table = pa.table({"day": DAYS, "n": range(10), "m": range(10), "name": ["a", "b"] * 5})
    with pytest.raises(UndrawableError, match="Choose a number"):
        points_of(table, line(y=()))
    with pytest.raises(UndrawableError, match="one y, or no series"):
        points_of(table, line(y=("n", "m"), series="name"))


def test_points_of_columns_named_like_lists():
    table = pa.table({"n": DAYS[:1] * 2, "n_list": [1, 2], "0_list": [3, 4]})
    points = points_of(table, line(x="n", y=("n_list", "0_list")))
    assert points.table.to_pydict() == {"n": DAYS[:1], "n_list": [3], "0_list": [7]}


def test_joins_are_those_of_pandas():
    assert list(JOINS) == ["sum", "mean", "min", "max", "count"]
