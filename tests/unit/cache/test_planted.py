"""What somebody put into the folder: dropped with a warning, never opened, never waited for.

A pipe that is opened without care hangs its reader: hence each test acts in a thread, and waits for
it for a generous time only.
"""

import json
import os
import socket
import sqlite3
import stat
import threading
import warnings
import zlib

import pyarrow as pa
import pytest

from watchframe.cache import ResultCache
from watchframe.cache.entry_format import document_name, seal, seal_result
from watchframe.cache.writer import Staging
from watchframe.config.files import HAS_MODES
from watchframe.errors import CacheWarning

pytestmark = pytest.mark.skipif(not HAS_MODES, reason="links, pipes and owners are POSIX")
as_root = pytest.mark.skipif(not HAS_MODES or os.geteuid() != 0, reason="root gives files away")

OTHER_USER = 12345
LONG = 60.0


@pytest.fixture
def large_table():
    """Just enough to get a file: these tests write it often."""
    return pa.table({"id": range(10_000)})


def in_time(action):
    """Return what `action` returns and the cache warnings it gave; raise what it raises."""
    done = {}

    def run():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                done["value"] = action()
            except Exception as error:  # noqa: BLE001 - raised again below
                done["error"] = error
        done["words"] = [str(item.message) for item in caught if item.category is CacheWarning]
        assert all(item.category is CacheWarning for item in caught)
        assert {item.filename for item in caught} <= {__file__}

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONG)
    assert not thread.is_alive(), "it hangs"
    if "error" in done:
        raise done["error"]
    return done["value"], done["words"]


def plant(path, kind, elsewhere):
    """Put a thing of that kind in the place of `path`; skip the test where the system refuses."""
    try:
        _plant(path, kind, elsewhere)
    except PermissionError as error:  # root of a container may not do all that root may
        pytest.skip(f"{kind}: {error.strerror}")


def _plant(path, kind, elsewhere):
    if kind == "another user's":
        if not path.exists():
            path.write_bytes(b"")
        os.chown(path, OTHER_USER, OTHER_USER)
        return
    content = path.read_bytes() if path.is_file() else b""
    if path.is_dir():
        path.rename(elsewhere)
    else:
        path.unlink(missing_ok=True)
    if kind == "link":
        if not elsewhere.exists():
            elsewhere.write_bytes(content)
        path.symlink_to(elsewhere)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
        (path / "in it").write_text("")
    elif kind == "device":
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero
    elif kind == "socket":
        folder = os.open(path.parent, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(f"/proc/self/fd/{folder}/{path.name}")  # the whole name would be too long
        os.close(folder)


def use(cache, key, table, large_table, provenance):
    """Do all that a cache is for; return whether what was stored before was found."""
    found = cache.get(key)
    assert found is None or found.table.equals(table)
    other = cache.get("cd" * 32)
    assert other is None or other.table.equals(large_table)
    cache.principal("key")
    cache.put(key, table, provenance())
    cache.put("cd" * 32, large_table, provenance())
    cache.put_document("name", [1])
    with cache.single_flight(key, timeout=LONG):
        pass
    assert cache.get(key).table.equals(table)
    assert cache.get("cd" * 32).table.equals(large_table)
    assert cache.get_document("name").value == [1]
    assert sorted(cache.entries()["key"]) == [key, "cd" * 32]
    assert cache.verify().damaged == ()
    cache.prune()
    assert cache.size() == sum(row.size for row in cache._access._opened().rows())
    return found is not None and other is not None


KINDS = [
    "link",
    "pipe",
    "folder",
    "socket",
    pytest.param("device", marks=as_root),
    pytest.param("another user's", marks=as_root),
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [
        "cache.db",
        "cache.db-wal",
        "cache.db-shm",
        "cache.db-journal",
        "principal.secret",
        "swept",
        "rebuild.lock",
        "value",
        "lock",
    ],
)
def test_file_that_is_not_ours_is_dropped(
    tmp_path, cache, key, table, large_table, provenance, name, kind
):
    in_time(lambda: use(cache, key, table, large_table, provenance))
    cache.close()
    folder = cache.directory / "v1"
    path = folder / name
    if name == "value":
        (path,) = folder.glob("*/*/*.val")
    elif name == "lock":
        path = folder / "locks" / key
    plant(path, kind, tmp_path / "elsewhere")
    was = (tmp_path / "elsewhere").read_bytes() if kind == "link" else b""
    with ResultCache(cache.directory) as again:
        is_whole, words = in_time(lambda: use(again, key, table, large_table, provenance))
    # An index with a file that is not ours says nothing that could be believed.
    assert is_whole == (not name.startswith("cache.db") and name != "value")
    assert any("not a regular file" in text or "another user" in text for text in words)
    if kind == "link":
        assert (tmp_path / "elsewhere").read_bytes() == was
    with ResultCache(cache.directory) as again:
        found, words = in_time(lambda: (again.principal("key"), again.get("cd" * 32)))
    assert found[1].table.equals(large_table)
    assert words == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["link", "pipe", pytest.param("another user's", marks=as_root)])
