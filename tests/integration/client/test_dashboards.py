"""Dashboards with their widgets and visualizations."""

import itertools
import json

import msgspec
import pytest
import requests

from watchframe.client import Client
from watchframe.errors import (
    ArgumentError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
)
from watchframe.models import Dashboard, ParameterMapping, Widget


def asked(server):
    return [f"{item.method} {item.path}" for item in server.requests]


@pytest.fixture
def board(site):
    return site.dashboards.create("Own board")


@pytest.fixture
def chart(site):
    query = site.queries.create("Shown", "select 1 as a", 1)
    return site.visualizations.create(
        query.id, type="CHART", name="Line", description="says", options={"xAxis": {"a": 1}}
    )


@pytest.mark.parametrize(
    "name",
    [
        1,
        "1",
        "lending-overview",
        "1-lending-overview",
        "{}/dashboards/1-lending-overview",
        "{}/dashboards/1-renamed-since?p_period=d_last_7_days#here",
        "{}/dashboards/1-lending/over-view/edit?fullscreen",
        "Lending overview",
        "lending OVERVIEW",
        "Lending  overview",
        "{}/dashboards/1",
        "{}/dashboard/lending-overview",
        "{}/dashboard/lending-overview?edit",
        " {}/api/dashboards/1 ",
    ],
)
def test_dashboard_is_found_by_id_slug_and_address(site, own_server, name):
    wanted = name.format(own_server.url) if isinstance(name, str) else name
    assert site.dashboards.get(wanted) == site.dashboards.get(1)


def test_slug_that_begins_with_a_number_is_no_id(site):
    made = site.dashboards.create("1 lending overview of 2026")
    assert site.dashboards.get("1-lending-overview-of-2026").id == made.id


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("https://other.example.com/dashboards/1-lending-overview", ConfigurationError),
        ("https://other.example.com/org/dashboard/lending-overview", ConfigurationError),
        ("{}/queries/1", ArgumentError),
        ("https://other.example.com/public/dashboards/TOKEN?org_slug=default", ConfigurationError),
        ("ftp://host/dashboards/1", ArgumentError),
        ("", ArgumentError),
        (0, ArgumentError),
        (True, ArgumentError),
        (None, ArgumentError),
    ],
)
def test_impossible_dashboard_is_not_asked_for(site, own_server, name, error):
    own_server.requests.clear()
    wanted = name.format(own_server.url) if isinstance(name, str) else name
    with pytest.raises(error) as caught:
        site.dashboards.get(wanted)
    assert "TOKEN" not in str(caught.value)
    assert own_server.requests == []


@pytest.mark.parametrize("name", [99, "no-such-board", "99-no-such-board", "No such board"])
def test_missing_dashboard_raises_not_found(site, name):
    with pytest.raises(NotFoundError):
        site.dashboards.get(name)


@pytest.mark.parametrize("name", ["Lending", "Lendin overveiw", "lending-overvue"])
def test_name_that_is_none_gets_the_nearest(site, name):
    with pytest.raises(NotFoundError, match=f"the slug or the name '{name}'") as caught:
        site.dashboards.get(name)
    assert "1 'Lending overview' (Admin)" in caught.value.hint


def test_name_goes_by_its_letters_before_their_case(site):
    upper, lower = (site.dashboards.create(name) for name in ("Risk of DOLA", "Risk of dola"))
    assert site.dashboards.get("Risk of dola") == site.dashboards.get(lower.id)
    with pytest.raises(ArgumentError, match="2 dashboards are called 'risk of dola'") as caught:
        site.dashboards.get("risk of dola")
    assert f"{upper.id} 'Risk of DOLA' (Admin)" in caught.value.message
    assert f"{lower.id} 'Risk of dola' (Admin)" in caught.value.message


def test_slug_goes_before_a_name(site):
    named = site.dashboards.create("lending-overview")
    assert site.dashboards.get("lending-overview").id == 1
    site.dashboards.archive(named.id)


