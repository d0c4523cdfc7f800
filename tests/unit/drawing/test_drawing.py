"""Drawings: what they are of, what they say of themselves, and what may be done with them."""

import copy
import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import pytest

from watchframe.decode.typing_rules import table_of, typed_column
from watchframe.drawing import MAX_POINTS, draw
from watchframe.drawing.notebook_output import plain_figure
from watchframe.errors import ArgumentError
from watchframe.models import Visualization

LINE = Visualization(
    id=7,
    type="CHART",
    name="Borrows by day",
    options={
        "globalSeriesType": "line",
        "columnMapping": {"day": "x", "amount": "y", "market::filter": "unused"},
    },
)
PROVENANCE = {"server": "https://watch.invalid", "query_id": 42, "query_name": "Borrows"}
WEI = 2**256 - 1


def table():
    columns = [
        typed_column("day", "date", ["2024-03-01", "2024-03-02", "2024-03-02"]),
        typed_column("amount", "float", [1.5, 2, None]),
        typed_column("market::filter", "string", ["WETH", "WETH", "INV"]),
    ]
    return table_of(columns, 3)


def counter(column, rows):
    options = {"counterColName": column, "rowNumber": 1}
    return draw(Visualization(id=1, type="COUNTER", name="Sum", options=options), rows)


def test_drawing_of_a_chart():
    drawing = draw(LINE, table(), provenance=PROVENANCE)
    assert repr(drawing) == "<Drawing of CHART 'Borrows by day' of query 42: 1 trace>"
    assert drawing.kind == "CHART"
    assert drawing.notes == ()
    assert drawing.shape == (3, 3)
    assert isinstance(drawing.figure, go.Figure)
    assert drawing.figure is drawing.figure
    assert json.loads(drawing.to_json()) == json.loads(drawing.figure.to_json())


def test_frame_has_all_rows_typed():
    drawing = draw(LINE, table(), filters={"market": "INV"}, provenance=PROVENANCE)
    assert drawing.frame is drawing.frame
    assert drawing.frame["day"].dtype == "datetime64[us]"
    assert len(drawing.frame) == 3
    assert drawing.frame.attrs["watchframe"] == PROVENANCE
    given = drawing.frame
    assert draw(LINE, given).frame is given


@pytest.mark.parametrize(
    ("visualization", "expected"),
    [
        (Visualization(id=1, type="TABLE", name="T"), "<Drawing of TABLE 'T': 2 rows>"),
        (Visualization(id=1, type="TABLE"), "<Drawing of TABLE: 2 rows>"),
        (
            Visualization(id=1, type="COUNTER", name="N", options={"countRow": True}),
            "<Drawing of COUNTER 'N': 2>",
        ),
        (Visualization(id=1, type="PIVOT", name="P"), "<Drawing of PIVOT 'P': 3 rows>"),
        (Visualization(id=1, type="GRAPH", name="a\x1bb"), "<Drawing of GRAPH 'a\\x1bb': 2 rows>"),
    ],
)
def test_repr_tells_what_is_shown(visualization, expected):
    assert repr(draw(visualization, table())) == expected


@pytest.mark.parametrize("kind", ["GRAPH", "parallel"])
def test_what_cannot_be_drawn_is_a_table_with_a_note(kind):
    options = {"globalSeriesType": kind, "columnMapping": {}}
    type_ = kind if kind.isupper() else "CHART"
    drawing = draw(Visualization(id=1, type=type_, name="x", options=options), table())
    assert drawing.kind == "TABLE"
    assert kind in drawing.notes[0]
    with pytest.raises(ArgumentError, match="'x' is a TABLE: it has no figure"):
        drawing.figure  # noqa: B018 - the access is what is tested


@pytest.mark.parametrize(
    ("values", "expected"),
    [([WEI], WEI), ([Decimal("0.10")], Decimal("0.10")), (["high"], "high"), ([None], None)],
)
def test_value_of_a_counter_is_exact(values, expected):
    found = counter("n", pd.DataFrame({"n": pd.Series(values, dtype=object)})).value
    assert (type(found), found) == (type(expected), expected)


def test_value_of_no_row_is_none():
    assert counter("n", pd.DataFrame({"n": []})).value is None


