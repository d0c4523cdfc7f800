"""What a version answers in its own way, where no recording plays it through."""

import contextlib
import json
import time

import pytest
import requests

from watchframe.demo import DemoServer
from watchframe.demo.catalogue_fork import FORK_QUERIES
from watchframe.demo.dialects import DIALECTS

EVENTS = 50


@pytest.fixture(scope="module")
def site_of():
    """Returns a server of a version, one for all tests."""
    with contextlib.ExitStack() as opened:
        running = {}

        def site_of(version):
            if version not in running:
                server = DemoServer(events=EVENTS, version=version, workers=1)
                running[version] = opened.enter_context(server)
            return running[version]

        yield site_of


@pytest.fixture
def asker(site_of):
    """Returns a function that asks a version's server with the administrator's key."""

    def asker(version):
        site = site_of(version)
        key = {"Authorization": f"Key {site.user_key}"}

        def ask(method, path, **more):
            return requests.request(method, site.url + path, headers=key, timeout=60, **more)

        return ask

    return asker


@pytest.fixture
def run(asker, finished):
    """Run SQL on a source of a version; return the data of its result."""

    def run(version, text, source=1):
        ask = asker(version)
        body = {"name": "made", "query": text, "data_source_id": source}
        number = ask("POST", "/api/queries", json=body).json()["id"]
        result = finished(ask, number, {})["query_result_id"]
        # Not `.json()`: with simplejson, which kaleido brings, it refuses the oldest one's NaN.
        text = ask("GET", f"/api/query_results/{result}.json").text
        return json.loads(text)["query_result"]["data"]

    return run


def test_version_that_is_not_known_names_those_that_are():
    with pytest.raises(ValueError, match=r"26\.8, fork, not '9'"):
        DemoServer(version="9")


@pytest.mark.parametrize("version", DIALECTS)
def test_session_says_the_version(asker, version):
    found = asker(version)("GET", "/api/session").json()["client_config"]["version"]
    assert found.startswith({"fork": "26.04", "26.8": "26.08"}.get(version, version))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("8.0", [3, 0.5]), ("10.1", [3, 0.5]), ("25.8", [3.0, 0.5]), ("fork", [3.0, 0.5])],
)
def test_whole_numeric_is_exact_on_old_versions(run, version, expected):
    text = "select unnest([3, 0.5])::decimal(10, 2) as n"
    found = [row["n"] for row in run(version, text)["rows"]]
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


def test_nan_is_a_literal_on_the_oldest_version_alone(run, asker, finished):
    text = "select 'nan'::float as n, [1, 'infinity'::double] as l"
    assert run("10.1", text)["rows"] == [{"n": None, "l": [1.0, None]}]
    (row,) = run("8.0", text)["rows"]  # Python reads the literals
    assert str(row) in ("{'n': nan, 'l': [1.0, inf]}", "{'l': [1.0, inf], 'n': nan}")


@pytest.mark.parametrize(("version", "status"), [("8.0", 400), ("10.1", 400), ("25.8", 200)])
def test_pattern_of_text_is_a_type_that_old_versions_do_not_know(asker, version, status):
    body = {"parameters": {"hash": "0x00ff"}}
    assert asker(version)("POST", "/api/queries/11/results", json=body).status_code == status


@pytest.mark.parametrize("version", DIALECTS)
def test_latest_result_of_a_query_with_parameters(asker, finished, version):
    ask = asker(version)
    path = "/api/queries/33/results.json"
    assert ask("GET", path).status_code == 404
    finished(ask, 33, {"period": {"start": "2026-01-01", "end": "2026-01-31"}})
    assert ask("GET", path).status_code == (404 if version in ("8.0", "10.1") else 200)


