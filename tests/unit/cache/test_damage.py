"""Whatever happened to the files: a right result, or none; never a wrong one, never an error."""

import os
import random
import shutil
import sqlite3
import warnings
from pathlib import Path

import pytest

from watchframe.cache import ResultCache
from watchframe.errors import CacheWarning


@pytest.fixture
def value_file(cache, key, large_table, provenance) -> Path:
    cache.put(key, large_table, provenance())
    (value,) = (cache.directory / "v1").glob("*/*/*.val")
    return value


def flip(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place, os.SEEK_SET if place >= 0 else os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x10]))


def test_value_flipped_byte_is_dropped(cache, key, value_file, large_table, provenance):
    places = [0, 8, 100, -1, -20, -40, -41, -300]
    places += random.Random(0).sample(range(value_file.stat().st_size), 12)
    for place in places:
        cache.put(key, large_table, provenance())
        (value,) = (cache.directory / "v1").glob("*/*/*.val")
        flip(value, place)
        with pytest.warns(CacheWarning, match="dropped, and is fetched again") as caught:
            assert cache.get(key) is None
        assert caught[0].filename == __file__
        assert cache.get(key) is None
        assert cache.size() == 0


@pytest.mark.parametrize("length", [0, 1, 39, 40, 41, 5000, -1, -8, -40, -41])
def test_value_cut_short_is_dropped(cache, key, value_file, length):
    os.truncate(value_file, length if length >= 0 else value_file.stat().st_size + length)
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None
    assert not value_file.exists()


def test_value_too_long_is_dropped(cache, key, value_file):
    with value_file.open("ab") as file:
        file.write(b"more")
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get(key) is None


def test_value_missing_file_is_a_miss(cache, key, value_file):
    value_file.unlink()
    assert cache.get(key) is None
    assert cache.size() == 0


def test_value_whose_file_is_a_folder_is_a_miss(cache, key, value_file, large_table, provenance):
    value_file.unlink()
    value_file.mkdir()
    with pytest.warns(CacheWarning):
        assert cache.get(key) is None
    assert cache.put(key, large_table, provenance())
    assert cache.get(key).table.equals(large_table)


def test_value_with_another_keys_file_is_dropped(cache, key, value_file, large_table, provenance):
    """A whole and sound entry, but not the one that was asked for."""
    other = "cd" * 32
    cache.put(other, large_table.slice(0, 90_000), provenance(parameters={"market": "DAI"}))
    (other_file,) = set((cache.directory / "v1").glob("*/*/*.val")) - {value_file}
    shutil.copy(other_file, value_file)
    with pytest.warns(CacheWarning, match="another key"):
        assert cache.get(key) is None
    assert cache.get(other).table.num_rows == 90_000


def test_small_entry_damaged_in_database_is_dropped(cache, key, table, provenance):
    cache.put(key, table, provenance())
    cache.close()
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    (value,) = connection.execute("SELECT value FROM Cache").fetchone()
    for place in range(0, len(value), 7):
        damaged = bytearray(value)
        damaged[place] ^= 1
        cache.put(key, table, provenance())
        with connection:
            connection.execute("UPDATE Cache SET value = ?", (bytes(damaged),))
        with pytest.warns(CacheWarning, match="dropped"):
            assert cache.get(key) is None
    connection.close()


def test_document_damaged_is_dropped(cache):
    cache.put_document("name", {"id": 42})
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        connection.execute("UPDATE Cache SET value = zeroblob(100)")
    connection.close()
    with pytest.warns(CacheWarning, match="dropped"):
        assert cache.get_document("name") is None


def test_result_under_key_of_a_document_is_dropped(cache, key, table, provenance):
    cache.put(key, table, provenance())
    cache.put_document("name", [1])
    connection = sqlite3.connect(cache.directory / "v1" / "cache.db")
    with connection:
        connection.execute(
            "UPDATE Cache SET value = (SELECT value FROM Cache WHERE key LIKE 'document%')"
        )
    connection.close()
    with pytest.warns(CacheWarning, match="document where a result was expected"):
        assert cache.get(key) is None