def test_figure_of_a_counter_says_what_there_is():
    with pytest.raises(ArgumentError, match="'Sum' is a COUNTER: it has no figure") as error:
        counter("n", pd.DataFrame({"n": [1]})).figure  # noqa: B018 - as above
    assert ".value is its number" in str(error.value)
    with pytest.raises(ArgumentError, match="'Borrows by day' is a CHART: it has no single value"):
        draw(LINE, table()).value  # noqa: B018 - as above


def test_json_of_what_is_no_plot_is_what_is_prepared():
    frame = pd.DataFrame({"n": pd.Series([Decimal(3)], dtype=object)})
    assert json.loads(counter("n", frame).to_json())["value"] == 3
    day = json.loads(counter("n", pd.DataFrame({"n": [pd.Timestamp(2024, 3, 1)]})).to_json())
    assert day["value"] == "2024-03-01T00:00:00Z"


@pytest.mark.parametrize(
    "value", [[Decimal("Infinity")], {"a": float("inf")}, Decimal("-Infinity")]
)
def test_json_has_no_infinite_numbers(value):
    frame = pd.DataFrame({"n": pd.Series([value], dtype=object)})
    json.loads(counter("n", frame).to_json(), parse_constant=pytest.fail)


def test_filters_choose_rows_by_either_name():
    for name in ("market", "market::filter"):
        drawing = draw(LINE, table(), filters={name: "INV"})
        assert drawing.prepared["traces"][0]["x"] == ["2024-03-02 00:00:00"]
        assert len(drawing.rows_as_table()["cells"]) == 1
    assert len(draw(LINE, table()).prepared["traces"][0]["x"]) == 2


def test_unknown_filter_names_those_that_there_are():
    with pytest.raises(ArgumentError, match="no filter 'markt'") as error:
        draw(LINE, table(), filters={"markt": "INV"})
    assert error.value.hint == "Did you mean 'market'?"
    with pytest.raises(ArgumentError, match="no filter 'day'") as error:
        draw(LINE, table(), filters={"day": "INV"})
    assert error.value.hint == "They have: 'market'."
    with pytest.raises(ArgumentError, match="no filter 'n'") as error:
        draw(LINE, pd.DataFrame({"n": [1]}), filters={"n": 1})
    assert "::filter" in error.value.hint


def test_choice_that_no_row_has_is_noted():
    drawing = draw(LINE, table(), filters={"market": "WTH"})
    assert drawing.notes == ("No row has 'WTH' in 'market', which has: 'WETH', 'INV'.",)


def test_filter_takes_values_of_pandas_and_numpy():
    frame = pd.DataFrame({"day::filter": pd.date_range("2024-03-01", periods=2), "n": [1, 2]})
    table_view = Visualization(id=1, type="TABLE")
    for day in (pd.Timestamp(2024, 3, 2), pd.Timestamp(2024, 3, 2).date(), "2024-03-02"):
        drawing = draw(table_view, frame, filters={"day": day})
        assert (drawing.notes, len(drawing.prepared["cells"])) == ((), 1)
    numbers = pd.DataFrame({"n::multi-filter": [1, 2, 3]})
    drawing = draw(table_view, numbers, filters={"n": numbers["n::multi-filter"].to_numpy()[1:]})
    assert len(drawing.prepared["cells"]) == 2


def test_missing_columns_and_rows_are_noted():
    drawing = draw(LINE, pd.DataFrame({"day": ["2024-03-01"]}))
    told = "The chart draws a column that the rows do not have: 'amount'. There are: 'day'."
    assert drawing.notes == (told,)
    assert draw(LINE, table().slice(0, 0)).notes == ("There are no rows.",)


