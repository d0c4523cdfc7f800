"""A repeated read comes from memory: it must be nobody else's frame, and no other result's."""

import gc

import pandas as pd
import pytest

from watchframe import Client, read_watch_query, read_watch_sql
from watchframe.errors import CacheWarning
from watchframe.read.options import local_cache
from watchframe.read.output import _recent

MIXED = """
result = {"columns": [{"name": "n", "type": "integer"}, {"name": "wide", "type": "integer"},
                      {"name": "text", "type": "string"}, {"name": "x", "type": "float"},
                      {"name": "day", "type": "date"}, {"name": "is", "type": "boolean"}],
          "rows": [{"n": 1, "wide": 2**200, "text": "a", "x": 0.5, "day": "2024-01-02", "is": True},
                   {"n": None, "wide": 5, "text": None, "x": None, "day": None, "is": None}]}
"""
LISTS = 'result = {"columns": [{"name": "a", "type": None}], "rows": [{"a": [1]}, {"a": {"b": 2}}]}'


def spoil(frame: pd.DataFrame) -> None:
    """Change everything that can be changed, by pandas' front door and by its back doors."""
    frame.attrs.clear()
    for name in list(frame.columns):
        values = frame[name].array
        if values.dtype.kind != "M":  # pandas itself has those read-only
            values[0] = values[1]
        frame.loc[0, name] = None
    frame.index = pd.Index([7, 8])
    frame.columns = [f"{name} spoilt" for name in frame.columns]


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_frame_spoiled_by_its_owner_is_whole_for_the_next(client, backend):
    options = {"client": client, "dtype_backend": backend}
    first = read_watch_sql(MIXED, "Python", **options)
    for _ in range(4):
        again = read_watch_sql(MIXED, "Python", **options)
        assert again.attrs["watchframe"]["source"] == "local cache"
        pd.testing.assert_frame_equal(again, first)
        spoil(again)


@pytest.mark.slow
def test_frames_in_memory_are_forgotten_by_cache_clear(client):
    for _ in range(2):
        read_watch_query(12, max_age="1h", client=client)
    gc.collect()
    kept = len(_recent._known)
    assert kept
    local_cache(client.settings).clear()
    gc.collect()
    assert len(_recent._known) == kept - 1


def test_cell_lists_changed_by_owner_are_whole_for_next(client):
    read_watch_sql(LISTS, "Python", client=client)
    for _ in range(3):
        frame = read_watch_sql(LISTS, "Python", client=client)
        assert frame["a"].tolist() == [[1], {"b": 2}]
        frame["a"][0].append(2)
        frame["a"][1].clear()


def test_repeated_read_shown_in_another_way_is_as_asked(client):
    """What is kept in memory is not taken for another backend, selection, dtype or index."""
    read_watch_query(12, client=client)
    for _ in range(2):
        whole = read_watch_query(12, max_age="1h", client=client)
        arrow = read_watch_query(12, max_age="1h", client=client, dtype_backend="pyarrow")
        some = read_watch_query(12, max_age="1h", client=client, columns=["kind", "market"])
        cast = read_watch_query(12, max_age="1h", client=client, dtype={"event_id": "float64"})
        indexed = read_watch_query(12, max_age="1h", client=client, index_col="event_id")
        table = read_watch_query(
            12, max_age="1h", client=client, columns=["market"], output="arrow"
        )
        assert str(whole.dtypes["event_id"]) == "Int64"
        assert str(arrow.dtypes["event_id"]) == "int64[pyarrow]"
        assert some.columns.tolist() == ["kind", "market"]
        assert cast["event_id"].dtype == "float64"
        assert indexed.index.name == "event_id"
        assert table.column_names == ["market"]


def test_repeated_read_after_new_execution_is_the_new_one(client):
    query = client.queries.create("counts", "select random() as x, now() as t", 1)
    for _ in range(3):
        new = read_watch_query(query.id, max_age=0, client=client)
        again = read_watch_query(query.id, max_age="1h", client=client)
        assert again.attrs["watchframe"]["source"] == "local cache"
        pd.testing.assert_frame_equal(again, new)


def test_read_with_unwritable_cache_gives_frame_and_warns(demo, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with Client(demo.url, demo.user_key, cache_dir=tmp_path / "file") as client:
        with pytest.warns(CacheWarning, match="Results are complete") as caught:
            frames = [read_watch_query(12, client=client) for _ in range(3)]
        assert len(caught) == 1
    assert [len(frame) for frame in frames] == [100, 100, 100]
