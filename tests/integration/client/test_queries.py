"""Saved queries: their lists, their edits, their keys."""

import itertools
import json
import pickle

import msgspec
import pandas as pd
import pytest
import requests

from watchframe.client import Client, listing
from watchframe.errors import (
    ArgumentError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
    QueryReferenceError,
    ResponseError,
    TransportError,
)
from watchframe.models import MultiValues, ParameterDefinition, Query

MARKET = ParameterDefinition(
    name="market",
    type="enum",
    title="Market",
    default=["WETH"],
    enum_options=("WETH", "INV"),
    multi=MultiValues(prefix="'", suffix="'"),
)
HOURLY = {"interval": 3600, "time": None, "day_of_week": None, "until": None}


def asked(server):
    return [f"{item.method} {item.path}" for item in server.requests]


@pytest.fixture
def query(site):
    return site.queries.create(
        "Own",
        "select 1 as a -- {{ market }}",
        1,
        parameters=[MARKET],
        description="says",
        tags=["mine", "two"],
        schedule=HOURLY,
        options={"apply_auto_limit": True, "note": {"api_key": "hidden", "kept": 1}},
    )


def test_created_query_reads_back_as_it_was_made(site, query):
    found = site.queries.get(query.id)
    assert found == query
    assert (found.name, found.text, found.data_source_id) == ("Own", query.text, 1)
    assert found.parameters == tuple(site.queries.parameters(query.id)) == (MARKET,)
    assert (found.description, found.tags, found.schedule) == ("says", ("mine", "two"), HOURLY)
    assert found.applies_auto_limit
    assert found.is_draft
    assert [item.type for item in found.visualizations] == ["TABLE"]


def test_query_by_page_is_never_of_another_server(site, query):
    page = f"{site.server}/queries/{query.id}-own?p_market=WETH"
    assert site.queries.get(page) == query
    with pytest.raises(ConfigurationError, match=r"other\.example"):
        site.queries.get(f"https://other.example/queries/{query.id}")
    with pytest.raises(QueryReferenceError):
        site.queries.get("../users")


def test_key_of_an_address_is_used_where_the_client_has_none(site, own_server, query):
    page = f"{site.server}/api/queries/{query.id}/results.json?api_key="
    with Client(site.server, query_keys={1: own_server.query_key(1), 2: "a-key"}) as ring:
        address = page + own_server.query_key(query.id)
        assert ring.queries.get(address).name == query.name
        assert ring.queries.parameters(address)[0].name == MARKET.name
        assert ring.queries.id_of(address) == query.id
        assert set(ring.settings.query_keys) == {1, 2}
    assert site.queries.get(f"{page}a-wrong-key") == query


def test_schema_of_parameters_is_a_frame(site, query):
    frame = site.queries.parameters(query.id).to_frame()
    assert frame[["name", "type", "title"]].to_numpy().tolist() == [["market", "enum", "Market"]]


def test_parameters_keep_unknown_fields_through_an_edit(site, query):
    newer = ParameterDefinition.from_json({"name": "n", "type": "number", "searchable": [1]})
    assert newer.more == {"searchable": [1]}
    site.queries.update(query.id, parameters=[newer])
    found = site.queries.get(query.id)
    assert found.parameters == (newer,)
    assert found.parameters != (msgspec.structs.replace(newer, more={}),)
    assert Query.from_json(json.loads(json.dumps(found.to_json()))).parameters == (newer,)


def test_edit_by_id_is_made_on_what_the_server_has(site, query):
    site.queries.update(query, text="select 2")
    changed = site.queries.update(query.id, options={"note": 3})
    assert (changed.text, changed.more["options"]) == ("select 2", {"note": 3})


def test_frame_of_a_list_is_a_catalogue(site, own_server, query):
    site.queries.favorite(query.id)
    plain = site.queries.create("Run", "select 1", 1)
    site.run_query(plain.id, {}, max_age=0).close()
    frame = site.queries.list().to_frame().set_index("id")
    site.queries.unfavorite(query.id)
    assert frame.index.is_unique
    assert frame.loc[query.id, "is_favorite"]
    assert pd.isna(frame.loc[query.id, "runtime"])
    assert frame.loc[plain.id, "runtime"] >= 0
    assert (frame.loc[plain.id, "retrieved_at"] - pd.Timestamp.now("UTC")) < pd.Timedelta("1h")
    assert not {"more", "visualizations", "api_key"} & set(frame.columns)


