from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa

from watchframe.widgets.table import Order, cell_text, row_order, table_html

BIG = 2**255 + 1
EVIL = "<script>alert(1)</script>"


def marked(name, encoding):
    return pa.field(name, pa.string(), metadata={b"watchframe.encoding": encoding})


TABLE = pa.table(
    [
        pa.array([str(BIG), "9", None]),
        pa.array(["WETH", EVIL, None]),
        pa.array(['{"a": 1.0}', '"plain"', "[1]"]),
        pa.array([1.5, 2.0, None]),
    ],
    schema=pa.schema(
        [
            marked("raw", b"integer"),
            pa.field("<b>name</b>", pa.string()),
            marked("json", b"json"),
            pa.field("number", pa.float64()),
        ]
    ),
)
DTYPES = ["object", "string", "object", "Float64"]


def test_table_shows_exact_integers_right_aligned():
    assert f'<td class="wf-number">{BIG}</td>' in table_html(TABLE, DTYPES, [0])


def test_table_escapes_names_and_values():
    html = table_html(TABLE, DTYPES, [0, 1, 2])
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_table_shows_dtypes_under_the_names():
    assert '<span class="wf-dtype">Float64</span>' in table_html(TABLE, DTYPES, [])


def test_table_tells_null_from_the_text_null():
    html = table_html(TABLE, DTYPES, [2])
    assert html.count('wf-null">null</td>') == 3


def test_table_shows_json_as_sent():
    html = table_html(TABLE, DTYPES, [0, 1])
    assert "{&quot;a&quot;: 1.0}" in html
    assert "<td>plain</td>" in html


def test_long_text_is_cut_and_its_whole_is_in_the_tooltip():
    table = pa.table({"text": ["x" * 200]})
    html = table_html(table, ["string"], [0])
    assert f">{'x' * 160}…</td>" in html
    assert f'title="{"x" * 200}"' in html


def test_rows_sorted_have_nulls_last():
    assert list(row_order(TABLE, Order(column="raw"))) == [1, 0, 2]
    assert list(row_order(TABLE, Order(column="raw", is_descending=True))) == [0, 1, 2]
    assert list(row_order(TABLE, Order(column="number", is_descending=True))) == [1, 0, 2]
    assert row_order(TABLE, None) is None
    assert row_order(TABLE, Order(column="gone")) is None


def test_cell_text_is_what_people_read():
    assert [cell_text(value) for value in (True, False)] == ["true", "false"]
    assert cell_text(2.0) == "2"
    assert cell_text(1e300) == "1e+300"
    assert cell_text(date(2026, 1, 2)) == "2026-01-02"
    moment = datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)
    assert cell_text(moment) == "2026-01-02 03:04:05.006000Z"
    assert cell_text(moment.replace(tzinfo=None, microsecond=0)) == "2026-01-02 03:04:05"
