"""What is drawn of a typed table, or of its frame, is what is drawn of the JSON of the server."""

from decode_strategies import results
from hypothesis import given

from watchframe.charts.columns import Columns
from watchframe.decode import to_frame
from watchframe.decode.typing_rules import table_of, typed_column
from watchframe.drawing.rows import page_data


@given(results())
def test_typed_rows_are_drawn_as_the_json(result):
    columns, rows = result
    whole = [{name: row.get(name) for name, _ in columns} for row in rows]
    typed = [
        typed_column(name, declared, [row[name] for row in whole]) for name, declared in columns
    ]
    table = table_of(typed, len(rows))
    expected = comparable(whole)
    described, found = page_data(table)
    assert comparable(found) == expected
    assert [(column["name"], column["type"]) for column in described] == columns
    assert comparable(page_data(to_frame(table))[1]) == expected
    pyarrow = to_frame(table, dtype_backend="pyarrow")
    assert comparable(page_data(pyarrow)[1]) == expected


def comparable(rows):
    """Return the rows as the page has them; True is not 1."""
    return [
        {name: (isinstance(value, bool), value) for name, value in row.items()}
        for row in Columns.of(rows).rows()
    ]
