import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from watchframe.cache import Policy, ResultCache, decide, single_flight
from watchframe.cache.file_locks import (
    is_in_use,
    locked_if_free,
    mark_in_use,
    noted_end,
    try_lock,
    unlock,
)
from watchframe.config.files import OPEN_FILES_STAY
from watchframe.errors import JobTimeoutError


def test_flight_alone_did_not_wait(cache, key):
    with cache.single_flight(key, timeout=0) as flight:
        assert flight.waited_since is None
    with cache.single_flight(key) as flight:
        assert flight.waited_since is None


@pytest.mark.parametrize(("max_age", "expected"), [(60, 1), (0, 2)])
def test_flights_of_many_threads_run_once(cache, key, provenance, max_age, expected):
    """With max_age=0 the first run began before the others asked: one goes anew, ten share that."""
    runs = []

    def run() -> None:
        asked = datetime.now(UTC)
        runs.append(asked)
        wait_until(lambda: len(runs) > 1 or waiting(11))
        now = datetime.now(UTC)
        origin = provenance(requested_at=asked, retrieved_at=now, stored_at=now)
        cache.put(key, pa.table({"n": [len(runs)]}), origin)

    def read() -> int:
        with cache.single_flight(key, timeout=30) as flight:
            entry = cache.get(key)
            decision = decide(
                entry.provenance if entry else None,
                Policy(max_age=max_age),
                now=datetime.now(UTC),
                waited_since=flight.waited_since,
            )
            if decision.action != "use":
                run()
            return cache.get(key).table["n"][0].as_py()

    with ThreadPoolExecutor(12) as threads:
        first = threads.submit(read)
        wait_until(lambda: runs)
        others = [threads.submit(read) for _ in range(11)]
        answers = [future.result(60) for future in (first, *others)]
    assert len(runs) == expected
    assert answers == [1] + [expected] * 11


def waiting(count: int) -> bool:
    turns = single_flight._local_locks.values()
    return sum(turn.users for turn in turns) == count + 1


def wait_until(is_so) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_flights_of_different_keys_do_not_wait(cache):
    with (
        cache.single_flight("a" * 64, timeout=0),
        cache.single_flight("b" * 64, timeout=0) as flight,
    ):
        assert flight.waited_since is None


@pytest.mark.parametrize("other_instance", [True, False])
def test_flight_held_past_the_timeout_is_an_error(cache, key, other_instance):
    other = ResultCache(cache.directory) if other_instance else cache
    with (
        cache.single_flight(key),
        pytest.raises(JobTimeoutError, match="fetched elsewhere") as caught,
        other.single_flight(key, timeout=0.05),
    ):
        pytest.fail("two flights at once")
    assert caught.value.timeout == 0.05
    with other.single_flight(key, timeout=0):
        pass
    other.close()


def test_flight_of_failed_holder_is_free_for_the_next(cache, key):
    def fail() -> None:
        with cache.single_flight(key):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with cache.single_flight(key, timeout=0) as flight:
        assert flight.waited_since is None


def test_flights_leave_nothing_once_over(cache, key):
    with cache.single_flight(key):
        assert [path.name for path in (cache.directory / "v1" / "locks").iterdir()] == [key]
    assert list((cache.directory / "v1" / "locks").iterdir()) == []
    assert not single_flight._local_locks


def test_waiter_knows_since_which_moment_it_waited(cache, key):
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with cache.single_flight(key):
            entered.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(30)
    before = datetime.now(UTC)

    def let_go() -> None:
        wait_until(lambda: waiting(1))
        leave.set()

    helper = threading.Thread(target=let_go)
    helper.start()
    with cache.single_flight(key, timeout=30) as flight:
        assert before <= flight.waited_since <= datetime.now(UTC)
    helper.join()
    holder.join()


def test_lock_is_not_given_twice(tmp_path):
    path = tmp_path / "lock"
    descriptor = try_lock(path)
    assert descriptor is not None
    assert try_lock(path) is None
    with locked_if_free(path) as mine:
        assert not mine
    unlock(path, descriptor)
    with locked_if_free(path) as mine:
        assert mine


@pytest.mark.skipif(OPEN_FILES_STAY, reason="a file that is open cannot be deleted")
def test_lock_is_not_held_on_a_removed_file(
    tmp_path,
):
    """The order of a race: open, then the holder unlinks and frees, then lock."""
    path = tmp_path / "lock"
    path.touch()
    held = try_lock(path)
    path.unlink()
    other = try_lock(path)
    assert other is not None, "the name is free, whoever locks the old file"
    assert try_lock(path) is None
    unlock(path, other)
    unlock(path, held)


def test_marked_file_is_in_use_until_closed(tmp_path):
    path = tmp_path / "file"
    with path.open("wb") as file:
        assert not is_in_use(path)
        mark_in_use(file.fileno())
        assert is_in_use(path)
    assert not is_in_use(path)
    path.unlink()
    assert not is_in_use(path)


@pytest.mark.parametrize("other_instance", [True, False])
@pytest.mark.parametrize("in_vain", [True, False])
def test_waiter_knows_that_the_holder_ended_in_vain(cache, key, in_vain, other_instance):
    """Among threads of one process, and by the lock's file."""
    waiter_cache = ResultCache(cache.directory) if other_instance else cache
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with cache.single_flight(key) as flight:
            entered.set()
            leave.wait(30)
            if in_vain:
                flight.end_in_vain()

    def let_go() -> None:
        wait_until(lambda: waiting(1))
        leave.set()

    threads = [threading.Thread(target=hold), threading.Thread(target=let_go)]
    threads[0].start()
    entered.wait(30)
    threads[1].start()
    with waiter_cache.single_flight(key, timeout=30) as flight:
        assert flight.waited_in_vain == in_vain
    for thread in threads:
        thread.join()
    with waiter_cache.single_flight(key) as flight:
        assert not flight.waited_in_vain, "this one waited for nobody"
    waiter_cache.close()


def test_flight_failure_is_seen_by_waiters_only(tmp_path):
    path = tmp_path / "lock"
    before = time.time()
    unlock(path, try_lock(path), note_end=True)
    descriptor = try_lock(path)
    assert before - 1 <= noted_end(descriptor) <= time.time() + 1
    unlock(path, descriptor)
    descriptor = try_lock(path)
    assert noted_end(descriptor) == 0
    unlock(path, descriptor)


def test_locks_without_holder_are_swept(cache, key):
    with cache.single_flight(key) as flight:
        flight.end_in_vain()
    (left,) = (cache.directory / "v1" / "locks").iterdir()
    held = cache.directory / "v1" / "locks" / "held"
    descriptor = try_lock(held)
    for path in (left, held):
        os.utime(path, (0, time.time() - 3600))
    assert cache.prune().left_overs == 1
    assert list((cache.directory / "v1" / "locks").iterdir()) == [held]
    unlock(held, descriptor)
