"""A demo server for each test, for these tests change what is saved on it."""

from __future__ import annotations

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer


@pytest.fixture
def server():
    with DemoServer(events=500) as found:
        yield found


@pytest.fixture
def client(server):
    with Client(server.url, server.user_key, max_retries=0) as found:
        yield found


@pytest.fixture
def other_server():
    with DemoServer(events=500) as found:
        yield found


@pytest.fixture
def other(other_server):
    with Client(other_server.url, other_server.user_key, max_retries=0) as found:
        yield found