@pytest.mark.parametrize(
    ("version", "content_type"),
    [("8.0", "text/csv"), ("10.1", "text/tab-separated-values"), ("26.8", "text/tab-separated")],
)
def test_tsv_is_a_csv_on_the_oldest_version(asker, finished, version, content_type):
    ask = asker(version)
    finished(ask, 20, {})
    answer = ask("GET", "/api/queries/20/results.tsv")
    assert answer.headers["Content-Type"].startswith(content_type)
    assert (b"\t" in answer.content) is (version != "8.0")


@pytest.mark.parametrize(
    ("version", "waiting", "running"),
    [
        ("8.0", "revoked", "terminated"),
        ("10.1", "Query cancelled by user.", "Query cancelled by user."),
    ],
)
def test_cancelled_job_says_so_in_the_words_of_its_version(asker, version, waiting, running):
    ask = asker(version)
    jobs = [
        ask("POST", "/api/queries/50/results", json={"parameters": {"seconds": 30 + more}}).json()
        for more in range(2)
    ]
    first, second = (job["job"]["id"] for job in jobs)  # there is one worker
    while ask("GET", f"/api/jobs/{first}").json()["job"]["status"] != 2:
        time.sleep(0.01)
    for job in (second, first):
        assert ask("DELETE", f"/api/jobs/{job}").status_code == 200
    for job, words in ((first, running), (second, waiting)):
        found = ask("GET", f"/api/jobs/{job}").json()["job"]
        assert (found["status"], found["error"]) == (4, words)


def test_dashboard_by_slug_is_found_by_a_slug_of_digits_too(asker):
    ask = asker("8.0")
    made = ask("POST", "/api/dashboards", json={"name": "1"}).json()
    assert made["slug"] == "1"
    assert ask("GET", "/api/dashboards/1").json()["id"] == made["id"] != 1
    assert ask("GET", "/api/dashboards/lending-overview").json()["id"] == 1
    assert ask("POST", "/api/dashboards/lending-overview/favorite").status_code == 200
    assert ask("GET", "/api/dashboards/favorites").json()["results"][0]["id"] == 1


def test_dashboard_has_a_grid_of_as_many_columns_as_then(asker):
    widths = [
        asker(version)("GET", f"/api/dashboards/{address}").json()["widgets"][1]["options"]
        for version, address in (("8.0", "lending-overview"), ("10.1", "1"), ("25.8", "1"))
    ]
    assert [item["position"]["sizeX"] for item in widths] == [3, 3, 6]


def test_address_that_an_old_version_guesses_has_its_names(asker):
    said = asker("8.0")("GET", "/api/queries/999").json()["message"]
    assert said.startswith("The requested URL was not found on the server.  If you entered")
    assert " You have requested this URI [/api/queries/999] but did you mean /api/queries/" in said
    assert "<query_id>" in said


@pytest.mark.parametrize(
    ("version", "method", "path", "status"),
    [
        ("8.0", "POST", "/api/alerts/1/mute", 405),
        ("10.1", "POST", "/api/alerts/1/mute", 404),
        ("10.1", "POST", "/api/dashboards/1/fork", 405),
        ("25.8", "POST", "/api/dashboards/1/fork", 200),
        ("8.0", "GET", "/api/dashboards/my", 404),
    ],
)
def test_route_that_an_old_version_lacks(asker, version, method, path, status):
    assert asker(version)(method, path).status_code == status


def test_list_by_update_is_an_order_of_the_fork(asker):
    for version, expected in (("fork", [2, 1]), ("26.8", [1, 2])):
        ask = asker(version)
        ask("POST", "/api/queries/2", json={"description": "edited"})
        found = ask("GET", "/api/queries?order=-updated_at&page_size=250").json()["results"]
        first = [item["id"] for item in found if item["id"] in (1, 2)]
        assert first == expected


def test_spec_needs_no_key_and_only_the_fork_has_it(site_of):
    found = requests.get(f"{site_of('fork').url}/api/spec", timeout=60).json()
    assert found["swagger"] == "2.0"
    assert found["paths"]["/api/queries/{query_id}"]["get"]["parameters"][0]["name"] == "query_id"
    assert requests.get(f"{site_of('26.8').url}/api/spec", timeout=60).status_code == 404