def test_shared_dashboard_is_what_everybody_sees(site, own_server):
    token = own_server.dashboard_token(1)
    found, whole = site.dashboards.get_shared(token), site.dashboards.get(1)
    assert (found.id, found.name) == (0, whole.name)
    assert [item.title for item in found.widgets] == [item.title for item in whole.widgets]
    for seen, item in zip(found.widgets, whole.widgets, strict=True):
        assert seen.options == item.options
        assert (seen.query is None) == (item.query is None)
        if seen.query is not None:
            assert (seen.query.id, seen.query.text) == (item.query.id, "")
            assert seen.query.parameters == item.query.parameters
    assert Dashboard.from_json(found.to_json()) == found
    sent = [item.path for item in own_server.requests if "public" in item.path]
    assert sent == [f"/api/dashboards/public/{token}"]
    assert site.dashboards.get(f"{site.server}/public/dashboards/{token}?p_x=1") == found


def test_key_of_an_address_is_used_where_the_client_has_none(site, own_server):
    address = f"{site.server}/dashboards/1?api_key={own_server.user_key}"
    with Client(site.server, query_keys={1: "a-key", 2: "b-key"}) as ring:
        assert ring.dashboards.get(address) == site.dashboards.get(1)


def test_token_that_opens_nothing_is_not_shown(site):
    with pytest.raises(AuthenticationError, match="No dashboard is shared") as caught:
        site.dashboards.get_shared("no-such-token")
    assert "its address again" in caught.value.hint
    assert caught.value.url.endswith("/api/dashboards/public/***")
    assert "no-such-token" not in f"{caught.value!r} {vars(caught.value)}"


def test_widgets_carry_their_queries_titles_and_mappings(site):
    text, borrows, days, price, totals = site.dashboards.get(1).widgets
    assert (text.title, text.query, dict(text.parameter_mappings)) == ("Lending", None, {})
    assert text.text.startswith("# Lending\n")
    assert borrows.title == "Borrowed a day, in dollars"
    assert borrows.query.name == "Borrows by market"
    assert borrows.visualization.type == "CHART"
    assert list(borrows.parameter_mappings) == ["markets", "period", "min_amount"]
    assert borrows.parameter_mappings["min_amount"] == ParameterMapping(
        name="min_amount", type="static-value", map_to="min_amount", value=1
    )
    assert borrows.parameter_mappings["period"].type == "dashboard-level"
    assert price.parameter_mappings["market"].type == "widget-level"
    assert days.query.parameters[0].name == "period"
    assert dict(totals.parameter_mappings) == {}
    assert days.options["position"] == {"col": 6, "row": 2, "sizeX": 6, "sizeY": 8}


def test_mappings_follow_the_query_over_the_saved_ones(site):
    widget = site.dashboards.get(1).widgets[1]
    stale = {"gone": {"name": "gone", "type": "static-value", "mapTo": "gone", "value": 1}}
    odd = {"period": {"type": "unheard-of"}}
    changed = msgspec.structs.replace(widget, options={"parameterMappings": {**stale, **odd}})
    assert changed.parameter_mappings == {
        name: ParameterMapping(name=name, type="widget-level", map_to=name)
        for name in ("markets", "period", "min_amount")
    }


def test_unnamed_visualization_has_the_title_of_its_query(site, board):
    query = site.queries.create("Totals", "select 1", 1)
    widget = site.widgets.create(board.id, visualization_id=query.visualizations[0].id)
    assert widget.visualization.name == "Table"
    assert widget.title == "Totals"


def test_dashboard_survives_its_json_without_public_url(site):
    found = site.dashboards.get(1)
    sent = json.dumps(found.to_json())
    assert Dashboard.from_json(json.loads(sent)) == msgspec.structs.replace(found, public_url=None)
    assert found.public_url not in sent


def test_unknown_fields_are_kept_without_keys():
    found = Widget.from_json(
        {"id": 1, "options": {"api_key": "k", "isHidden": True}, "new": [{"api_key": "k", "a": 1}]}
    )
    assert found.options == {"isHidden": True}
    assert found.more == {"new": [{"a": 1}]}
    assert Dashboard.from_json({"id": 1, "api_key": "k", "new": 2}).more == {"new": 2}