@pytest.mark.parametrize("column", ["runtime", "executed_at", "schedule", "name", "created_at"])
def test_list_is_in_the_order_that_was_asked_for(site, query, column):
    for number in (1, 2):
        plain = site.queries.create(f"Ran {number}", f"select {number} as ran", 1)
        site.run_query(plain.id, {}, max_age=0).close()
    columns = {"executed_at": "retrieved_at"}
    for order in (column, f"-{column}"):
        frame = site.queries.list(order=order).to_frame()
        values = frame[columns.get(column, column)]
        if column == "schedule":
            values = values.map(lambda item: item["interval"], na_action="ignore")
        is_missing = values.isna().tolist()
        assert is_missing == sorted(is_missing, reverse=order != column)
        known = values.dropna().tolist()
        assert known == sorted(known, reverse=order != column)
        assert known


def test_list_growing_during_read_gives_each_query_once(site, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 5)
    expected = [item.id for item in site.queries.list()]
    found = []
    for item in site.queries.list():
        found.append(item.id)
        if len(found) == 5:
            site.queries.create("Newer", "select 1", 1)
    assert found == expected


@pytest.mark.parametrize("left", [0, 3])
def test_list_that_shrinks_while_it_is_read_ends(site, monkeypatch, left):
    monkeypatch.setattr(listing, "PAGE_SIZE", 5)
    made = [site.queries.create(f"{n}", "select 1", 1, tags=["shrinks"]) for n in range(8)]
    for item in made:
        site.queries.update(item, is_draft=False)
    found = []
    for item in site.queries.list(tags=["shrinks"]):
        found.append(item.id)
        if len(found) == 5:
            for old in made[left:]:
                site.queries.archive(old.id)
    assert found == [item.id for item in reversed(made)][:5]
    for old in made[:left]:
        site.queries.archive(old.id)


def test_query_without_result_is_refused_with_advice(site, query):
    with pytest.raises(NotFoundError, match="has parameters: run it"):
        site.queries.results(query.id)


@pytest.mark.slow
def test_unknown_job_says_what_the_servers_500_means(site):
    for ask in (site.jobs.get, site.jobs.cancel):
        with pytest.raises(ResponseError, match="does not know") as caught:
            ask("nope")
        assert caught.value.status == 500


def test_unknown_fields_and_options_are_kept_without_keys(query):
    assert query.more["is_safe"] is True
    assert query.more["options"] == {"note": {"kept": 1}}
    assert "api_key" not in json.dumps(query.more)


def test_query_survives_its_own_json(query):
    again = Query.from_json(json.loads(json.dumps(query.to_json())))
    assert again == query
    assert again.visualizations == ()


def test_update_changes_only_what_is_given(site, query):
    changed = site.queries.update(query, name="Other", options={"note": 2}, is_draft=False)
    same = {
        field.name: getattr(changed, field.name) == getattr(query, field.name)
        for field in msgspec.structs.fields(Query)
        if field.name not in Query._uncompared
    }
    assert {name for name, is_same in same.items() if not is_same} == {
        "name",
        "is_draft",
        "updated_at",
    }
    assert changed.more["options"] == {"note": 2}
    stopped = site.queries.update(changed, schedule=None, parameters=(), tags=["one"])
    assert (stopped.schedule, stopped.parameters, stopped.tags) == (None, (), ("one",))
    assert site.queries.get(query.id) == stopped


def test_update_of_nothing_writes_nothing(site, own_server, query):
    own_server.requests.clear()
    assert site.queries.update(query) == query
    assert asked(own_server) == [f"GET /api/queries/{query.id}"]


def test_edit_of_a_changed_query_raises_conflict(site, own_server, query):
    theirs = site.queries.update(query, text="select 2")
    own_server.requests.clear()
    with pytest.raises(ConflictError, match="Nothing was changed") as caught:
        site.queries.update(query, text="select 3")
    assert caught.value.status == 409
    assert (caught.value.given, caught.value.current) == (query, theirs)
    assert caught.value.given_version == caught.value.current_version == 1
    assert [item.method for item in own_server.requests] == ["GET"]
    assert site.queries.get(query.id).text == "select 2"
    assert pickle.loads(pickle.dumps(caught.value)).current == theirs


