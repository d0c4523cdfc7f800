"""A picker against the demo server, without a browser: its Python side."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta

import ipywidgets
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from msgspec.structs import replace
from pandas.testing import assert_frame_equal

from tests.unit.widgets.conftest import WITHIN, until
from watchframe.client import Client
from watchframe.errors import (
    ArgumentError,
    JobCancelledError,
    JobFailedError,
    JobTimeoutError,
    ParameterError,
    QueryReferenceError,
    UnknownParameterError,
)
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.widgets import ParameterPicker, QueryPicker, link_pickers, pick
from watchframe.widgets.control import GUARD


def test_wait_runs_where_nothing_ran_and_gives_the_frame(client):
    picker = pick(13, {"kind": "repay"}, client=client)
    frame = picker.wait(WITHIN)
    assert frame is picker.df
    assert picker.status == "done"
    assert frame.attrs["watchframe"]["parameters"] == {"kind": "repay"}
    assert json.loads(picker.table.schema.metadata[b"watchframe"])["query_id"] == 13


def test_result_is_awaited_while_the_event_loop_goes_on(client, awaited):
    async def main():
        picker = ParameterPicker(50, {"seconds": 0.5}, max_age=0, client=client)
        task = asyncio.ensure_future(picker.result())
        await asyncio.sleep(0)
        return await asyncio.wait_for(task, WITHIN)

    assert len(awaited(main())) == 1


def test_traits_tell_those_who_observe_them(client):
    picker, seen = pick(13, run=False, client=client), []
    picker.observe(lambda change: seen.append((change.name, change.new)), ["status", "df"])
    frame = picker.wait(WITHIN)
    assert [value for name, value in seen if name == "status"] == ["running", "done"]
    assert [value is frame for name, value in seen if name == "df"] == [True]


def test_run_has_ended_where_an_observer_raises(client, raised_in_threads):
    picker = pick(13, run=False, client=client)
    picker.observe(lambda _change: 1 / 0, "df")
    frame = picker.wait(WITHIN)
    assert picker.df is frame
    assert picker.status == "done"
    until(lambda: raised_in_threads == [ZeroDivisionError])


def test_url_of_a_page_sets_its_values_and_params_win(client, demo):
    url = f"{demo.url}/queries/33?p_period=2026-02-01--2026-02-05"
    assert pick(url, client=client).params == {"period": ("2026-02-01", "2026-02-05")}
    picker = pick(url, {"period": "d_last_week"}, client=client)
    assert picker.params == {"period": "d_last_week"}


def test_parameter_unused_by_the_text_is_sent_once_set(client, demo):
    definitions = [
        ParameterDefinition(name=name, type="number", title=name, default=1)
        for name in ("unused", "n", "other")
    ]
    query = client.queries.create("q", "select {{ n }}", 1, parameters=definitions).id
    assert pick(query, client=client).params == {"n": 1}
    picker = pick(f"{demo.url}/queries/{query}?p_unused=2", {"other": 3}, client=client)
    assert picker.params == {"unused": 2, "n": 1, "other": 3}
    picker.update({"other": 4})
    frame = picker.wait(WITHIN)
    assert frame.attrs["watchframe"]["parameters"] == {"unused": 2, "n": 1, "other": 4}


def test_params_not_a_mapping_are_refused_as_by_a_read(client):
    with pytest.raises(ArgumentError, match="not a mapping"):
        pick(13, ["kind"], client=client)


def test_natural_values_become_the_form_that_the_code_shows(client):
    from datetime import date  # noqa: PLC0415 - only here

    picker = pick(33, {"period": (date(2026, 2, 1), date(2026, 2, 5))}, client=client)
    assert picker.params == {"period": ("2026-02-01", "2026-02-05")}
    assert 'read_watch_query(33, {"period": ("2026-02-01", "2026-02-05")})' in picker.code
    assert "period: 2026-02-01..2026-02-05" in picker.magic


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "params"),
    [
        (10, {"label": 'The "Whale"'}),
        (11, {"hash": "0x00fe"}),
        (12, {"min_usd": 1000.5}),
        (13, {"kind": "repay"}),
        (14, {"decimals": ["8", "18"]}),
        (23, {"market": "USDC"}),
        (24, {"markets": ["CRV", "sDOLA"]}),
        (30, {"day": "2026-02-03"}),
        (30, {"day": "d_yesterday"}),
        (31, {"since": "2026-03-01 06:07"}),
        (32, {"until": "2026-03-01 06:07:08"}),
        (33, {"period": ("2026-02-01", "2026-02-10")}),
        (33, {"period": "d_last_month"}),
        (34, {"period": ("2026-02-01 01:30", "2026-02-01 20:15")}),
        (35, {"period": ("2026-02-01 01:30:05", "2026-02-01 03:15:59")}),
        (60, {}),
    ],
)
def test_code_and_magic_read_the_same_rows(client, monkeypatch, tmp_path, query, params):
    picker = pick(query, params, client=client)
    frame = picker.wait(WITHIN)
    monkeypatch.setenv("WATCHFRAME_URL", client.server)
    monkeypatch.setenv("WATCHFRAME_API_KEY", client.settings.api_key.reveal())
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(client.settings.cache_dir))
    namespace = {}
    exec(picker.code, namespace)
    assert_frame_equal(namespace["df"], frame)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "watchframe")
    with capture_output():
        shell.run_cell(picker.magic).raise_error()
    assert_frame_equal(shell.user_ns["df"], frame)
    assert client.settings.api_key.reveal() not in picker.code + picker.magic + repr(picker)


@pytest.mark.parametrize(
    ("given", "shown", "in_code"),
    [
        (None, "any", ""),
        (timedelta(hours=1), "1 hour", ', max_age="1h"'),
        (300, "5 minutes", ', max_age="5m"'),
        (timedelta(seconds=90), "90s", ', max_age="90s"'),
        ("15m", "15m", ', max_age="15m"'),
        (0, "run now", ", max_age=0"),
    ],
)
def test_max_age_is_in_the_menu_and_the_code(client, given, shown, in_code):
    picker = pick(13, max_age=given, client=client)
    assert picker._layout.bar.ages.label == shown
    assert f"--max-age {in_code.partition('=')[2].strip(chr(34))}" in picker.magic or not in_code
    assert f'read_watch_query(13, {{"kind": "borrow"}}{in_code})' in picker.code


def test_max_age_that_is_none_is_refused_at_once(client):
    with pytest.raises(ArgumentError, match="an hour"):
        pick(13, max_age="an hour", client=client)


def test_unknown_parameter_is_refused_at_once(client):
    with pytest.raises(UnknownParameterError, match="kinds"):
        pick(13, {"kinds": "repay"}, client=client)


def test_run_with_a_wrong_value_is_refused_and_says_which(client):
    picker = pick(11, {"hash": "zz"}, client=client)
    assert picker.status == "invalid"
    assert list(picker.problems) == ["hash"]
    with pytest.raises(ParameterError, match="hash"):
        picker.run()
    picker.update({"hash": "0x00ff"})
    assert (picker.status, picker.problems) == ("ready", {})


def test_wrong_value_after_a_run_and_its_correction(client):
    picker = pick(12, {"min_usd": 30_000_000}, client=client)
    picker.wait(WITHIN)
    picker.update({"min_usd": "many"})
    assert (picker.status, list(picker.problems)) == ("invalid", ["min_usd"])
    picker.controls["min_usd"].reset()
    assert (picker.status, picker.problems) == ("done", {})


def test_wrong_value_is_shown_after_a_run(client):
    picker = pick(50, {"seconds": 0.1}, max_age=0, client=client)
    with GUARD:  # meanwhile, the run cannot end
        picker.run()
        picker.update({"seconds": "many"})
        assert picker.status == "running"
    assert len(picker.wait(WITHIN)) == 1
    assert picker.status == "done"
    assert picker.problems


def test_cancel_ends_the_run_and_its_job_on_the_server(client, demo):
    picker = pick(50, {"seconds": 120}, max_age=0, client=client)
    picker.run()
    until(lambda: any("/jobs/" in request.path for request in demo.requests[-2:]))
    picker.cancel()
    with pytest.raises(JobCancelledError):
        picker.wait(WITHIN)
    assert picker.status == "cancelled"
    until(lambda: demo.requests[-1].method == "DELETE" or "DELETE" in methods(demo))


def methods(demo):
    return [request.method for request in demo.requests]


def test_timeout_of_a_run_is_an_error_in_the_picker(client):
    picker = pick(50, {"seconds": 60}, max_age=0, timeout=0.5, client=client)
    with pytest.raises(JobTimeoutError):
        picker.wait(WITHIN)
    assert picker.status == "failed"


@pytest.mark.slow
def test_wait_timeout_raises_and_the_run_goes_on(client):
    picker = pick(50, {"seconds": 2}, max_age=0, client=client)
    with pytest.raises(TimeoutError, match="still running"):
        picker.wait(0.2)
    assert picker.status == "running"
    assert len(picker.wait(WITHIN)) == 1


def test_failing_query_keeps_the_rows_of_the_run_before(client):
    picker = pick(52, {"divisor": "18"}, client=client)
    frame = picker.wait(WITHIN)
    picker.update({"divisor": "ten"})
    picker.run()
    with pytest.raises(JobFailedError, match="ten"):
        picker.wait(WITHIN)
    assert picker.status == "failed"
    assert isinstance(picker.error, JobFailedError)
    assert picker.df is frame


def test_run_while_another_one_is_going_on_takes_its_place(client):
    picker = pick(50, {"seconds": 60}, max_age=0, client=client)
    picker.run()
    picker.update({"seconds": 0.1})
    picker.run()
    assert picker.wait(WITHIN)["seconds"].tolist() == [0.1]
    assert picker.status == "done"


def test_run_on_change_waits_for_the_last_change(client, demo):
    picker = pick(13, run=False, run_on_change=True, client=client)
    before = len([r for r in demo.requests if r.path.endswith("/13/results")])
    with GUARD:  # meanwhile, no run can start
        for kind in ("repay", "deposit", "withdraw"):
            picker.update({"kind": kind})
    until(lambda: picker.status == "done")
    assert picker.df.attrs["watchframe"]["parameters"] == {"kind": "withdraw"}
    assert len([r for r in demo.requests if r.path.endswith("/13/results")]) == before + 1


def test_dropdown_values_are_fetched_in_the_background(client):
    picker = pick(23, client=client)
    until(lambda: type(picker.controls["market"]).__name__ == "MenuControl")
    assert picker.params == {"market": "INV"}
    picker.update({"market": "no such market"})
    assert list(picker.problems) == ["market"]


def test_dropdown_values_that_cannot_be_fetched_are_typed(client, demo, tmp_path):
    with Client(demo.url, demo.query_key(26), cache_dir=tmp_path) as restricted:
        picker = pick(26, client=restricted)
        control = picker.controls["decimals"]
        control.set("8")
        assert picker.params == {"decimals": "8"}


def test_linked_pickers_share_values_until_unlinked(client):
    one, two, three = pick(33, client=client), pick(38, client=client), pick(13, client=client)
    link = link_pickers(one, two, three)
    assert link.names == ("period",)
    assert two.params == one.params
    two.update({"period": "d_last_month"})
    assert one.params == {"period": "d_last_month"}
    link.unlink()
    one.update({"period": "d_last_year"})
    assert two.params == {"period": "d_last_month"}


def test_linked_pickers_without_common_name_are_refused(client):
    with pytest.raises(ArgumentError, match="in common"):
        link_pickers(pick(33, client=client), pick(13, client=client))


def test_picker_of_a_unique_name_is_that_query(client):
    assert pick("market TOTALS", client=client).query.id == 2
    assert ParameterPicker("Market totals", client=client).query.id == 2


def test_picker_of_other_words_searches_for_them(client):
    picker = pick("borrow", {"markets": ["INV"]}, client=client)
    assert isinstance(picker, QueryPicker)
    until(lambda: "1" in picker._list.choices)
    assert "2" not in picker._list.choices
    picker._list.choose(picker._list.choices.index("1"))
    until(lambda: picker.picker is not None)
    assert picker.picker.params["markets"] == ["INV"]


def test_picker_by_name_under_query_keys_does_not_search(demo, client):
    keys = {number: demo.query_key(number) for number in (2, 13)}
    limited = client.with_keys(query_keys=keys)
    assert pick("Market totals", client=limited).query.id == 2
    with pytest.raises(QueryReferenceError, match="whose keys are known"):
        pick("borrow", client=limited)


def test_query_picker_opens_the_query_that_is_chosen(client):
    picker = QueryPicker("#dropdown", client=client)
    until(lambda: len(picker._list.choices) == 3)
    picker._list.choose(picker._list.choices.index("20"))
    until(lambda: picker.picker is not None)
    assert picker.picker.query.id == 20


def test_finished_pickers_leave_no_thread_behind(client):
    picker = pick(13, run=False, client=client)
    picker.wait(WITHIN)
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("watchframe-picker")])


EVIL, WRITTEN = "\x1b[2J\x9b\u202e", r"\x1b[2J\x9b\u202e"


def shown_texts(widget):
    """Every text that a tree of widgets shows, but for the values of fields."""
    texts = [str(getattr(widget, name, "") or "") for name in ("description", "tooltip")]
    if isinstance(widget, ipywidgets.HTML):
        texts.append(widget.value)
    if isinstance(widget, ipywidgets.Dropdown):
        texts += widget._options_labels
    return texts + [
        text for child in getattr(widget, "children", ()) for text in shown_texts(child)
    ]


def test_picker_escapes_control_characters_of_a_server(client):
    choice = ParameterDefinition(
        name=f"p{EVIL}",
        type="enum",
        title=f"Title {EVIL}",
        default=f"a{EVIL}",
        enum_options=(f"a{EVIL}", "b"),
    )
    many = replace(choice, name="many", multi=MultiValues(), default=["b"])
    text = f"select 1 as \"c{EVIL}\", 2 as n, '{EVIL}' as v -- {{{{ p{EVIL} }}}} {{{{ many }}}}"
    query = client.queries.create(f"Name {EVIL}", text, 1, parameters=[choice, many])
    client.queries.update(query, description=f"About {EVIL}")
    picker = pick(query.id, client=client)
    picker.wait(WITHIN)
    texts = [picker.last_state(), picker.code, repr(picker)]
    (views,) = [item for item in picker.children if isinstance(item, ipywidgets.ToggleButtons)]
    for view in views.options:
        views.value = view
        texts += shown_texts(picker)
    for said in (f"Name {WRITTEN}", f"About {WRITTEN}", f"Title {WRITTEN}", f"c{WRITTEN}"):
        assert any(said in text for text in texts), said
    assert not [text for text in texts if not text.replace("\n", "").isprintable()]
    assert picker.params[f"p{EVIL}"] == f"a{EVIL}"
    assert list(picker.df.columns) == [f"c{EVIL}", "n", "v"]
    bad = client.queries.create("Bad", f"select error('no{EVIL}')", 1)
    failed = pick(bad.id, client=client)
    with pytest.raises(JobFailedError):
        failed.wait(WITHIN)
    assert f"no{WRITTEN}" in failed.last_state()
    assert EVIL not in failed.last_state()


def views_of(picker):
    (views,) = [item for item in picker.children if isinstance(item, ipywidgets.ToggleButtons)]
    return views


@pytest.mark.parametrize(
    ("second", "said"),
    [("y", "wf-figure"), ("x", "2 rows make 1 point: each is the sum")],
)
def test_picker_shows_a_chart_and_what_it_made_of_rows(client, second, said):
    text = f"select * from (values ('x', 1), ('{second}', 2)) as t(market, n)"
    picker = pick(client.queries.create("Bars", text, 1).id, client=client)
    picker.wait(WITHIN)
    views_of(picker).value = "Chart"
    until(lambda: any(said in text for text in (*shown_texts(picker), picker.last_state())))


def test_picker_has_a_tab_for_each_saved_visualization(client, demo):
    picker = pick(1, client=client)
    frame = picker.wait(WITHIN)
    views = views_of(picker)
    saved = [item.name for item in sorted(picker.query.visualizations, key=lambda item: item.id)]
    assert saved[0] == "Table"
    assert views.options == ("Table", *saved[1:], "Chart", "Code")
    before, seen = len(demo.requests), [""]
    for title in saved[1:]:
        views.value = title
        until(lambda: figure_of(picker.last_state()) not in seen)
        seen.append(figure_of(picker.last_state()))
    assert len(demo.requests) == before, "the rows are there"
    views.value = "Code"
    assert "Rows of the result" in picker.last_state()
    assert picker.df is frame


def test_tab_in_front_is_drawn_again_after_a_run(client):
    picker = pick(13, {"kind": "borrow"}, client=client)
    picker.wait(WITHIN)
    views_of(picker).value = "Events by month"
    until(lambda: "wf-figure" in picker.last_state())
    before = picker.last_state()
    picker.update({"kind": "repay"})
    picker.run()
    picker.wait(WITHIN)
    until(lambda: figure_of(picker.last_state()) not in ("", figure_of(before)))
    assert "Rows of the result" in figure_of(before), "for where no script runs"


def figure_of(html):
    return html.partition("wf-figure")[2].partition("</script>")[0]
