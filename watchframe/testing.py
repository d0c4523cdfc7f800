"""pytest fixtures for your own tests: your notebook's functions against a demo server.

In your ``conftest.py``::

    pytest_plugins = ["watchframe.testing"]

and then::

    def test_report_has_one_row_a_market(watch_environment):
        assert my_report().index.is_unique  # calls read_watch_query(...) as it always does
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from watchframe.client import disconnect
from watchframe.demo import DemoServer


@pytest.fixture(scope="session")
def watch_server() -> Iterator[DemoServer]:
    """Return a demo server that lives as long as the test session."""
    with DemoServer() as server:
        yield server


@pytest.fixture
def watch_environment(
    watch_server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DemoServer]:
    """Connect the code under test to the demo server, with a cache folder of its own.

    The environment says so: code that does not call ``connect`` is connected too.
    """
    monkeypatch.setenv("WATCHFRAME_URL", watch_server.url)
    monkeypatch.setenv("WATCHFRAME_API_KEY", watch_server.user_key)
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "watchframe-cache"))
    disconnect()
    yield watch_server
    disconnect()