def damage_nothing_there(database: Path) -> None:
    database.unlink()


def damage_text(database: Path) -> None:
    database.write_text("this is not a database, but it is longer than a header " * 20)


def damage_empty(database: Path) -> None:
    os.truncate(database, 0)


def damage_half(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def damage_pages(database: Path) -> None:
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(size - 100))


def damage_other_database(database: Path) -> None:
    database.unlink()
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("CREATE TABLE Cache (a, b)")
        connection.execute("CREATE TABLE Settings (a, b)")
    connection.close()


def damage_settings(database: Path) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("DELETE FROM Settings")
        connection.execute("INSERT INTO Settings VALUES ('disk_unknown', 'x')")
    connection.close()


def damage_no_tables(database: Path) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("DROP TABLE Cache")
        connection.execute("DROP TABLE Settings")
    connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing_there,
        damage_text,
        damage_empty,
        damage_half,
        damage_pages,
        damage_other_database,
        damage_settings,
        damage_no_tables,
    ],
)
def test_index_damaged_recovers(cache, key, table, large_table, provenance, damage, is_open):
    other = "cd" * 32
    cache.put(key, table, provenance())
    cache.put(other, large_table, provenance())
    if not is_open:
        cache.close()
    database = cache.directory / "v1" / "cache.db"
    if not is_open or damage in (damage_text, damage_pages, damage_other_database):
        for name in ("cache.db-wal", "cache.db-shm"):
            (database.parent / name).unlink(missing_ok=True)
    damage(database)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        for stored, expected in ((key, table), (other, large_table)):
            found = cache.get(stored)
            assert found is None or found.table.equals(expected)
        cache.put(key, table, provenance())
        cache.get(key)
    with ResultCache(cache.directory) as reopened, warnings.catch_warnings():
        warnings.simplefilter("ignore", CacheWarning)
        reopened.put(key, table, provenance())
        assert reopened.get(key).table.equals(table)
        reopened.put(other, large_table, provenance())
        assert reopened.get(other).table.equals(large_table)
        assert len(reopened.entries()) == 2
        reopened.prune()
        assert reopened.size() == reopened.entries()["bytes"].sum()


def test_verify_all_right_says_so(cache, key, table, large_table, provenance):
    cache.put(key, table, provenance())
    cache.put("cd" * 32, large_table, provenance())
    cache.put_document("name", [1])
    report = cache.verify()
    assert (report.checked, report.bytes, report.damaged) == (3, cache.size(), ())


def test_verify_damaged_entry_is_dropped_and_named(cache, key, value_file, table, provenance):
    cache.put("cd" * 32, table, provenance())
    flip(value_file, 5000)
    report = cache.verify()
    assert (report.checked, report.damaged) == (2, (key,))
    assert cache.verify().checked == 1


def test_entries_damaged_one_leaves_the_others_listed(cache, key, value_file, table, provenance):
    cache.put("cd" * 32, table, provenance())
    os.truncate(value_file, 100)
    assert cache.entries()["key"].tolist() == ["cd" * 32]


def age(path: Path, seconds: float) -> None:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_prune_takes_what_killed_processes_left_behind(cache, key, value_file, large_table):
    staging = cache.directory / "v1" / "staging"
    half_written = staging / "0123.part"
    half_written.write_bytes(b"half")
    nobodys = value_file.parent / ("0" * 28 + ".val")
    nobodys.write_bytes(b"moved, but not yet named")
    young = staging / "4567.part"
    young.write_bytes(b"")
    for path in (half_written, nobodys, value_file):
        age(path, 3600)
    assert cache.prune().left_overs == 2
    assert not half_written.exists()
    assert not nobodys.exists()
    assert young.exists()
    assert cache.get(key).table.equals(large_table)


def test_prune_leaves_file_of_a_slow_writer(cache, key, large_table, provenance):
    with cache.open_writer(key) as writer:
        writer.write(large_table.to_batches()[0])
        (part,) = cache.directory.rglob("*.part")
        age(part, 86_400)
        assert cache.prune().left_overs == 0
        assert writer.finish(provenance())
    assert cache.get(key) is not None
