"""What a run would take, by what is known without asking the server."""

from __future__ import annotations

import re

import pytest

from tests.unit.widgets.conftest import WITHIN
from watchframe.display import duration_words
from watchframe.models import ParameterDefinition
from watchframe.read import read_watch_query
from watchframe.widgets import pick


def said(picker):
    return picker._layout.status.value


@pytest.fixture
def query(client):
    """A query of its own, with a parameter."""
    definition = ParameterDefinition(name="n", type="number", title="How many", default=3)
    text = "select * from range({{ n }})"
    return client.queries.create("Numbers", text, 1, parameters=[definition]).id


def test_rows_of_the_cache_are_shown_without_a_request(client, demo, query):
    rows = read_watch_query(query, {"n": 4}, client=client)
    before = len(demo.requests)
    picker = pick(query, {"n": 4}, client=client)
    assert picker.status == "done", "it is displayed with its rows"
    assert picker.df.equals(rows)
    assert "from the local cache" in said(picker)
    asked = [request.path for request in demo.requests[before:]]
    assert asked == [f"/api/queries/{query}"], "the definition, of which the picker is made"


@pytest.mark.parametrize("arguments", [{"run": False}, {"max_age": 0}])
def test_rows_of_the_cache_stay_there(client, query, arguments):
    read_watch_query(query, {"n": 4}, client=client)
    picker = pick(query, {"n": 4}, client=client, **arguments)
    assert (picker.status, picker.df) == ("ready", None)
    assert re.search(r" s, 4 rows, \d+ s ago; other values may take longer\.", said(picker))


def test_run_that_was_never_made_is_not_judged(client, query):
    picker = pick(query, client=client)
    assert "Ready.<" in said(picker)
    picker.wait(WITHIN)
    assert "3 rows" in said(pick(query, {"n": 5}, client=client))
    read_watch_query(query, {"n": 8}, client=client)
    newest = pick(query, {"n": 5}, client=client)
    assert "8 rows" in said(newest), "of the newest result"
    newest.controls["n"].set("many")
    assert newest.url.endswith(f"/queries/{query}"), "without what cannot be sent"


def test_result_that_the_server_has_is_told(client, demo, tmp_path):
    query = client.queries.create("One", "select 1 as one", 1).id
    read_watch_query(query, client=client, cache="off")
    picker = pick(query, client=client)
    assert "The server has these rows: Run fetches them." in said(picker)
    assert "server has" not in said(pick(query, max_age=0, client=client))


def test_values_set_after_opening_are_waited_for(client, query, awaited):
    read_watch_query(query, {"n": 4}, client=client)
    one, two = (pick(query, {"n": 4}, client=client) for _ in range(2))
    one.update({"n": 6})
    two.update({"n": 6})
    assert len(one.wait(WITHIN)) == len(awaited(two.result())) == 6
    one.update({"n": 4})
    assert len(one.wait(WITHIN)) == 6, "the frame of the last run that was asked for"


def test_run_button_counts_values_that_changed(client, query):
    picker = pick(query, client=client)
    button = picker._layout.bar.run_button
    picker.update({"n": 7})
    assert button.description == "Run", "nothing is shown yet"
    picker.wait(WITHIN)
    picker.update({"n": 8})
    assert (button.description, picker.changed) == ("Run · 1 changed", ["n"])
    assert button.tooltip == "Run the query. Changed: How many"
    picker.update({"n": 7})
    assert (button.description, button.tooltip) == ("Run", "Run the query")
    picker.update({"n": 8})
    picker.run()
    assert button.description == "Run", "what runs has these values"
    picker.wait(WITHIN)
    assert (button.description, picker.changed) == ("Run", [])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.02, "0.1 s"), (4.26, "4.3 s"), (42.4, "42 s"), (252.4, "4 min 12 s"), (3600, "60 min 0 s")],
)
def test_duration(seconds, words):
    assert duration_words(seconds) == words
