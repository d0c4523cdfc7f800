"""A shared dashboard's token opens the dashboard and its queries, and nothing besides."""

import re

import pytest
import requests

#: A dashboard that is shared; a query on it without parameters, one with, and two that are not.
SHARED, PLAIN, WITH_PARAMETERS, ELSEWHERE, UNSAFE = 1, 2, 33, 49, 10


@pytest.fixture
def asked(server):
    """Ask with the dashboard's token."""
    token = server.dashboard_token(SHARED)

    def ask(method, path, **more):
        headers = {"Authorization": f"Key {token}"}
        return requests.request(method, server.url + path, headers=headers, timeout=60, **more)

    return ask


def test_public_dashboard_has_queries_without_their_texts(server):
    token = server.dashboard_token(SHARED)
    found = requests.get(f"{server.url}/api/dashboards/public/{token}", timeout=60).json()
    assert found["name"] == "Lending overview"
    queries = [item["visualization"]["query"] for item in found["widgets"][1:]]
    assert [item["id"] for item in queries] == [1, 33, 23, 2]
    assert {tuple(item) for item in queries} == {("id", "name", "description", "options")}
    assert "visualization_id" not in found["widgets"][1]


def test_public_dashboard_of_another_token_is_not_there(server):
    answer = requests.get(f"{server.url}/api/dashboards/public/wrong", timeout=60)
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("Couldn't find resource.")


def test_public_url_opens_a_page(server):
    answer = requests.get(server.public_url(SHARED) + "&p_week=3", timeout=60)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.history == []


def test_token_executes_what_is_on_the_dashboard(asked, finished):
    finished(asked, PLAIN, {})
    kept = asked("POST", f"/api/queries/{PLAIN}/results", json={"max_age": -1}).json()
    assert list(kept["query_result"]) == ["data", "retrieved_at"]
    period = {"period": {"start": "2026-01-01", "end": "2026-01-02"}}
    finished(asked, WITH_PARAMETERS, period)
    body = {"parameters": period, "max_age": -1}
    kept = asked("POST", f"/api/queries/{WITH_PARAMETERS}/results", json=body).json()
    assert "data" in kept["query_result"]


def test_token_gets_no_result_by_its_id(asked, finished):
    """The data source's groups are asked for, and a token has none."""
    number = finished(asked, PLAIN, {})["query_result_id"]
    for path in (f"{PLAIN}/results/{number}.json", f"{PLAIN}/results.json"):
        assert asked("GET", f"/api/queries/{path}").status_code == 403


def test_token_reads_the_definition_of_a_query_on_the_dashboard(asked):
    found = asked("GET", f"/api/queries/{WITH_PARAMETERS}").json()
    assert found["options"]["parameters"][0]["name"] == "period"
    assert found["can_edit"] is False
    assert "is_favorite" not in found


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", f"/api/queries/{ELSEWHERE}", "You don't have the permission"),
        ("POST", f"/api/queries/{ELSEWHERE}/results", "You do not have permission to run queries"),
        ("POST", f"/api/queries/{UNSAFE}/results", "This query contains potentially unsafe"),
        ("POST", f"/api/queries/{PLAIN}", "You don't have the permission"),
        ("GET", "/api/queries", "You don't have the permission"),
        ("GET", "/api/data_sources", "You don't have the permission"),
        ("POST", "/api/query_results", "You do"),
    ],
)
def test_token_reaches_nothing_else(asked, method, path, said):
    answer = asked(method, path, json={"query": "select 1", "data_source_id": 1})
    assert answer.status_code == 403
    found = answer.json()
    assert (found.get("message") or found["job"]["error"]).startswith(said)


def test_token_cancels_a_job_by_its_own_address_alone(asked):
    job = asked("POST", f"/api/queries/{PLAIN}/results", json={"max_age": 0}).json()["job"]["id"]
    assert asked("DELETE", f"/api/queries/{PLAIN}/jobs/{job}").status_code == 500
    assert asked("DELETE", f"/api/jobs/{job}").status_code == 200


def test_session_of_a_token_is_nobody(server, asked):
    user = asked("GET", "/api/session").json()["user"]
    assert user == {"permissions": [], "apiKey": server.dashboard_token(SHARED)}


def test_token_that_was_revoked_is_no_key(server):
    key = {"Authorization": f"Key {server.user_key}"}
    url = f"{server.url}/api/dashboards/2/share"
    token = requests.post(url, headers=key, timeout=60).json()["api_key"]
    assert token == server.dashboard_token(2)
    public = f"{server.url}/api/dashboards/public/{token}"
    assert requests.get(public, timeout=60).status_code == 200
    requests.delete(url, headers=key, timeout=60)
    assert requests.get(public, timeout=60).status_code == 404


def test_embed_opens_with_the_key_of_its_query(server):
    url = f"{server.url}/embed/query/1/visualization/2"
    found = requests.get(url, params={"api_key": server.query_key(1)}, timeout=60)
    assert found.status_code == 200
    assert found.headers["Content-Type"].startswith("text/html")


def test_embed_with_another_key_leads_to_the_login(server):
    url = f"{server.url}/embed/query/1/visualization/2"
    headers = {"Authorization": f"Key {server.user_key}"}
    found = requests.get(url, params={"api_key": server.query_key(2)}, headers=headers, timeout=60)
    assert re.search(r"/login\?next=http", found.url)
    assert [item.status_code for item in found.history] == [302]
    assert found.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("filetype", "content_type"),
    [
        ("json", "application/json"),
        ("csv", "text/csv; charset=UTF-8"),
        ("tsv", "text/tab-separated-values; charset=UTF-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_results_address_with_a_query_key_stands_alone(
    server, asked, finished, filetype, content_type
):
    finished(asked, PLAIN, {})
    url = f"{server.url}/api/queries/{PLAIN}/results.{filetype}"
    found = requests.get(url, params={"api_key": server.query_key(PLAIN)}, timeout=60)
    assert found.status_code == 200
    assert found.headers["Content-Type"] == content_type


def test_log_of_requests_has_no_key_of_an_address(server):
    server.requests.clear()
    url = f"{server.url}/api/queries/{PLAIN}?x=1&api_key={server.query_key(PLAIN)}&y=2"
    requests.get(url, timeout=60)
    assert [item.query for item in server.requests] == ["x=1&api_key=...&y=2"]


def test_key_of_the_address_overrides_the_header(server):
    url = f"{server.url}/api/queries/{PLAIN}"
    headers = {"Authorization": f"Key {server.user_key}"}
    for key in ("", "wrong", server.query_key(ELSEWHERE)):
        answer = requests.get(url, params={"api_key": key}, headers=headers, timeout=60)
        assert answer.status_code == 404
