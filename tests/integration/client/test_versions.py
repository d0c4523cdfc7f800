"""The client against recordings of 8.0, 10.1, 25.8 and the fork, each of which is asked for."""

import warnings
from itertools import islice
from pathlib import Path

import pytest
import requests

from watchframe import Client
from watchframe.client import ResultBody
from watchframe.decode import decode_query_result, to_frame
from watchframe.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    JobCancelledError,
    JobError,
    JobFailedError,
    NotFoundError,
    ProtocolError,
    ResponseError,
    WatchframeWarning,
)
from watchframe.http.deadline import NO_DEADLINE
from watchframe.http.documents import request_json
from watchframe.models import Dashboard, JobStatus

RECORDINGS = Path(__file__).parents[2] / "data" / "wire_versions"
VERSIONS = {"v8": "8.0.0", "v10": "10.1.0", "v25": "25.8.0", "fork": "26.04.0-dev"}
BY_NUMBER = [version for version in VERSIONS if version != "v8"]
PARAMETERS = {
    "markets": ["WETH"],
    "period": {"start": "2024-01-01", "end": "2024-01-09"},
    "min_id": 3,
}
BOARD = {"v8": 12, "v10": 6, "v25": 5, "fork": 4}
JOB_NOT_KNOWN = "00000000-0000-0000-0000-000000000000"
USED = set()


def recorded(*names, versions=tuple(VERSIONS)):
    """Run a test for each of the versions, against a server of these recordings."""
    USED.update((version, name) for version in versions for name in names)
    cases = [(version, names) for version in versions]
    return pytest.mark.parametrize("watch", cases, indirect=True, ids=versions)


def run(name):
    """Return the names of the recordings of one execution."""
    return f"{name}_execute", f"{name}_job", f"{name}_result"


@pytest.fixture
def watch(request, replaying):
    version, names = request.param
    with replaying(version, names) as found:
        assert set(names) == set(found.recorded)
        found.version = version
        yield found


@pytest.fixture
def client_of(watch, tmp_path):
    """Makes clients of the server: one for each key."""
    made = []

    def make(key="USER-KEY"):
        made.append(Client(watch.url, key, cache_dir=tmp_path / "cache", max_retries=0))
        return made[-1]

    yield make
    for client in made:
        client.close()


def ask(watch, method, path):
    """Send what the client would not."""
    key = {"Authorization": "Key USER-KEY"}
    return requests.request(method, f"{watch.url}{path}", headers=key, timeout=10)


def executed(client, query_id, parameters):
    """Return what a new execution gives, decoded."""
    job = client.queries.execute(query_id, parameters, max_age=0)
    done = client.jobs.wait(job)
    return client.query_results.get(done.query_result_id, query_id=query_id)


