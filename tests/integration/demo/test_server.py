"""Starting the demo server where something is in the way: one line that says what."""

import gc
import re
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import duckdb
import pytest
import requests

from watchframe.demo import DemoServer


def output_of(*words):
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr.strip()


def test_start_without_the_extra_says_how_to_get_it():
    program = "import sys; sys.modules['duckdb'] = None; import watchframe.demo"
    code, words = output_of("-c", program)
    assert code == 1
    assert words.endswith("The demo server needs duckdb: pip install 'watchframe[demo]'")


@pytest.mark.slow
@pytest.mark.parametrize("port", ["taken", "99999"])
def test_start_on_a_port_that_cannot_be_had_is_one_line(demo_server, port):
    number = demo_server.url.rpartition(":")[2] if port == "taken" else port
    code, words = output_of("-m", "watchframe.demo", "--port", number)
    assert code == 1
    assert re.fullmatch(r"The demo server cannot start: .+", words)


@pytest.mark.slow
def test_start_on_a_folder_in_use_is_one_line(demo_server):
    code, words = output_of("-m", "watchframe.demo", "--state-dir", str(demo_server.state_dir))
    assert code == 1
    assert words.startswith("The demo server cannot start: IO Error: Could not set lock")


def refuses_connections(server):
    parts = urlsplit(server.url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=30).close()
    except ConnectionRefusedError:
        return True
    return False


def test_server_that_is_not_started_refuses_connections():
    server = DemoServer(events=10)
    url = server.url
    assert refuses_connections(server)
    server.start()
    assert server.url == url
    assert requests.get(f"{url}/api/queries", timeout=30).status_code == 404  # without a key
    server.close()
    assert refuses_connections(server)


@pytest.mark.slow
def test_unstarted_servers_have_ports_of_their_own():
    servers = [DemoServer(events=10) for _ in range(4)]
    assert len({server.url for server in servers}) == 4
    for server in servers:
        server.close()


@pytest.mark.slow
def test_start_on_a_port_that_was_taken_meanwhile_fails():
    first = DemoServer(events=10, port=0)
    port = int(first.url.rpartition(":")[2])
    first.close()
    first, second = DemoServer(events=10, port=port), DemoServer(events=10, port=port)
    with first, pytest.raises(OSError, match="in use"):
        second.start()
    second.close()


def test_server_that_cannot_be_made_leaves_nothing_open(tmp_path):
    (tmp_path / "lending.duckdb").write_bytes(b"not a database" * 100)
    for options in ({"state_dir": tmp_path}, {"events": 0}, {"port": 99_999}):
        with pytest.raises((OSError, ValueError, OverflowError, duckdb.IOException)):
            DemoServer(**options)
    gc.collect()  # what was left open would warn here, which is an error


def test_two_servers_may_have_one_folder():
    with DemoServer(events=10) as one, DemoServer(one.state_dir, events=10) as other:
        assert one.url != other.url
