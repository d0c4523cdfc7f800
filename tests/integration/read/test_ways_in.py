"""Every way in, with what a newcomer has at hand, on a server of every version."""

import asyncio
import importlib

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import watchframe
from watchframe.client import disconnect
from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow

#: Queries of the demo server: with parameters, without, of a dropdown; and a dashboard.
BORROWS, TOTALS, CHOICES, DASHBOARD = 1, 2, 20, 1
PARAMS = {"markets": ["INV"], "period": ("2026-01-01", "2026-01-31")}
BIG = "amount_raw"  # uint256 amounts


@pytest.fixture(scope="module", params=["8.0", "10.1", "25.8", "26.8", "fork"])
def server(request):
    with DemoServer(version=request.param) as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch, tmp_path):
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yield
    disconnect()


def address(server, query_id, end="results.json"):
    return f"{server.url}/api/queries/{query_id}/{end}?api_key={server.query_key(query_id)}"


def is_typed(frame):
    assert len(frame) > 0
    assert frame["day"].dtype == "datetime64[us]"
    assert all(type(value) is int for value in frame[BIG])
    return True


def test_address_of_results(server):
    for end in ("results.json", "results.csv"):
        assert is_typed(watchframe.read_watch_query(address(server, BORROWS, end), PARAMS))


def test_address_of_an_embedded_chart(server):
    url = f"{server.url}/embed/query/{BORROWS}/visualization/2"
    assert is_typed(watchframe.read_watch_query(f"{url}?api_key={server.query_key(BORROWS)}"))


def test_address_of_one_result(server):
    with watchframe.Client(server.url, server.user_key) as client:
        rows = watchframe.read_watch_query(BORROWS, PARAMS, client=client)
    result_id = rows.attrs["watchframe"]["query_result_id"]
    for path in (f"queries/{BORROWS}/results/{result_id}.json", f"query_results/{result_id}"):
        found = watchframe.read_watch_query(f"{server.url}/api/{path}?api_key={server.user_key}")
        pd.testing.assert_frame_equal(found, rows)


def test_address_of_a_page_with_a_key_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_URL", server.url)
    monkeypatch.setenv("WATCHFRAME_API_KEY", server.member_key)
    page = f"{server.url}/queries/{BORROWS}?p_markets=%5B%22INV%22%5D"
    frame = watchframe.read_watch_query(page)
    assert is_typed(frame)
    assert set(frame["market"]) == {"INV"}


def test_keys_of_several_queries(server):
    keys = {query_id: server.query_key(query_id) for query_id in (BORROWS, TOTALS)}
    watchframe.connect(server.url, query_keys=keys)
    first, second = watchframe.read_watch_queries([(BORROWS, PARAMS), TOTALS])
    assert is_typed(first)
    assert len(second) > 0


def test_name_and_search(server):
    watchframe.connect(server.url, server.user_key)
    assert is_typed(watchframe.read_watch_query("borrows by market", PARAMS))
    found = watchframe.find_watch_queries("borrows")
    assert "Borrows by market" in set(found["name"])


def test_query_as_a_function(server):
    watchframe.connect(server.url, server.member_key)
    q = watchframe.watch_query("Borrows by market")
    assert is_typed(q(**PARAMS))

    async def submitted():
        return await q.submit(**PARAMS)

    assert is_typed(asyncio.run(submitted()))


def test_shared_dashboard_and_a_dashboard_by_name(server):
    with watchframe.Client(server.url, server.user_key) as client:
        watchframe.read_watch_query(CHOICES, client=client)  # a token may not run a dropdown's
    shared = watchframe.read_watch_dashboard(f"{server.public_url(DASHBOARD)}")
    assert shared
    assert all(isinstance(frame, pd.DataFrame) for frame in shared.values())
    watchframe.connect(server.url, server.user_key)
    named = watchframe.read_watch_dashboard(shared.dashboard.name)
    assert list(named) == list(shared)


def test_magic_and_picker(server):
    shell = InteractiveShell()
    url = address(server, BORROWS)
    watchframe.load_ipython_extension(shell)
    try:
        done = shell.run_cell(f"%watch {url} -p markets=[INV] --out found")
        assert done.success
        assert is_typed(shell.user_ns["found"])
    finally:
        watchframe.unload_ipython_extension(shell)
    picker = watchframe.pick(url)
    picker.run()
    assert is_typed(picker.wait())
    picker.close()


def test_sweep_and_dask(server):
    sets = [{**PARAMS, "markets": ["INV"]}, {**PARAMS, "markets": ["WETH"]}]
    url = address(server, BORROWS)
    assert is_typed(watchframe.read_watch_sweep(url, sets))
    pytest.importorskip("dask")
    dask = importlib.import_module("watchframe.dask")
    assert is_typed(dask.read_watch_query(url, sets).compute(scheduler="threads"))
