"""A member sees and does what a member may; an administrator everything."""

import pytest
import requests

from watchframe.demo import DemoServer
from watchframe.demo.catalogue_types import PYTHON_SOURCE, Catalogue, SavedParameter, SavedQuery
from watchframe.demo.sources import SQLITE_SOURCE

#: A query that a member may run; on the source that members only view: one that is safe, and one
#: that takes free text; a draft; and one on a source that is not for members.
OWN, SAFE, UNSAFE, DRAFT, HIDDEN = 1, 2, 3, 4, 5
SCRIPT = "result = {}\nadd_result_column(result, 'a', 'a', 'string')\n"
CATALOGUE = Catalogue(
    queries=(
        SavedQuery(id=OWN, name="Own", text="select 1 as a"),
        SavedQuery(id=SAFE, name="Safe", text=SCRIPT, data_source_id=PYTHON_SOURCE),
        SavedQuery(
            id=UNSAFE,
            name="Unsafe",
            text=SCRIPT + "x = '{{ t }}'",
            data_source_id=PYTHON_SOURCE,
            parameters=(SavedParameter("t", "text", "T", "x"),),
        ),
        SavedQuery(id=DRAFT, name="Draft", text="select 2 as a", is_draft=True),
        SavedQuery(id=HIDDEN, name="Hidden", text="select 3 as a", data_source_id=SQLITE_SOURCE),
    ),
    dashboards=(),
)


@pytest.fixture(scope="module")
def site():
    with DemoServer(events=10, catalogue=CATALOGUE) as found:
        yield found


@pytest.fixture
def asked(site):
    """Ask with the member's key."""

    def ask(method, path, **more):
        headers = {"Authorization": f"Key {site.member_key}"}
        return requests.request(method, site.url + path, headers=headers, timeout=60, **more)

    return ask


def test_session_of_a_member_has_no_admin_permission(asked):
    user = asked("GET", "/api/session").json()["user"]
    assert user["name"] == "Ada Moreau"
    assert "execute_query" in user["permissions"]
    assert "admin" not in user["permissions"]


def test_lists_have_what_a_member_may_see(asked):
    assert {item["id"] for item in asked("GET", "/api/queries").json()["results"]} == {1, 2, 3}
    assert asked("GET", "/api/queries/my").json()["count"] == 0
    sources = {item["name"]: item["view_only"] for item in asked("GET", "/api/data_sources").json()}
    assert sources == {"Lending": False, "Lending (DuckDB)": False, "Python": True}
    assert [group["name"] for group in asked("GET", "/api/groups").json()] == ["default"]


def test_member_runs_what_is_safe_or_on_an_open_source(asked, finished):
    for number in (OWN, SAFE, DRAFT):
        result = finished(asked, number, {})["query_result_id"]
        assert asked("GET", f"/api/queries/{number}/results/{result}.json").status_code == 200


@pytest.mark.parametrize(
    ("query_id", "said"),
    [
        (UNSAFE, "This query contains potentially unsafe parameters and cannot be executed with"),
        (HIDDEN, "You do not have permission to run queries with this data source."),
    ],
)
def test_member_is_refused_with_the_reason(asked, query_id, said):
    answer = asked("POST", f"/api/queries/{query_id}/results", json={"parameters": {"t": "x"}})
    assert answer.status_code == 403
    assert answer.json()["job"]["status"] == 4
    assert answer.json()["job"]["error"].startswith(said)


def test_member_runs_sql_of_its_own_where_that_is_open(asked):
    for source, status in ((1, 200), (PYTHON_SOURCE, 403), (SQLITE_SOURCE, 403)):
        body = {"query": "select 1 as a", "data_source_id": source}
        assert asked("POST", "/api/query_results", json=body).status_code == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/api/queries/{HIDDEN}"),
        ("POST", f"/api/queries/{OWN}"),
        ("DELETE", f"/api/queries/{OWN}"),
        ("POST", f"/api/queries/{OWN}/regenerate_api_key"),
        ("POST", f"/api/queries/{SAFE}/fork"),
        ("GET", f"/api/data_sources/{SQLITE_SOURCE}/schema"),
        ("POST", "/api/data_sources"),
        ("POST", "/api/users"),
        ("POST", "/api/users/1"),
        ("GET", "/api/groups/1"),
        ("GET", "/api/destinations/types"),
    ],
)
def test_member_is_refused(asked, method, path):
    answer = asked(method, path, json={})
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("You don't have ")


def test_member_owns_what_it_makes(site, asked):
    body = {"name": "Mine", "query": "select 4 as a", "data_source_id": 1}
    made = asked("POST", "/api/queries", json=body).json()
    assert made["user"]["name"] == "Ada Moreau"
    assert [item["id"] for item in asked("GET", "/api/queries/my").json()["results"]] == [
        made["id"]
    ]
    assert asked("POST", f"/api/queries/{made['id']}", json={"name": "M"}).status_code == 200
    assert asked("GET", f"/api/queries/{made['id']}").json()["can_edit"] is True
    assert asked("GET", f"/api/queries/{OWN}").json()["can_edit"] is False
    asked("POST", f"/api/queries/{OWN}/favorite")
    assert asked("GET", f"/api/queries/{OWN}").json()["is_favorite"] is True
    key = {"Authorization": f"Key {site.user_key}"}
    others = requests.get(f"{site.url}/api/queries/{OWN}", headers=key, timeout=60).json()
    assert others["is_favorite"] is False
    assert asked("DELETE", f"/api/queries/{made['id']}").status_code == 200


def test_widget_of_a_hidden_query_is_restricted(site, asked):
    key = {"Authorization": f"Key {site.user_key}"}

    def admin(method, path, **more):
        return requests.request(method, site.url + path, headers=key, timeout=60, **more).json()

    board = admin("POST", "/api/dashboards", json={"name": "Board"})["id"]
    shown = admin("GET", f"/api/queries/{HIDDEN}")["visualizations"][0]["id"]
    admin("POST", "/api/widgets", json={"dashboard_id": board, "visualization_id": shown})
    admin("POST", f"/api/dashboards/{board}", json={"is_draft": False})
    (widget,) = asked("GET", f"/api/dashboards/{board}").json()["widgets"]
    assert widget["restricted"] is True
    assert "visualization" not in widget
    assert asked("GET", "/api/dashboards").json()["count"] == 0
    assert asked("POST", f"/api/dashboards/{board}/share").status_code == 403


def test_key_of_a_disabled_user_is_none(site):
    key = {"Authorization": f"Key {site.user_key}"}
    url = f"{site.url}/api/users/3"
    own = requests.get(url, headers=key, timeout=60).json()["api_key"]
    session = f"{site.url}/api/session"
    headers = {"Authorization": f"Key {own}"}
    assert requests.get(session, headers=headers, timeout=60).status_code == 404
    requests.delete(f"{url}/disable", headers=key, timeout=60)
    assert requests.get(session, headers=headers, timeout=60).status_code == 200
    requests.post(f"{url}/disable", headers=key, timeout=60)