def assert_recorded(result, exchange, same_rows):
    sent = exchange.body["query_result"]
    assert (result.info.id, result.info.query_text) == (sent["id"], sent["query"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WatchframeWarning)
        same_rows(result.to_frame(), sent["data"])


def decoded(body):
    assert isinstance(body, ResultBody)
    with body:
        found = decode_query_result(body)
    return to_frame(found.table, dtype_backend="numpy_nullable", columns=None, index_col=None)


@recorded("session")
def test_session_is_of_this_version(watch, client_of):
    session = client_of().session()
    assert session.server_version == watch.recorded["session"].body["client_config"]["version"]
    assert session.server_version.startswith(VERSIONS[watch.version].rpartition(".")[0])
    assert (session.user.id, session.user.name) == (1, "admin")


@recorded("session_wrong_key", "session_no_key")
def test_wrong_key_is_refused_as_no_key_is(watch, client_of):
    wrong = watch.recorded["session_wrong_key"]
    with pytest.raises(AuthenticationError):
        client_of(wrong.key).session()
    assert requests.get(f"{watch.url}/api/session", timeout=10).json() == wrong.body


@recorded("queries_page", "queries_page_out_of_range")
def test_list_that_ends_before_its_count_ends(watch, client_of):
    listing = client_of().queries.list()
    page = watch.recorded["queries_page"].body
    assert listing.count() == page["count"]
    assert [item.id for item in listing] == [item["id"] for item in page["results"]]
    assert "page=2" in watch.requests[-1]


@recorded("query", "query_with_its_query_key")
def test_query_is_the_same_under_both_keys(client_of):
    found = client_of().queries.get(24)
    assert found.id == 24
    assert [item.name for item in found.parameters] == ["markets", "period", "min_id"]
    assert client_of("QUERY-24-KEY").queries.get(24).parameters == found.parameters
    assert "KEY" not in repr(found)


@recorded("query_with_other_query_key", "query_not_found")
def test_query_that_is_not_given_says_why(client_of):
    with pytest.raises(AuthenticationError):
        client_of("QUERY-2-KEY").queries.get(24)
    with pytest.raises(NotFoundError, match="it has no query 99999") as caught:
        client_of().queries.get(99999)
    assert "did you mean" not in str(caught.value)


@recorded(*run("plain"))
def test_result_has_every_recorded_value(watch, client_of, same_rows):
    result = executed(client_of(), 2, {})
    assert_recorded(result, watch.recorded["plain_result"], same_rows)


@recorded(*run("plain_query_key"))
def test_result_under_a_query_key_has_every_recorded_value(watch, client_of, same_rows):
    result = executed(client_of("QUERY-2-KEY"), 2, {})
    assert_recorded(result, watch.recorded["plain_query_key_result"], same_rows)


@pytest.mark.slow
@recorded(*run("oddities"), *run("empty"), *run("sqlite"), *run("python"))
def test_result_of_every_kind_of_source_is_read(watch, client_of, same_rows):
    client = client_of()
    for name in ("oddities", "empty", "sqlite", "python"):
        exchange = watch.recorded[f"{name}_result"]
        query_id = int(exchange.request["path"].split("/")[3])
        assert_recorded(executed(client, query_id, {}), exchange, same_rows)


@recorded("plain_cached_post", "plain_cached_post_query_key")
def test_cached_result_is_read_under_both_keys(watch, client_of, same_rows):
    for key, name in (
        ("USER-KEY", "plain_cached_post"),
        ("QUERY-2-KEY", "plain_cached_post_query_key"),
    ):
        body = client_of(key).run_query(2, {}, max_age=-1)
        assert body.from_server_cache
        same_rows(decoded(body), watch.recorded[name].body["query_result"]["data"])


@recorded("plain_results_json", "plain_results_json_key_in_url", "plain_results_csv")
def test_latest_result_is_that_of_the_page_and_csv_is_lossy(watch, client_of, same_rows):
    result = client_of("QUERY-2-KEY").queries.results(2)
    assert_recorded(result, watch.recorded["plain_results_json"], same_rows)
    # The two addresses that people copy from a query's page; the client asks neither.
    path = "/api/queries/2/results"
    shown = requests.get(f"{watch.url}{path}.json?api_key=QUERY-2-KEY", timeout=10).json()
    assert shown == watch.recorded["plain_results_json"].body
    key = {"Authorization": "Key QUERY-2-KEY"}
    text = requests.get(f"{watch.url}{path}.csv", headers=key, timeout=10).text
    assert text.splitlines()[0].split(",") == list(result.to_frame().columns)
    assert "00:00:37" not in text


@recorded("fail_execute", "fail_job", "ddl_no_data_execute", "ddl_no_data_job")
def test_failure_has_the_data_sources_words(client_of):
    client = client_of()
    for query_id, words in (
        (6, 'relation "no_such_table" does not exist'),
        (8, "Query completed but it returned no data."),
    ):
        with pytest.raises(JobFailedError) as caught:
            client.run_query(query_id, {}, max_age=0)
        assert caught.value.reason.startswith(words)


@recorded(*run("parameters"))
def test_parameters_reach_the_sql(watch, client_of, same_rows):
    result = executed(client_of(), 24, PARAMETERS)
    assert "market in ('WETH')" in result.info.query_text
    assert_recorded(result, watch.recorded["parameters_result"], same_rows)


@recorded(*run("parameters_query_key"), "parameters_cached_post_query_key")
def test_query_key_gets_a_result_with_parameters(watch, client_of, same_rows):
    """8.0 answers 404 in more words than the others; the result was lost for that."""
    body = client_of("QUERY-24-KEY").run_query(24, PARAMETERS, max_age=0)
    assert not body.from_server_cache
    cached = watch.recorded["parameters_cached_post_query_key"]
    same_rows(decoded(body), cached.body["query_result"]["data"])


@recorded("parameters_results_get", versions=("v8", "v10"))
def test_latest_result_with_parameters_is_not_there(client_of):
    with pytest.raises(NotFoundError, match="No cached result found") as caught:
        client_of().queries.results(24)
    assert "did you mean" not in str(caught.value)
    assert "or has parameters" in caught.value.hint


@recorded("parameters_results_get", versions=("v25", "fork"))
def test_latest_result_with_parameters_is_of_defaults(watch, client_of, same_rows):
    result = client_of().queries.results(24)
    assert_recorded(result, watch.recorded["parameters_results_get"], same_rows)


@recorded("parameters_missing", "parameters_unfit", "text_query_key_refused")
def test_parameters_that_are_refused_are_named(client_of):
    client = client_of()
    with pytest.raises(ResponseError, match="Missing parameter value for: t"):
        client.run_query(9, {}, max_age=0)
    with pytest.raises(ResponseError, match="incompatible with their definitions: n"):
        client.run_query(11, {"n": "x"}, max_age=0)
    with pytest.raises(AccessDeniedError, match="unsafe parameters") as caught:
        client_of("QUERY-9-KEY").run_query(9, {"t": "x"}, max_age=0)
    assert "not under the query's own key" in caught.value.hint


@recorded("textpattern_execute", versions=("v8", "v10"))
def test_text_pattern_is_refused_by_old_servers(client_of):
    with pytest.raises(ResponseError, match="incompatible with their definitions: t"):
        client_of().run_query(10, {"t": "ab1"}, max_age=0)


@recorded(*run("textpattern"), versions=("v25", "fork"))
def test_text_pattern_is_taken_by_new_servers(watch, client_of, same_rows):
    result = executed(client_of(), 10, {"t": "ab1"})
    assert_recorded(result, watch.recorded["textpattern_result"], same_rows)


@pytest.mark.slow
@recorded(*run("enum_multi"), *run("querydrop"), "dropdown")
def test_choices_are_offered_and_taken(watch, client_of, same_rows):
    client = client_of()
    several = executed(client, 13, {"m": ["WETH", "CRV"]})
    assert_recorded(several, watch.recorded["enum_multi_result"], same_rows)
    options = client_of("QUERY-14-KEY").queries.dropdown_options(14, 1)
    assert [item.value for item in options] == ["crv", "dola", "inv", "wbtc", "weth"]
    one = executed(client, 14, {"m": options[-1].value})
    assert_recorded(one, watch.recorded["querydrop_result"], same_rows)


@recorded("slow_execute", "slow_job_started", "slow_job_cancel", "slow_job_cancelled")
def test_cancelled_job_is_cancelled_by_any_server_name(client_of):
    client = client_of()
    job = client.queries.execute(7, {"seconds": 20}, max_age=0)
    assert client.jobs.get(job.id).status is JobStatus.STARTED
    client.jobs.cancel(job.id)
    with pytest.raises(JobCancelledError) as caught:
        client.jobs.wait(job)
    assert caught.value.job_id == job.id


@recorded("job_unknown", versions=("v8",))
def test_unknown_job_that_stays_pending_ends_in_words(watch, client_of, monkeypatch):
    """8.0 says of every id that it is pending; it was asked again for ever."""
    monkeypatch.setattr("watchframe.client.jobs.UNKNOWN_AFTER", 0.2)
    with pytest.raises(JobError, match="stayed pending") as caught:
        client_of().jobs.wait(JOB_NOT_KNOWN)
    assert caught.value.job_id == JOB_NOT_KNOWN
    assert "does not know" in caught.value.hint
    assert {item.split()[0] for item in watch.requests} == {"GET"}


@pytest.mark.slow
@recorded("job_unknown", versions=BY_NUMBER)
def test_unknown_job_is_an_error_in_words(client_of):
    with pytest.raises(ResponseError, match="500") as caught:
        client_of().jobs.wait(JOB_NOT_KNOWN)
    assert "does not know" in caught.value.hint


@recorded("adhoc_execute")
def test_sql_that_is_not_saved_is_started(watch, client_of):
    job = client_of().query_results.execute("select {{ x }} as one", 1, {"x": 4}, max_age=0)
    assert job.id == watch.recorded["adhoc_execute"].body["job"]["id"]


@pytest.fixture
def board_id(watch):
    """The dashboard that all recordings of dashboards are about."""
    return BOARD[watch.version]


@recorded("dashboard_create", "widget_create", "dashboard_edit", "dashboard_share")
def test_dashboard_is_made_filled_published_and_shared(watch, client_of, board_id):
    client = client_of()
    board = client.dashboards.create("Dialect board")
    assert (board.id, board.slug, board.version) == (board_id, "dialect-board", 1)
    position = {"col": 0, "row": 0, "sizeX": 3, "sizeY": 8}
    made = client.widgets.create(
        board.id, visualization_id=2, options={"position": position}, width=1
    )
    assert made.query.id == 2
    changed = client.dashboards.update(board, name="Dialect board", is_draft=False)
    assert (changed.id, changed.version, changed.is_draft) == (board_id, 2, False)
    assert "/public/dashboards/" in client.dashboards.share(board.id)


@recorded("dashboards", "dashboard_by_id", "dashboard_by_slug", "dashboard_by_slug_legacy")
def test_dashboard_is_found_by_its_number_and_its_slug(watch, client_of, board_id):
    client = client_of()
    found = client.dashboards.get(board_id)
    assert (found.id, found.slug, len(found.widgets)) == (board_id, "dialect-board", 1)
    assert client.dashboards.get("dialect-board") == found
    assert next(iter(client.dashboards.list())).id == board_id
    if watch.version != "v8":  # 8.0 has it at this address; the others fail
        assert ask(watch, "GET", "/api/dashboards/dialect-board").status_code == 500


@recorded(
    "dashboard_edit_conflict",
    "dashboard_by_id",
    "dashboards",
    "dashboard_by_slug",
    versions=("v8",),
)
def test_conflict_names_both_versions_on_version_8(client_of):
    assert_conflict(client_of(), BOARD["v8"])


@recorded("dashboard_edit_conflict", "dashboard_by_id", versions=BY_NUMBER)
def test_conflict_names_both_versions(client_of, board_id):
    assert_conflict(client_of(), board_id)


def assert_conflict(client, board_id):
    with pytest.raises(ConflictError) as caught:
        client.dashboards.update(Dashboard(id=board_id, slug="x", name="", version=0), name="x")
    assert (caught.value.given_version, caught.value.current_version) == (0, 1)
    assert caught.value.current.id == board_id


@recorded(
    "dashboard_by_id",
    "dashboards",
    "dashboard_by_slug",
    "dashboard_archive_by_slug",
    "dashboard_archive_by_id",
    versions=("v8",),
)
def test_dashboard_is_archived_by_its_slug_on_version_8(watch, client_of):
    archived = client_of().dashboards.archive(12)
    assert (archived.id, archived.is_archived) == (12, True)
    assert [item for item in watch.requests if item.startswith("DELETE")] == [
        "DELETE /api/dashboards/dialect-board"
    ]
    assert ask(watch, "DELETE", "/api/dashboards/12").status_code == 500


@recorded(
    "dashboard_by_id",
    "dashboard_archive_by_id",
    "dashboard_archive_by_slug",
    versions=BY_NUMBER,
)
def test_dashboard_is_archived_by_its_number(watch, client_of, board_id):
    archived = client_of().dashboards.archive(board_id)
    assert (archived.id, archived.is_archived) == (board_id, True)
    assert ask(watch, "DELETE", "/api/dashboards/dialect-board").status_code == 500


@recorded("dashboards_my", versions=("v8",))
def test_list_that_old_servers_lack_is_named(client_of):
    with pytest.raises(NotFoundError, match=r"an older version, has no list of the dashboards"):
        client_of().dashboards.list(is_mine=True).count()


@recorded("dashboards_my", versions=BY_NUMBER)
def test_own_dashboards_are_listed(watch, client_of):
    page = watch.recorded["dashboards_my"].body
    found = islice(client_of().dashboards.list(is_mine=True), len(page["results"]))
    assert [item.id for item in found] == [item["id"] for item in page["results"]]


@recorded("dashboard_fork", versions=("v8", "v10"))
def test_copying_that_old_servers_lack_is_named(client_of, board_id):
    with pytest.raises(NotFoundError, match=r"an older version, has no copying") as caught:
        client_of().dashboards.fork(board_id)
    assert caught.value.status == 405


@recorded("dashboard_fork", versions=("v25", "fork"))
def test_dashboard_is_copied(client_of, board_id):
    assert client_of().dashboards.fork(board_id).id == board_id + 1


@recorded("dashboard_public")
def test_public_dashboard_is_not_taken_for_one_with_an_id(watch):
    """It names neither itself nor its visualizations by ids."""
    shown = requests.get(f"{watch.url}/api/dashboards/public/SHARE-TOKEN", timeout=10).json()
    assert shown["widgets"][0]["visualization"]["query"]["id"] == 2
    with pytest.raises(ProtocolError, match="'id' is nothing"):
        Dashboard.from_json(shown)
    read = Dashboard.from_shared_json(shown)
    assert (read.id, read.name, read.widgets[0].title) == (0, "Dialect board", "plain")


@recorded("alerts")
def test_alerts_are_listed_with_their_queries(watch, client_of):
    found = client_of().alerts.list()
    assert [item.id for item in found] == [item["id"] for item in watch.recorded["alerts"].body]
    assert all(item.query_id for item in found)
    assert "KEY" not in f"{found!r} {[item.more for item in found]}"


@recorded("unknown_route", "unknown_route_post")
def test_route_that_is_not_there_is_an_error_in_words(client_of):
    transport = client_of()._transport
    with pytest.raises(ProtocolError, match="text/html, not with application/json"):
        request_json(transport, "GET", "/api/no_such_thing", deadline=NO_DEADLINE)
    with pytest.raises(NotFoundError, match="has no route POST /api/no_such_thing"):
        request_json(transport, "POST", "/api/no_such_thing", deadline=NO_DEADLINE, json={})


def test_every_recording_is_used():
    for version in VERSIONS:
        found = {path.stem[4:] for path in (RECORDINGS / version).glob("*.json")}
        assert found == {name for used, name in USED if used == version}
