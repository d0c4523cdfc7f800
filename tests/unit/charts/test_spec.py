"""What is drawn of any visualization: no options, rows or types make it fail."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchframe.charts import after_drawing, plotly_spec, prepare
from watchframe.charts.chart_others import OTHERS
from watchframe.charts.chart_traces import KINDS

ROWS = [{"day": "2024-03-01", "usd": 1, "market": "a"}, {"day": "2024-03-02", "usd": None}]
COLUMNS = [{"name": name, "type": None} for name in ("day", "usd", "market")]

texts = st.sampled_from(
    [
        "a",
        "b",
        "3",
        "1e3",
        "$1,2",
        "",
        "2024-03-01",
        "2024-03-01T10:00:00.5Z",
        "x::y",
        "€",
        "\U0001d4b3",
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(10**400),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
roles = st.sampled_from(
    ["x", "y", "series", "multi-filter", "size", "yError", "zVal", "open", "high", "low", "close"]
)
kinds = st.sampled_from([*KINDS, *OTHERS, "pie", "heatmap", "bar", "custom", "parallel"])
axes = json_values | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["-", "linear", "logarithmic", "datetime", "category"]),
        "title": json_values,
        "labels": json_values,
        "tickFormat": json_values,
        "rangeMin": json_values,
        "rangeMax": json_values,
    },
)
series_options = st.dictionaries(
    texts,
    json_values
    | st.fixed_dictionaries(
        {},
        optional={
            "type": kinds | json_values,
            "yAxis": st.sampled_from([0, 1]) | json_values,
            "zIndex": json_values,
            "name": json_values,
            "color": json_values,
        },
    ),
    max_size=3,
)
flags = st.booleans() | json_values
options = st.fixed_dictionaries(
    {"globalSeriesType": kinds, "columnMapping": st.dictionaries(texts, roles, max_size=6)},
    optional={
        "series": st.fixed_dictionaries(
            {},
            optional={
                "stacking": st.sampled_from(["stack", "percent", None]),
                "percentValues": flags,
            },
        ),
        "xAxis": axes,
        "yAxis": st.lists(axes, max_size=3) | json_values,
        "seriesOptions": series_options | json_values,
        "valuesOptions": st.dictionaries(texts, json_values, max_size=2),
        "textFormat": st.sampled_from(["{{ @@x }} {{ @@y }} {{ a }}", "{{ @@yPercent }}"])
        | json_values,
        "numberFormat": st.sampled_from(["0.0a", "0", "$0"]) | json_values,
        "colorScheme": st.sampled_from(["Custom...", "Viridis", "Blues"]) | json_values,
        "color_scheme": st.sampled_from(["Viridis", "Redash"]) | json_values,
        "legend": st.fixed_dictionaries({"placement": st.sampled_from(["below", "auto"])}),
        **dict.fromkeys(
            (
                *("sortX", "sortY", "reverseX", "reverseY", "swappedAxes", "missingValuesAsZero"),
                *("showDataLabels", "showpoints", "alignYAxesAtZero", "coefficient", "direction"),
            ),
            flags,
        ),
    },
)
rows_of_any_value = st.lists(st.dictionaries(texts, json_values, max_size=4), max_size=4)


@given(options, rows_of_any_value)
@settings(max_examples=300)
def test_no_chart_fails(chosen, rows):
    visualization = {"type": "CHART", "options": chosen}
    columns = [{"name": name} for name in {name for row in rows for name in row}]
    spec = plotly_spec(visualization, columns, rows)
    assert json.dumps([spec, after_drawing(spec, visualization)], allow_nan=False)
    prepare(visualization, columns, rows)


@given(json_values, json_values, rows_of_any_value)
@example({"columnMapping": {"a": "y"}}, "CHART", [{"a": Decimal("NaN")}, {"a": Decimal("1e999")}])
@example(None, None, [{"a": datetime(2024, 3, 1, 10, tzinfo=UTC)}])
def test_no_visualization_fails(chosen, kind, rows):
    columns = [{"name": "a"}, {"name": "b::filter"}, {}]
    visualization = {"type": kind, "options": chosen}
    assert prepare(visualization, columns, rows)
    assert plotly_spec(visualization, columns, rows)["layout"]


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
