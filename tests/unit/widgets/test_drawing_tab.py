from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from tests.unit.widgets.conftest import until
from watchframe.models import Visualization
from watchframe.widgets.control import GUARD
from watchframe.widgets.drawing_tab import DrawingTab, tab_titles
from watchframe.widgets.tab import Result

TAKEN = ("Table", "Chart", "Code")


def saved(number, name, type_="CHART", **options):
    return Visualization(id=number, type=type_, name=name, options=options)


def test_titles_are_in_the_order_of_the_page():
    found = tab_titles([saved(9, "Later"), saved(3, "Before", "COUNTER")], TAKEN)
    assert [(title, item.id) for title, item in found.items()] == [("Before", 3), ("Later", 9)]


def test_titles_that_are_taken_have_the_id():
    found = tab_titles([saved(1, "Chart"), saved(2, "Same"), saved(3, "Same"), saved(4, "")], TAKEN)
    assert list(found) == ["Chart #1", "Same #2", "Same #3", "CHART"]


def column(name, type_, **options):
    """A column's options as the page's editor saves them, once any option is changed."""
    kinds = {"integer": "number", "string": "string"}
    return {
        "name": name,
        "title": name,
        "type": type_,
        "displayAs": kinds[type_],
        "visible": True,
        "order": 100_000,
        "alignContent": "right" if type_ == "integer" else "left",
        "allowSearch": False,
        "allowHTML": False,
        "highlightLinks": False,
        "description": "",
        "booleanValues": ["false", "true"],
        "linkUrlTemplate": "{{ @ }}",
        "linkTextTemplate": "{{ @ }}",
        "linkTitleTemplate": "{{ @ }}",
        "linkOpenInNewTab": True,
        **({"numberFormat": "0,0"} if type_ == "integer" else {}),
        **options,
    }


COLUMNS = [column("n", "integer"), column("name", "string")]


@pytest.mark.parametrize(
    ("options", "has_tab"),
    [
        ({}, False),
        ({"itemsPerPage": 10}, False),
        ({"columns": COLUMNS}, False),
        ({"columns": [column("n", "integer", title="Number"), COLUMNS[1]]}, True),
        ({"columns": [COLUMNS[0], column("name", "string", visible=False)]}, True),
        ({"columns": [column("n", "integer", numberFormat="$0,0"), COLUMNS[1]]}, True),
    ],
    ids=["none", "pages", "defaults", "a title", "a hidden column", "a format"],
)
def test_table_as_it_is_by_default_has_no_tab_of_its_own(options, has_tab):
    assert bool(tab_titles([saved(1, "Table", "TABLE", **options)], TAKEN)) == has_tab


DAYS = [date(2026, 1, day) for day in (1, 2, 3, 4)]
PRICES = saved(
    1, "Prices", globalSeriesType="line", columnMapping={"day": "x", "price": "y"}, sortX=True
)


def result(**columns):
    return Result(table=pa.table(columns), frame=pd.DataFrame())


def shown(tab):
    """What is drawn: the points of the first trace."""
    (output,) = tab._area._output.outputs
    trace = output["data"]["application/vnd.plotly.v1+json"]["data"][0]
    return list(trace["y"])


@pytest.fixture
def tab():
    found = DrawingTab(PRICES, lambda: None)
    yield found
    found.close()


def drawn(tab, expected):
    until(lambda: tab._area._output.outputs and shown(tab) == expected)
    with GUARD:  # under which all of it is shown
        pass


def test_tab_without_filters_draws_the_result(tab):
    tab.show(result(day=DAYS, price=[1, 2, 3, 4]))
    drawn(tab, [1, 2, 3, 4])
    assert tab._filters.controls == []
    assert "wf-figure" in tab.static_html("")


def test_filter_is_a_menu_that_begins_with_the_first_value(tab):
    rows = {"day": DAYS, "price": [1, 2, 3, 4], "market::filter": ["A", "B", "A", None]}
    tab.show(result(**rows))
    drawn(tab, [1, 3])
    (control,) = tab._filters.controls
    assert (control.title, control.definition.enum_options) == ("Market", ("A", "B", "null"))
    control.set("B")
    drawn(tab, [2])
    control.set("null")
    drawn(tab, [4])
    control.reset()
    drawn(tab, [1, 3])


def test_filter_keeps_what_was_chosen_where_another_result_has_it(tab):
    tab.show(result(day=DAYS, price=[1, 2, 3, 4], **{"market::filter": ["A", "B", "A", "B"]}))
    drawn(tab, [1, 3])
    tab._filters.controls[0].set("B")
    drawn(tab, [2, 4])
    tab.show(result(day=DAYS, price=[5, 6, 7, 8], **{"market::filter": ["C", "B", "C", "B"]}))
    drawn(tab, [6, 8])
    assert tab._filters.controls[0].value == "B"
    tab.show(result(day=DAYS, price=[5, 6, 7, 8], **{"market::filter": ["C", "D", "C", "D"]}))
    drawn(tab, [5, 7])
    assert tab._filters.controls[0].value == "C"


def test_filter_of_several_has_a_box_for_each(tab):
    rows = {"day": DAYS, "price": [1, 2, 3, 4], "id::multi-filter": [1, 2, 3, 1]}
    tab.show(result(**rows))
    drawn(tab, [1, 2, 3, 4])
    (control,) = tab._filters.controls
    assert control.value == ["1", "2", "3"]
    control.set(["2", "3"])
    drawn(tab, [2, 3])
    control.set([])
    assert control.problem
    assert shown(tab) == [2, 3]


def test_filter_of_many_values_begins_with_none_ticked(tab):
    days = [date.fromordinal(740_000 + day) for day in range(30)]
    rows = {"day": days, "price": range(30), "id::multi-filter": range(30)}
    tab.show(result(**{name: list(values) for name, values in rows.items()}))
    drawn(tab, list(range(30)))
    (control,) = tab._filters.controls
    assert (control.value, control.problem) == ([], "")
    assert "all values are drawn" in control._below.value
    control.set(["7", "8"])
    drawn(tab, [7, 8])


def test_filter_of_dates_shows_days():
    chart = saved(1, "", globalSeriesType="line", columnMapping={"n": "x", "price": "y"})
    tab = DrawingTab(chart, lambda: None)
    tab.show(result(n=[1, 2, 3], price=[1, 2, 3], **{"day::filter": [DAYS[0], DAYS[1], DAYS[1]]}))
    drawn(tab, [1])
    assert tab._filters.controls[0].definition.enum_options == ("2026-01-01", "2026-01-02")
    tab._filters.controls[0].set("2026-01-02")
    drawn(tab, [2, 3])
    tab.close()


def test_visualization_of_an_unknown_type_is_a_table_with_a_note():
    tab = DrawingTab(saved(1, "New", "HOLOGRAM"), lambda: None)
    tab.show(result(n=[1, 2]))
    until(lambda: "HOLOGRAM" in tab.static_html(""))
    assert "<table" in tab.static_html("")
    tab.close()
