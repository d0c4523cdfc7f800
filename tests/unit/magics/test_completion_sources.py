"""Answers for somebody who cannot wait."""

from __future__ import annotations

import threading
import time

from watchframe.magics.completion_sources import BackgroundCache

PATIENT = 30.0


def soon():
    return time.monotonic() + PATIENT


def test_background_quick_answer():
    assert BackgroundCache().get("key", lambda: iter([7]), deadline=soon()) == 7


def test_background_late_answer():
    background, may_go, went = BackgroundCache(), threading.Event(), threading.Event()

    def fetch():
        may_go.wait(PATIENT)
        went.set()
        yield 7

    assert background.get("key", fetch, deadline=time.monotonic()) is None
    may_go.set()
    assert went.wait(PATIENT)
    assert background.get("key", lambda: iter([8]), deadline=soon()) == 7


def test_background_known_answer_asked_once():
    background, asked = BackgroundCache(), []
    for _ in range(3):
        background.get("key", lambda: iter([asked.append(1) or 7]), deadline=soon())
    assert len(asked) == 1


def test_background_simultaneous_requests_asked_once():
    background, may_go, asked = BackgroundCache(), threading.Event(), []

    def fetch():
        asked.append(1)
        may_go.wait(PATIENT)
        yield 7

    assert background.get("key", fetch, deadline=time.monotonic()) is None
    assert background.get("key", fetch, deadline=time.monotonic()) is None
    may_go.set()
    assert background.get("key", fetch, deadline=soon()) == 7
    assert len(asked) == 1


def test_background_failure_is_silent():
    background, asked = BackgroundCache(), []

    def fetch():
        asked.append(1)
        raise ConnectionError

    assert background.get("key", fetch, deadline=soon()) is None
    assert background.get("key", fetch, deadline=soon()) is None
    assert len(asked) == 1


def test_background_cleared_asks_again():
    background = BackgroundCache()
    background.get("key", lambda: iter([7]), deadline=soon())
    background.clear()
    assert background.get("key", lambda: iter([8]), deadline=soon()) == 8


def test_background_first_value_while_a_better_one_comes():
    background, may_go = BackgroundCache(), threading.Event()

    def fetch():
        yield 7
        may_go.wait(PATIENT)
        yield 8

    assert background.get("key", fetch, deadline=soon()) == 7
    may_go.set()
    while background.get("key", fetch, deadline=soon()) == 7:
        pass
    assert background.get("key", fetch, deadline=soon()) == 8


def test_background_nothing_is_asked_again():
    background = BackgroundCache()
    assert background.get("key", lambda: iter([]), deadline=soon()) is None
    assert background.get("key", lambda: iter([7]), deadline=soon()) == 7
