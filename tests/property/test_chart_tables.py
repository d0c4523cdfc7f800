"""No saved options and no rows make a table, details, a counter or a funnel fail."""

import json
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchframe.charts import prepare
from watchframe.charts.moment_format import datetime_formatter, format_moment
from watchframe.charts.numeral import number_formatter
from watchframe.charts.templates import fill_template

NAMES = st.sampled_from(["a", "b::filter", "c__multi-filter", "__d", "gone"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False)
    | st.just(Decimal("NaN"))
    | st.text(max_size=8)
    | st.sampled_from(["2024-03-01", "2024-03-01T10:05:00", "1e3", "0x10", "{{ a }}", "9" * 400])
)
JSON = st.recursive(
    SCALARS | NAMES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
COLUMNS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "type": st.sampled_from(["integer", "float", "boolean", "date", "datetime", "x", None]),
        }
    ),
    max_size=4,
)
ROWS = st.lists(st.dictionaries(NAMES, JSON, max_size=4), max_size=4)
PATTERNS = st.text("0,.[]aktb $%o+-():ei#PBS1", max_size=10)


def options_of(names):
    """Return options of which each may be missing, of any shape, or of a usual one."""
    usual = JSON | PATTERNS | st.integers(-3, 3) | st.fixed_dictionaries({"colName": NAMES})
    return st.dictionaries(st.sampled_from(names), usual, max_size=6) | JSON


COLUMN_OPTIONS = options_of(
    [
        *("name", "order", "visible", "title", "displayAs", "numberFormat", "dateTimeFormat"),
        *("booleanValues", "allowHTML", "highlightLinks", "linkUrlTemplate", "imageUrlTemplate"),
        *("imageWidth", "type"),
    ]
)
TABLE_COLUMN = st.builds(
    lambda name, kind, rest: {
        **(rest if isinstance(rest, dict) else {}),
        "name": name,
        "displayAs": kind,
    },
    NAMES,
    st.sampled_from(["string", "number", "datetime", "boolean", "json", "link", "image"]) | JSON,
    COLUMN_OPTIONS,
)
TABLE = st.fixed_dictionaries({"columns": st.lists(TABLE_COLUMN | JSON, max_size=4)}) | JSON
COUNTER = options_of(
    [
        *("counterLabel", "counterColName", "rowNumber", "targetColName", "targetRowNumber"),
        *("countRow", "stringDecimal", "stringDecChar", "stringThouSep", "stringPrefix"),
        *("stringSuffix", "tooltipFormat", "formatTargetValue"),
    ]
)
FUNNEL = st.builds(
    lambda step, value, rest: {
        **(rest if isinstance(rest, dict) else {}),
        "stepCol": {"colName": step},
        "valueCol": {"colName": value},
    },
    NAMES,
    NAMES,
    options_of(
        [
            "autoSort",
            "sortKeyCol",
            "itemsLimit",
            "percentValuesRange",
            "numberFormat",
            "percentFormat",
        ]
    ),
) | options_of(["stepCol", "valueCol", "autoSort"])


@pytest.mark.parametrize("kind", ["TABLE", "DETAILS", "COUNTER", "FUNNEL"])
@given(data=st.data())
def test_nothing_that_is_saved_makes_it_fail(kind, data):
    options = data.draw({"COUNTER": COUNTER, "FUNNEL": FUNNEL}.get(kind, TABLE))
    columns, rows = data.draw(COLUMNS), data.draw(ROWS)
    made = prepare({"type": kind, "name": "n", "options": options}, columns, rows)
    assert made["options_resolved"] is not None
    json.dumps(made, default=str)


@given(pattern=PATTERNS | st.text(max_size=6), value=JSON)
@example(pattern="0." + "0" * 500, value=1e300)
@example(pattern="0a", value=10**400)
@example(pattern="0,0", value=Decimal("1e999999"))
@example(pattern="0e+0", value=Decimal("sNaN"))
def test_any_value_is_written_by_any_pattern(pattern, value):
    assert isinstance(number_formatter(pattern)(value), str)
    assert isinstance(datetime_formatter(pattern)(value), str)
    assert isinstance(fill_template(pattern, {"a": value}), str)


@given(st.integers(-(10**13), 10**13) | st.integers(2**53 + 1, 10**40))
def test_integer_keeps_all_digits(number):
    assert number_formatter("0,0")(number) == f"{number:,}"
    assert number_formatter("0,0.00")(number) == f"{number:,}.00"


@given(st.decimals(-(10**9), 10**9, places=4))
def test_number_is_rounded_as_it_is_written(number):
    # Half a cent goes up, below zero too.
    cents = (number * 100 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 100
    assert Decimal(number_formatter("0.00")(float(number))) == cents


@given(
    st.sampled_from(["0,0.00", "0,0[.]00000", "0.0", "0", "0[.]00%"]),
    st.lists(
        st.floats()
        | st.integers()
        | st.integers(-(10**9), 10**9).map(lambda number: number / 1000)
        | st.integers(-(10**6), 10**6).map(lambda number: number / 10**6)
    ),
)
@example("0.00", [1.005, 0.125, -0.125, -0.001, 2.5, 0.0049999999999999999])
def test_many_numbers_are_written_as_each_of_them_the_slow_way(pattern, numbers):
    # The same pattern with another mark takes the way that is right for all.
    write, slow = number_formatter(pattern), number_formatter(pattern, decimal=":")
    expected = [slow(number).replace(":", ".") for number in numbers]
    assert write.many(numbers) == expected == [write(number) for number in numbers]


@given(st.datetimes(timezones=st.just(UTC)))
def test_moment_is_read_back_from_its_text(moment):
    text = format_moment(moment, "YYYY-MM-DD[T]HH:mm:ss.SSS")
    read = datetime.fromisoformat(text).replace(tzinfo=UTC)
    assert read == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert datetime_formatter("YYYY-MM-DD[T]HH:mm:ss.SSS")(text) == text
    assert datetime_formatter("GGGG-[W]WW-E")(
        format_moment(moment, "GGGG-[W]WW-E")
    ) == format_moment(moment, "GGGG-[W]WW-E")
