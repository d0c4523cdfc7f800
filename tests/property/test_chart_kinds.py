"""No saved options and no rows make a cohort, a pivot table, a flow, a map, … fail."""

import json

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe.charts import prepare
from watchframe.charts.colors import mix_hsl, mix_rgb, parse_color, spread_colors, text_color_on
from watchframe.charts.ordering import natural_key, natural_keys, sorted_by
from watchframe.charts.pivot_aggregators import AGGREGATIONS
from watchframe.charts.values import page_value

NAMES = st.sampled_from(
    ["date", "day_number", "total", "value", "stage", "sequence", "node", "lat", "lon", "k::filter"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=6)
    | st.integers(1, 9)
    | st.sampled_from(
        ["2024-03-01", "2024-03-09T10:05:00", "1970-01-02", "2024-05", "1e400", "9" * 400, "<b>"]
    )
    | st.just(10**400)
)
JSON = st.recursive(
    SCALARS | NAMES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
COLUMNS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "type": st.sampled_from(["integer", "date", "datetime", None])}
    ),
    max_size=6,
)
ROWS = st.lists(st.dictionaries(NAMES, JSON, max_size=8), max_size=6)
COLOR = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True) | st.sampled_from(
    ["#fff", "red", "rgb(1,2,3)", "hsl(400,20%,-3%)", "hsla(-9,0%,999%,1)"]
)
OPTIONS = {
    "COHORT": {
        "timeInterval": st.sampled_from(["daily", "weekly", "monthly", "yearly"]),
        "mode": st.sampled_from(["simple", "diagonal"]),
        "percentValues": st.booleans(),
        "colors": st.dictionaries(st.sampled_from(["min", "max", "steps"]), COLOR | SCALARS),
    },
    "PIVOT": {
        "rows": st.lists(NAMES, max_size=2),
        "cols": st.lists(NAMES, max_size=2),
        "vals": st.lists(NAMES, max_size=2),
        "aggregatorName": st.sampled_from([*AGGREGATIONS]),
        "rowOrder": st.sampled_from(["value_a_to_z", "value_z_to_a"]),
        "valueFilter": st.dictionaries(NAMES, st.dictionaries(st.text(max_size=3), st.booleans())),
        "rendererName": st.sampled_from(["Table Heatmap", "Table Col Heatmap", "Dot Chart"]),
    },
    "SANKEY": {},
    "SUNBURST_SEQUENCE": {},
    "MAP": {"classify": NAMES, "groups": JSON},
    "CHOROPLETH": {
        "keyColumn": NAMES,
        "valueColumn": NAMES,
        "clusteringMode": st.sampled_from("eqlk"),
        "steps": st.integers(1, 7) | SCALARS,
        "colors": st.dictionaries(st.sampled_from(["min", "max", "noValue"]), COLOR | SCALARS),
        "legend": JSON,
    },
    "WORD_CLOUD": {
        "column": NAMES,
        "frequenciesColumn": NAMES,
        "wordLengthLimit": st.dictionaries(st.sampled_from(["min", "max"]), SCALARS),
    },
    "BOXPLOT": {"xAxisLabel": JSON},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPTIONS)
@settings(max_examples=examples(50))
@given(data=st.data(), columns=COLUMNS, rows=ROWS)
def test_every_kind_takes_any_options_and_rows(kind, data, columns, rows):
    usual = st.fixed_dictionaries({}, optional=OPTIONS[kind])
    odd = st.dictionaries(st.sampled_from([*OPTIONS[kind], "colors", "numberFormat"]), JSON)
    options = data.draw(st.one_of(usual, odd, JSON), label="options")
    made = prepare({"type": kind, "options": options}, columns, rows)
    # What was made can be written.
    json.dumps(made, default=str)


@given(COLOR, COLOR, st.floats(0, 1), st.integers(0, 30))
def test_every_mixture_is_a_color(first, second, share, count):
    one, other = parse_color(first), parse_color(second)
    for mixed in (mix_rgb(one, other, share), mix_hsl(one, other, share)):
        assert parse_color(mixed.hex).hex == mixed.hex
        assert text_color_on(mixed.hex) in {"#ffffff", "#333333"}
    assert mix_rgb(one, other, 0) == one
    colors = spread_colors([first, second], count)
    assert len(colors) == count
    assert count < 2 or (colors[0], colors[-1]) == (one.hex, other.hex)


@given(st.lists(SCALARS.map(page_value)))
def test_everything_can_be_sorted(values):
    assert sorted(map(repr, sorted_by(values, lambda value: value))) == sorted(map(repr, values))
    keys = natural_keys(values)
    found = [values[place] for place in sorted(range(len(values)), key=keys.__getitem__)]
    assert list(map(repr, found)) == list(map(repr, sorted(values, key=natural_key)))
