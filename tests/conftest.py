"""Fixtures for all tests: a demo server for the session, and a client with its own cache."""

import os
import sys
import time

import pytest
from hypothesis import HealthCheck, settings

from watchframe.client import Client, disconnect
from watchframe.demo import DemoServer

# Continuous integration judges a change, so it searches the same examples each time; other runs
# search new ones. No example has a time limit, nor has making one: the machine may be busy.
settings.register_profile(
    "watchframe",
    derandomize=bool(os.environ.get("CI")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("few", settings.get_profile("watchframe"), max_examples=10)
settings.load_profile("watchframe")


ENDS_WITHIN = 5  # seconds; jobs of tests about interrupts run for longer


@pytest.fixture(scope="session")
def demo_server():
    """A demo server with data, for tests that do not change what is saved on it."""
    with DemoServer() as server:
        yield server


@pytest.fixture
def demo(demo_server):
    """The demo server, with no faults waiting and an empty log of requests."""
    demo_server.faults.clear()
    demo_server.requests.clear()
    yield demo_server
    demo_server.faults.clear()
    # A job whose answer a test has lost ends by itself at once, or nearly so. One that is left
    # running takes a slot of the next test's server.
    deadline = time.monotonic() + ENDS_WITHIN
    while demo_server.running_jobs() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert demo_server.running_jobs() == []


@pytest.fixture
def client(demo, tmp_path):
    """A client of the demo server's user, with a cache folder of its own."""
    with Client(demo.url, demo.user_key, cache_dir=tmp_path / "cache", timezone="UTC") as found:
        yield found


@pytest.fixture(autouse=True)
def _no_connection_left(monkeypatch, tmp_path_factory):
    """No test sees the settings of this machine, or another test's connection."""
    for name in [name for name in os.environ if name.startswith("WATCHFRAME_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-config"))
    yield
    disconnect()


def pytest_addoption(parser):
    """Let the golden data of charts be another folder's."""
    parser.addoption("--golden", help="a folder of golden data of charts, in place of tests/data")


def pytest_runtest_logreport(report):
    """Print a failure at once: a run that is cut off has told what failed."""
    if report.failed and os.environ.get("CI") and not os.environ.get("PYTEST_XDIST_WORKER"):
        sys.stdout.write(f"\n{report.nodeid} ({report.when}) failed:\n{report.longreprtext}\n")
        sys.stdout.flush()