@pytest.mark.parametrize(
    ("part", "is_open"),
    [
        ("staging", False),  # these two are looked at when the folder is opened
        ("locks", False),
        ("first", False),
        ("first", True),
        ("second", False),
        ("second", True),
    ],
)
def test_folder_that_is_not_ours_is_dropped(
    tmp_path, cache, key, table, large_table, provenance, part, kind, is_open
):
    in_time(lambda: use(cache, key, table, large_table, provenance))
    if not is_open:
        cache.close()
    folder = cache.directory / "v1"
    (value,) = folder.glob("*/*/*.val")
    path = {"first": value.parent.parent, "second": value.parent}.get(part, folder / part)
    elsewhere = tmp_path / "elsewhere"
    plant(path, kind, elsewhere)
    theirs = sorted(elsewhere.rglob("*"))
    _, words = in_time(lambda: use(cache, key, table, large_table, provenance))
    assert words
    assert sorted(elsewhere.rglob("*")) == theirs
    with ResultCache(cache.directory) as again:
        in_time(lambda: use(again, key, table, large_table, provenance))


def test_sweep_leaves_what_links_lead_to(tmp_path, cache, key, table, provenance):
    cache.put(key, table, provenance())
    elsewhere = tmp_path / "elsewhere"
    for place in ("ab/cd", "staging", "locks"):
        (elsewhere / place).mkdir(parents=True)
    theirs = [
        elsewhere / "ab" / "cd" / ("0" * 28 + ".val"),
        elsewhere / "staging" / "0.part",
        elsewhere / "locks" / "0",
    ]
    for path in theirs:
        path.write_bytes(b"theirs")
        os.utime(path, (0, 0))
    cache.close()
    folder = cache.directory / "v1"
    (folder / "ab").symlink_to(elsewhere / "ab")
    (folder / "cd").mkdir()
    (folder / "cd" / "cd").symlink_to(elsewhere / "ab" / "cd")
    for place in ("staging", "locks"):
        (folder / place).symlink_to(elsewhere / place)
    _, words = in_time(cache.prune)
    assert len(words) == 3
    assert all(path.read_bytes() == b"theirs" for path in theirs)


def test_what_is_no_part_of_the_folder_is_let_be(cache, key, table, provenance):
    cache.put(key, table, provenance())
    cache.close()
    theirs = cache.directory / "v1" / "notes"
    theirs.mkdir()
    (theirs.parent / "link").symlink_to(theirs)
    assert cache.get(key).table.equals(table)
    assert {"notes", "link"} < {path.name for path in theirs.parent.iterdir()}


