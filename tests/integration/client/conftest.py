"""A demo server that the tests of this folder may change."""

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer


@pytest.fixture(scope="module")
def own_server():
    with DemoServer(events=50) as server:
        yield server


@pytest.fixture
def site(own_server, tmp_path):
    """The client of that server's administrator."""
    own_server.faults.clear()
    own_server.requests.clear()
    with Client(own_server.url, own_server.user_key, cache_dir=tmp_path / "cache") as found:
        yield found
    own_server.faults.clear()
