"""A saved query as a function."""

import inspect
from typing import Literal

import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.lib.pretty import pretty

from watchframe import read_watch_query, read_watch_sweep, submit_watch_query, watch_query
from watchframe.errors import (
    ArgumentError,
    NotFoundError,
    ParameterValueError,
    UnknownParameterError,
)

#: Queries of the demo server: with several parameters, with one, and with spaces in their names.
BORROWS, ROWS = 1, 13


@pytest.fixture
def q(client):
    return watch_query(BORROWS, client=client)


def test_call_returns_the_frame_by_keywords_or_a_dict(q, client):
    expected = read_watch_query(BORROWS, {"markets": ["INV"], "min_amount": 2}, client=client)
    for frame in (
        q(markets=["INV"], min_amount=2),
        q({"markets": ["INV"], "min_amount": 2}),
        q({"markets": ["INV"]}, min_amount=2),
    ):
        pd.testing.assert_frame_equal(frame, expected)


def test_arguments_of_a_read_go_with_the_parameters(q, demo):
    q(markets=["INV"], max_age="1h")
    demo.requests.clear()
    table = q(markets=["INV"], max_age="1h", output="arrow")
    assert (table.num_rows > 0, list(demo.requests)) == (True, [])


def test_explanation_and_handle_take_the_same(q):
    plan = q.explain(markets=["INV"], cache="off")
    assert plan.parameters["markets"] == ["INV"]
    assert plan.decision.reason == "cache-off"
    assert set(q.submit(markets=["INV"]).result()["market"]) == {"INV"}


def test_members_are_those_of_the_definition(q, demo):
    assert (q.id, q.name, q.url) == (1, "Borrows by market", f"{demo.url}/queries/1")
    assert [item.name for item in q.parameters] == ["markets", "period", "min_amount"]
    assert list(q.parameters.to_frame()["name"]) == ["markets", "period", "min_amount"]
    assert pretty(q.sql) == q.definition.text
    assert pretty(q.explain().sql).count("\n") == q.sql.count("\n") > 0
    assert "\n  data source  id 1\n" in q.definition.card().text()
    charts = ["Table", "Borrowed a day, in dollars", "Borrows by day"]
    assert [chart.name for chart in q.charts] == charts


def test_printed_query_names_choices_without_typing(q):
    assert "(*, markets: list[Literal['sDOLA', " in str(q)
    assert "typing" not in str(q)


def test_signature_has_parameters_with_defaults_and_choices(client):
    found = inspect.signature(watch_query(ROWS, client=client)).parameters
    assert list(found) == ["kind"]
    assert found["kind"].default == "borrow"
    assert (
        found["kind"].annotation == Literal["borrow", "repay", "deposit", "withdraw", "liquidation"]
    )
    assert found["kind"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("use_jedi", [True, False])
def test_tab_offers_the_parameters(q, use_jedi):
    shell = InteractiveShell()
    shell.user_ns["q"] = q
    shell.Completer.use_jedi = use_jedi
    with provisionalcompleter():
        found = [item.text for item in shell.Completer.completions("q(", 2)]
    assert {"markets=", "min_amount=", "period="} <= set(found)


def test_values_of_an_address_are_those_that_a_call_leaves_out(demo, client):
    q = watch_query(f"{demo.url}/queries/{ROWS}?p_kind=repay", client=client)
    assert q.explain().parameters == {"kind": "repay"}
    assert q.explain(kind="borrow").parameters == {"kind": "borrow"}


def test_address_with_its_key_needs_nothing_set(demo, monkeypatch, tmp_path):
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path))
    key = demo.query_key(ROWS)
    q = watch_query(f"{demo.url}/api/queries/{ROWS}/results.json?api_key={key}")
    assert len(q(kind="repay")) > 0
    assert key not in f"{q!r}{vars(q)!r}"


def test_wrong_parameters_are_refused(q):
    with pytest.raises(UnknownParameterError, match="'market'") as caught:
        q(market=["INV"])
    assert "markets" in caught.value.hint
    with pytest.raises(ParameterValueError):
        q(min_amount="many")
    with pytest.raises(ArgumentError, match="given in the dict and by itself"):
        q({"markets": ["INV"]}, markets=["INV"])
    with pytest.raises(ArgumentError, match="no parameter 'max_agee'") as caught:
        q(max_agee=1)
    assert caught.value.hint == "Did you mean max_age=?"
    with pytest.raises(ArgumentError, match="'Borrows by market' has no parameter 'api_key'"):
        q(api_key="k")


def test_parameter_with_the_name_of_an_argument_stands_in_the_dict(client, demo):
    made = client.queries.create(
        "Timeouts",
        "select '{{ timeout }}' as found",
        data_source_id=client.queries.get(BORROWS).data_source_id,
    )
    try:
        q = watch_query(made.id, client=client)
        with pytest.raises(ArgumentError, match="and an argument of every read"):
            q(timeout="a")
        assert q({"timeout": "a"}, timeout=60)["found"].tolist() == ["a"]
    finally:
        client.queries.archive(made.id)


def test_query_that_is_not_there_is_said_at_once(client):
    with pytest.raises(NotFoundError, match="999999"):
        watch_query(999_999, client=client)


@pytest.mark.parametrize("read", [read_watch_query, submit_watch_query, read_watch_sweep])
def test_parameter_as_a_keyword_shows_the_dict(read):
    with pytest.raises(ArgumentError, match="has no argument 'markets'") as caught:
        read(42, markets=["WETH"])
    assert f"{read.__name__}(42, {{'markets': ['WETH']}})" in caught.value.hint
