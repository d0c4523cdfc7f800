"""No saved options and no rows make a drawing of any type fail, or the data markup."""

import pytest
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property import test_chart_kinds as kinds
from tests.property import test_chart_tables as tables
from tests.shown import parsed
from watchframe.charts import prepare
from watchframe.drawing.figures import FIGURES, figure_of
from watchframe.drawing.html import FRAGMENTS, html_of

MARKUP = st.sampled_from(
    ["<b>x", "</td>", "<script>", "<a href='javascript:x'>y", "&amp;", "$x$", "\x00", "\ufffe", "'"]
)
TABLES = {
    "COUNTER": tables.COUNTER,
    "FUNNEL": tables.FUNNEL,
    "TABLE": tables.TABLE,
    "DETAILS": tables.TABLE,
}
LATITUDES = st.fixed_dictionaries({"lat": kinds.SCALARS, "lon": kinds.SCALARS, "stage": MARKUP})


def test_all_types_are_searched():
    assert {*TABLES, *kinds.OPTIONS, "CHART"} == {*FIGURES, *FRAGMENTS}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TABLES)
@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_table_is_drawn(kind, data):
    rows = st.lists(st.dictionaries(tables.NAMES, tables.JSON | MARKUP, max_size=4), max_size=4)
    options = data.draw(TABLES[kind], label="options")
    assert_drawn(kind, options, data.draw(tables.COLUMNS), data.draw(rows))


@pytest.mark.slow
@pytest.mark.parametrize("kind", kinds.OPTIONS)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), columns=kinds.COLUMNS, rows=kinds.ROWS | st.lists(LATITUDES, max_size=6))
def test_every_other_kind_is_drawn(kind, data, columns, rows):
    own = {"tooltip", "popup", "bounds", "legend", "colors", "rendererOptions"}
    usual = st.fixed_dictionaries({}, optional=kinds.OPTIONS[kind])
    odd = st.dictionaries(st.sampled_from([*kinds.OPTIONS[kind], *own]), kinds.JSON | MARKUP)
    options = data.draw(st.one_of(usual, odd, kinds.JSON), label="options")
    assert_drawn(kind, options, columns, rows)


def assert_drawn(kind, options, columns, rows):
    prepared = prepare({"type": kind, "name": "n", "options": options}, columns, rows)
    if "header" in prepared and kind != "DETAILS":
        kind = "TABLE"
    if kind in FIGURES:
        figure_of(kind, prepared).to_json()
        return
    html = html_of(kind, prepared)
    html.encode()
    # XML has no characters for these two.
    shown = parsed(html.replace("\ufffe", "").replace("\uffff", ""))
    assert not {"script", "img", "iframe"} & {element.tag for element in shown.iter()}
