"""redash-toolbelt's own client gets from the demo server what it expects of a real one.

It shares no code and no author with this library, so it checks the server from outside. Every
public method is called, and its answer looked at.
"""

import inspect
import re
from pathlib import Path

import pytest
import requests
from redash_toolbelt import Redash

from watchframe.demo import DemoServer

LENDING = 1
CHART = {"globalSeriesType": "line", "columnMapping": {"day": "x", "total": "y"}}


@pytest.fixture(scope="module")
def server():
    with DemoServer(events=10) as found:
        yield found


@pytest.fixture
def toolbelt(server):
    redash = Redash(server.url, server.user_key)
    yield redash
    redash.session.close()


@pytest.fixture
def query(toolbelt):
    answer = toolbelt.create_query(
        {
            "name": "rows by day",
            "query": "select 1 as n",
            "data_source_id": LENDING,
            "description": "made from outside",
            "options": {"parameters": []},
        }
    )
    return answer.json()


def test_credentials(toolbelt, server):
    assert toolbelt.test_credentials() is True
    wrong = Redash(server.url, "wrong")
    assert wrong.test_credentials() is False
    wrong.session.close()


def test_query_is_made_read_and_changed(toolbelt, query):
    found = toolbelt.get_query(query["id"])
    assert (found["name"], found["query"], found["is_draft"]) == (
        "rows by day",
        "select 1 as n",
        True,
    )
    assert [item["type"] for item in found["visualizations"]] == ["TABLE"]
    changed = toolbelt.update_query(query["id"], {"name": "rows", "tags": ["lend"]}).json()
    assert (changed["name"], changed["tags"]) == ("rows", ["lend"])
    assert toolbelt.get_query(query["id"])["query"] == "select 1 as n"


def test_pages_of_queries_hold_each_query_once(toolbelt, query):
    first = toolbelt.queries(page=1, page_size=10)
    assert (first["page"], first["page_size"], len(first["results"])) == (1, 10, 10)
    whole = toolbelt.paginate(toolbelt.queries, page_size=10)
    ids = [item["id"] for item in whole]
    assert len(ids) == len(set(ids)) == first["count"]
    assert query["id"] in ids


def test_favourites(toolbelt, query):
    assert toolbelt.create_favorite("query", query["id"]).status_code == 200
    marked = toolbelt.queries(only_favorites=True)
    assert query["id"] in [item["id"] for item in marked["results"]]
    dashboard = toolbelt.create_dashboard("marked")
    assert toolbelt.create_favorite("dashboard", dashboard["id"]).status_code == 200
    marked = toolbelt.dashboards(only_favorites=True)
    assert [item["id"] for item in marked["results"]] == [dashboard["id"]]


def test_copies_of_queries(toolbelt, query):
    copy = toolbelt.duplicate_query(query["id"])
    assert copy["name"] == f"Copy of (#{query['id']}) rows by day"
    named = toolbelt.duplicate_query(query["id"], new_name="mine")
    assert (named["name"], named["query"]) == ("mine", "select 1 as n")
    assert len({query["id"], copy["id"], named["id"]}) == 3


def test_scheduled_queries_are_those_with_a_schedule(toolbelt, query):
    assert query["id"] not in [item["id"] for item in toolbelt.scheduled_queries()]
    schedule = {"interval": 3600, "time": None, "day_of_week": None, "until": None}
    toolbelt.update_query(query["id"], {"schedule": schedule})
    found = {item["id"]: item for item in toolbelt.scheduled_queries()}
    assert found[query["id"]]["schedule"]["interval"] == 3600


def test_visualization_is_changed(toolbelt, query):
    number = query["visualizations"][0]["id"]
    changed = toolbelt.update_visualization(number, {"name": "Totals", "options": CHART}).json()
    assert (changed["name"], changed["options"]) == ("Totals", CHART)
    (shown,) = toolbelt.get_query(query["id"])["visualizations"]
    assert shown["name"] == "Totals"


def test_dashboard_with_widgets_is_made_and_copied(toolbelt, query, server):
    made = toolbelt.create_dashboard("From outside")
    assert (made["slug"], made["is_draft"]) == ("from-outside", True)
    changed = toolbelt.update_dashboard(made["id"], {"tags": ["lend"], "is_draft": False})
    assert (changed["tags"], changed["is_draft"]) == (["lend"], False)
    position = {"position": {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}}
    chart = toolbelt.create_widget(made["id"], query["visualizations"][0]["id"], "", position)
    assert chart.json()["visualization"]["query"]["id"] == query["id"]
    text = toolbelt.create_widget(made["id"], None, "# Read me", {"position": {"col": 3, "row": 0}})
    assert text.json()["text"] == "# Read me"
    whole = toolbelt.get_dashboard(made["id"])
    assert [item["text"] for item in whole["widgets"]] == ["", "# Read me"]
    assert "visualization" not in whole["widgets"][1]

    copy = toolbelt.duplicate_dashboard(made["id"], new_name="Mine")
    copied = toolbelt.dashboard(copy["id"])
    assert (copied["name"], copied["tags"]) == ("Mine", ["lend"])
    assert [item["options"] for item in copied["widgets"]] == [
        item["options"] for item in whole["widgets"]
    ]
    assert "Mine" in [item["name"] for item in toolbelt.paginate(toolbelt.dashboards)]


def test_dashboard_by_slug_is_refused_as_by_new_servers(toolbelt):
    with pytest.raises(requests.HTTPError, match="500"):
        toolbelt.dashboard("from-outside")


def test_users_are_listed_and_disabled(toolbelt):
    enabled = toolbelt.users()
    assert "Admin" in [item["name"] for item in enabled["results"]]
    assert not any(item["is_disabled"] for item in enabled["results"])
    number = next(item["id"] for item in enabled["results"] if item["name"] == "Ada Moreau")
    assert toolbelt.disable_user(number)["is_disabled"] is True
    disabled = toolbelt.users(only_disabled=True)["results"]
    assert number in [item["id"] for item in disabled]
    assert all(item["is_disabled"] for item in disabled)


def test_data_sources_are_listed_and_made(toolbelt):
    assert {item["type"] for item in toolbelt.get_data_sources()} >= {"pg", "duckdb", "python"}
    options = {"host": "db.invalid", "dbname": "lend", "password": "hunter2"}
    made = toolbelt.create_data_source("elsewhere", "pg", options).json()
    found = toolbelt.get_data_source(made["id"])
    assert (found["name"], found["type"]) == ("elsewhere", "pg")
    assert found["options"] == {"host": "db.invalid", "dbname": "lend", "password": "--------"}


def test_alerts_are_made_listed_and_changed(toolbelt, query):
    rule = {"column": "n", "op": ">", "value": 0}
    made = toolbelt.create_alert("too many", rule, query["id"])
    assert made["query"]["id"] == query["id"]
    assert toolbelt.get_alert(made["id"])["options"] == rule
    assert made["id"] in [item["id"] for item in toolbelt.alerts()]
    changed = toolbelt.update_alert(made["id"], name="far too many", rearm=60).json()
    assert (changed["name"], changed["rearm"], changed["options"]) == ("far too many", 60, rule)


def test_every_public_method_is_called_above():
    called = set(re.findall(r"\btoolbelt\.(\w+)", Path(__file__).read_text()))
    methods = {
        name
        for name, _ in inspect.getmembers(Redash, inspect.isfunction)
        if not name.startswith("_")
    }
    assert methods - called == set()
