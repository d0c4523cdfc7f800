"""What `connect` asks the server about a key, and what it says then."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings

import pytest

from watchframe import connect
from watchframe.client import connected_client, disconnect
from watchframe.client import connection as module
from watchframe.errors import (
    AuthenticationError,
    ConfigurationWarning,
    ConnectError,
    ProtocolError,
    RateLimitError,
    TransportTimeoutError,
)

WRONG = "a-key-that-this-server-does-not-know-000"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def no_connection(tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path))
    disconnect()
    yield
    disconnect()


@contextlib.contextmanager
def watched():
    """Make standard error a terminal, where a person would see what is written."""
    controller, terminal = os.openpty()
    with os.fdopen(terminal, "w") as stream, os.fdopen(controller):
        before, sys.stderr = sys.stderr, stream
        try:
            yield
        finally:
            sys.stderr = before


@pytest.fixture
def asked(own_server, site):
    """The requests that were made."""

    def found():
        return [f"{item.method} {item.path}" for item in own_server.requests]

    return found


@pytest.fixture
def query_key(own_server, site):
    return own_server.query_key(1)


def test_check_of_a_users_key_is_one_small_request(own_server, asked):
    connect(own_server.url, own_server.user_key, check=True)
    assert asked() == ["GET /api/session"]


def test_check_of_a_wrong_key_raises_and_leaves_the_earlier_client(own_server, asked):
    before = connect(own_server.url, own_server.user_key)
    with pytest.raises(AuthenticationError, match="knows no user with this API key") as caught:
        connect(own_server.url, WRONG, check=True)
    assert connected_client() is before
    assert "query_keys={479: key}" in caught.value.hint
    assert WRONG not in str(caught.value)
    assert asked() == ["GET /api/session"]


def test_check_of_a_querys_key_asks_for_its_query(own_server, query_key, asked):
    connect(own_server.url, query_keys={1: query_key}, check=True)
    assert asked() == ["GET /api/queries/1"]
    with pytest.raises(AuthenticationError) as caught:
        connect(own_server.url, query_keys={1: WRONG}, check=True)
    assert "copy it again" in caught.value.hint


def test_check_raises_where_the_server_cannot_be_asked(own_server, site):
    with pytest.raises(ConnectError):
        connect(NOWHERE, WRONG, check=True)
    own_server.faults.add("GET /api/session", status=429)
    with pytest.raises(RateLimitError):
        connect(own_server.url, own_server.user_key, check=True)


def test_check_has_a_short_deadline(own_server, site, monkeypatch):
    monkeypatch.setattr(module, "CHECK_TIMEOUT", 0.2)
    own_server.faults.add("GET /api/session", delay=1.0)
    with pytest.raises(TransportTimeoutError):
        connect(own_server.url, own_server.user_key, check=True)


@pytest.mark.parametrize("check", [None, False])
def test_connect_asks_nothing_where_no_person_watches(own_server, asked, check):
    with contextlib.redirect_stderr(io.StringIO()):
        connect(own_server.url, WRONG, check=check)
    assert asked() == []


def test_connect_asks_nothing_if_told_so(own_server, asked):
    with watched():
        connect(own_server.url, WRONG, check=False)
    assert asked() == []


def test_connect_warns_the_person_who_watches(own_server, asked):
    said = "knows no user with this API key"
    with watched(), pytest.warns(ConfigurationWarning, match=said) as caught:
        client = connect(own_server.url, WRONG)
    assert caught[0].filename == __file__
    assert WRONG not in str(caught[0].message)
    assert connected_client() is client
    assert asked() == ["GET /api/session"]


def test_connect_warns_of_a_server_that_is_none(own_server, site):
    with watched(), pytest.warns(ConfigurationWarning, match="No answer from 127.0.0.1:9"):
        connect(NOWHERE, WRONG)
    assert connected_client().server == NOWHERE
    own_server.faults.add("GET /api/session", status=200, body=b"<html>Hello</html>")
    with watched(), pytest.warns(ConfigurationWarning):
        connect(own_server.url, own_server.user_key)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_connect_says_nothing_of_a_busy_server(own_server, site, status):
    own_server.faults.add("GET /api/session", status=status)
    with watched(), warnings.catch_warnings():
        warnings.simplefilter("error")
        connect(own_server.url, own_server.user_key)


def test_connect_says_nothing_of_a_slow_server(own_server, site, monkeypatch):
    monkeypatch.setattr(module, "CHECK_TIMEOUT", 0.2)
    own_server.faults.add("GET /api/session", delay=1.0)
    with watched():
        connect(own_server.url, own_server.user_key)


def test_connect_says_nothing_of_a_good_key(own_server, query_key, asked):
    with watched():
        connect(own_server.url, own_server.user_key)
        connect(own_server.url, query_keys={1: query_key})
    assert asked() == ["GET /api/session", "GET /api/queries/1"]


def test_check_of_a_page_that_is_no_server_raises(own_server, site):
    own_server.faults.add("GET /api/session", status=200, body=b"<html>Hello</html>")
    with pytest.raises(ProtocolError):
        connect(own_server.url, own_server.user_key, check=True)
