"""Answers about another object than the one asked for: one error that names both, and no harm."""

import json

import pytest

from watchframe.errors import AuthenticationError, NotFoundError, ProtocolError
from watchframe.models import Query, Widget

JSON = {"Content-Type": "application/json"}
#: An object of any kind that was not asked for.
OTHER = {
    "id": 77,
    "name": "Other",
    "query": "select 1",
    "slug": "other",
    "trigger": "other",
    "snippet": "select 1",
    "api_key": "k",
}
PAGE = b"<!doctype html><title>405 Method Not Allowed</title><h1>Method Not Allowed</h1>"
GUESS = " You have requested this URI [/api/x] but did you mean /api/dashboards/<dashboard_slug> ?"


def answer(server, path, body, *, status=200, times=99):
    sent = json.dumps(body).encode()
    server.faults.add(path, status=status, headers=JSON, body=sent, times=times)


def writes(server):
    return [f"{item.method} {item.path}" for item in server.requests if item.method != "GET"]


READS = {
    "query": lambda site: site.queries.get(2),
    "query by URL": lambda site: site.queries.get(f"{site.server}/queries/2"),
    "query's key": lambda site: site.queries.regenerate_api_key(2, dry_run=True),
    "query to edit": lambda site: site.queries.update(2, name="x"),
    "query as read": lambda site: site.queries.update(Query(id=2, name="", text=""), name="x"),
    "dashboard": lambda site: site.dashboards.get(2),
    "dashboard to edit": lambda site: site.dashboards.update(2, name="x"),
    "dashboard to archive": lambda site: site.dashboards.archive(2),
    "dashboard to mark": lambda site: site.dashboards.favorite(2),
    "dashboard to unmark": lambda site: site.dashboards.unfavorite(2),
    "user": lambda site: site.users.get(2),
    "group": lambda site: site.groups.get(2),
    "group to delete": lambda site: site.groups.delete(2),
    "alert": lambda site: site.alerts.get(2),
    "alert to edit": lambda site: site.alerts.update(2, options={"value": 1}),
    "alert to delete": lambda site: site.alerts.delete(2),
    "data source": lambda site: site.data_sources.get(2),
    "destination": lambda site: site.destinations.get(2),
    "destination to edit": lambda site: site.destinations.update(2, name="x"),
    "destination to delete": lambda site: site.destinations.delete(2),
    "query snippet": lambda site: site.query_snippets.get(2),
    "query snippet to delete": lambda site: site.query_snippets.delete(2),
}
WRITES = {
    "query's key": lambda site: site.queries.regenerate_api_key(2),
    "query": lambda site: site.queries.update(2, name="x"),
    "dashboard": lambda site: site.dashboards.update(2, name="x"),
    "widget": lambda site: site.widgets.update(2, text="x", options={}),
    "widget as read": lambda site: site.widgets.update(Widget(id=2), text="x"),
    "user": lambda site: site.users.update(2, name="x"),
    "user to disable": lambda site: site.users.disable(2),
    "user as member": lambda site: site.groups.add_member(1, 2),
    "alert": lambda site: site.alerts.update(2, name="x"),
    "query snippet": lambda site: site.query_snippets.update(2, text="x"),
}


@pytest.mark.parametrize("name", READS)
def test_object_of_another_id_is_refused_unwritten(own_server, site, name):
    answer(own_server, "GET", OTHER)
    with pytest.raises(ProtocolError, match=r"77, but .* 2 was asked for"):
        READS[name](site)
    assert writes(own_server) == []


@pytest.mark.parametrize("name", WRITES)
def test_write_answer_of_another_object_is_refused(own_server, site, name):
    answer(own_server, "POST", OTHER)
    with pytest.raises(ProtocolError, match=r"77, but .* 2 was asked for"):
        WRITES[name](site)


def test_write_answer_of_another_visualization_is_refused(own_server, site):
    answer(own_server, "POST", {"id": 77, "name": "Other", "type": "TABLE"})
    with pytest.raises(ProtocolError, match="visualization 77, but visualization 2 was asked for"):
        site.visualizations.update(2, name="x")


def test_answer_to_the_enabling_of_another_user_is_refused(own_server, site):
    answer(own_server, "DELETE", OTHER)
    with pytest.raises(ProtocolError, match="user 77, but user 2 was asked for"):
        site.users.enable(2)


def test_archive_answer_of_another_dashboard_is_refused(own_server, site):
    answer(own_server, "DELETE", OTHER)
    with pytest.raises(ProtocolError, match="dashboard 77, but dashboard 1 was asked for"):
        site.dashboards.archive(1)


def test_archived_query_that_reads_as_another_is_refused(own_server, site):
    answer(own_server, "DELETE", None)
    answer(own_server, "GET", OTHER)
    with pytest.raises(ProtocolError, match="query 77, but query 2 was asked for"):
        site.queries.archive(2)