def test_widget_that_the_key_may_not_see_is_read(site):
    found = Widget.from_json({"id": 1, "width": 1, "dashboard_id": 1, "restricted": True})
    assert (found.title, found.query, found.more) == ("", None, {"restricted": True})


def test_update_changes_given_fields_and_counts_version(site, board):
    changed = site.dashboards.update(
        board, name="Renamed board", tags=["own"], is_draft=False, options={"a": 1}
    )
    assert (changed.version, changed.slug) == (board.version + 1, "renamed-board")
    again = site.dashboards.update(changed, options={"b": 2}, filters_enabled=True, layout=[[1]])
    assert again == site.dashboards.get(board.id)
    assert (again.options, again.filters_enabled, again.layout) == ({"a": 1, "b": 2}, True, ([1],))
    assert (again.tags, again.is_draft) == (("own",), False)
    assert site.dashboards.tags()["own"] == 1


def test_edit_of_a_changed_dashboard_raises_conflict(site, board):
    theirs = site.dashboards.update(board, name="Theirs")
    with pytest.raises(ConflictError, match=r"at version 2.*version 1.*Nothing") as caught:
        site.dashboards.update(board, name="Mine")
    assert (caught.value.given_version, caught.value.current_version) == (1, 2)
    assert (caught.value.given, caught.value.current) == (board, theirs)
    assert caught.value.status == 409
    assert site.dashboards.get(board.id).name == "Theirs"


def test_update_of_nothing_writes_nothing(site, own_server, board):
    own_server.requests.clear()
    assert site.dashboards.update(board) == board
    assert asked(own_server) == [f"GET /api/dashboards/{board.id}"]


def test_dry_run_of_archive_changes_nothing(site, own_server, board):
    own_server.requests.clear()
    assert site.dashboards.archive(board.id, dry_run=True).id == board.id
    assert asked(own_server) == [f"GET /api/dashboards/{board.id}"]
    assert board.id in [item.id for item in site.dashboards.list()]
    assert site.dashboards.archive(board.id).is_archived
    assert board.id not in [item.id for item in site.dashboards.list()]


def test_fork_has_its_own_widgets_of_the_same_queries(site):
    old, copied = site.dashboards.get(1), site.dashboards.fork(1)
    assert copied.name == "Copy of (#1) Lending overview"
    assert copied.tags == old.tags
    assert [item.title for item in copied.widgets] == [item.title for item in old.widgets]
    assert [item.options for item in copied.widgets] == [item.options for item in old.widgets]
    assert not {item.id for item in copied.widgets} & {item.id for item in old.widgets}
    assert copied.public_url is None


def test_shared_dashboard_has_public_url_until_unshared(site, board):
    address = site.dashboards.share(board.id)
    assert "/public/dashboards/" in address
    shared = site.dashboards.get(board.id)
    assert shared.public_url == site.dashboards.share(board.id) == address
    assert address not in repr(shared)
    assert site.dashboards.unshare(board.id, dry_run=True).public_url is not None
    assert site.dashboards.unshare(board.id).public_url is None
    assert site.dashboards.get(board.id).public_url is None


def test_favorites_are_marked_and_unmarked(site, board):
    site.dashboards.favorite(board.id)
    assert [item.id for item in site.dashboards.list(is_favorite=True)] == [board.id]
    site.dashboards.unfavorite(board.id)
    assert site.dashboards.list(is_favorite=True).count() == 0


def test_lists_are_searched_and_sorted_by_the_server(site, own_server, board):
    assert {item.name for item in site.dashboards.list(search="own BOARD")} == {"Own board"}
    assert [item.slug for item in site.dashboards.list(tags=["dynamic"])] == ["recent-activity"]
    names = [item.name.lower() for item in site.dashboards.list(order="-name", is_mine=True)]
    assert names == sorted(names, reverse=True)
    own_server.requests.clear()
    listing = site.dashboards.list()
    assert own_server.requests == []
    next(iter(listing))
    assert len(own_server.requests) == 1
    with pytest.raises(ArgumentError):
        site.dashboards.list(is_mine=True, is_favorite=True)


