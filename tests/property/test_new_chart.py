"""A new chart of any columns is drawn, or it is said why there is none."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from watchframe.charts import new_chart, prepare
from watchframe.charts.new_chart import NEW_KINDS, NewChartError

NAMES = ["day", "id", "market", "usd", "usd::y", "m::filter", "3"]
VALUES = {
    "date": "2026-01-02",
    "integer": 2**70,
    "float": 0.5,
    "boolean": True,
    "string": "a",
    None: [1],
}
columns = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*VALUES]), max_size=5)
names = st.sampled_from(NAMES)
asked = st.fixed_dictionaries(
    {"kind": st.sampled_from([*NEW_KINDS])},
    optional={
        "x": names,
        "y": names | st.lists(names, max_size=3),
        "y2": names,
        "series": names,
        "size": names,
        "z": names,
        **dict.fromkeys(("stacked", "percent", "sort", "log"), st.booleans()),
    },
)


@given(columns, asked)
def test_chart_is_drawn_or_said_to_be_impossible(types, asked):
    named = [{"name": name, "type": kind} for name, kind in types.items()]
    rows = [{name: VALUES[kind] for name, kind in types.items()}] * 2
    with contextlib.suppress(NewChartError):
        shown = prepare(new_chart(named, **asked), named, rows)
        assert shown["traces"]
        assert "note" not in shown