def test_modes_that_are_too_wide_are_narrowed(cache, key, table, large_table, provenance):
    in_time(lambda: use(cache, key, table, large_table, provenance))
    cache.close()
    paths = [*(cache.directory / "v1").rglob("*")]
    for path in paths:
        path.chmod(0o777 if path.is_dir() else 0o666)
    with ResultCache(cache.directory) as again:
        assert again.get(key).table.equals(table)
        assert again.get("cd" * 32).table.equals(large_table)
        again.principal("key")
    (value,) = (cache.directory / "v1").glob("*/*/*.val")
    narrow = {*(cache.directory / "v1").iterdir(), value} - {
        cache.directory / "v1" / "cache.db-shm"
    }
    for path in narrow & set(paths):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


HUGE = 2**63 - 1
BAD = {
    "key": [b"bytes", 5],
    "raw": [0, None],
    "store_time": ["text", None, 1e300, -1.0],
    "access_time": ["text", None, b"bytes", 1e300, -1.0, float("inf"), HUGE],
    "size": ["text", None, 1.5, -1, HUGE],
    "tag": [5, b"bytes"],
    "mode": ["text", None, HUGE],
    "filename": [5, "../../x"],
    "value": ["text", None],
    "expire_time": ["text"],
    "access_count": ["text"],
}


@pytest.mark.parametrize("method", ["get", "entries", "prune", "put"])
def test_rows_with_wrong_values_are_dropped(cache, table, provenance, method):
    """One row with each wrong value, in one index; a sound one among them."""
    wrong = [(column, value) for column, values in BAD.items() for value in values]
    keys = [f"{number:064x}" for number in range(len(wrong))]
    sound = "ab" * 32
    for key in (*keys, sound):
        cache.put(key, table, provenance())
    cache.close()
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        for key, (column, value) in zip(keys, wrong, strict=True):
            connection.execute(f"UPDATE Cache SET {column} = ? WHERE key = ?", (value, key))
    connection.close()
    for key in keys:
        if method == "get":
            found, words = in_time(lambda key=key: cache.get(key))
            assert found is None or found.table.equals(table)
            assert all("dropped" in text for text in words)
        elif method == "put":
            in_time(lambda key=key: cache.put(key, table, provenance()))
            assert in_time(lambda key=key: cache.get(key))[0].table.equals(table)
    if method in ("entries", "prune"):
        in_time(getattr(cache, method))
    assert cache.get(sound).table.equals(table)
    in_time(lambda: (cache.entries(), cache.verify(), cache.prune()))
    assert set(cache.entries()["key"]) <= {*keys, sound}
    assert cache.verify().damaged == ()
    assert cache.size() == cache.entries()["bytes"].sum()


@pytest.mark.parametrize(
    "column", ["key", "store_time", "access_time", "size", "tag", "mode", "value"]
)
def test_row_with_a_wrong_value_is_dropped_with_a_warning(cache, key, table, provenance, column):
    cache.put(key, table, provenance())
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        connection.execute(f"UPDATE Cache SET {column} = ?", (BAD[column][0],))
    connection.close()
    _, words = in_time(lambda: (cache.get(key), cache.entries(), cache.verify()))
    assert len(words) == 1
    assert "dropped" in words[0]
    assert len(cache.entries()) == 0


@pytest.mark.parametrize("size", ["text", None, -5, HUGE, 1.5])
def test_sum_of_sizes_that_is_wrong_evicts_nothing(cache, key, table, provenance, size):
    cache.put(key, table, provenance())
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        connection.execute("UPDATE Settings SET value = ? WHERE key = 'size'", (size,))
    connection.close()
    in_time(lambda: cache.put("cd" * 32, table, provenance()))
    assert cache.get(key).table.equals(table)
    cache.prune()
    assert cache.size() == cache.entries()["bytes"].sum()


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", "x"), ("disk_fetch", "x"), (b"load", 1)],
)
def test_setting_that_replaces_a_method_empties_the_index(
    cache, key, table, large_table, provenance, name, value
):
    in_time(lambda: use(cache, key, table, large_table, provenance))
    cache.close()
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        connection.execute("INSERT INTO Settings VALUES (?, ?)", (name, value))
    connection.close()
    is_whole, words = in_time(lambda: use(cache, key, table, large_table, provenance))
    assert not is_whole
    assert "was emptied" in words[0]


