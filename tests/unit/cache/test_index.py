"""The store never pickles, never unpickles, and never opens a file that it did not write."""

import inspect
import os
import pickle
import sqlite3
from pathlib import Path

import diskcache
import pytest
from diskcache.core import DEFAULT_SETTINGS, METADATA

from watchframe.cache import ResultCache
from watchframe.cache.bytes_disk import BytesDisk
from watchframe.cache.index import EntryIndex
from watchframe.cache.private_files import make_private
from watchframe.errors import CacheFormatError, CacheWarning

MODE_RAW, MODE_BINARY, MODE_TEXT, MODE_PICKLE = 1, 2, 3, 4


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def planted(cache, key, table, provenance):
    """Change the row of a stored entry by hand, as one who can write the folder would."""
    cache.put(key, table, provenance())

    def plant(**columns: object) -> None:
        assignments = ", ".join(f"{name} = ?" for name in columns)
        connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
        with connection:
            connection.execute(f"UPDATE Cache SET {assignments}", tuple(columns.values()))
        connection.close()

    return plant


def test_bomb_unpickled_goes_off(tmp_path):
    """The proof that the tests below could fail."""
    pickle.loads(pickle.dumps(Bomb(tmp_path / "mark")))
    assert (tmp_path / "mark").exists()


def test_planted_pickle_in_a_row_is_not_run(cache, key, planted, tmp_path):
    planted(mode=MODE_PICKLE, value=pickle.dumps(Bomb(tmp_path / "mark")), filename=None)
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None
    assert not (tmp_path / "mark").exists()
    assert cache.get(key) is None
    assert cache.size() == 0


def test_planted_pickle_in_a_file_is_not_run(cache, key, planted, tmp_path):
    bomb = cache.directory / "v1" / "bomb.val"
    bomb.write_bytes(pickle.dumps(Bomb(tmp_path / "mark")))
    planted(mode=MODE_PICKLE, value=None, filename="bomb.val")
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None
    assert not (tmp_path / "mark").exists()


def test_planted_pickle_as_a_key_is_not_run(cache, planted, tmp_path):
    planted(key=pickle.dumps(Bomb(tmp_path / "mark")), raw=0)
    with pytest.warns(CacheWarning, match="1 entries of the local cache were dropped") as caught:
        cache.entries()
    assert caught[0].filename == __file__
    cache.verify()
    cache.prune(size_limit=0)
    cache.clear()
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "filename",
    ["../../secret", "/etc/passwd", "aa/bb/../../../secret", "v.val", "", "aa/bb/" + "0" * 28],
)
def test_row_naming_a_foreign_file_leaves_it_alone(cache, key, planted, filename):
    secret = cache.directory / "secret"
    secret.write_text("not a cache entry")
    planted(mode=MODE_BINARY, value=None, filename=filename)
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None
    assert secret.read_text() == "not a cache entry"


def test_value_replaced_by_link_is_dropped(cache, key, large_table, provenance, tmp_path):
    cache.put(key, large_table, provenance())
    (value,) = (cache.directory / "v1").glob("*/*/*.val")
    elsewhere = tmp_path / "elsewhere"
    value.rename(elsewhere)
    value.symlink_to(elsewhere)
    with pytest.warns(CacheWarning, match="not a regular file"):
        assert cache.get(key) is None
    assert elsewhere.exists()


@pytest.mark.parametrize("mode", [None, 0, MODE_TEXT, 5, "binary"])
def test_row_of_another_mode_is_dropped(cache, key, planted, mode):
    planted(mode=mode)
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None


@pytest.mark.parametrize("value", ["text", 5, 1.5, None])
def test_row_with_value_not_bytes_is_dropped(cache, key, planted, value):
    planted(value=value)
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None


@pytest.mark.parametrize("value", [b"bytes", "text", 5, None, {"a": 1}, object()])
def test_index_refuses_anything_but_staged_bytes(tmp_path, value):
    """diskcache's own methods would pickle some of these."""
    with EntryIndex(make_private(tmp_path)) as index:
        with pytest.raises(TypeError, match="holds bytes"):
            index.set("key", value)
        assert index.rows() == []


@pytest.mark.parametrize("key", [5, b"key", ("a", 1), None])
def test_index_refuses_key_that_is_not_text(tmp_path, key):
    with EntryIndex(make_private(tmp_path)) as index, pytest.raises(TypeError, match="text keys"):
        index.get(key)


def test_disk_refuses_pickled_key(tmp_path):
    disk = BytesDisk(str(tmp_path))
    with pytest.raises(CacheFormatError):
        disk.get(pickle.dumps(Bomb(tmp_path / "mark")), raw=False)
    with pytest.raises(TypeError):
        disk.hash("key")
    assert not (tmp_path / "mark").exists()


def test_nothing_in_the_package_unpickles():
    """`import watchframe` and a read use diskcache, which imports pickle; we never call it."""
    folder = Path(ResultCache.__module__.replace(".", "/")).parent
    sources = list((Path(__file__).parents[3] / folder).glob("*.py"))
    assert len(sources) > 10
    for source in sources:
        assert "import pickle" not in source.read_text()


def test_diskcache_private_parts_are_as_known(tmp_path):
    """See docs/decisions/0030: a release of diskcache that changes these parts is seen here."""
    arguments = {
        name: list(inspect.signature(getattr(diskcache.Cache, name)).parameters)[1:]
        for name in ("_row_insert", "_row_update", "_transact")
    }
    assert arguments == {
        "_row_insert": ["key", "raw", "now", "columns"],
        "_row_update": ["rowid", "now", "columns"],
        "_transact": ["retry", "filename"],
    }
    for name in ("_con", "_sql", "_sql_retry"):
        assert isinstance(vars(diskcache.Cache)[name], property)
    for name in ("store", "fetch", "filename", "hash", "put", "get", "remove"):
        assert callable(getattr(diskcache.Disk, name))
    with diskcache.Cache(tmp_path) as cache:
        assert {"_directory", "_timeout", "_local", "_disk"} <= set(vars(cache))
        columns = {name for _, name, *_ in cache._sql("PRAGMA table_info(Cache)").fetchall()}
        assert {"key", "raw", "tag", "store_time", "access_time", "size"} <= columns
        assert {"mode", "filename", "value"} <= columns
        assert cache._sql("SELECT value FROM Settings WHERE key = 'size'").fetchall() == [(0,)]
    assert {"size", "count"} <= set(METADATA)
    assert set(DEFAULT_SETTINGS) >= {"cull_limit", "eviction_policy", "sqlite_mmap_size"}
