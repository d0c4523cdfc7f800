import os
import stat
from pathlib import Path

import pytest

from watchframe.cache import ResultCache
from watchframe.cache.private_files import make_private, read_or_make_secret
from watchframe.config.files import HAS_MODES
from watchframe.errors import CacheError, CacheWarning

pytestmark = pytest.mark.skipif(not HAS_MODES, reason="modes are POSIX")


@pytest.fixture
def loose_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_files_are_private_under_a_loose_umask(
    loose_umask, cache, key, large_table, table, provenance
):
    cache.principal("key")
    cache.put(key, large_table, provenance())
    cache.put("cd" * 32, table, provenance())
    cache.put_document("name", [1])
    with cache.single_flight(key), cache.open_writer(key) as writer:
        writer.write(large_table.to_batches()[0])
        paths = list((cache.directory / "v1").rglob("*"))
        assert {"cache.db", "cache.db-wal", "principal.secret"} < {path.name for path in paths}
        assert {".part", ".val"} < {path.suffix for path in paths}
        for path in [*paths, cache.directory / "v1", cache.directory]:
            assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_folder_open_to_others_is_closed(tmp_path):
    folder = tmp_path / "v1"
    folder.mkdir()
    folder.chmod(0o777)
    assert mode(make_private(tmp_path)) == 0o700


def test_folder_of_the_user_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert mode(tmp_path) == 0o755


def test_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "v1").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CacheError, match="not a folder"):
        make_private(tmp_path)


@pytest.mark.skipif(not HAS_MODES or os.geteuid() != 0, reason="only root can give away")
def test_folder_of_another_user_is_refused(tmp_path):
    (tmp_path / "v1").mkdir()
    os.chown(tmp_path / "v1", 12345, 12345)
    with pytest.raises(CacheError, match="another user"):
        make_private(tmp_path)


def test_cache_with_unusable_folder_warns_once(tmp_path, key, table, large_table, provenance):
    (tmp_path / "file").write_text("in the way")
    cache = ResultCache(tmp_path / "file")
    with pytest.warns(CacheWarning, match="Results are complete") as caught:
        assert not cache.put(key, table, provenance())
    assert caught[0].filename == __file__
    # Any further warning would be an error here.
    assert cache.get(key) is None
    assert not cache.put_document("name", [1])
    assert cache.get_document("name") is None
    with cache.open_writer(key) as writer:
        writer.write(large_table.to_batches()[0])
        assert not writer.finish(provenance(), table=large_table)
    with cache.single_flight(key, timeout=1) as flight:
        assert flight.waited_since is None
    assert len(cache.entries()) == 0
    assert cache.prune().entries == cache.clear().entries == cache.verify().checked == 0
    assert cache.size() == 0
    assert cache.principal("key") == cache.principal("key")


def test_secret_cut_short_is_made_anew(tmp_path):
    folder = make_private(tmp_path)
    first = read_or_make_secret(folder)
    assert read_or_make_secret(folder) == first
    (folder / "principal.secret").write_bytes(first[:10])
    assert len(read_or_make_secret(folder)) == 32


def test_secret_does_not_follow_a_link(tmp_path):
    folder = make_private(tmp_path)
    (tmp_path / "known").write_bytes(bytes(32))
    (folder / "principal.secret").symlink_to(tmp_path / "known")
    with pytest.warns(CacheWarning, match=r"principal\.secret is not a regular file") as caught:
        assert read_or_make_secret(folder) != bytes(32)
    assert caught[0].filename == __file__


def test_messages_name_the_folder_but_no_key(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = ResultCache(tmp_path / "file")
    with pytest.warns(CacheWarning) as caught:
        cache.principal("WATCH-KEY-0123")
    assert str(tmp_path) in str(caught[0].message)
    assert "WATCH-KEY" not in str(caught[0].message) + repr(cache)
