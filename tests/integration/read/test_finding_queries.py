"""`find_watch_queries`: the queries that a search finds, as a frame."""

import sys

import pandas as pd
import pytest

from watchframe import Client, find_watch_queries, read_watch_query
from watchframe.demo import DemoServer
from watchframe.errors import ArgumentError, AuthenticationError
from watchframe.read import search_queries

DTYPES = {
    "id": "Int64",
    "name": "string",
    "tags": "object",
    "owner": "string",
    "updated": "datetime64[us, UTC]",
    "runtime": "Float64",
    "parameters": "object",
    "link": "string",
}


def test_found_queries_are_a_typed_frame(client):
    read_watch_query(2, client=client)
    frame = find_watch_queries("market totals", client=client)
    assert frame.dtypes.astype(str).to_dict() == DTYPES
    (found,) = frame.to_dict("records")
    assert (found["id"], found["name"], found["owner"]) == (2, "Market totals", "Admin")
    assert found["runtime"] > 0
    assert pd.Timedelta(0) < pd.Timestamp.now("UTC") - found["updated"] < pd.Timedelta(days=365)
    assert found["link"] == f"{client.server}/queries/2"
    (found,) = find_watch_queries("#lending borrows by", client=client).to_dict("records")
    assert found["parameters"] == ["markets", "period", "min_amount"]
    assert found["tags"] == ["lending", "tutorial"]
    (found,) = find_watch_queries("events until now", client=client).to_dict("records")
    assert pd.isna(found["runtime"])  # it has no defaults, with which it could have run


@pytest.mark.parametrize("search", ["no such query", "#no-such-tag"])
def test_no_queries_are_the_same_columns(client, search):
    frame = find_watch_queries(search, client=client)
    assert frame.empty
    assert frame.dtypes.astype(str).to_dict() == DTYPES


@pytest.mark.parametrize("is_watched", [True, False])
def test_no_queries_name_the_nearest_to_who_watches(client, monkeypatch, capsys, is_watched):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_watched)
    assert find_watch_queries("market totalz", client=client).empty
    said = capsys.readouterr().err
    assert ("Did you mean 2 'Market totals' (Admin)" in said) is is_watched


def test_found_link_and_name_are_read_again(client):
    (found,) = find_watch_queries("of one kind by month", client=client).to_dict("records")
    for query in (found["id"], found["name"], found["link"]):
        read = read_watch_query(query, {"kind": "repay"}, client=client)
        assert read.attrs["watchframe"]["query_id"] == 13


def test_search_is_narrowed_by_tags_owner_and_marks(tmp_path):
    with (
        DemoServer(events=500) as server,
        Client(server.url, server.user_key, cache_dir=tmp_path) as client,
    ):
        made = client.queries.create("Own", "select 1", 1, tags=["lending", "new"])
        assert find_watch_queries(tags=["lending", "new"], client=client)["id"].tolist() == [
            made.id
        ]
        assert find_watch_queries("#lend #new", client=client)["id"].tolist() == [made.id]
        assert find_watch_queries(favorites=True, client=client).empty
        client.queries.favorite(2)
        server.requests.clear()
        for mine in (False, True):
            found = find_watch_queries(favorites=True, mine=mine, client=client)
            assert found["id"].tolist() == [2]
        paths = [item.path.partition("?")[0] for item in server.requests]
        assert paths == ["/api/queries/favorites", "/api/queries/my"]


def test_limit_is_how_many_at_most(client, demo):
    whole = find_watch_queries(limit=None, client=client)
    assert len(whole) > 30
    assert find_watch_queries(limit=3, client=client)["id"].tolist() == whole["id"][:3].tolist()
    demo.requests.clear()
    with pytest.raises(ArgumentError, match="limit is 0"):
        find_watch_queries(limit=0, client=client)
    assert demo.requests == []


def test_query_key_sees_no_list(demo, tmp_path):
    with (
        Client(demo.url, demo.query_key(2), cache_dir=tmp_path) as client,
        pytest.raises(AuthenticationError),
    ):
        find_watch_queries("borrow", client=client)


def test_search_finds_queries_by_words_and_tags(client):
    assert {query.id for query in search_queries(client, "#dropdown")} == {20, 21, 22}
    assert [query.id for query in search_queries(client, "Dropdown: markets #drop")] == [20]
    assert search_queries(client, "#no-such-tag") == []
