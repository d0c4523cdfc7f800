"""Many real processes on one folder: killed, stopped, forked, at once."""

import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import cache_worker as worker
import pytest

from watchframe.cache import ResultCache
from watchframe.errors import CacheWarning, JobTimeoutError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="kill -9, fork and flock are POSIX"),
]

PATIENCE = 120  # seconds after which a process is taken to hang

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a worker on the test's cache folder; none outlives the test."""
    processes = []

    def start(what: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, worker.__file__, what, str(tmp_path), *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ResultCache]:
    with ResultCache(tmp_path) as cache:
        yield cache


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return output


def test_processes_at_random_see_only_right_results(cache, start):
    """2,000 operations; below the size limit no entry that was written is ever missing."""
    for key in worker.KEYS:
        worker.put(cache, key, 0, streaming=False)
    for process in [start("mixed", seed, 500, "False") for seed in range(4)]:
        finish(process)
    assert all(worker.is_right(cache, key) for key in worker.KEYS)
    assert cache.verify().damaged == ()
    assert cache.size() == cache.entries()["bytes"].sum()
    assert len(list((cache.directory / "v1").glob("*/*/*.val"))) == 14  # one each, none left over


def test_killed_writers_leave_right_results_or_none(cache, start):
    left_behind = int(finish(start("be_killed", "seed", 200)))
    assert left_behind > 3, "the kills must strike while something is being written"
    judged = [worker.is_right(cache, key) for key in worker.KEYS]
    assert False not in judged
    assert judged.count(True) > 10
    for key in worker.KEYS:
        document = cache.get_document(f"document {key}")
        assert document is None or set(document.value) == {key}
    assert cache.verify().damaged == ()
    hour_ago = time.time() - 3600
    for path in [*cache.directory.rglob("*.part"), *cache.directory.rglob("*.val")]:
        os.utime(path, (hour_ago, hour_ago))
    cache.prune()
    assert not list(cache.directory.rglob("*.part"))
    assert [worker.is_right(cache, key) for key in worker.KEYS] == judged
    large = [row for row in cache.entries()["bytes"] if row > 64 * 1024]
    documents = sum(cache.get_document(f"document {key}") is not None for key in worker.KEYS)
    files = list(cache.directory.rglob("*.val"))
    assert len(large) <= len(files) <= len(large) + documents


def test_killed_writers_leave_whole_past_results(cache, start):
    for key in worker.KEYS:  # so that each writing replaces one
        worker.put(cache, key, 0, streaming=False)
    finish(start("be_killed", "past", 20, "30d"))
    assert sum(worker.is_right_past(cache, key) for key in worker.KEYS) > 5
    assert cache.verify().damaged == ()
    assert cache.size() >= cache.entries()["bytes"].sum()  # documents too
    named = cache._access.attempt(lambda index: index.value_files(), otherwise=set())
    assert all((cache.directory / "v1" / name).exists() for name in named)


def test_processes_with_history_at_random_lose_none(cache, start):
    """Two processes that replace the same keys: each result is the newest or a past one."""
    versions = [start("put_versions", seed, 16) for seed in range(2)]
    for process in versions:
        finish(process)
    kept = sum(worker.is_right_past(cache, key) + 1 for key in worker.KEYS[:4])
    assert kept == 32
    assert cache.verify().damaged == ()


def test_folder_deleted_under_processes_is_made_again(cache, start):
    worker.put(cache, worker.KEYS[0], 0, streaming=False)
    processes = [start("mixed", seed, 300, "True") for seed in range(3)]
    for _ in range(5):
        time.sleep(0.4)
        shutil.rmtree(cache.directory / "v1", ignore_errors=True)
    outcomes = [process.communicate(timeout=PATIENCE) for process in processes]
    for process, (_, errors) in zip(processes, outcomes, strict=True):
        # A write that the deletion struck is a CacheWarning, an error there; nothing else may be.
        assert process.returncode == 0 or "CacheWarning" in errors.splitlines()[-1], errors
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        assert worker.is_right(cache, worker.KEYS[0]) is not False
        assert worker.put(cache, worker.KEYS[0], 1, streaming=True)
    assert worker.is_right(cache, worker.KEYS[0])


def test_processes_asking_the_same_at_once_run_it_once(cache, start, tmp_path):
    runs = tmp_path / "runs"
    begin = time.time() + 4  # when all of them have started
    for process in [start("fly", worker.KEYS[3], runs, begin) for _ in range(4)]:
        finish(process)
    assert runs.read_text() == "run\n"


@pytest.mark.parametrize("with_child", ["", "with a child that lives on"])
def test_turn_of_a_killed_holder_is_free(cache, start, with_child):
    """The child was forked while its parent held the turn, and so has its open files."""
    holder = start("hold", worker.KEYS[0], with_child)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(JobTimeoutError), cache.single_flight(worker.KEYS[0], timeout=0.2):
        pytest.fail("two at once")
    holder.send_signal(signal.SIGKILL)
    holder.wait(PATIENCE)
    with cache.single_flight(worker.KEYS[0], timeout=10):
        pass


def test_turn_of_a_killed_holder_goes_to_the_waiter(cache, start, tmp_path):
    holder = start("hold", worker.KEYS[0])
    assert holder.stdout.readline() == "held\n"
    waiters = [start("fly", worker.KEYS[0], tmp_path / "runs", 0) for _ in range(3)]
    time.sleep(2)
    assert all(waiter.poll() is None for waiter in waiters)
    holder.kill()
    for waiter in waiters:
        finish(waiter)
    assert (tmp_path / "runs").read_text() == "run\n"


def test_turn_of_a_hanging_holder_is_awaited_to_timeout(cache, start):
    holder = start("hold", worker.KEYS[0])
    assert holder.stdout.readline() == "held\n"
    holder.send_signal(signal.SIGSTOP)
    with pytest.raises(JobTimeoutError), cache.single_flight(worker.KEYS[0], timeout=0.5):
        pytest.fail("two at once")


def test_cache_works_on_both_sides_of_a_fork(cache, start):
    finish(start("use_after_fork", 60))
    assert cache.verify().damaged == ()


def test_write_refused_for_size_warns_once(cache, start):
    finish(start("fill_files"))


def in_namespace(tmp_path: Path, script: str) -> None:
    """Run a shell script that mounts its own small disk on `tmp_path`."""
    probe = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    if not shutil.which("unshare") or subprocess.run(probe, capture_output=True).returncode:  # noqa: PLW1510
        pytest.skip("needs the right to mount a disk of its own (unshare)")
    command = ["unshare", "-rm", "sh", "-ec", script, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(
        [*command, worker.__file__], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr


def test_write_on_a_full_disk_warns_once(tmp_path):
    in_namespace(
        tmp_path,
        'mount -t tmpfs -o size=3m,mode=700 tmpfs "$1"; "$2" "$3" fill "$1" 4000',
    )


def test_read_on_a_full_disk_gives_whole_frame_and_warns(tmp_path):
    in_namespace(
        tmp_path,
        'mount -t tmpfs -o size=2m,mode=700 tmpfs "$1"; "$2" "$3" read_whole "$1"',
    )


@pytest.mark.parametrize("damage", ["", 'echo not a database > "$1/v1/cache.db";'])
def test_folder_on_a_read_only_disk_holds_nothing(tmp_path, damage):
    in_namespace(
        tmp_path,
        'mount -t tmpfs -o size=9m,mode=700 tmpfs "$1"; "$2" "$3" mixed "$1" seed 20 True;'
        f"{damage}"
        'mount -o remount,ro "$1"; "$2" "$3" use_read_only "$1"',
    )
