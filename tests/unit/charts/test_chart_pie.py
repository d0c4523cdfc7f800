from watchframe.charts import plotly_spec


def pies(rows, mapping, **options):
    columns = [{"name": name} for name in (rows[0] if rows else {})]
    saved = {"globalSeriesType": "pie", "columnMapping": mapping, **options}
    spec = plotly_spec({"options": saved}, columns, rows)
    return spec["traces"], spec["layout"]


ROWS = [
    {"market": "a", "usd": 1, "eth": 3, "btc": 1},
    {"market": "b", "usd": None, "eth": 1, "btc": 1},
    {"market": "a", "usd": 2, "eth": 0, "btc": 1},
]


def test_missing_value_takes_nothing_from_the_others():
    (trace,), _ = pies(ROWS, {"market": "x", "usd": "y"})
    assert (trace["labels"], trace["values"]) == (["a", "b"], [3, None])
    assert trace["text"] == ["100% (3)", "0% (0)"]


def test_three_pies_stand_in_two_rows_each_below_its_name():
    traces, layout = pies(ROWS, {"market": "x", "usd": "y", "eth": "y", "btc": "y"})
    assert [trace["domain"]["x"][0] for trace in traces] == [0, 0.5, 0]
    assert [trace["domain"]["y"][0] for trace in traces] == [0, 0, 0.5]
    assert [note["text"] for note in layout["annotations"]] == ["usd", "eth", "btc"]


def test_name_in_the_text_is_not_above_the_pie_too():
    _, layout = pies(ROWS, {"market": "x", "usd": "y"}, textFormat="{{ @@name }}")
    assert layout["annotations"] == []


def test_same_slice_has_the_same_color_in_all_pies():
    rows = [{"market": "a", "usd": 1, "eth": None}, {"market": "b", "usd": 1, "eth": 1}]
    traces, _ = pies(rows, {"market": "x", "usd": "y", "eth": "y"})
    assert traces[0]["marker"] == traces[1]["marker"]
    chosen = {"b": {"color": "#abcdef"}}
    (trace,), _ = pies(rows, {"market": "x", "usd": "y"}, valuesOptions=chosen)
    assert trace["marker"]["colors"] == ["#356AFF", "#abcdef"]


def test_pie_without_rows_has_no_trace():
    traces, layout = pies([], {"market": "x", "usd": "y"})
    assert traces == []
    assert layout["annotations"] == []


def test_unknown_palette_is_not_given_to_plotly():
    (trace,), _ = pies(ROWS, {"market": "x", "usd": "y"}, color_scheme="Rewatch")
    assert trace["color_scheme"] == "Redash"