def test_settings_of_the_index_are_not_believed(cache, key, table, large_table, provenance):
    in_time(lambda: use(cache, key, table, large_table, provenance))
    cache.close()
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        connection.execute("UPDATE Settings SET value = 'x' WHERE key NOT IN ('size', 'count')")
    connection.close()
    assert in_time(lambda: use(cache, key, table, large_table, provenance)) == (True, [])


def put_bytes(cache, key, content):
    """Store an entry's bytes as one who knows the format would."""
    cache.principal("key")
    staging = Staging(cache.directory / "v1" / "staging")
    staging.write(content)
    cache._access._opened().save(key, staging, 1.0)


@pytest.mark.parametrize(
    "stored_at",
    ["2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "soon", 5, None, ["x"]],
)
def test_document_with_a_wrong_time_is_dropped(cache, stored_at):
    cache.put_document("name", [1])
    name = document_name("name")
    header = json.dumps({"key": name, "stored_at": stored_at}).encode()
    content = b"[1]" + seal("document", body_length=3, body_crc=zlib.crc32(b"[1]"), header=header)
    put_bytes(cache, name, content)
    found, words = in_time(lambda: cache.get_document("name"))
    assert found is None
    assert "dropped" in words[0]


WRONG_PROVENANCE = {
    "server": [5, None],
    "query_id": ["x", 1.5, True, 2**64],
    "query_name": [5],
    "query_result_id": ["x"],
    "runtime_s": ["x"],
    "sql": [5],
    "parameters": [5, "text", None, [1]],
    "retrieved_at": ["2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", 5, None],
    "stored_at": ["9999-12-31T23:00:00-14:00", None],
    "server_time": ["2026-01-01T00:00:00", 5],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG_PROVENANCE.items() for value in values],
)
def test_result_of_a_wrong_origin_is_dropped(cache, key, table, provenance, name, value):
    class Forged:
        def to_json(self):
            return json.dumps(json.loads(provenance().to_json()) | {name: value}).encode()

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    body = sink.getvalue().to_pybytes()
    end = seal_result(
        key, table.schema, Forged(), rows=3, body_length=len(body), body_crc=zlib.crc32(body)
    )
    put_bytes(cache, key, body + end)
    entries, _ = in_time(cache.entries)
    assert len(entries) == 0
    found, words = in_time(lambda: cache.get(key))
    assert found is None
    assert "provenance cannot be read" in words[0]


def test_drop_leaves_an_entry_written_meanwhile(cache, key, table, provenance):
    """Under one clock's reading only the name of the writing tells them apart."""
    cache.put(key, table, provenance())
    index = cache._access._opened()
    row = index.find(key, None)
    cache.put(key, table.slice(1), provenance())
    assert not index.drop(row)
    assert cache.get(key).table.equals(table.slice(1))
    assert index.drop(index.find(key, None))
    assert cache.get(key) is None


def test_drop_of_an_old_release_leaves_a_new_entry(cache, key, table, provenance, clock):
    """Older releases named no writing: only the time tells them apart."""
    cache.put(key, table, provenance())
    index = cache._access._opened()
    with index._transact() as (sql, _):
        sql("UPDATE Cache SET tag = NULL")
    row = index.find(key, None)
    clock.pass_time(seconds=1)
    cache.put(key, table.slice(1), provenance())
    with index._transact() as (sql, _):
        sql("UPDATE Cache SET tag = NULL")
    assert not index.drop(row)
    assert cache.get(key).table.equals(table.slice(1))