def test_conflict_names_no_other_object(own_server, site):
    own_server.faults.add("GET /api/dashboards/1$", delay=0.0)  # the first is the true one
    answer(own_server, "GET /api/dashboards/1$", OTHER)
    answer(own_server, "POST", {"message": "A conflict happened."}, status=409)
    with pytest.raises(ProtocolError, match="dashboard 77"):
        site.dashboards.update(1, name="x")


def test_dashboard_of_another_slug_is_refused(own_server, site):
    answer(own_server, "GET", OTHER)
    with pytest.raises(ProtocolError, match="'other', but 'lending-overview' was asked for"):
        site.dashboards.get("lending-overview")


@pytest.fixture
def by_slug(own_server, site):
    """The server as version 8 is, where dashboard 7 has the slug "1"; two dashboards by slug."""
    called_one = {"id": 7, "slug": "1", "name": "One", "version": 1}
    wanted = {"id": 1, "slug": "lending-overview", "name": "Lending overview", "version": 1}
    answer(own_server, "(GET|DELETE) /api/dashboards/1$", called_one)
    answer(own_server, "(GET|DELETE) /api/dashboards/lending-overview$", wanted)
    refusal = {"message": f"The requested URL was not found on the server.{GUESS}"}
    answer(own_server, "(GET|DELETE) /api/dashboards/[0-9]+$", refusal, status=404)
    return site


def test_number_is_not_taken_for_a_slug(by_slug):
    assert by_slug.dashboards.get(1).slug == "lending-overview"
    assert by_slug.dashboards.get("1").id == 1
    assert by_slug.dashboards.get(f"{by_slug.server}/dashboards/1").id == 1


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ("archive", "DELETE /api/dashboards/lending-overview"),
        ("favorite", "POST /api/dashboards/lending-overview/favorite"),
        ("unfavorite", "DELETE /api/dashboards/lending-overview/favorite"),
    ],
)
def test_dashboard_by_number_is_changed_not_its_namesake(own_server, by_slug, change, sent):
    """8.0 takes a number for a slug: archive(1) archived the dashboard that was called "1"."""
    answer(own_server, "/favorite$", None)
    getattr(by_slug.dashboards, change)(1)
    assert writes(own_server) == [sent]


def test_number_that_no_listed_dashboard_has_is_not_found(own_server, by_slug):
    with pytest.raises(NotFoundError, match="lists no dashboard 4711") as caught:
        by_slug.dashboards.archive(4711)
    assert "slug" in caught.value.hint
    answer(own_server, "GET /api/dashboards$", {"count": 0, "results": []})
    with pytest.raises(NotFoundError, match="lists no dashboard 1"):
        by_slug.dashboards.archive(1)
    assert writes(own_server) == []


def test_missing_dashboard_is_not_sought_in_new_list(own_server, site):
    with pytest.raises(NotFoundError, match="it has no dashboard 4711"):
        site.dashboards.get(4711)
    assert len(own_server.requests) == 1


def test_wrong_key_is_known_by_how_the_refusal_begins(own_server, site):
    words = f"Couldn't find resource. Please login and try again.{GUESS}"
    answer(own_server, "GET", {"message": words}, status=404)
    with pytest.raises(AuthenticationError) as caught:
        site.queries.get(2)
    assert "did you mean" not in str(caught.value)
    assert caught.value.server_message == words


def test_page_past_the_end_is_known_by_its_refusal(own_server, site):
    first = {"count": 9, "results": [OTHER]}
    answer(own_server, "GET /api/queries$", first, times=1)
    refusal = {"message": f"Page is out of range.{GUESS}"}
    answer(own_server, "GET /api/queries$", refusal, status=400)
    assert [item.id for item in site.queries.list()] == [77]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda site: site.alerts.mute(1), "no muting of alerts"),
        (lambda site: site.alerts.unmute(1), "no muting of alerts"),
        (lambda site: site.queries.favorite(1), "no favorites"),
        (lambda site: site.queries.fork(1), "no copying of queries"),
        (lambda site: site.queries.list(is_mine=True).count(), "no list of the queries of"),
        (lambda site: site.dashboards.list(is_favorite=True).count(), "no list of favorite"),
        (lambda site: site.visualizations.delete(1), "no route DELETE /api/visualizations/1"),
    ],
)
def test_route_that_an_old_server_lacks_is_named(own_server, site, ask, words):
    own_server.faults.add(".", status=405, headers={"Content-Type": "text/html"}, body=PAGE)
    with pytest.raises(NotFoundError, match=f"answered 405: this server, an older .*{words}"):
        ask(site)


def test_missing_favorites_differ_from_a_missing_object(own_server, site):
    refusal = {"message": f"The requested URL was not found on the server.{GUESS}"}
    answer(own_server, "favorite", refusal, status=404)
    with pytest.raises(NotFoundError, match="has no list of favorite queries"):
        site.queries.list(is_favorite=True).count()
    with pytest.raises(NotFoundError, match="it has nothing at"):
        site.queries.favorite(4711)
