"""Several queries under one bar against the demo server, without a browser."""

from __future__ import annotations

import asyncio

import ipywidgets
import pytest
from ipywidgets.widgets import widget as widgets
from pandas.testing import assert_frame_equal

from tests.unit.widgets.conftest import WITHIN, until
from watchframe.errors import (
    ArgumentError,
    JobCancelledError,
    JobFailedError,
    ParameterError,
    QueryReferenceError,
    UnknownParameterError,
)
from watchframe.models import ParameterDefinition
from watchframe.widgets import QueryGroup, pick

#: Of the demo: markets, period and min_amount; period; a period with times; none.
BORROWS, BY_DAY, BY_HOUR, TOTALS = 1, 33, 34, 2
FEBRUARY = ("2026-02-01", "2026-02-05")


@pytest.fixture
def group(client):
    made = []

    def make(*queries, **arguments):
        made.append(pick([*queries], client=client, **arguments))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def kinds(client):
    """Two queries of one parameter, of whose values they have one in common."""
    return [
        client.queries.create(
            f"Kinds {values}",
            "select '{{ kind }}' as kind",
            1,
            parameters=[
                ParameterDefinition(
                    name="kind", type="enum", title="Kind", default="b", enum_options=values
                )
            ],
        ).id
        for values in (("a", "b"), ("b", "c"))
    ]


def test_parameter_of_several_queries_stands_once_with_the_first_default(group):
    found = group(BORROWS, BY_DAY, TOTALS)
    assert isinstance(found, QueryGroup)
    assert list(found.params) == ["markets", "period", "min_amount"]
    assert found.params["period"] == found[BY_DAY].params["period"] == ("2026-01-01", "2026-03-31")
    shown = shown_widgets(found._form.widget)
    assert found[BORROWS].controls["period"].widget in shown
    assert found[BY_DAY].controls["period"].widget not in shown


def shown_widgets(widget):
    return [
        widget,
        *(it for child in getattr(widget, "children", ()) for it in shown_widgets(child)),
    ]


def test_value_is_set_in_all_queries_that_have_it(group):
    found = group(BORROWS, BY_DAY)
    found.update({"period": FEBRUARY})
    assert found[BY_DAY].params == {"period": FEBRUARY}
    found[BORROWS].controls["period"].set("d_last_week")
    assert found.params["period"] == found[BY_DAY].params["period"] == "d_last_week"


def test_address_goes_before_the_first_default_and_params_before_both(group, demo):
    page = f"{demo.url}/queries/{BY_DAY}?p_period=2026-02-01--2026-02-05"
    assert group(BORROWS, page).params["period"] == FEBRUARY
    assert group(BORROWS, page, params={"period": "d_last_week"}).params["period"] == "d_last_week"


def test_types_that_differ_stand_both_and_a_note_says_why(group):
    found = group(BY_DAY, BY_HOUR, BORROWS)
    assert list(found.params) == ["period", "34.period", "markets", "min_amount"]
    found.update({"period": FEBRUARY, "34.period": "d_last_24_hours"})
    assert found[BORROWS].params["period"] == FEBRUARY
    assert found[BY_HOUR].params == {"period": "d_last_24_hours"}
    assert "datetime-range in query 34" in found._form._notes.value


def test_lists_of_options_are_one_once_they_are_fetched(group):
    found = group(24, BORROWS)
    until(lambda: type(found.controls["markets"]).__name__ != "TypedChoiceControl")
    assert found.controls["markets"].widget in shown_widgets(found._form.widget)
    found.update({"markets": ["CRV"]})
    assert found[24].params["markets"] == found[BORROWS].params["markets"] == ["CRV"]


def test_query_that_refuses_a_value_is_named_and_the_others_run(group, kinds):
    found = group(*kinds)
    found.wait(WITHIN)
    found.update({"kind": "a"})
    assert list(found.problems) == ["kind"]
    assert f"query {kinds[1]}" in found.problems["kind"]
    assert f"query {kinds[1]}" in found._form._notes.value
    assert found.status == "invalid"
    with pytest.raises(ParameterError, match=f"query {kinds[1]}"):
        found.run()
    found._bar.run_button.click()
    until(lambda: found[kinds[0]].status == "done")
    assert [frame["kind"].tolist() for frame in found.frames] == [["a"], ["b"]]
    found.update({"kind": "b"})
    assert (found.problems, found._form._notes.value) == ({}, "")


def test_wait_runs_all_and_the_code_reads_the_same(group, client, monkeypatch):
    found = group(BORROWS, TOTALS, BY_DAY, params={"period": FEBRUARY}, max_age="1h")
    frames = found.wait(WITHIN)
    assert found.status == "done"
    assert [frame is own for frame, own in zip(frames, found.frames, strict=True)] == [True] * 3
    monkeypatch.setenv("WATCHFRAME_URL", client.server)
    monkeypatch.setenv("WATCHFRAME_API_KEY", client.settings.api_key.reveal())
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(client.settings.cache_dir))
    namespace = {}
    exec(found.code, namespace)
    for frame, again in zip(frames, namespace["frames"], strict=True):
        assert_frame_equal(frame, again)
    assert 'max_age="1h"' in found.code
    assert found._copy_code.text == found.code
    cached = group(BORROWS, TOTALS, BY_DAY, params={"period": FEBRUARY})
    until(lambda: cached.status == "done")


def test_group_is_awaited_and_its_queries_run_side_by_side(group, awaited):
    found = group(50, TOTALS, params={"seconds": 0.3}, max_age=0)

    async def main():
        return await asyncio.wait_for(found, WITHIN)

    assert [len(frame) for frame in awaited(main())] == [1, len(found[TOTALS].df)]


