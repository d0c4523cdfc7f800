"""No saved options and no rows make a drawing fail, or put anything into it that is no JSON."""

import json

import pandas as pd
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from test_chart_specs import json_values, options, rows_of_any_value

from watchframe.charts.spec import PREPARED_BY
from watchframe.drawing import draw
from watchframe.drawing.figures import FIGURES
from watchframe.models import Visualization

TYPES = st.sampled_from([*PREPARED_BY, "GRAPH", ""])
MAPPINGS = st.dictionaries(st.text(max_size=3), json_values, max_size=3)


def frame_of(rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names},
        index=range(len(rows)),
    )


@pytest.mark.slow
@given(options, rows_of_any_value)
@settings(max_examples=examples(150))
def test_every_chart_has_a_figure(chosen, rows):
    drawing = draw(Visualization(id=1, type="CHART", options=chosen), frame_of(rows))
    assert repr(drawing).startswith("<Drawing of CHART")
    if drawing.kind == "CHART":
        assert json.loads(drawing.figure.to_json())["layout"]["autosize"]
    else:
        assert drawing.notes


@pytest.mark.slow
@given(TYPES, MAPPINGS | options, rows_of_any_value)
def test_every_drawing_is_json(kind, chosen, rows):
    drawing = draw(Visualization(id=1, type=kind, options=chosen), frame_of(rows))
    assert drawing.kind in PREPARED_BY
    assert isinstance(json.loads(drawing.to_json(), parse_constant=refuse), dict)
    assert (drawing.kind in FIGURES) == ("data" in json.loads(drawing.to_json()))


def refuse(constant):
    raise AssertionError(constant)
