"""Completion in calls of the library, in a shell, against the demo server."""

from __future__ import annotations

import pytest

from tests.integration.magics.conftest import PATIENT
from watchframe.client import current_client
from watchframe.magics import completion
from watchframe.read.documents import Documents
from watchframe.read.options import ReadOptions
from watchframe.references import QueryReference


@pytest.fixture
def offered(shell, monkeypatch):
    """What is offered at the end of a cell, however long the server takes."""
    monkeypatch.setattr(completion, "PATIENCE", PATIENT)
    shell.value("import watchframe as wf; from watchframe import *; number = 1")

    def ask(typed):
        end = len(typed)
        found = [item for item in shell.complete(f"{typed}|") if item != typed]
        return [item[end:] if item.startswith(typed) else item for item in found]

    return ask


@pytest.mark.parametrize(
    "call",
    [
        "wf.read_watch_query('{}",
        'read_watch_query(query="{}',
        "pick('{}",
        "await submit_watch_query('{}",
        'explain_watch_query("{}',
        "df = read_watch_sweep('{}",
        "%%time\nread_watch_query('{}",
        "print(1)\nread_watch_query(\n    '{}",
    ],
)
def test_call_offers_names_of_queries(offered, call):
    assert offered(call.format("Borrows by m")) == ["arket"]
    assert offered(call.format("by market")) == [call.format("Borrows by market")]


def test_call_offers_ids_outside_of_a_string(offered):
    assert {"1", "2"} <= set(offered("read_watch_query("))
    assert {"0", "1"} <= set(offered("read_watch_query(1"))


@pytest.mark.parametrize("query", ["1", "number", "'Borrows by market'", "'borrows BY market'"])
def test_call_offers_parameters_and_values(offered, query):
    assert offered(f'read_watch_query({query}, {{"') == ["markets", "period", "min_amount"]
    assert offered(f"pick({query}, {{") == ['"markets": ', '"period": ', '"min_amount": ']
    assert offered(f"wf.pick({query}, {{'period': 'd_now', '") == ["markets", "min_amount"]
    assert offered(f'pick({query}, {{"markets": ["WETH", "I') == ["NV"]
    assert offered(f"submit_watch_query({query}, params={{'markets': 'WB") == ["TC"]
    assert "d_last_7_days" in offered(f'read_watch_sweep({query}, [{{}}, {{"period": "')


def test_call_offers_data_sources_and_dashboards(offered):
    assert "Lending" in offered('read_watch_sql("select 1", "')
    assert offered("read_watch_sql('select 1', data_source='Lending (S") == ["QLite)"]
    boards = [item.name for item in current_client().dashboards.list()]
    assert boards
    for name in ("read_watch_dashboard", "show_watch_dashboard"):
        assert offered(f"{name}('{boards[0][:-1]}") == [boards[0][-1]]


@pytest.mark.parametrize(
    "made", ["show_watch_dashboard(3)", "show_watch_dashboard(3).board", "read_watch_dashboard(3)"]
)
def test_dashboard_offers_its_titles(offered, shell, made):
    shell.value(f"made = {made}")
    assert offered('made["Liquidated ') == ["by day"]


@pytest.mark.parametrize("query", ["1", "number", "'Borrows by market'"])
def test_call_offers_visualizations(offered, query):
    call = f"draw_watch_query({query}, "
    names = ["Borrowed a day, in dollars", "Borrows by day"]
    assert offered(f'{call}"borr') == [f'{call}"{name}' for name in names]
    assert offered(f"wf.draw_watch_query({query}, visualization='Borrows b") == ["y day"]
    assert '"Borrows by day"' in offered(call)
    assert offered(f'{call}"Table", {{"mar') == ["kets"]


def test_call_of_a_query_itself_offers_what_it_draws(offered, shell):
    shell.value("q = watch_query(1)")
    assert offered("q.draw('Borrows b") == ["y day"]
    assert offered("q.draw('Table', mar") == ["kets="]
    assert offered('q.draw("Table", {"mar') == ["kets"]


def test_call_offers_known_dropdown_values_only(offered, shell, demo):
    dropdown = next(
        query
        for query in current_client().queries.list()
        if any(item.dropdown_query_id for item in query.parameters)
    )
    definition = next(item for item in dropdown.parameters if item.dropdown_query_id)
    typed = f'read_watch_query({dropdown.id}, {{"{definition.name}": "'
    assert shell.complete(f"{typed}|") == [typed]
    assert not [item for item in demo.requests if "dropdowns" in item.path]
    documents = Documents.of(ReadOptions.resolve(QueryReference(query_id=dropdown.id)))
    documents.lists_values = True
    values = documents.dropdown_options(dropdown)(definition)
    assert values
    assert offered(typed) == list(values)


@pytest.mark.parametrize(
    "typed",
    [
        'read_watch_query("no such name',
        'read_watch_query(1, {"no such parameter": "',
        'read_watch_query(1, {"min_amount": "',
        'read_watch_query(99999, {"',
    ],
)
def test_call_offers_nothing_else_in_our_strings(shell, typed):
    """No file, no magic, no name of Python."""
    assert shell.complete(f"{typed}|") == [typed]


def test_call_of_others_is_left_alone(shell):
    shell.value("def pick(name): ...\nclass Frame:\n    def read_watch_query(self, x): ...")
    shell.value("frame = Frame(); needle = 1")
    before = shell.complete('read("|')
    assert len(before) > 1  # the files
    for typed in ('pick("', 'frame.read_watch_query("'):
        assert len(shell.complete(f"{typed}|")) == len(before)
    assert shell.complete("read_watch_query(need|") == ["read_watch_query(needle"]


def test_call_before_its_import_has_run(shell):
    typed = "from watchframe import pick\npick('Borrows by m"
    assert shell.offers(f"{typed}|") == [f"{typed}arket"]


def test_call_of_a_query_object(offered, shell):
    shell.value("q = watch_query(1)")
    assert {"markets=", "min_amount="} <= {item.rpartition("(")[2] for item in offered("q(")}
    assert offered("q(mar") == ["kets="]
    assert offered('q(markets="WE') == ["TH"]
    assert offered('q(min_amount=5, markets=["WETH", "I') == ["NV"]
    assert offered('q.submit({"ma') == ["rkets"]


def test_call_offers_text_as_python_reads_it(shell):
    client = current_client()
    query = client.queries.create('The "C:\\new" one', "select 1", 1)
    try:
        for quote in ("'", '"'):
            typed = f"read_watch_query({quote}C:"
            (found,) = shell.offers(f"{typed}|")
            assert eval(found.removeprefix("read_watch_query(") + quote) == query.name
    finally:
        client.queries.archive(query.id)
