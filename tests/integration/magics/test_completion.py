"""Completion in a shell, against the demo server."""

from __future__ import annotations

import time

import pytest

import watchframe
from watchframe.client import current_client
from watchframe.magics import completion_sources
from watchframe.magics.line import parse_line
from watchframe.models import ParameterDefinition
from watchframe.parameters.text_syntax import read_assignments


@pytest.fixture
def offered(shell):
    """What the end of a cell is offered, without what stands before it."""

    def ask(typed):
        return [item.removeprefix(typed) for item in shell.offers(f"{typed}|")]

    return ask


def test_completion_query_ids_by_number_and_name(shell):
    assert "%watch 1" in shell.offers("%watch Borrows|")
    assert {"%watch 1", "%watch 10"} <= set(shell.offers("%watch 1|"))
    assert "%watch 2" not in shell.complete("%watch 1|")


def test_completion_options_not_given_yet(offered):
    assert "--refresh" in offered("%watch 1 -p a=1 ")
    assert "--refresh" not in offered("%watch 1 --refresh ")
    assert "--param" in offered("%watch 1 -p a=1 ")


def test_completion_source_names_with_spaces_quoted(offered):
    found = offered("%%watch --source ")
    assert "Lending" in found
    assert "'Lending (DuckDB)'" in found


def test_completion_parameters_not_given_yet(offered):
    assert offered("%watch 1 -p ") == ["markets=", "period=", "min_amount="]
    assert offered("%watch 1 -p period=d_now -p ") == ["markets=", "min_amount="]
    assert offered("%%watch 1\nmarkets: [WETH]\n") == ["period: ", "min_amount: "]


def test_completion_parameters_of_a_named_page(offered, demo):
    assert "markets=" in offered(f"%watch {demo.url}/queries/1 -p ")


def test_completion_page_of_another_server(shell, demo):
    before = len(demo.requests)
    typed = "%watch https://elsewhere.example/queries/1 -p "
    assert shell.complete(f"{typed}|") == [typed]
    assert len(demo.requests) == before


def test_completion_visualizations_by_a_part_of_the_name(shell, offered):
    drawn = ["Table", "'Borrowed a day, in dollars'", "'Borrows by day'"]
    for line in ("%watch 1 --chart ", "%watch 'Borrows by market' --chart=", "%%watch 1 --chart "):
        assert offered(line) == drawn
    assert offered("%watch 1 -p a=1 --chart BORR") == [
        f"%watch 1 -p a=1 --chart {_}" for _ in drawn[1:]
    ]
    assert shell.offers('%watch 1 --chart "by day|') == ['%watch 1 --chart "Borrows by day"']
    assert shell.complete("%watch 1 --chart zzz|") == ["%watch 1 --chart zzz"]


def test_completion_visualization_as_it_is_read(shell):
    """Of a name that several have, of numbers and odd signs, the one that is meant is drawn."""
    client = current_client()
    create = client.visualizations.create
    query = client.queries.create("Two charts", "select 1 as n", 1)
    saved = ["Chart", "Chart", "2024", 'it\'s "odd" \\\\ [x]', "new\nline"]
    ids = {create(query.id, type="TABLE", name=name).id for name in saved}
    ids |= {item.id for item in client.queries.get(query.id).visualizations}
    for quote in ("", "'", '"'):
        lines = shell.offers(f"%watch {query.id} --chart {quote}|")
        assert {shell.value(line).visualization.id for line in lines} == ids
    client.queries.archive(query.id)


def test_completion_searches_for_no_address(shell, demo, monkeypatch):
    """It may hold the key of another server."""
    monkeypatch.setattr(completion_sources, "PAGE_SIZE", 1)  # as if there were more of them
    names = completion_sources.ServerNames()
    for wanted in ("https://elsewhere.example/api/queries/1/results.json?api_key=abc", "borro"):
        assert names.queries(wanted, deadline=time.monotonic() + 30)
    sent = str([item.query for item in demo.requests])
    assert "borro" in sent
    assert "elsewhere" not in sent


def test_completion_value_choices_and_dynamic_dates(shell, offered):
    assert offered("%watch 13 -p kind=") == [
        "borrow",
        "repay",
        "deposit",
        "withdraw",
        "liquidation",
    ]
    assert offered("%watch 30 -p day=") == ["d_now", "d_yesterday"]
    assert "d_last_30_days" in offered("%watch 33 -p period=")
    assert offered("%watch 12 -p ") == ["min_usd="]
    assert shell.complete("%watch 12 -p min_usd=|") == ["%watch 12 -p min_usd="]


def test_completion_knows_queries_by_their_names(offered):
    assert "repay" in offered("%watch 'Events of one kind by month' -p kind=")
    assert "markets=" in offered('%watch "Borrows by market" -p ')
    assert offered("%watch 'Dropdown: mark") == ["ets'"]


@pytest.mark.parametrize("form", ["%watch 57 -p choice={}", "%%watch 57\nchoice: {}"])
def test_completion_choice_with_odd_signs(shell, form):
    for line in shell.offers(form.format("|")):
        frame = shell.value(line)
        assert frame["choice"].tolist() == [frame.attrs["watchframe"]["parameters"]["choice"]]


@pytest.mark.slow
def test_completion_late_answer_kept_for_next_time(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    demo.faults.add("GET /api/queries/14$", delay=1.0)
    with watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache"):
        assert plain_shell.complete("%watch 14 -p |") == ["%watch 14 -p "]
        assert plain_shell.offers("%watch 14 -p |") == ["%watch 14 -p decimals="]


def test_completion_after_connecting_anew(shell, demo, tmp_path):
    assert "%watch 10" in shell.offers("%watch 1|")
    with watchframe.connect("http://127.0.0.1:9", "key", cache_dir=tmp_path / "other"):
        assert shell.complete("%watch 1|") == ["%watch 1"]
        assert shell.complete("%watch 1 -p |") == ["%watch 1 -p "]


def test_completion_under_a_query_key(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(demo.url, demo.query_key(1), cache_dir=tmp_path / "cache"):
        assert plain_shell.complete("%watch |") == ["%watch "]
        assert "%watch 1 -p markets=" in plain_shell.offers("%watch 1 -p |")


@pytest.mark.parametrize("typed", ["-p {}=", "-p {}='", '-p {}="', "-p '{}=", '-p "{}=', "-p {}=["])
def test_completion_choice_with_backslash(shell, typed):
    choices = [r"C:\new\table", r"\\server\share\ ", 'New "York"', r"it's \d", "plain"]
    choice = ParameterDefinition(name="dir", type="enum", title="Dir", enum_options=tuple(choices))
    client = current_client()
    query = client.queries.create("Folders", "select 1 as n -- {{ dir }}", 1, parameters=[choice])
    lines = shell.offers(f"%watch {query.id} {typed.format('dir')}|")
    closed = [f"{line}]" if typed.endswith("[") else line for line in lines]
    reads = [
        read_assignments(parse_line(line.removeprefix("%watch ")).params, {}) for line in closed
    ]
    values = [item["dir"][0] if typed.endswith("[") else item["dir"] for item in reads]
    assert values == choices
    client.queries.archive(query.id)
