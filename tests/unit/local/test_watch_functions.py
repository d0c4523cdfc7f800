"""Functions that the Query Results source adds to SQL."""

from __future__ import annotations

import duckdb
import pytest

from watchframe.local.watch_functions import register_watch_functions


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(":memory:") as connection:
        register_watch_functions(connection)
        yield connection


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("hex_to_decimal('0xff')", "255"),
        ("HEX_TO_DECIMAL(repeat('f', 64)) + 1", str(2**256)),
        ("hex_to_decimal('no')", None),
        ("hex_to_decimal(NULL)", None),
        ("""get_json_item('{"a": {"b": [1, {"c": true}]}}', 'a', 'b', 1, 'c')""", "True"),
        ("""get_json_item('{"a": 1}', 'b')""", None),
        ("""get_json_item('{''a'': 5}', 'a')""", "5"),
        ("get_array_item('[1, [2, 3]]', 1)", "[2, 3]"),
        ("get_array_item('[1, [2, 3]]', 1, -1)", "3"),
        ("""get_array_item('{"a": 1}', 'a')""", None),
        ("hyperlink('https://x', 'y')", '<a href="https://x">y</a>'),
        ("markdown_hyperlink('https://x', 'y')", "[y](https://x)"),
        ("add_thousand_separator(1234567.891, 2)", "1,234,567.89"),
        ("add_thousand_separator('no', 2)", "0.00"),
        ("(SELECT stdev(x) FROM (VALUES (1), (2), (3)) AS t(x))", 1.0),
        ("(SELECT stdev(x) FROM (VALUES (1)) AS t(x))", None),
        ("add_thousand_separator(1234567, 2)", "1,234,567.00"),
        ("add_thousand_separator(-1234, 0)", "-1,234"),
        (f"add_thousand_separator('{2**70 + 1}'::BIGNUM, 0)", f"{2**70 + 1:,}"),
        ("get_json_item('[{1, 2}]')", None),
        ("get_json_item('{(1, 2): 3}')", None),
    ],
)
def test_functions_give_what_the_server_gives(connection, expression, expected) -> None:
    assert connection.execute(f"SELECT {expression}").fetchone()[0] == expected
