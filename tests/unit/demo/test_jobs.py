"""Jobs of the demo server: a run that is stopped ends, whenever that is."""

import time

from watchframe.demo.jobs import Interrupt

WITHIN = 30


def test_interrupt_that_an_engine_forgets_is_repeated():
    interrupt, calls = Interrupt(), []
    with interrupt.stopping(lambda: calls.append("stop")):
        interrupt.set()
        deadline = time.monotonic() + WITHIN
        while len(calls) < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
    assert len(calls) >= 3


def test_interrupt_calls_nothing_that_is_over():
    interrupt, calls = Interrupt(), []
    with interrupt.stopping(lambda: calls.append("stop")):
        pass
    interrupt.set()
    assert interrupt.is_set.is_set()
    assert calls == []