def test_frame_of_dashboards_is_typed_even_if_empty(site):
    frame = site.dashboards.list().to_frame()
    types = frame.dtypes.astype(str)
    assert types["id"] == types["version"] == "Int64"
    assert types["slug"] == types["name"] == "string"
    assert types["is_draft"] == types["filters_enabled"] == "boolean"
    assert types["updated_at"] == "datetime64[us, UTC]"
    empty = site.dashboards.list(search="no board is called this").to_frame()
    assert len(empty) == 0
    assert list(empty.dtypes) == list(frame.dtypes)


def test_widgets_are_made_changed_and_taken_off(site, own_server, board, chart):
    options = {"position": {"col": 0, "row": 0, "sizeX": 6, "sizeY": 8}}
    shown = site.widgets.create(board.id, visualization_id=chart.id, options=options)
    text = site.widgets.create(board.id, text="# Hello")
    assert site.dashboards.get(board.id).widgets == (shown, text)
    assert (shown.visualization.options, shown.options) == (chart.options, options)
    assert (text.visualization, text.width, text.title) == (None, 1, "Hello")
    hidden = site.widgets.update(shown, options={"isHidden": True})
    assert hidden.options == {**options, "isHidden": True}
    assert site.widgets.update(text, text="Bye").options == text.options
    assert site.widgets.update(text.id, text="Bye bye", options={}).text == "Bye bye"
    with pytest.raises(ArgumentError, match="together"):
        site.widgets.update(text.id, text="only this")
    own_server.requests.clear()
    site.widgets.delete(shown.id, dry_run=True)
    assert own_server.requests == []
    site.widgets.delete(shown.id)
    assert [item.id for item in site.dashboards.get(board.id).widgets] == [text.id]
    with pytest.raises(NotFoundError):
        site.widgets.create(board.id, visualization_id=99999)


def test_visualization_reads_back_and_goes_with_widgets(site, own_server, board, chart):
    widget = site.widgets.create(board.id, visualization_id=chart.id)
    query = site.queries.get(widget.query.id)
    assert query.visualizations[1] == chart
    changed = site.visualizations.update(chart.id, name="Bars", options={"a": 1})
    assert changed == msgspec.structs.replace(chart, name="Bars", options={"a": 1})
    assert site.dashboards.get(board.id).widgets[0].title == "Bars"
    own_server.requests.clear()
    site.visualizations.delete(chart.id, dry_run=True)
    assert own_server.requests == []
    site.visualizations.delete(chart.id)
    assert site.dashboards.get(board.id).widgets == ()
    assert [item.name for item in site.queries.get(query.id).visualizations] == ["Table"]


def test_bodies_of_other_clients_are_taken(own_server, site, board, chart):
    """What redash-toolbelt sends: a widget of width 1 without text, a visualization's options."""
    key = {"Authorization": f"Key {own_server.user_key}"}
    widget = {
        "dashboard_id": board.id,
        "visualization_id": chart.id,
        "text": None,
        "options": {},
        "width": 1,
    }
    made = requests.post(f"{own_server.url}/api/widgets", json=widget, headers=key, timeout=10)
    assert made.json()["visualization"]["id"] == chart.id
    assert site.dashboards.get(board.id).widgets[0].text == ""
    path = f"{own_server.url}/api/visualizations/{chart.id}"
    edited = requests.post(path, json={"options": {"z": 1}}, headers=key, timeout=10)
    assert edited.json()["options"] == {"z": 1}


def test_query_key_may_not_see_dashboards(own_server):
    with (
        Client(own_server.url, own_server.query_key(1)) as found,
        pytest.raises(AuthenticationError),
    ):
        found.dashboards.get(1)


def test_no_key_is_in_anything_that_a_dashboard_shows(site, own_server):
    keys = {item.api_key for item in own_server._store.queries.values()}
    shares = set(own_server._store.shares.values())
    assert shares
    for board in itertools.chain([site.dashboards.get(1)], site.dashboards.list()):
        kept = repr(msgspec.to_builtins(msgspec.structs.replace(board, public_url=None)))
        shown = repr(board) + kept + json.dumps(board.to_json())
        assert "api_key" not in shown
        assert not any(key in shown for key in keys | shares)
