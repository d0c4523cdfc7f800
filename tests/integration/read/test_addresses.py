"""A pasted address is enough: it names the server, the query and the key."""

import contextlib
import logging
import pickle

import pandas as pd
import pytest

import watchframe
from watchframe import (
    Client,
    ParameterPicker,
    connect,
    explain_watch_query,
    read_watch_queries,
    read_watch_query,
    read_watch_sweep,
    submit_watch_query,
)
from watchframe.errors import (
    ArgumentError,
    AuthenticationError,
    CacheMissError,
    ConfigurationError,
    QueryReferenceError,
)
from watchframe.read.options import client_for
from watchframe.references import parse_reference

#: Queries of the demo server: with parameters, one kind of rows, a text parameter (unsafe).
BORROWS, ROWS, TEXT = 1, 13, 10


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    """Nothing is set but the folder of the cache."""
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "cache"))


def address(demo, query_id=BORROWS, end="results.json", key=None, more=""):
    key = demo.query_key(query_id) if key is None else key
    return f"{demo.url}/api/queries/{query_id}/{end}?api_key={key}{more}"


@pytest.mark.parametrize("filetype", [".json", ".csv", ".tsv", ".xlsx", ""])
def test_results_address_is_read_with_nothing_set(demo, client, filetype):
    frame = read_watch_query(address(demo, end=f"results{filetype}"))
    pd.testing.assert_frame_equal(frame, read_watch_query(BORROWS, client=client))
    assert {item.path.partition("?")[0].split("/")[3] for item in demo.requests[:3]} == {"1"}


def test_embedded_address_is_read_with_its_values(demo):
    page = f"{demo.url}/embed/query/1/visualization/1"
    frame = read_watch_query(f"{page}?api_key={demo.query_key(1)}&p_markets=%5B%22INV%22%5D")
    assert frame.attrs["watchframe"]["parameters"]["markets"] == ["INV"]
    assert set(frame["market"]) == {"INV"}


def test_params_and_max_age_go_with_an_address(demo):
    first = read_watch_query(address(demo), {"markets": ["INV"]}, max_age="1h")
    demo.requests.clear()
    again = read_watch_query(address(demo), {"markets": ["INV"]}, max_age="1h")
    assert list(demo.requests) == []
    pd.testing.assert_frame_equal(first, again)


def test_several_addresses_have_a_key_each(demo):
    frames = read_watch_queries([address(demo), (address(demo, ROWS), {"kind": "repay"})])
    assert [frame.attrs["watchframe"]["query_id"] for frame in frames] == [BORROWS, ROWS]


def test_sweep_submit_explain_and_picker_take_an_address(demo):
    url = address(demo, ROWS)
    sweep = read_watch_sweep(url, [{"kind": "borrow"}, {"kind": "repay"}])
    assert set(sweep["kind"]) == {"borrow", "repay"}
    assert len(submit_watch_query(url, {"kind": "repay"}).result()) > 0
    assert explain_watch_query(url, {"kind": "repay"}).decision.action == "use"
    picker = ParameterPicker(url)
    picker.run()
    picker.wait()
    assert len(picker.df) > 0
    assert demo.query_key(ROWS) not in picker.code + picker.magic
    assert f'"{demo.url}/queries/{ROWS}"' in picker.code
    assert f"%watch {demo.url}/queries/{ROWS} " in picker.magic


def test_page_without_a_key_takes_the_settings_of_its_server(demo, monkeypatch, tmp_path):
    page = f"{demo.url}/queries/{BORROWS}"
    with pytest.raises(ConfigurationError, match=f"No API key is known for {demo.url}"):
        read_watch_query(page)
    monkeypatch.setenv("WATCHFRAME_API_KEY", demo.user_key)
    with pytest.raises(ConfigurationError, match="No API key is known"):
        read_watch_query(page)  # a page of any server could get that key
    monkeypatch.setenv("WATCHFRAME_URL", demo.url)
    assert len(read_watch_query(page)) > 0


