"""`diff`: what is equal, what a Difference holds, and what its errors say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from watchframe import diff
from watchframe.decode.typing_rules import table_of, typed_column
from watchframe.errors import ArgumentError
from watchframe.hints import words_for

LARGE = 2**256 - 1


def frame(**columns):
    return pd.DataFrame(columns)


def value(made):
    return pd.DataFrame({"key": range(len(made)), "value": made})


def column_of(*values, declared=None):
    return table_of([typed_column("value", declared, values)], len(values))


OLD = frame(
    market=pd.array(["DAI", "USDC", "WETH"], dtype="string"),
    amount=pd.array([10, None, 20], dtype="Int64"),
    rate=[0.5, 0.25, 0.125],
)
NEW = frame(
    market=pd.array(["WETH", "WBTC", "USDC"], dtype="string"),
    amount=pd.array([21, 30, None], dtype="Int64"),
    rate=[0.125, 1.0, 0.75],
)


def test_rows_keep_their_columns_and_dtypes():
    found = diff(OLD, NEW, on="market")
    assert found.added.to_dict("records") == [{"market": "WBTC", "amount": 30, "rate": 1.0}]
    assert found.removed.to_dict("records") == [{"market": "DAI", "amount": 10, "rate": 0.5}]
    pd.testing.assert_series_equal(found.added.dtypes, NEW.dtypes)
    pd.testing.assert_series_equal(found.removed.dtypes, OLD.dtypes)
    assert found.unchanged == 0


def test_changed_rows_have_both_values_side_by_side():
    changed = diff(OLD, NEW, on="market").changed
    assert list(changed) == ["market", "amount_before", "amount_after", "rate_before", "rate_after"]
    assert changed["market"].tolist() == ["USDC", "WETH"]
    assert changed["amount_after"].dtype == "Int64"
    assert (changed["rate_after"] - changed["rate_before"]).tolist() == [0.5, 0.0]


def test_changed_values_are_one_a_row():
    values = diff(OLD, NEW, on="market").changed_values
    assert values.to_numpy().tolist() == [
        ["USDC", "rate", 0.25, 0.75],
        ["WETH", "amount", 20, 21],
    ]


def test_frame_of_all_has_both_lines_of_a_change_together():
    lines = diff(OLD, NEW, on="market").to_frame()
    assert list(zip(lines["change"], lines["market"], strict=True)) == [
        ("removed", "DAI"),
        ("before", "USDC"),
        ("after", "USDC"),
        ("before", "WETH"),
        ("after", "WETH"),
        ("added", "WBTC"),
    ]
    assert lines["amount"].dtype == "Int64"


def test_repr_and_card_tell_what_differs():
    found = diff(OLD, NEW, on="market")
    assert repr(found) == (
        "<Difference: 1 row added, 1 removed, 2 changed (amount, rate); 0 unchanged>"
    )
    assert str(found).splitlines()[8:14] == [
        "  Changed:",
        "  market  column  before  after",
        "  USDC    rate      0.25   0.75",
        "  WETH    amount      20     21",
        "",
        "  Added:",
    ]
    assert "<caption>Removed</caption>" in found._repr_html_()
    assert repr(diff(OLD, OLD)) == "<Difference: nothing differs; 3 rows>"


def test_card_shows_all_digits_of_large_integers():
    found = diff(value([LARGE]), value([LARGE - 1]), on="key")
    assert f"{LARGE}  {LARGE - 1}" in str(found)
    assert str(LARGE) in found._repr_html_()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], [1.0]),
        (pd.array([None], dtype="Int64"), [np.nan]),
        (pd.array([1], dtype="Float64"), pd.array([1], dtype="Int64")),
        ([0.0], [-0.0]),
        ([2**64], np.array([2**64], dtype="float64")),
        ([2**63], np.array([2**63], dtype="uint64")),
        ([Decimal("1.50")], [1.5]),
        ([Decimal("1.50")], pd.array([Decimal("1.5")], dtype=pd.ArrowDtype(pa.decimal128(5, 1)))),
        (np.array([1.5], "float16"), np.array([1.5], "float64")),
        (pd.to_datetime(["2026-01-01"]).as_unit("s"), pd.to_datetime(["2026-01-01"]).as_unit("ns")),
        (
            pd.to_datetime(["2026-01-01T12:00+01:00"]).tz_convert("Asia/Tokyo"),
            pd.to_datetime(["2026-01-01T11:00Z"]),
        ),
        (pd.Categorical([LARGE]), [LARGE]),
        (pd.arrays.SparseArray([1]), [1]),
        ([{"a": 1, "b": [2]}], [{"b": [2.0], "a": 1}]),
        ([np.array([1, 2])], [[1, 2]]),
        (pd.Series(["\ud800"], dtype=object), pd.Series(["\ud800"], dtype=object)),
        ([pd.Timedelta("1s")], pd.array([pd.Timedelta("1s")]).as_unit("ms")),
        (pd.period_range("2026-01", periods=1, freq="M"), pd.PeriodIndex(["2026-01"], freq="M")),
    ],
)
def test_value_is_the_same_however_it_is_held(one, other):
    found = diff(value(one), value(other), on="key")
    assert len(found.before) == 0
    assert found.unchanged == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([LARGE], [LARGE - 1]),
        ([2**53 + 1], [float(2**53)]),
        ([True], [1]),
        (pd.array([0], dtype="Int64"), pd.array([None], dtype="Int64")),
        (["1"], [1]),
        ([Decimal("0.1")], [0.1]),
        (["null"], [None]),
        ([pd.Timestamp("2026-01-01")], [pd.Timestamp("2026-01-01", tz="UTC")]),
        ([pd.Timestamp("2026-01-01T00:00:00.000000001")], [pd.Timestamp("2026-01-01")]),
        ([pd.Timestamp("2026-01-01")], ["2026-01-01"]),
        ([{"a": 1}], ['{"a": 1}']),
        ([[1, 2]], [[2, 1]]),
        ([{"a": True}], [{"a": 1}]),
        (pd.period_range("2026-01", periods=1, freq="M"), [672]),
    ],
)
def test_value_of_another_kind_or_digit_is_a_change(one, other):
    found = diff(value(one), value(other), on="key")
    assert found.changed_values["column"].tolist() == ["value"]


def test_nan_is_equal_to_nan_and_no_null_where_both_can_be_told():
    nan, null = (value(pd.arrays.ArrowExtensionArray(pa.array([it, 1.0]))) for it in (np.nan, None))
    assert not diff(nan, nan, on="key")
    assert len(diff(nan, null, on="key").before) == 1
    assert not diff(value([np.nan, 1.0]), null, on="key")  # numpy has no other null


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ([1], [1.0], ("integer", "float")),
        ([1], [LARGE], None),
        ([1], pd.array([None], dtype="string"), None),
        ([1], ["1"], ("integer", "string")),
        (pd.to_datetime(["2026-01-01"]), [date(2026, 1, 1)], None),
        (
            pd.to_datetime(["2026-01-01T01:00"]),
            [date(2026, 1, 1)],
            ("datetime", "date"),
        ),
        (
            pd.to_datetime(["2026-01-01"]),
            [pd.Timestamp("2026-01-01", tz="UTC")],
            ("datetime", "datetime with zone"),
        ),
    ],
)
def test_change_of_type_is_told_by_kinds_of_values(one, other, kinds):
    found = diff(value(one), value(other), on="key")
    assert found.types_changed == ({} if kinds is None else {"value": kinds})


def test_change_of_type_alone_is_a_difference():
    found = diff(value([1]), value([1.0]), on="key")
    assert found
    assert found.summary == "types changed: value integer -> float; 1 unchanged"


def test_times_beyond_what_the_finer_unit_holds_are_compared():
    far = pd.Series(np.array(["9999-12-31T00:00:00"], "datetime64[s]"))
    near = pd.Series(np.array(["2026-01-01T00:00:00.000000001"], "datetime64[ns]"))
    found = diff(value(far), value(near), on="key")
    assert len(found.before) == 1
    assert not diff(value(far), value(far.astype("datetime64[us]")), on="key")
    assert not diff(value(far), value([date(9999, 12, 31)]), on="key").changed.shape[0]


def test_large_integers_of_a_table_equal_those_of_a_frame():
    table = column_of(LARGE, 7, None)
    held = frame(value=pd.Series([LARGE, 7, None], dtype=object))
    assert not diff(table, held)
    assert diff(table, held.replace(7, 8)).added["value"].tolist() == [8]
    assert diff(column_of(LARGE), column_of(1)).added["value"].tolist() == [1]


def test_objects_of_a_table_equal_those_of_a_frame():
    table = column_of({"b": 1, "a": [None]}, [1], "text", 5)
    held = frame(value=pd.Series([{"a": [None], "b": 1}, [1], "text", 5], dtype=object))
    assert not diff(table, held)


def test_tables_of_any_arrow_types_keep_them():
    types = [pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(5, 2), pa.time32("s"),
             pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.timestamp("ns", "UTC"),
             pa.binary(), pa.list_(pa.int8()), pa.bool_()]  # fmt: skip
    names = [f"c{number}" for number in range(len(types))]
    old = pa.table([pa.array([None], kind) for kind in types], names=names)
    new = pa.concat_tables([old, old])
    found = diff(old, new)
    assert len(found.added) == 1
    assert found.added["c0"].dtype == pd.ArrowDtype(pa.int8())
    assert not diff(found.apply(old), new).added.shape[0]


def test_polars_frames_are_taken():
    old, new = pl.DataFrame({"k": [1, 2], "v": ["a", "b"]}), pl.DataFrame({"k": [1], "v": ["c"]})
    found = diff(old, new, on="k")
    assert found.changed_values.to_numpy().tolist() == [[1, "v", "a", "c"]]
    assert found.removed["v"].tolist() == ["b"]
    assert not diff(old, old.to_pandas(), on="k")


def test_chunks_and_slices_of_a_table_do_not_matter():
    table = pa.table({"k": [1, 2, 3, 4], "v": ["a", None, "c", "d"]})
    cut = pa.concat_tables([table.slice(2), table.slice(0, 1), table.slice(1, 1)])
    assert not diff(table, cut, on="k")


def test_several_keys_and_null_keys_match():
    old = frame(day=["1", "1", None], market=["a", "b", "a"], n=[1, 2, 3])
    new = frame(day=[None, "1", "1"], market=["a", "b", "c"], n=[4, 2, 1])
    found = diff(old, new, on=["day", "market"])
    assert found.changed["n_after"].tolist() == [4]
    assert found.added["market"].tolist() == ["c"]
    assert found.removed["market"].tolist() == ["a"]


def test_index_with_a_name_is_a_column():
    found = diff(OLD.set_index("market"), NEW.set_index("market"), on="market")
    assert found.added.columns.tolist() == ["market", "amount", "rate"]
    assert not diff(OLD.set_index("market"), OLD, on="market")
    assert not diff(OLD.set_index(pd.Index([7, 8, 9])), OLD, on="market")


def test_columns_of_one_side_are_named_and_not_compared():
    old = OLD.drop(columns="rate").assign(gone=1)
    found = diff(old, OLD, on="market")
    assert (found.columns_added, found.columns_removed) == (("rate",), ("gone",))
    assert found
    assert found.unchanged == 3
    assert found.summary == "column added: rate, column removed: gone; 3 unchanged"
    lines = diff(old, NEW, on="market").to_frame()
    assert lines.columns.tolist() == ["change", "market", "amount", "rate", "gone"]
    with pytest.raises(ArgumentError, match="does not hold the values of the added columns: rate"):
        found.apply(old)
    dropped = diff(OLD, NEW.drop(columns="rate"), on="market").apply(OLD)
    assert not diff(dropped, NEW.drop(columns="rate"), on="market")


def test_names_that_a_difference_needs_itself_are_kept_apart():
    old = pd.DataFrame({"column": [1], "value_before": [2], "value": [3], "change": [4]})
    new = old.assign(value=5)
    found = diff(old, new, on=["column", "value_before"])
    assert found.changed.columns.tolist() == [
        "column",
        "value_before",
        "value_before_",
        "value_after",
    ]
    assert found.changed_values.columns.tolist() == [
        *("column", "value_before", "column_", "before", "after")
    ]
    assert found.to_frame().columns[0] == "change_"


def test_large_integers_are_not_rounded_where_the_other_side_has_floats():
    old, new = value([2**53 + 1]), value([0.5])
    assert diff(old, new, on="key").to_frame()["value"].tolist() == [2**53 + 1, 0.5]


def test_what_was_given_is_left_as_it_was():
    old, new = OLD.copy(), NEW.copy()
    found = diff(old, new, on="market")
    found.added.loc[0, "rate"] = 99.0
    found.apply(old)
    pd.testing.assert_frame_equal(old, OLD)
    pd.testing.assert_frame_equal(new, NEW)


def test_rows_that_were_not_compared_are_refused_by_apply():
    found = diff(OLD, NEW, on="market")
    pd.testing.assert_series_equal(found.apply(OLD).dtypes, NEW.dtypes)
    assert found.apply(OLD)["market"].tolist() == ["USDC", "WETH", "WBTC"]
    for other in (NEW, OLD.iloc[:2], OLD.assign(rate=0.0)):
        with pytest.raises(ArgumentError, match="a is not what was compared"):
            found.apply(other)
    with pytest.raises(ArgumentError, match="a has no column 'rate'"):
        found.apply(OLD.drop(columns="rate"))


def test_empty_sides_are_compared():
    found = diff(OLD.iloc[:0], OLD, on="market")
    assert (len(found.added), found.unchanged) == (3, 0)
    assert not diff(OLD.iloc[:0], NEW.iloc[:0], on="market")
    assert not diff(pd.DataFrame(), pd.DataFrame())
    assert len(diff(OLD, OLD.iloc[:0]).removed) == 3


def test_repeated_key_is_an_error_that_names_it_and_a_finer_key():
    old = frame(day=["1", "2", "2", "2", "3", "3"], market=list("abcdef"), n=[1] * 6)
    with pytest.raises(ArgumentError) as caught:
        diff(old, old, on="day")
    error = caught.value
    assert error.message == "a has 3 rows with the key day 2, and so does another key."
    assert error.hint == "These rows differ in 'market': give on=['day', 'market']."
    assert words_for("terminal", error.hint) == "These rows differ in 'market': add --on market."
    with pytest.raises(
        ArgumentError, match=r"b has 2 rows with the key n 1\.\nHint: Give on= more"
    ):
        diff(frame(n=[1]), frame(n=[1, 1]), on="n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((OLD, NEW, "day"), r"a has no column 'day'.\nHint: .*both have: market, amount, rate\."),
        ((OLD, NEW, []), "on is an empty list"),
        ((OLD, [1], "day"), "b is of the type list"),
        ((frame(x=[1]), frame(y=[1])), r"no column in common.\nHint: a has: x\. b has: y\."),
        ((frame(x=[1]), pd.DataFrame()), r"a has: x\. b has: no column\."),
        ((pd.DataFrame([[1, 2]], columns=["x", "x"]), OLD), "a has several columns .* 'x'"),
        ((OLD, OLD.set_index("rate", drop=False)), "b has the name 'rate' in its index and among"),
    ],
)
def test_arguments_that_cannot_be_compared_are_errors(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        diff(*arguments)


def test_times_of_python_in_one_column_with_and_without_zone():
    mixed = [
        datetime(2026, 1, 1),  # noqa: DTZ001 - a naive one is meant
        datetime(2026, 1, 1, tzinfo=UTC),
    ]
    held = frame(value=pd.Series(mixed, dtype=object))
    assert not diff(held, held)
    found = diff(held, frame(value=pd.to_datetime(["2026-01-01"] * 2)))
    assert (len(found.added), len(found.removed)) == (1, 1)
