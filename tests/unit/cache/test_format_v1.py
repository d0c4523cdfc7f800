"""A cache folder that the first release wrote is read, or dropped; never misread."""

import importlib.util
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from watchframe.cache import ResultCache
from watchframe.cache.entry_format import FORMAT_VERSION

FOLDER = Path(__file__).parents[2] / "data" / "cache_v1"


@pytest.fixture(scope="module")
def written():
    spec = importlib.util.spec_from_file_location("write_cache_v1", FOLDER / "write.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kept(tmp_path, written):
    shutil.copytree(FOLDER / "written_by_0_1_0", tmp_path / "cache")
    with ResultCache(tmp_path / "cache", clock=written.NOON.timestamp) as cache:
        yield cache


@pytest.mark.skipif(FORMAT_VERSION != 1, reason="then it is to be dropped")
def test_entries_of_the_first_release_are_read(kept, written):
    for query_id, table in ((42, written.small_table()), (None, written.large_table())):
        entry = kept.get(written.key_of(kept, query_id))
        assert entry.table.equals(table)
        assert entry.table.schema.equals(table.schema, check_metadata=True)
        assert entry.provenance == written.origin(query_id)


@pytest.mark.skipif(FORMAT_VERSION != 1, reason="then it is to be dropped")
def test_documents_of_the_first_release_are_read(kept, written):
    document = kept.get_document("https://watch.example/org/query/42")
    assert (document.value, document.stored_at) == (written.DEFINITION, written.NOON)


def test_folder_of_the_first_release_is_whole(kept):
    report = kept.verify()
    assert (report.checked, report.damaged) == (3, ())
    assert len(kept.entries()) == 2


def test_first_release_folder_is_written_and_cleared(kept, written):
    kept.put("ab" * 32, written.small_table(), written.origin(1))
    assert kept.get("ab" * 32).table.equals(written.small_table())
    assert kept.clear().entries == 4


def test_result_of_the_first_release_becomes_a_past_one(kept, written):
    key = written.key_of(kept, 42)
    with ResultCache(kept.directory, history="30d", clock=written.NOON.timestamp) as cache:
        later = written.NOON + timedelta(days=1)
        newer = msgspec.structs.replace(written.origin(42), retrieved_at=later, query_result_id=8)
        assert cache.put(key, written.large_table(), newer)
        moments = [head.provenance.retrieved_at for head in cache.results_under(key)]
        assert moments == [later, written.NOON]
        assert cache.get_past(key, written.NOON).table.equals(written.small_table())