def test_page_of_another_server_than_the_connected_one(demo, monkeypatch):
    connect("https://other.example", "a-key-of-the-other")
    assert len(read_watch_query(address(demo))) > 0
    with pytest.raises(ConfigurationError, match=f"No API key is known for {demo.url}"):
        read_watch_query(f"{demo.url}/queries/{BORROWS}")
    with pytest.raises(ConfigurationError, match="page of"):
        read_watch_query(address(demo), client=Client("https://other.example", "a-key"))


@pytest.mark.parametrize("is_connected", [False, True])
def test_chosen_client_wins_where_the_server_is_the_same(demo, client, is_connected):
    url = address(demo, key="a-key-that-is-no-longer-valid")
    if is_connected:
        connect(demo.url, demo.user_key)
        assert len(read_watch_query(url)) > 0
    else:
        assert len(read_watch_query(url, client=client)) > 0


def test_address_adds_its_key_to_a_chosen_ring(demo):
    connect(demo.url, query_keys={ROWS: demo.query_key(ROWS)})
    assert len(read_watch_query(address(demo))) > 0
    assert len(read_watch_query(ROWS, {"kind": "repay"})) > 0


def test_wrong_key_does_not_stop_the_right_one(demo):
    """A query is read with the user's key only as long as its own is not the right one."""
    with Client(demo.url, demo.user_key, query_keys={BORROWS: "a-wrong-key"}) as both:
        frame = read_watch_query(BORROWS, client=both, cache="off")
        assert frame.attrs["watchframe"]["query_result_id"] is not None
        right = both.with_keys(demo.user_key, {BORROWS: demo.query_key(BORROWS)})
        frame = read_watch_query(BORROWS, client=right, cache="off")
        assert frame.attrs["watchframe"]["query_result_id"] is None  # that is what its key is told


def test_key_that_may_not_do_it_is_not_the_next_one(demo):
    """What a query's key is refused is remembered of that key alone."""
    with Client(demo.url, demo.user_key, query_keys={TEXT: demo.query_key(TEXT)}) as both:
        read_watch_query(TEXT, client=both, cache="off")
        with both.with_keys(demo.user_key, {TEXT: "another-key"}) as other:
            demo.requests.clear()
            read_watch_query(TEXT, client=other, cache="off")
        posts = [item for item in demo.requests if item.path == f"/api/queries/{TEXT}/results"]
        assert len(posts) == 2


def test_wrong_key_of_an_address_says_where_to_copy_it(demo):
    with pytest.raises(AuthenticationError) as caught:
        read_watch_query(address(demo, key="a-wrong-key"))
    assert f"not that of query {BORROWS}, or no longer: copy it again from the query's page" in (
        caught.value.hint
    )
    assert "a-wrong-key" not in str(caught.value)


def test_wrong_key_of_a_user_says_where_to_copy_it(demo):
    with (
        Client(demo.url, "a-wrong-key") as client,
        pytest.raises(AuthenticationError) as caught,
    ):
        read_watch_query(BORROWS, client=client)
    assert "no user's, or no longer: copy yours again from your profile's page" in caught.value.hint


def test_note_about_a_key_in_clear_text_comes_once(demo, caplog):
    caplog.set_level(logging.WARNING, logger="watchframe")
    query_id = 14  # of which no other test has an address
    for _ in range(2):
        with contextlib.suppress(watchframe.errors.WatchframeError):
            read_watch_query(address(demo, query_id))
    (note,) = [item.getMessage() for item in caplog.records if "clear text" in item.getMessage()]
    assert f"watchframe login --url {demo.url} --query {query_id}" in note
    assert f"WATCHFRAME_QUERY_KEY_{query_id}" in note
    assert demo.query_key(query_id) not in note