def test_alert_that_is_triggered_is_an_event(asker, finished):
    ask = asker("fork")
    options = {"column": "price_usd", "op": ">", "value": 1000}
    body = {"name": "High", "query_id": 78, "options": options}
    alert = ask("POST", "/api/alerts", json=body).json()["id"]
    ask("POST", f"/api/alerts/{alert}/subscriptions", json={})
    path = f"/api/alerts/{alert}/events"
    assert ask("GET", path).json()["count"] == 0
    for _ in range(2):
        finished(ask, 78, {})  # the second time nothing is new
    assert ask("GET", f"/api/alerts/{alert}").json()["state"] == "triggered"
    (event,) = ask("GET", path).json()["results"]
    assert (event["state"], event["status"], event["alert"]["name"]) == ("triggered", "ok", "High")
    assert event["user"]["name"] == "Admin"


@pytest.mark.parametrize("query", FORK_QUERIES, ids=lambda query: query.name)
def test_query_of_the_fork_runs_with_its_defaults(asker, finished, query):
    ask = asker("fork")
    finished(ask, 2, {})  # which query 82 takes from the cache
    values = {item.name: item.value for item in query.parameters}
    result = finished(ask, query.id, values)["query_result_id"]
    data = ask("GET", f"/api/query_results/{result}.json").json()["query_result"]["data"]
    assert bool(data["rows"]) is ("empty" not in query.tags)


def test_digits_of_uint256_are_texts_declared_integer(asker, finished):
    ask = asker("fork")
    result = finished(ask, 80, {})["query_result_id"]
    data = ask("GET", f"/api/query_results/{result}.json").json()["query_result"]["data"]
    types = {column["name"]: column["type"] for column in data["columns"]}
    assert types["value"] == "integer"
    assert data["rows"][0]["value"] == str(2**256 - 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("attach database '{path}' as stolen", "not authorized"),
        ("select load_extension('x')", "not authorized"),
        ("pragma journal_mode", "not authorized"),
        ("create table t (a)", "not authorized"),
        ("select 1 from query_999", "Query 999 does not exist."),
        ("select * from query_{own}", "Failed loading results for query id"),
        ("select zeroblob(900000000)", "string or blob too big"),
    ],
)
def test_query_results_reach_nothing_but_results(asker, tmp_path, text, said):
    ask = asker("fork")
    body = {"name": "made", "query": "", "data_source_id": 5}
    number = ask("POST", "/api/queries", json=body).json()["id"]
    text = text.format(path=tmp_path / "x.db", own=number)
    ask("POST", f"/api/queries/{number}", json={"query": text})
    job = ask("POST", f"/api/queries/{number}/results", json={"max_age": 0}).json()["job"]
    while job["status"] in (1, 2):
        time.sleep(0.01)
        job = ask("GET", f"/api/jobs/{job['id']}").json()["job"]
    assert job["status"] == 4
    assert said in job["error"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "text", "said"),
    [
        (6, "event_name: Transfer", "contract_address is required."),
        (6, "contract_address: x\nevent_name: y\nstart_block: soon\nend_block: latest", "a number"),
        (9, "endpoint: nowhere", "There is no endpoint 'nowhere'"),
        (11, "{ nothing { id } }", "There is no field 'nothing'"),
        (12, "path: x", "url is required."),
    ],
)
def test_source_of_the_fork_says_what_it_misses(asker, source, text, said):
    ask = asker("fork")
    job = ask("POST", "/api/query_results", json={"query": text, "data_source_id": source}).json()
    job = job["job"]
    while job["status"] in (1, 2):
        time.sleep(0.01)
        job = ask("GET", f"/api/jobs/{job['id']}").json()["job"]
    assert said in job["error"]