def test_error_stays_in_its_place_and_wait_raises_all(group):
    found = group(52, TOTALS, params={"divisor": "ten"})
    with pytest.raises(ExceptionGroup, match="1 of 2 queries failed") as caught:
        found.wait(WITHIN)
    assert isinstance(caught.value.exceptions[0], JobFailedError)
    assert (found.status, found[TOTALS].status) == ("failed", "done")
    assert found.frames[0] is None


def test_cancel_ends_all_runs(group):
    found = group(50, 51, params={"seconds": 60}, max_age=0)
    found.run()
    assert (found.status, found._bar.cancel_button.disabled) == ("running", False)
    with pytest.raises(TimeoutError, match="still running"):
        found.wait(0.1)
    found._bar.cancel_button.click()
    with pytest.raises(ExceptionGroup) as caught:
        found.wait(WITHIN)
    assert isinstance(caught.value.exceptions[0], JobCancelledError)


def test_run_counts_what_changed_in_the_whole_group(group):
    found = group(BORROWS, BY_DAY)
    found.wait(WITHIN)
    assert found._bar.run_button.description == "Run"
    found.update({"period": FEBRUARY, "min_amount": 2})
    assert found._bar.run_button.description == "Run · 2 changed"
    assert found._bar.run_button.tooltip.endswith("Changed: Period, Least amount (tokens)")
    found._bar.run_button.click()
    until(lambda: found.status == "done")
    assert found._bar.run_button.description == "Run"


def test_settings_of_the_bar_hold_for_all(group):
    found = group(BORROWS, BY_DAY)
    found.wait(WITHIN)
    found._bar.ages.value = 0
    assert "max_age=0" in found[BY_DAY].code
    assert "max_age=0" in found.code
    found._bar.on_change.value = True
    before = found[BORROWS].df
    found.update({"min_amount": 3})
    until(lambda: found[BORROWS].df is not before)
    assert found[BORROWS].df.attrs["watchframe"]["parameters"]["min_amount"] == 3


def test_group_gives_pickers_by_id_name_and_order(group):
    found = group("Market totals", BY_DAY)
    assert [picker.query.id for picker in found] == [TOTALS, BY_DAY]
    assert found.pickers == (found[TOTALS], found["Events by day"])
    with pytest.raises(KeyError, match="It has: 2 'Market totals', 33 'Events by day'"):
        found[3]
    assert repr(found).startswith("QueryGroup([2, 33], {'period':")


def test_what_is_no_group_is_refused_and_leaves_no_widget(client, demo):
    before = len(widgets._instances)
    with pytest.raises(ArgumentError, match="2 of the queries have the id 2"):
        pick([TOTALS, f"{demo.url}/queries/2"], client=client)
    with pytest.raises(ArgumentError, match="no query"):
        pick([], client=client)
    with pytest.raises(QueryReferenceError):
        pick([TOTALS, "no such query"], client=client)
    with pytest.raises(UnknownParameterError, match="perod") as caught:
        pick([BORROWS, BY_DAY], {"perod": 1}, client=client)
    assert "'period'" in caught.value.hint
    with pytest.raises(ArgumentError, match="not a list"):
        QueryGroup(BORROWS, client=client)
    assert len(widgets._instances) == before


def test_closed_group_leaves_no_widget(client):
    before = len(widgets._instances)
    found = pick([24, BORROWS, BY_HOUR], client=client)
    until(lambda: type(found.controls["markets"]).__name__ != "TypedChoiceControl")
    found.wait(WITHIN)
    found.close()
    assert len(widgets._instances) == before


def test_last_state_has_values_rows_and_code_of_all(group):
    found = group(TOTALS, BY_DAY, params={"period": FEBRUARY})
    found.wait(WITHIN)
    html = found.last_state()
    assert html.count("data of ") == 2
    assert html.count("2026-02-01 to 2026-02-05") == 1
    assert "frames = read_watch_queries(" in html


def test_parameter_unused_by_a_text_is_sent_once_set(group, client):
    unused = ParameterDefinition(name="unused", type="number", title="Unused", default=1)
    query = client.queries.create("Unused", "select 1 as n", 1, parameters=[unused]).id
    found = group(query, BY_DAY)
    assert list(found.params) == ["period"]
    found.update({"unused": 2})
    assert found.params["unused"] == 2
    assert found.controls["unused"].widget in shown_widgets(found._form.widget)


def test_texts_of_a_server_are_escaped(group, client):
    evil = "<img src=x onerror=alert(1)>"
    query = client.queries.create(
        f"Name {evil}",
        "select {{ period }}",
        1,
        parameters=[ParameterDefinition(name="period", type="number", title=evil, default=1)],
    ).id
    found = group(BY_DAY, query)
    htmls = [it.value for it in shown_widgets(found) if isinstance(it, ipywidgets.HTML)]
    assert any("&lt;img" in html for html in htmls)
    assert not any("<img" in html for html in [*htmls, found.last_state()])


def test_run_says_which_value_is_needed_and_marks_its_field(group):
    found = group(25, TOTALS)  # an account has no default
    account = found.controls["account"]
    assert "A value is needed." not in account._below.value, "before Run it is neutral"
    found._bar.run_button.click()
    assert "A value is needed." in account._below.value
    first, second = found.pickers
    assert "A value is needed: Account." in first._layout.status.value
    assert second.wait(WITHIN) is second.df, "the other query runs"
