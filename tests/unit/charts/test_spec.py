"""What is drawn of any visualization, and what is said where it is not what was saved."""

from watchframe.charts import plotly_spec, prepare

ROWS = [{"day": "2024-03-01", "usd": 1, "market": "a"}, {"day": "2024-03-02", "usd": None}]
COLUMNS = [{"name": name, "type": None} for name in ("day", "usd", "market")]


def test_unknown_type_is_a_table_with_a_note():
    made = prepare({"type": "GRAPH", "options": {"nodes": 1}}, COLUMNS, ROWS)
    assert made["note"] == (
        "There is no visualization of type 'GRAPH' here: this is a table of its rows."
    )
    assert len(made["cells"]) == len(ROWS)


def test_chart_that_draws_itself_is_a_table_and_its_code_is_not_run():
    options = {"globalSeriesType": "custom", "customCode": "raise SystemExit", "columnMapping": {}}
    made = prepare({"type": "CHART", "options": options}, COLUMNS, ROWS)
    assert "`customCode`" in made["note"]
    assert len(made["cells"]) == len(ROWS)
    assert plotly_spec({"options": options}, COLUMNS, ROWS)["traces"] == []


def test_note_names_types_and_palettes_that_are_not_known():
    options = {
        "globalSeriesType": "bar",
        "color_scheme": "Rewatch",
        "seriesOptions": {"usd": {"type": "themeRiver"}},
        "columnMapping": {"day": "x", "usd": "y"},
    }
    made = prepare({"type": "CHART", "options": options}, COLUMNS, ROWS)
    assert made["note"] == (
        "There is no chart of type 'bar' here: it is drawn as 'line'. "
        "There is no chart of type 'themeRiver' here: it is drawn as 'area'. "
        "There is no palette 'Rewatch' here: its colors are those of 'Redash'."
    )
    assert made["traces"][0]["fill"] == "tozeroy"


def test_chart_as_saved_has_no_note():
    options = {"columnMapping": {"day": "x", "usd": "y"}}
    assert prepare({"type": "CHART", "options": options}, COLUMNS, ROWS).keys() == {
        "traces",
        "layout",
    }