def test_conflict_seen_by_the_server_is_the_same_error(site, own_server, query):
    own_server.faults.add(
        "POST /api/queries/.*", status=409, body=b'{"message": "A conflict happened."}'
    )
    with pytest.raises(ConflictError) as caught:
        site.queries.update(query, text="select 3")
    assert caught.value.server_message == "A conflict happened."
    assert (caught.value.given, caught.value.current) == (query, query)


def test_edit_sends_the_version_that_was_read(site, own_server, query):
    own_server.requests.clear()
    site.queries.update(query, name="Third")
    assert own_server.requests[-1].body == {"name": "Third", "version": 1}


def test_dry_run_of_archive_changes_nothing(site, own_server, query):
    own_server.requests.clear()
    assert site.queries.archive(query.id, dry_run=True) == query
    assert asked(own_server) == [f"GET /api/queries/{query.id}"]
    assert not site.queries.get(query.id).is_archived
    with pytest.raises(NotFoundError):
        site.queries.archive(99999, dry_run=True)


def test_archived_query_leaves_the_lists_and_its_widgets_go(site, query):
    board = site.dashboards.create("Shows it")
    site.widgets.create(board.id, visualization_id=query.visualizations[0].id)
    archived = site.queries.archive(query.id)
    assert archived.is_archived
    assert archived.schedule is None
    assert query.id not in [item.id for item in site.queries.list()]
    assert query.id in [item.id for item in site.queries.list(is_archived=True)]
    assert site.dashboards.get(board.id).widgets == ()


def test_fork_is_a_draft_with_copies_of_the_visualizations(site, query):
    site.visualizations.create(query.id, type="CHART", name="Line", options={"a": [1]})
    copied = site.queries.fork(query.id)
    assert copied.id != query.id
    assert copied.name == f"Copy of (#{query.id}) Own"
    assert (copied.text, copied.parameters, copied.tags) == (query.text, (MARKET,), query.tags)
    line = site.queries.get(copied.id).visualizations[1]
    assert (line.type, line.name, line.options) == ("CHART", "Line", {"a": [1]})
    assert line.id not in [item.id for item in site.queries.get(query.id).visualizations]


def test_favorites_are_marked_and_unmarked(site, query):
    site.queries.favorite(query.id)
    assert [item.id for item in site.queries.list(is_favorite=True)] == [query.id]
    site.queries.unfavorite(query.id)
    assert list(site.queries.list(is_favorite=True)) == []


def test_new_key_works_and_the_old_one_does_not(site, own_server, query):
    old = own_server.query_key(query.id)
    assert site.queries.regenerate_api_key(query.id, dry_run=True).reveal() == old
    new = site.queries.regenerate_api_key(query.id)
    assert new.reveal() != old
    assert repr(new) == "Secret(***)"
    with Client(own_server.url, new) as mine:
        assert mine.queries.get(query.id).text == query.text
    with Client(own_server.url, old) as late, pytest.raises(AuthenticationError):
        late.queries.get(query.id)


def test_latest_result_is_given_and_nothing_is_run(site, own_server):
    plain = site.queries.create("Plain", "select 7 as seven", 1)
    with pytest.raises(NotFoundError, match="No cached result"):
        site.queries.results(plain.id)
    site.run_query(plain.id, {}, max_age=0).close()
    own_server.requests.clear()
    found = site.queries.results(plain.id)
    assert found.to_frame().to_dict("list") == {"seven": [7]}
    assert found.info.query_text == plain.text
    assert asked(own_server) == [f"GET /api/queries/{plain.id}/results.json"]


def test_stored_result_is_decoded_even_after_cuts(site, own_server):
    wide = site.queries.create("Wide", "select 2::hugeint ** 100 as big, 'x' as s", 1)
    job = site.queries.execute(wide.id, {}, max_age=0)
    number = site.jobs.wait(job.id, query_id=wide.id).query_result_id
    own_server.requests.clear()
    own_server.faults.add(r"GET .*/results/\d+", cut_after=30, times=2)
    found = site.query_results.get(number, query_id=wide.id)
    assert found.info.id == number
    assert found.to_frame(columns=["s"]).to_dict("list") == {"s": ["x"]}
    assert len(own_server.requests) == 3
    own_server.faults.add(r"GET .*/query_results/\d+", cut_after=30, times=9)
    with pytest.raises(TransportError):
        site.query_results.get(number)


