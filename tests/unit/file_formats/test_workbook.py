"""Workbooks, read again with openpyxl and, where its own rounding would hide something, as XML."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pytest

from watchframe.decode.typing_rules import ENCODING, INTEGER
from watchframe.errors import WatchframeError
from watchframe.file_formats.workbook import write_workbook


def cells(table):
    """Return the values and the kinds of a workbook's cells by column, and the remark."""
    file = io.BytesIO()
    remark = write_workbook(table, file)
    rows = list(openpyxl.load_workbook(file).active.iter_rows())
    return {
        head.value: [(cell.value, cell.data_type) for cell in column]
        for head, *column in zip(*rows, strict=True)
    }, remark


def test_values_have_excels_own_kinds():
    found, remark = cells(
        pa.table(
            {
                "whole": pa.array([2**53, -(2**53), None]),
                "float": [0.1 + 0.2, -0.0, None],
                "yes": [True, False, None],
                "day": pa.array([date(2026, 1, 2), date(1900, 3, 1), None]),
                "time": pa.array([datetime(2026, 1, 2, 3, 4, 5), None, None], pa.timestamp("us")),  # noqa: DTZ001 - of no zone
                "decimal": pa.array([Decimal("1.5"), Decimal(0), None], pa.decimal128(38, 18)),
                "text": ["", "a\nb", None],
                "nothing": pa.nulls(3),
                "row": [0, 1, 2],
            }
        )
    )
    nothing = (None, "n")
    assert found == {
        "whole": [(2**53, "n"), (-(2**53), "n"), nothing],
        "float": [(0.1 + 0.2, "n"), (0, "n"), nothing],
        "yes": [(True, "b"), (False, "b"), nothing],
        "day": [(datetime(2026, 1, 2), "d"), (datetime(1900, 3, 1), "d"), nothing],  # noqa: DTZ001 - of no zone
        "time": [(datetime(2026, 1, 2, 3, 4, 5), "d"), nothing, nothing],  # noqa: DTZ001 - of no zone
        "decimal": [(1.5, "n"), (0, "n"), nothing],
        "text": [("", "s"), ("a\nb", "s"), nothing],
        "nothing": [nothing, nothing, nothing],
        "row": [(0, "n"), (1, "n"), (2, "n")],
    }
    assert remark == ""


def test_column_with_numbers_excel_rounds_is_text():
    exact = pa.field("supply", pa.string(), metadata={ENCODING: INTEGER})
    decimals = pa.array([Decimal("0.1234567890123456"), Decimal(1)], pa.decimal128(38, 18))
    found, remark = cells(
        pa.table(
            [
                pa.array([2**53 + 1, 5]),
                pa.array([-(2**53) - 1, 5]),
                pa.array([str(2**256 - 1), "1"]),
                decimals,
                pa.array([5, 5]),
            ],
            schema=pa.schema(
                [
                    pa.field("id", pa.int64()),
                    pa.field("low", pa.int64()),
                    exact,
                    pa.field("price", decimals.type),
                    pa.field("small", pa.int64()),
                ]
            ),
        )
    )
    assert found["id"] == [("9007199254740993", "s"), ("5", "s")]
    assert found["low"] == [("-9007199254740993", "s"), ("5", "s")]
    assert found["supply"] == [(str(2**256 - 1), "s"), ("1", "s")]
    assert found["price"][0] == ("0.123456789012345600", "s")
    assert found["small"] == [(5, "n"), (5, "n")]
    assert remark == "Text, since Excel would round the numbers: id, low, supply, price."


def test_times_with_a_zone_are_dates_in_utc():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    found, remark = cells(pa.table({"at": pa.array([moment], pa.timestamp("us", "UTC"))}))
    assert found["at"] == [(moment.replace(tzinfo=None), "d")]
    assert remark == "Times in UTC: at."


def test_dates_before_excels_first_are_text():
    found, remark = cells(
        pa.table(
            {
                "day": [date(1900, 2, 28), date(2026, 1, 1)],
                "time": pa.array([datetime(1815, 12, 10), None], pa.timestamp("us")),  # noqa: DTZ001 - of no zone
            }
        )
    )
    assert found["day"] == [("1900-02-28", "s"), ("2026-01-01", "s")]
    assert found["time"][0] == ("1815-12-10 00:00:00.000000", "s")
    assert remark == "Text, since Excel has no dates before March 1900: day, time."


def test_times_with_nanoseconds_are_text():
    found, remark = cells(pa.table({"at": pa.array([1, 10**9], pa.timestamp("ns"))}))
    assert found["at"][0] == ("1970-01-01 00:00:00.000000001", "s")
    assert remark == "Text, since Excel has no such times: at."


def test_floats_and_times_keep_all_their_digits():
    values = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, 1 / 3]
    moments = [datetime(2026, 1, 2, 3, 4, 5, 678901), None, None, None]  # noqa: DTZ001 - of no zone
    file = io.BytesIO()
    write_workbook(pa.table({"x": values, "t": pa.array(moments, pa.timestamp("us"))}), file)
    sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    numbers = [float(text) for text in re.findall(r"<v>([^<]*)</v>", sheet)]
    assert [numbers[0], *numbers[2:]] == values
    assert round((numbers[1] - 46024) * 86_400_000_000) == 11_045_678_901


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "@x",
        "http://x.example",
        "mailto:a@b",
        "007",
        "<r><t>x</t></r>",
        "<r></r>",
        " a ",
    ],
)
def test_texts_are_never_formulas_links_numbers_or_markup(text):
    file = io.BytesIO()
    write_workbook(pa.table({text: [text]}), file)
    for row in openpyxl.load_workbook(file).active.iter_rows():
        assert [(cell.value, cell.data_type, cell.hyperlink) for cell in row] == [(text, "s", None)]


def test_numbers_that_are_none_are_their_words():
    found, _ = cells(pa.table({"x": [float("nan"), float("inf"), float("-inf"), 1.0]}))
    assert found["x"] == [("nan", "s"), ("inf", "s"), ("-inf", "s"), (1, "n")]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pa.table({"n": pa.nulls(1_048_576)}), "1,048,576 rows of 1 columns do not go"),
        (pa.table({str(number): [] for number in range(16_385)}), "0 rows of 16,385 columns"),
        (pa.table({"t": ["a", "\N{GRINNING FACE}" * 16_384]}), "Row 1 of column 't' holds a text"),
    ],
)
def test_table_too_large_for_a_sheet_is_refused(table, words):
    file = io.BytesIO()
    with pytest.raises(WatchframeError, match=words) as caught:
        write_workbook(table, file)
    assert caught.value.hint is not None
    assert ".parquet or a .csv" in caught.value.hint
    assert file.getvalue() == b""


def test_longest_text_of_a_cell_is_written_whole():
    found, _ = cells(pa.table({"t": ["\N{GRINNING FACE}" * 16_383 + "a"]}))
    assert found["t"] == [("\N{GRINNING FACE}" * 16_383 + "a", "s")]
