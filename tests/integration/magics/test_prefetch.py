"""Names on a slow server, and those that were fetched before anybody asked."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

import watchframe
from watchframe.demo import DemoServer
from watchframe.magics.completion_sources import ServerNames

PATIENT = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of these tests alone: nobody else takes its faults."""
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture
def held(server):
    """Hold every answer of the server back until this is set."""
    release = threading.Event()
    server.faults.add("GET ", times=10_000, hold=release)
    yield release
    server.faults.clear()
    release.set()


@pytest.fixture
def connection(server, tmp_path):
    return {"url": server.url, "api_key": server.user_key, "cache_dir": tmp_path / "cache"}


CELLS = [
    "%watch |",
    "%watch bor|",
    "%watch 1 -p |",
    "%%watch --source |",
    'read_watch_query("|',
    'read_watch_query(1, {"|',
    'read_watch_query(1, {"markets": ["|',
    'read_watch_dashboard("|',
]


@pytest.mark.slow
def test_first_tab_on_a_slow_server_then_the_next(plain_shell, connection, held, capfd):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(**connection):
        for cell in CELLS:
            assert plain_shell.complete(cell) == [cell.replace("|", "")]  # and no junk
        held.set()
        for cell in CELLS:
            assert plain_shell.offers(cell) != [cell.replace("|", "")]
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_first_tab_after_a_restart_is_from_the_cache(plain_shell, server, connection):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(**connection):
        expected = [plain_shell.offers(cell) for cell in CELLS]
    plain_shell.value("%reload_ext watchframe")  # its matcher knows nothing
    server.faults.add("GET ", times=10_000, hold=(release := threading.Event()))
    try:
        with watchframe.connect(**connection):
            assert [plain_shell.complete(cell) for cell in CELLS] == expected
    finally:
        server.faults.clear()
        release.set()


def test_names_of_one_key_are_not_shown_to_another(plain_shell, server, connection):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(**connection):
        assert plain_shell.offers("%watch bor|") != ["%watch bor"]
    with watchframe.connect(**{**connection, "api_key": server.query_key(1)}):
        assert plain_shell.complete("%watch bor|") == ["%watch bor"]


PREFETCH = """
import os, sys, threading
import watchframe
from watchframe.magics.completion_sources import ServerNames

def running():
    return [item.name for item in threading.enumerate() if item.name.startswith("watchframe")]

watchframe.connect()
ServerNames().prefetch()
while len(running()) < 2:  # for the queries and for the data sources: both are held back
    pass
assert set(running()) == {"watchframe-completion"}, running()
"""
FORK = """
import warnings
warnings.simplefilter("ignore")  # newer Pythons warn of any fork with threads
child = os.fork()
if child == 0:
    os._exit(0 if len(watchframe.read_watch_query(2)) else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def run(connection, code):
    environment = {
        **os.environ,
        "WATCHFRAME_URL": connection["url"],
        "WATCHFRAME_API_KEY": connection["api_key"],
        "WATCHFRAME_CACHE_DIR": str(connection["cache_dir"]),
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENT,
        check=False,
    )


@pytest.mark.slow
def test_prefetch_does_not_delay_the_end(connection, held):
    assert not held.is_set()
    ended = run(connection, PREFETCH)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_prefetch_does_not_stop_a_forked_child(connection, server):
    release = threading.Event()
    server.faults.add("GET /api/(queries$|data_sources)", times=10, hold=release)
    try:
        ended = run(connection, PREFETCH + FORK)
    finally:
        release.set()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_prefetch_says_nothing_where_the_cache_is_broken(connection, tmp_path, recwarn):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    with watchframe.connect(**{**connection, "cache_dir": blocked / "cache"}):
        found = ServerNames().queries("", deadline=time.monotonic() + PATIENT)
        assert found
        assert not recwarn.list
        with pytest.warns(watchframe.errors.CacheWarning):
            watchframe.read_watch_query(2)  # the person is told
