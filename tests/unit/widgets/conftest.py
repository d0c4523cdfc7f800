"""A checker at a fixed moment, and a demo server with a client for each module of tests."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.models import ParameterDefinition, Query
from watchframe.widgets.control import Checker

WITHIN = 60
NOW = datetime(2026, 11, 24, 10, 30, 5, tzinfo=UTC)


@pytest.fixture
def checker():
    return Checker(query=Query(id=1, name="Q", text=""), timezone=UTC, clock=lambda: NOW)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo"), events=3000) as server:
        yield server


@pytest.fixture(scope="module")
def client(demo, tmp_path_factory):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path_factory.mktemp("cache")) as opened:
        yield opened


@pytest.fixture
def awaited():
    """Return a coroutine's result; in a thread, as browser tests leave their loop in this one."""

    def run(coroutine):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, coroutine).result()

    return run


@pytest.fixture
def raised_in_threads(monkeypatch):
    """The types of errors that ended a thread, in place of pytest's warnings of them."""
    types = []
    monkeypatch.setattr(threading, "excepthook", lambda args: types.append(args.exc_type))
    return types


def until(is_so):
    deadline = time.monotonic() + WITHIN
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def define(type_, default=None, **facts):
    return ParameterDefinition(name="it", type=type_, title="The title", default=default, **facts)


def fields(control, kind):
    """All of a control's widgets of one class, in the order of the screen."""
    found, waiting = [], [control.widget]
    while waiting:
        widget = waiting.pop(0)
        if isinstance(widget, kind):
            found.append(widget)
        waiting = list(getattr(widget, "children", ())) + waiting
    return found


def below(control):
    return control.widget.children[-1].value