def test_note_about_a_key_in_clear_text_quotes_the_server(caplog):
    caplog.set_level(logging.WARNING, logger="watchframe")
    page = "https://host.invalid/$(id)\u202e/queries/1?api_key=K"
    client_for(parse_reference(page), None)
    assert r"--url 'https://host.invalid/$(id)\u202e' --query 1" in caplog.text


@pytest.mark.parametrize("path", ["api/queries/{}/results.json", "queries/{}/source"])
def test_connect_takes_the_server_and_the_key_of_an_address(demo, path):
    url = f"{demo.url}/{path.format(BORROWS)}?p_x=1&api_key={demo.query_key(BORROWS)}"
    with connect(url) as client:
        assert (client.server, set(client.settings.query_keys)) == (demo.url, {BORROWS})
        assert len(read_watch_query(BORROWS)) > 0
    with connect(url, demo.user_key) as client:
        assert client.settings.query_keys == {}
        assert len(read_watch_query(BORROWS)) > 0


def test_ring_reads_each_query_by_its_own_key(demo):
    with Client(demo.url, query_keys={id_: demo.query_key(id_) for id_ in (BORROWS, ROWS)}) as ring:
        frames = read_watch_queries([BORROWS, (ROWS, {"kind": "repay"})], client=ring)
        assert all(len(frame) for frame in frames)
        with pytest.raises(AuthenticationError, match=f"queries {BORROWS}, {ROWS}") as caught:
            read_watch_query(2, client=ring)
        assert "A query's key reads that one query" in caught.value.hint
        with pytest.raises(AuthenticationError):
            list(ring.queries.list())


def test_least_key_is_used_and_the_users_where_it_does_not_do(demo):
    keys = {id_: demo.query_key(id_) for id_ in (BORROWS, TEXT)}
    with Client(demo.url, demo.user_key, query_keys=keys) as both:
        frame = read_watch_query(BORROWS, client=both, cache="off")
        assert frame.attrs["watchframe"]["query_result_id"] is None  # that is what its key is told
        assert list(both.queries.list(search="borrows"))
        definition = both.queries.get(TEXT)
        assert any(item.type == "text" for item in definition.parameters)
        read_watch_query(TEXT, client=both, cache="off")
        posts = [item for item in demo.requests if item.path == f"/api/queries/{TEXT}/results"]
        assert len(posts) == 2  # the first was refused
        read_watch_query(TEXT, client=both, cache="off")
        posts = [item for item in demo.requests if item.path == f"/api/queries/{TEXT}/results"]
        assert len(posts) == 3
    with (
        Client(demo.url, query_keys=keys) as ring,
        pytest.raises(watchframe.errors.AccessDeniedError) as caught,
    ):
        read_watch_query(TEXT, client=ring)
    assert "no query with a text parameter" in caught.value.hint


def test_one_result_is_read_as_that_very_result(demo, client):
    params = {"markets": ["INV"]}
    rows = read_watch_query(BORROWS, params, client=client)
    result_id = rows.attrs["watchframe"]["query_result_id"]
    newer = read_watch_query(BORROWS, params, client=client, cache="refresh")
    assert newer.attrs["watchframe"]["query_result_id"] != result_id
    for url in (
        f"{demo.url}/api/queries/{BORROWS}/results/{result_id}.json?api_key={demo.user_key}",
        f"{demo.url}/api/query_results/{result_id}.csv?api_key={demo.user_key}",
        f"{demo.url}/api/query_results/{result_id}?api_key={demo.user_key}",
    ):
        frame = read_watch_query(url, max_age=0)
        pd.testing.assert_frame_equal(frame, rows)
        assert frame.attrs["watchframe"]["query_result_id"] == result_id
        demo.requests.clear()
        again = read_watch_query(url, max_age=0)
        assert (list(demo.requests), again.attrs["watchframe"]["from_cache"]) == ([], True)
        assert explain_watch_query(url).decision.action == "use"
        assert len(read_watch_query(url, cache="only")) == len(rows)
        with pytest.raises(ArgumentError, match="parameters change nothing"):
            read_watch_query(url, {"markets": ["INV"]})
        with pytest.raises(QueryReferenceError, match="is one result, not a query"):
            read_watch_sweep(url, [{"markets": ["INV"]}])


