"""What the Query Results source declares its columns to be: what all their values look like."""

import pytest

from watchframe.demo.jobs import Interrupt
from watchframe.demo.query_results_source import QueryResultsSource

COLUMNS = [{"name": name} for name in ("a", 'b "c"')]


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        ([1, 2**63 - 1], "integer", [1, 2**63 - 1]),
        ([2**63], "integer", [str(2**63)]),
        (["12", "5"], "integer", ["12", "5"]),
        ([1, 0.5], "string", [1, 0.5]),
        (["0.5", 2.5], "float", ["0.5", 2.5]),
        (["x", None], "string", ["x", None]),
        (["true"], "boolean", ["true"]),
        ([True], "integer", [1]),
        (["2026-01-01T00:00:00"], "datetime", ["2026-01-01T00:00:00"]),
        ([[1, {"k": 2}]], "string", ['[1, {"k": 2}]']),
        ([], None, []),
    ],
)
def test_column_is_what_its_values_look_like(values, type_, expected):
    rows = [{"a": value, 'b "c"': 0} for value in values]
    source = QueryResultsSource(id=1, load=lambda *_: {"columns": COLUMNS, "rows": rows})
    found = source.run("select a, a from Query_7", Interrupt())
    assert found["columns"][1] == {"name": "a1", "friendly_name": "a1", "type": type_}
    assert [row["a"] for row in found["rows"]] == expected


def test_queries_are_loaded_once_each_and_the_cached_ones_as_such():
    asked = []

    def load(query_id, is_cached, _):
        asked.append((query_id, is_cached))
        return {"columns": COLUMNS, "rows": []}

    text = "select q.a from query_1 q join cached_query_2 using (a) join query_1 on true"
    QueryResultsSource(id=1, load=load).run(text, Interrupt())
    assert asked == [(1, False), (2, True)]
