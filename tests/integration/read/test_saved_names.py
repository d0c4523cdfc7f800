"""The names of what is saved: from the local cache first, then from the server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.read.documents import document_key
from watchframe.read.options import ReadOptions
from watchframe.read.saved_names import SavedNames
from watchframe.references import QueryReference, parse_reference

MORE_THAN_A_PAGE = 260


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture
def client(server, tmp_path):
    with Client(server.url, server.user_key, cache_dir=tmp_path / "cache") as found:
        yield found


@pytest.fixture
def asked(server):
    """Tell the requests since it was called last."""
    seen = len(server.requests)

    def since():
        nonlocal seen
        before, seen = seen, len(server.requests)
        return [item.path for item in server.requests[before:]]

    return since


def test_each_list_is_kept_and_then_asked_for_again(client, asked):
    for name in ("queries", "data_sources", "dashboards"):
        (first,) = list(getattr(SavedNames(client), name)())
        assert first
        known, latest = list(getattr(SavedNames(client), name)())
        assert known == latest == first
        assert len(asked()) == 2
        (young,) = list(getattr(SavedNames(client, max_age=timedelta(hours=1)), name)())
        assert young == first
        assert asked() == []


def test_query_has_the_parameters_of_the_list(client, asked):
    list(SavedNames(client).queries())
    asked()
    stages = SavedNames(client).query(QueryReference(query_id=1))
    assert [item.name for item in next(stages).parameters] == ["markets", "period", "min_amount"]
    assert asked() == []
    assert next(stages).name == "Borrows by market"
    assert asked() == ["/api/queries/1"]
    assert next(SavedNames(client).query(parse_reference("Borrows by market"))).id == 1
    assert asked() == []


def test_query_by_a_name_that_is_not_kept(client):
    assert next(SavedNames(client).query(parse_reference("borrows BY market"))).id == 1


def test_kept_list_of_another_form_is_no_list(client):
    options = ReadOptions.resolve(client=client)
    for value in ({"a": 1}, [1], [{"id": 1}], "text"):
        options.cache.put_document(document_key(options, "names"), value)
        (found,) = list(SavedNames(client).queries())
        assert len(found) > 1


@pytest.mark.slow
def test_newest_page_is_enough_for_a_day(client, asked):
    for number in range(MORE_THAN_A_PAGE):
        client.queries.create(f"Query {number}", "select 1", 1)
    asked()
    first = list(SavedNames(client).queries())
    assert asked() == ["/api/queries", "/api/queries"]
    assert len(first[0]) < len(first[1])
    created = client.queries.create("The newest", "select 1", 1)
    asked()
    known, latest = list(SavedNames(client).queries())
    assert asked() == ["/api/queries"]
    assert known == first[-1]
    assert [item.id for item in latest] == [created.id, *(item.id for item in known)]
    options = ReadOptions.resolve(client=client)
    key = document_key(options, "names")
    kept = options.cache.get_document(key)
    options.cache.put_document(key, kept.value, stored_at=kept.stored_at - timedelta(days=2))
    list(SavedNames(client).queries())
    assert asked() == ["/api/queries", "/api/queries"]
