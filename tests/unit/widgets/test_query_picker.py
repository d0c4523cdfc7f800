"""The search for a query: the lists of the server, tags, and what is said of each query."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.widgets.conftest import until
from watchframe.models import ParameterDefinition, Query
from watchframe.read import read_watch_query
from watchframe.widgets import QueryPicker
from watchframe.widgets.control import GUARD
from watchframe.widgets.query_picker import entry_text

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


def listed(search):
    return {int(number) for number in search._list.choices}


def is_done(search):
    with GUARD:  # not while the list is made
        return search._listed_for == search._asked


@pytest.fixture
def favorite(client):
    client.queries.favorite(13)
    yield 13
    client.queries.unfavorite(13)


def test_search_of_each_kind(client, favorite):
    search = QueryPicker(client=client)
    until(lambda: is_done(search))
    assert len(listed(search)) == 50
    for kind, found in {"Favorites": {favorite}, "Recent": 10, "Mine": 50}.items():
        search._kinds.value = kind
        until(lambda: is_done(search))
        assert found in (listed(search), len(listed(search))), kind
    search._kinds.value, search._search.value = "Recent", "largest LIQUIDATIONS"
    until(lambda: is_done(search))
    assert listed(search) == {102}, "the server cannot search among these"
    search._search.value = "liquidations of last week"
    until(lambda: is_done(search))
    assert "Try fewer words." in search._status.value
    search.close()


def test_list_that_the_server_lacks_is_left_out(client, demo):
    search = QueryPicker(client=client)
    until(lambda: is_done(search))
    demo.faults.add("GET /api/queries/recent", status=404)
    search._kinds.value = "Recent"
    until(lambda: search._kinds.value == "All" and is_done(search))
    assert search._kinds.options == ("All", "Favorites", "Mine")
    assert len(listed(search)) == 50
    search.close()


def test_tag_is_searched_for_until_pressed_again(client):
    search = QueryPicker("markets", client=client)
    until(lambda: is_done(search) and search._tags.children)
    (tag,) = [each for each in search._tags.children if each.description == "#dropdown"]
    tag.click()
    assert search._search.value == "markets #dropdown"
    assert "wf-chosen" in tag._dom_classes
    until(lambda: is_done(search))
    assert 20 in listed(search)
    tag.click()
    assert search._search.value == "markets"
    assert "wf-chosen" not in tag._dom_classes
    search.close()


def test_chosen_query_tells_of_its_last_run(client):
    read_watch_query(100, client=client, cache="off")
    search = QueryPicker("#dashboards", client=client)
    until(lambda: is_done(search))
    search._chosen("100")
    until(lambda: search.picker is not None)
    assert re.search(r"Last run: [0-9.]+ s, [0-9]+ s ago", search.picker._layout.status.value)
    search.close()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "7  Debts\nnever run as it stands"),
        ({"latest_result_id": 5}, "7  Debts"),
        ({"parameters": (ParameterDefinition(name="n", title="n"),)}, "7  Debts"),
        (
            {
                "owner": "Ada",
                "updated_at": NOW - timedelta(days=3),
                "retrieved_at": NOW - timedelta(hours=2),
                "runtime": 252.4,
                "tags": ("risk", "inv"),
                "description": "\n# All debts\n\nby market",
            },
            "7  Debts\nAda · updated 3 d ago · run 2 h ago in 4 min 12 s · #risk #inv\nAll debts",
        ),
        (
            {"is_draft": True, "is_favorite": True, "latest_result_id": 5},
            "7  Debts  (draft, favorite)",
        ),
        ({"name": "a\nb\x1b[2J", "latest_result_id": 5}, "7  a\\nb\\x1b[2J"),
    ],
)
def test_entry_of_a_query(facts, said):
    assert entry_text(Query(**{"id": 7, "name": "Debts", "text": "", **facts}), NOW) == said
