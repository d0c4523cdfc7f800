from __future__ import annotations

import pytest
from msgspec import structs

from watchframe.errors import ParameterValueError, UnknownParameterError
from watchframe.widgets.board_form import BoardForm


@pytest.fixture
def dashboard(client):
    return client.dashboards.get("lending-overview")


@pytest.fixture
def form(client, dashboard):
    made = BoardForm(dashboard, client)
    yield made
    made.close()


def test_form_has_shared_parameters_once_and_none_that_is_fixed(form):
    assert list(form.controls) == ["markets", "period", "w4_market"]
    assert len(form.shared.children) == 2
    assert list(form.of_widget) == [4]


def test_form_begins_with_the_defaults_of_the_first_widget(form):
    assert form.params == {
        "markets": ["WETH", "WBTC"],
        "period": ("2026-01-01", "2026-03-31"),
        "w4_market": "INV",
    }
    assert form.problems == {}


def test_form_takes_a_name_that_is_no_other_parameters(form):
    form.update({"market": "WETH", "period": "d_last_7_days"}, {"period": "d_last_30_days"})
    assert form.params["w4_market"] == "WETH"
    assert form.params["period"] == "d_last_7_days"


def test_form_takes_the_values_of_an_address(form):
    form.update(None, {"w4_market": "WETH"})
    assert form.params["w4_market"] == "WETH"


def test_form_refuses_what_the_dashboard_does_not_have(form):
    with pytest.raises(UnknownParameterError, match="no parameter 'color'"):
        form.update({"color": "red"})
    with pytest.raises(ParameterValueError, match="fixes the parameter 'min_amount'"):
        form.update({"min_amount": 3})


def test_form_has_the_order_and_the_titles_of_the_page(client, dashboard):
    ordered = structs.replace(dashboard, options={"globalParamOrder": ["period", 3, "gone"]})
    form = BoardForm(ordered, client)
    controls = form.controls
    first, second = (box.children[0] for box in form.shared.children)
    assert (first, second) == (controls["period"].widget, controls["markets"].widget)
    form.close()


def test_form_says_which_value_cannot_be_sent(form):
    form.controls["markets"].set(["DOGE"])
    assert list(form.problems) == ["markets"]
    form.controls["markets"].reset()
    assert form.problems == {}