def test_query_key_waits_for_its_job_and_has_the_result(site, own_server, query):
    plain = site.queries.create("Keyed", "select 7 as seven", 1)
    with Client(own_server.url, own_server.query_key(plain.id)) as mine:
        job = mine.jobs.wait(mine.queries.execute(plain.id, {}, max_age=0))
        assert job.query_id == plain.id
        found = mine.query_results.get(job.query_result_id, query_id=plain.id)
        assert found.to_frame().to_dict("list") == {"seven": [7]}
        assert mine.queries.results(plain.id).to_frame().shape == (1, 1)
        with pytest.raises(AuthenticationError, match="key of a query reads that query alone"):
            list(mine.queries.list())


def test_tags_are_counted_without_drafts(site, query):
    before = site.queries.tags()
    assert "lending" in before
    site.queries.update(query, is_draft=False)
    assert site.queries.tags().get("two", 0) == before.get("two", 0) + 1


def test_list_is_asked_for_page_by_page(site, own_server):
    for number in range(260 - site.queries.list().count()):
        requests.post(
            f"{own_server.url}/api/queries",
            json={"name": f"Filler {number}", "query": "select 1", "data_source_id": 1},
            headers={"Authorization": f"Key {own_server.user_key}"},
            timeout=10,
        )
    own_server.requests.clear()
    listing = site.queries.list()
    assert own_server.requests == []
    assert len(list(itertools.islice(listing, 3))) == 3
    assert len(own_server.requests) == 1
    ids = [item.id for item in listing]
    assert len(ids) == len(set(ids)) == listing.count()
    assert len(own_server.requests) == 1 + 2 + 1


def test_search_tags_and_order_are_the_servers(site, query):
    named = site.queries.create("Needle in the hay", "select 1", 1, tags=["mine"])
    assert [item.id for item in site.queries.list(search="needle")] == [named.id]
    assert {*site.queries.list(tags=["mine", "two"]).to_frame()["tags"]} == {("mine", "two")}
    names = [item.name for item in site.queries.list(order="name")]
    assert names == sorted(names)
    newest = next(iter(site.queries.list()))
    assert newest.id == max(item.id for item in site.queries.list(is_mine=True))


def test_recent_queries_come_as_one_list(site, own_server, query):
    own_server.requests.clear()
    recent = site.queries.list(is_recent=True)
    assert next(iter(recent)).id == query.id
    assert recent.count() == len(list(recent)) == 10
    assert set(asked(own_server)) == {"GET /api/queries/recent"}


@pytest.mark.parametrize(
    "wanted", [{"is_mine": True, "is_archived": True}, {"is_recent": True, "search": "a"}]
)
def test_lists_that_the_server_does_not_have_are_refused(site, own_server, wanted):
    own_server.requests.clear()
    with pytest.raises(ArgumentError):
        site.queries.list(**wanted)
    assert own_server.requests == []


def test_frame_of_queries_is_typed_even_if_empty(site, query):
    frame = site.queries.list(search="Own").to_frame()
    types = frame.dtypes.astype(str)
    assert types["id"] == types["data_source_id"] == types["latest_result_id"] == "Int64"
    assert types["name"] == types["text"] == types["owner"] == "string"
    assert types["is_draft"] == types["applies_auto_limit"] == "boolean"
    assert types["updated_at"] == types["created_at"] == "datetime64[us, UTC]"
    empty = site.queries.list(search="no query is called this").to_frame()
    assert len(empty) == 0
    assert list(empty.dtypes) == list(frame.dtypes)


def test_no_key_is_in_anything_that_a_query_shows(site, own_server):
    keys = {item.api_key for item in own_server._store.queries.values()}
    for query in [site.queries.get(1), *itertools.islice(site.queries.list(), 50)]:
        shown = repr(query) + repr(msgspec.to_builtins(query)) + json.dumps(query.to_json())
        assert "api_key" not in shown
        assert not any(key in shown for key in keys)