@pytest.mark.slow
def test_points_that_are_left_out_are_noted():
    count = 30_000
    frame = pd.DataFrame({"day": range(count), "amount": range(count)})
    drawing = draw(LINE, frame, notes=["x"])
    assert len(drawing.prepared["traces"][0]["x"]) <= MAX_POINTS < count
    assert "30,000 points" in drawing.notes[0]
    assert len(drawing.frame) == count
    rows = drawing.rows_as_table()
    assert (len(rows["cells"]), rows["total"]) == (MAX_POINTS // 2, count)
    whole = draw(LINE, frame, max_points=None)
    assert len(whole.prepared["traces"][0]["x"]) == count
    assert not [note for note in whole.notes if "points" in note]


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_copies_draw_the_same(again):
    drawing = draw(LINE, table(), filters={"market": "INV"}, notes=["x"], provenance=PROVENANCE)
    for _ in range(2):
        found = again(drawing)
        assert repr(found) == repr(drawing)
        assert found.figure == drawing.figure
        assert found.notes == drawing.notes
        pd.testing.assert_frame_equal(found.frame, drawing.frame)


def test_all_threads_get_one_figure():
    drawing = draw(LINE, table())
    with ThreadPoolExecutor(8) as pool:
        assert len({id(figure) for figure in pool.map(lambda _: drawing.figure, range(64))}) == 1


def test_changed_figure_is_what_is_shown():
    drawing = draw(LINE, table())
    before = plain_figure(drawing)
    drawing.figure.update_layout(title="Changed")
    assert "title" not in before["layout"]
    assert plain_figure(drawing)["layout"]["title"] == {"text": "Changed"}
    assert plain_figure(drawing)["data"] == before["data"]


@pytest.mark.parametrize("kind", ["table", "frame", "index"])
def test_drawing_tells_its_filters_and_is_drawn_with_others(kind):
    table = pa.table({"kind::filter": ["a", "b"], "amount": [1, 2]})
    frame = table.to_pandas()
    rows = {"table": table, "frame": frame, "index": frame.set_index("kind::filter")}[kind]
    drawing = draw(Visualization(id=1, type="TABLE", name="It"), rows, notes=["Noted."])
    (kind,) = drawing.filters
    assert (kind.name, kind.values, kind.current) == ("kind::filter", ["a", "b"], ["a"])  # noqa: PD011 - a filter
    other = drawing.filtered({"kind": "b"})
    assert other.filters[0].current == ["b"]
    assert other.prepared["cells"][0][1]["text"] == "2"
    assert other.notes == ("Noted.",)
    assert draw(drawing.visualization, frame[["amount"]]).filters == []


def test_result_without_columns_is_drawn():
    drawing = draw(LINE, pa.table({}))
    assert drawing.figure is not None
    assert draw(Visualization(id=1, type="TABLE"), pd.DataFrame(index=range(2))).shape == (2, 0)


@pytest.mark.slow
def test_without_plotly_the_rows_are_shown_with_a_note():
    program = """
import sys
sys.modules["plotly"] = None  # as where it is not installed
import pandas as pd
from watchframe import draw_frame
from watchframe.errors import ArgumentError
options = {"globalSeriesType": "line", "columnMapping": {"day": "x", "amount": "y"}}
frame = pd.DataFrame({"day": ["2024-03-01"], "amount": [31.5]})
drawing = draw_frame(frame, {"type": "CHART", "options": options})
shown = drawing._repr_mimebundle_()["text/html"]
assert shown.count('pip install &quot;watchframe[charts]&quot;') == 1, shown
assert drawing.to_html().count('pip install &quot;watchframe[charts]&quot;') == 1
assert 'pip install "watchframe[charts]"' in drawing.notes[0]  # the command line shows them
assert "<table" in shown and "31.5" in shown, shown
try:
    drawing.figure
except ArgumentError as error:
    print(error.message, error.hint)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'A figure needs plotly. Install it: pip install "watchframe[charts]".\n'


@pytest.mark.parametrize(
    "values",
    [
        pa.array([[1], None]),
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array([1, 2], pa.time64("us")),
        pa.nulls(2),
        pa.array([b"a", None]),
    ],
    ids=lambda values: str(values.type),
)
def test_frame_of_a_foreign_table(values):
    decoded = table_of([typed_column("n", "integer", [1, 2])], 2)
    for table in (
        pa.table([values, values], names=["x", "x"]),
        decoded.append_column("x", values),
    ):
        frame = draw(Visualization(id=0, type="TABLE"), table).frame
        assert frame.iloc[:, -1].tolist() == values.to_pandas().tolist()


def test_folder_that_is_not_there(tmp_path):
    drawing = draw(Visualization(id=0, type="COUNTER"), pd.DataFrame({"n": [1]}))
    with pytest.raises(ArgumentError, match="There is no folder"):
        drawing.to_html(tmp_path / "none" / "a.html")
    with pytest.raises(ArgumentError, match="There is no folder"):
        drawing.to_image(tmp_path / "none" / "a.png")
