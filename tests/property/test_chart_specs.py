"""No options, rows or types make a visualization fail."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from example_counts import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchframe.charts import after_drawing, plotly_spec, prepare
from watchframe.charts.chart_others import OTHERS
from watchframe.charts.chart_traces import KINDS

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


@given(options, rows_of_any_value, st.none() | st.integers(0, 3))
@settings(max_examples=examples(300))
def test_no_chart_fails(chosen, rows, max_points):
    visualization = {"type": "CHART", "options": chosen}
    columns = [{"name": name} for name in {name for row in rows for name in row}]
    spec = plotly_spec(visualization, columns, rows, max_points=max_points)
    assert json.dumps([spec, after_drawing(spec, visualization)], allow_nan=False)
    prepare(visualization, columns, rows, max_points=max_points)


numbers = st.integers(-9, 9) | st.floats(-9, 9)
points = st.fixed_dictionaries({"x": numbers, "y": numbers, "s": st.sampled_from("ab")})


@given(
    st.lists(points, max_size=60),
    st.sampled_from(["line", "area", "column", "scatter", "bubble"]),
    st.sampled_from(["stack", None]),
    st.integers(0, 40),
)
def test_points_that_stay_are_as_they_were_with_lowest_and_highest(rows, kind, stacking, most):
    mapping = {"x": "x", "y": "y", "s": "series"}
    options = {"columnMapping": mapping, "globalSeriesType": kind, "series": {"stacking": stacking}}
    spec = plotly_spec({"options": options}, [], rows, max_points=most)
    traces, whole = spec["traces"], plotly_spec({"options": options}, [], rows)["traces"]
    assert sum(len(trace["x"]) for trace in traces) <= max(most, 24)
    for trace, full in zip(traces, whole, strict=True):
        stays, were = (
            list(zip(found["x"], found["y"], found["text"], strict=True)) for found in (trace, full)
        )
        left = iter(were)
        assert all(point in left for point in stays)  # in the same order
        assert {min(full["y"]), max(full["y"])} <= set(trace["y"])
        assert (stays[0], stays[-1]) == (were[0], were[-1])
    assert ("note" in spec) == (traces != whole)


@given(json_values, json_values, rows_of_any_value)
@example({"columnMapping": {"a": "y"}}, "CHART", [{"a": Decimal("NaN")}, {"a": Decimal("1e999")}])
@example(None, None, [{"a": datetime(2024, 3, 1, 10, tzinfo=UTC)}])
def test_no_visualization_fails(chosen, kind, rows):
    columns = [{"name": "a"}, {"name": "b::filter"}, {}]
    visualization = {"type": kind, "options": chosen}
    assert prepare(visualization, columns, rows)
    assert plotly_spec(visualization, columns, rows)["layout"]
