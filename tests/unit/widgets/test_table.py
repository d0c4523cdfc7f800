from __future__ import annotations

import pyarrow as pa

from watchframe.widgets.table import table_html
from watchframe.widgets.table_columns import Rows

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
ROWS = Rows(table=TABLE, dtypes=("object", "string", "object", "Float64"))


def test_table_shows_exact_integers_right_aligned():
    assert f'<td class="wf-number">{BIG}</td>' in table_html(ROWS, [0])


def test_table_escapes_names_and_values():
    html = table_html(ROWS, [0, 1, 2])
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_table_shows_dtypes_under_the_names():
    assert '<span class="wf-dtype">Float64</span>' in table_html(ROWS, [])


def test_table_tells_null_from_the_text_null():
    html = table_html(ROWS, [2])
    assert html.count('wf-null">null</td>') == 3


def test_table_shows_json_as_sent():
    html = table_html(ROWS, [0, 1])
    assert "{&quot;a&quot;: 1.0}" in html
    assert "<td>plain</td>" in html


def test_long_text_is_cut_and_its_whole_is_in_the_tooltip():
    html = table_html(Rows.of(pa.table({"text": ["x" * 200]})), [0])
    assert f">{'x' * 160}…</td>" in html
    assert f'title="{"x" * 200}"' in html
