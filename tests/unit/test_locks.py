"""Locks in forked children, and waits that Ctrl-C ends."""

import subprocess
import sys
import textwrap
import threading
from queue import SimpleQueue

import pytest

from watchframe import locks

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


def run(program):
    # From 3.12 on, Python warns of a fork where there are threads; here one is wanted.
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@needs_fork
def test_lock_of_another_thread_is_free_in_the_child():
    program = """
        import os, threading
        from watchframe.locks import ProcessLock

        lock, held = ProcessLock(), threading.Event()

        def hold():
            with lock.lock:
                held.set()
                threading.Event().wait()

        threading.Thread(target=hold, daemon=True).start()
        held.wait()
        child = os.fork()
        if not child:
            with lock.lock, lock.lock:
                print("free", flush=True)
            os._exit(0)
        print(os.waitpid(child, 0)[1], flush=True)
        os._exit(0)
    """
    assert run(program) == ["free", "0"]


@needs_fork
def test_lock_of_forking_thread_stays_its_own_in_child():
    program = """
        import os, threading
        from watchframe.locks import ProcessLock

        lock = ProcessLock()
        with lock.lock:
            child = os.fork()
            if not child:
                other = threading.Thread(target=lambda: lock.lock.acquire(), daemon=True)
                other.start()
                other.join(0.2)
                print("kept" if other.is_alive() else "lost", flush=True)
        if not child:
            other.join()
            os._exit(0)
        print(os.waitpid(child, 0)[1], flush=True)
    """
    assert run(program) == ["kept", "0"]


@needs_fork
def test_locks_do_not_outlive_their_owners():
    before = len(locks._all)
    made = [locks.ProcessLock() for _ in range(100)]
    assert len(locks._all) >= before + 100
    del made
    assert len(locks._all) < before + 100


@needs_fork
def test_fork_waits_until_threads_have_left_the_barrier():
    program = """
        import os, threading
        from watchframe.locks import ForkBarrier

        barrier, entered, seen = ForkBarrier(), threading.Event(), []

        def inside():
            with barrier:
                entered.set()
                threading.Event().wait(0.3)
                seen.append("left")

        thread = threading.Thread(target=inside)
        thread.start()
        entered.wait()
        child = os.fork()
        if child == 0:
            with barrier:  # it is free
                os._exit(0 if seen == ["left"] else 1)
        thread.join()
        with barrier:
            print(seen, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    assert run(program) == ["['left']", "0"]


@pytest.mark.parametrize("are_deaf", [False, True])
def test_wait_ends_with_its_event_or_its_time(monkeypatch, are_deaf):
    monkeypatch.setattr(locks, "WAITS_ARE_DEAF", are_deaf)
    monkeypatch.setattr(locks, "WAKE_EVERY", 0.01)
    event = threading.Event()
    assert not locks.wait_for(event, 0.0)
    assert not locks.wait_for(event, 0.03)
    timer = threading.Timer(0.05, event.set)
    timer.start()
    assert locks.wait_for(event)
    assert locks.wait_for(event, 0.0)
    timer.join()


@pytest.mark.parametrize("are_deaf", [False, True])
def test_what_comes_into_a_queue_is_taken(monkeypatch, are_deaf):
    monkeypatch.setattr(locks, "WAITS_ARE_DEAF", are_deaf)
    monkeypatch.setattr(locks, "WAKE_EVERY", 0.01)
    queue = SimpleQueue()
    timer = threading.Timer(0.05, queue.put, ["first"])
    timer.start()
    assert locks.take(queue) == "first"
    timer.join()


def test_deaf_wait_never_lasts_longer_than_a_moment(monkeypatch):
    """What makes Ctrl-C heard: Python looks for signals between two waits."""
    monkeypatch.setattr(locks, "WAITS_ARE_DEAF", True)
    asked = []

    class Event(threading.Event):
        def wait(self, timeout=None):
            asked.append(timeout)
            return len(asked) == 4

    assert locks.wait_for(Event())
    assert len(asked) == 4
    asked.clear()
    assert locks.wait_for(Event(), 60.0)
    assert all(timeout is not None and timeout <= locks.WAKE_EVERY for timeout in asked)