def test_one_result_claims_no_query(demo, client):
    """At a query's address, a user's key gets the results of others too."""
    read_watch_query(2, client=client)
    result_id = read_watch_query(2, client=client).attrs["watchframe"]["query_result_id"]
    url = address(demo, BORROWS, f"results/{result_id}.json", key=demo.user_key)
    assert read_watch_query(url).attrs["watchframe"]["query_id"] is None


def test_one_result_is_cleared_with_its_query(demo, client):
    result_id = read_watch_query(2, client=client).attrs["watchframe"]["query_result_id"]
    url = f"{demo.url}/api/query_results/{result_id}?api_key={demo.user_key}"
    read_watch_query(url)
    assert watchframe.ResultCache().clear(query_id=2).entries == 2
    with pytest.raises(CacheMissError):
        read_watch_query(url, cache="only")


@pytest.mark.parametrize("path", ["queries/1/results/0.json", "query_results/0.json"])
def test_result_without_an_id_is_not_the_query(path):
    with pytest.raises(QueryReferenceError, match="does not refer to a query"):
        parse_reference(f"https://host/api/{path}")


def test_result_that_is_not_there_or_not_kept(demo, client):
    url = f"{demo.url}/api/query_results/999999?api_key={demo.user_key}"
    with pytest.raises(watchframe.errors.NotFoundError, match="999999"):
        read_watch_query(url)
    with pytest.raises(CacheMissError):
        read_watch_query(url, cache="only")


def test_headers_go_with_every_request_and_show_nowhere(tcp_server):
    secret = "header-secret-0123456789"

    def answer(connection, seen):
        seen.append(connection.recv(65536))
        body = b"[]"
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        connection.sendall(head.encode() + body)

    headers = {"CF-Access-Client-Secret": secret}
    with tcp_server(answer) as watch, Client(watch.url, "a-key-0123", headers=headers) as found:
        assert found.data_sources.list() == []
        assert f"CF-Access-Client-Secret: {secret}".encode() in watch.seen[0]
        assert secret not in f"{found!r}{found.settings!r}"


def test_dask_reads_an_address_in_this_process(demo):
    dask = pytest.importorskip("watchframe.dask")
    frame = dask.read_watch_query(address(demo, ROWS), [{"kind": "borrow"}, {"kind": "repay"}])
    assert len(frame.compute(scheduler="threads")) > 0
    assert demo.query_key(ROWS).encode() not in pickle.dumps(frame)


def test_reference_with_a_key_is_not_pickled_and_shows_none():
    reference = parse_reference("https://host/api/queries/1/results.json?api_key=hunter2-0123")
    assert reference.api_key.reveal() == "hunter2-0123"
    assert "hunter2" not in repr(reference)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(reference)


@pytest.mark.parametrize(
    ("keyword", "hint"),
    [
        ({"refresh": True}, 'cache="refresh"'),
        ({"offline": True}, 'cache="only"'),
        ({"no_cache": True}, 'cache="off"'),
        ({"allow_plain_http": True}, "connect(..., allow_plain_http=...)"),
        ({"verify": False}, "connect(..., ca_bundle=...)"),
        ({"api_key": "hunter2"}, "connect(..., api_key=...)"),
        ({"market": "WETH"}, "read_watch_query(1, {'market': 'WETH'})"),
    ],
)
def test_wrong_keyword_says_where_it_belongs(keyword, hint):
    with pytest.raises(ArgumentError) as caught:
        read_watch_query(BORROWS, **keyword)
    assert hint in caught.value.hint
    assert "hunter2" not in str(caught.value)
