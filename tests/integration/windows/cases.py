"""What the cache, files and locks do where POSIX is missing; run by test_without_posix.py."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import like_windows
import pyarrow as pa
import pytest

from watchframe import locks
from watchframe.cache import Provenance, ResultCache, file_locks
from watchframe.cache.file_locks import is_in_use, mark_in_use, noted_end, try_lock, unlock
from watchframe.cache.single_flight import single_flight
from watchframe.config import files
from watchframe.config.files import open_regular, replaced_file, write_atomically

LARGE = pa.table({"id": range(100_000)})
KEYS = ["ab" * 32, "cd" * 32]


@pytest.fixture
def cache(tmp_path):
    with ResultCache(tmp_path / "cache", size_limit=1_200_000) as cache:
        yield cache


@pytest.fixture
def calls():
    like_windows.locking_calls.clear()
    return like_windows.locking_calls


def origin(day=5):
    noon = datetime(2026, 1, day, 12, tzinfo=UTC)
    return Provenance(server="https://watch.example", query_id=1, retrieved_at=noon, stored_at=noon)


def value_files(cache):
    return set((cache.directory / "v1").glob("*/*/*.val"))


def test_nothing_of_posix_was_used():
    assert "fcntl" not in vars(sys.modules["watchframe.cache.system_locks"])
    assert not hasattr(os, "geteuid")
    assert not files.HAS_MODES
    assert locks.ProcessLock().lock.acquire(blocking=False)


def test_lock_is_released_before_its_file_is_deleted(tmp_path, calls):
    path = tmp_path / "lock"
    mine = try_lock(path)
    assert try_lock(path) is None
    unlock(path, mine)
    assert calls == [
        like_windows.msvcrt.LK_NBLCK,
        like_windows.msvcrt.LK_NBLCK,
        like_windows.msvcrt.LK_UNLCK,
    ]
    assert not path.exists()


def test_file_that_another_has_opened_keeps_its_lock(tmp_path):
    path = tmp_path / "lock"
    mine = try_lock(path)
    theirs = os.open(path, os.O_RDWR)
    unlock(path, mine)
    assert path.exists()
    assert file_locks.lock_open_file(theirs)
    assert try_lock(path) is None
    os.close(theirs)


def test_end_of_a_holder_is_noted_by_the_name_of_the_file(tmp_path):
    path = tmp_path / "lock"
    before = datetime.now(UTC).timestamp()
    unlock(path, try_lock(path), note_end=True)
    mine = try_lock(path)
    assert noted_end(mine) >= before
    unlock(path, mine)


def test_lock_of_a_killed_process_is_free(tmp_path):
    path = tmp_path / "lock"
    program = f"""
import like_windows, sys
from pathlib import Path
from watchframe.cache.file_locks import try_lock
print(try_lock(Path({str(path)!r})), flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert int(other.stdout.readline()) > 2
        assert try_lock(path) is None
        other.kill()
        other.wait()
        mine = try_lock(path)
        assert mine is not None
        unlock(path, mine)


def test_file_that_is_written_is_in_use_until_closed(tmp_path):
    path = tmp_path / "part"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    mark_in_use(descriptor)
    os.write(descriptor, b"rows")
    assert path.read_bytes() == b"rows"
    assert is_in_use(path)
    os.close(descriptor)
    assert not is_in_use(path)


def test_lock_of_a_flight_is_a_file_that_goes_with_it(tmp_path):
    folder = tmp_path / "locks"
    with single_flight("ab", folder, timeout=5) as flight:
        assert flight.waited_since is None
        assert try_lock(folder / "ab") is None
    assert not list(folder.iterdir())


def test_evicted_entry_can_be_read_on_and_its_file_goes_later(cache):
    cache.put(KEYS[0], LARGE, origin())
    held = cache.get(KEYS[0])
    (file,) = value_files(cache)
    assert like_windows.open_here(file)
    cache.put(KEYS[1], LARGE, origin())
    assert cache.get(KEYS[0]) is None
    assert held.table.equals(LARGE)
    assert file.exists()
    old = (datetime.now(UTC) - timedelta(minutes=5)).timestamp()
    os.utime(file, (old, old))
    assert cache.prune().left_overs == 0
    del held
    assert cache.prune().left_overs == 1
    assert not file.exists()
    assert cache.get(KEYS[1]).table.equals(LARGE)


def test_entry_that_is_read_can_be_replaced_and_cleared(cache):
    cache.put(KEYS[0], LARGE, origin())
    held = cache.get(KEYS[0])
    assert cache.put(KEYS[0], LARGE.slice(1), origin(day=6))
    assert cache.get(KEYS[0]).table.num_rows == 99_999
    assert cache.clear().entries == 1
    assert cache.size() == 0
    assert held.table.equals(LARGE)


def test_file_that_is_open_elsewhere_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    path = tmp_path / "rows.csv"
    path.write_bytes(b"old")
    words = "another program may have it open"
    with path.open("rb"), pytest.raises(OSError, match=words) as caught:
        write_atomically(path, b"new")
    assert like_windows.refused[-1] == str(path)
    assert caught.value.errno == errno.EACCES
    assert caught.value.filename == str(path)
    assert [found.name for found in tmp_path.iterdir()] == ["rows.csv"]
    assert path.read_bytes() == b"old"
    assert write_atomically(path, b"new")
    assert path.read_bytes() == b"new"


def test_file_that_is_open_for_a_moment_is_replaced(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"old")
    reader = path.open("rb")
    monkeypatch.setattr(files.time, "sleep", lambda _: reader.close())
    with replaced_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_link_in_place_of_a_file_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        open_regular(tmp_path / "link", os.O_RDONLY)


def test_planted_link_is_removed_from_the_cache(cache, tmp_path):
    with cache.single_flight(KEYS[0]):
        pass
    target = tmp_path / "elsewhere"
    target.write_bytes(b"x")
    secret = cache.directory / "v1/principal.secret"
    secret.symlink_to(target)
    with pytest.warns(match="is not a regular file"):
        cache.principal("key")
    assert target.read_bytes() == b"x"
    assert not secret.is_symlink()
