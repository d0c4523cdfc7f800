"""A client as it is shown: the server, and whose key it is; never the key."""

import pytest

from tests.shown import assert_shows_itself, displayed
from watchframe.client import Client, connect


@pytest.fixture
def watched(monkeypatch):
    """Let the process be one that a person watches."""
    for module in ("client", "connection"):
        monkeypatch.setattr(f"watchframe.client.{module}.is_interactive", lambda: True)


@pytest.mark.usefixtures("watched")
def test_client_shows_whose_key_it_is_then_how_many_queries(site, own_server):
    own_server.requests.clear()
    first, second = displayed(site), displayed(site)
    asked = [item.path for item in own_server.requests]
    assert asked == ["/api/session", "/api/queries"]
    assert "  key of   Admin (analyst@example.com)" in first["text/plain"]
    assert f"  queries  {site.queries.list().count()}\n" in second["text/plain"]
    assert f'<a href="{own_server.url}"' in first["text/html"]
    assert own_server.user_key not in str([first, second, repr(site)])


@pytest.mark.usefixtures("watched")
def test_connected_client_shows_both_with_one_request_more(own_server, tmp_path):
    client = connect(own_server.url, own_server.user_key, cache_dir=tmp_path)
    own_server.requests.clear()
    text = displayed(client)["text/plain"]
    assert [item.path for item in own_server.requests] == ["/api/queries"]
    assert "  key of   Admin (analyst@example.com)" in text
    assert "  queries  " in text


def test_client_is_asked_nothing_where_nobody_watches(site, own_server):
    own_server.requests.clear()
    assert own_server.url in displayed(site)["text/plain"]
    assert repr(site) == f"Client({own_server.url!r})"
    assert not own_server.requests


@pytest.mark.usefixtures("watched")
def test_client_of_a_wrong_key_says_so(own_server, tmp_path):
    with Client(own_server.url, "wrong-key-of-nobody", cache_dir=tmp_path) as stranger:
        text = displayed(stranger)["text/plain"]
    assert "  key  a query's, or a wrong one" in text
    assert "wrong-key-of-nobody" not in text


@pytest.mark.usefixtures("watched")
def test_client_of_an_unreachable_server_shows_the_server(tmp_path):
    with Client("http://127.0.0.1:9", "key", cache_dir=tmp_path, max_retries=0) as lost:
        text = displayed(lost)["text/plain"]
    assert text.startswith("Client of http://127.0.0.1:9\n")
    assert "it could not be asked" in text


@pytest.mark.usefixtures("watched")
def test_client_of_query_keys_alone_asks_nothing(own_server, tmp_path):
    own_server.requests.clear()
    with Client(own_server.url, query_keys={1: "a-key-of-query-1"}, cache_dir=tmp_path) as keyed:
        text = displayed(keyed)["text/plain"]
    assert "  keys  1 key of queries" in text
    assert "a-key-of-query-1" not in text
    assert not own_server.requests


def test_client_and_its_parts_are_no_dump(site, own_server):
    assert_shows_itself(site, own_server.user_key)
