"""Columns without values, and results without rows, beside those that have some."""

import pandas as pd
import pyarrow as pa
import pytest

from watchframe import (
    Client,
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
    submit_watch_query,
)
from watchframe.cache import ResultCache
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.errors import ArgumentError
from watchframe.models import ParameterDefinition

#: As the fork's source of events answers: without rows, fewer columns are declared.
EVENTS = """\
result = {}
add_result_column(result, 'block', 'block', 'integer')
for n in range({{ n }}):
    add_result_row(result, {'block': n, 'at': '2026-01-01T00:00:00Z', 'value': 2**70})
for n in range(({{ n }} + 1) // 2):
    add_result_column(result, 'at', 'at', 'datetime')
    add_result_column(result, 'value', 'value', 'integer')
"""
#: The same, with all columns declared each time, and one row of nulls for 0.
NULLS = """\
result = {}
add_result_column(result, 'at', 'at', 'datetime')
add_result_column(result, 'guess', 'guess', None)
for n in range({{ n }}):
    add_result_row(result, {'at': '2026-01-01T00:00:00Z', 'guess': n})
for n in range(1 - ({{ n }} + 1) // 2):
    add_result_row(result, {'at': None, 'guess': None})
"""
FULL, EMPTY = {"n": 2}, {"n": 0}


def made_query(client, text):
    number = ParameterDefinition(name="n", type="number", title="n")
    return client.queries.create("made", text, PYTHON_SOURCE, parameters=[number]).id


@pytest.fixture
def events(client):
    return made_query(client, EVENTS)


@pytest.fixture
def nulls(client):
    return made_query(client, NULLS)


def test_nulls_are_typed_as_the_last_rows_were(client, nulls):
    full = read_watch_query(nulls, FULL, client=client)
    empty = read_watch_query(nulls, EMPTY, client=client)
    assert empty.dtypes.equals(full.dtypes)
    whole = pd.concat([full, empty])
    assert str(whole["at"].dtype) == "datetime64[us, UTC]"
    assert str(whole["guess"].dtype) == "Int64"
    arrow = read_watch_query(nulls, EMPTY, client=client, dtype_backend="pyarrow")
    assert str(arrow["at"].dtype) == "timestamp[us, tz=UTC][pyarrow]"


def test_nulls_that_lay_in_the_cache_before_are_typed_too(client, nulls):
    before = read_watch_query(nulls, EMPTY, client=client)
    assert str(before["at"].dtype) == "datetime64[us]"
    read_watch_query(nulls, FULL, client=client)
    after = read_watch_query(nulls, EMPTY, cache="only", client=client)
    assert str(after["at"].dtype) == "datetime64[us, UTC]"
    assert after.attrs["watchframe"]["from_cache"]


def test_nulls_are_typed_by_what_another_process_has_read(client, demo, nulls, tmp_path):
    read_watch_query(nulls, FULL, client=client)
    with Client(demo.url, demo.user_key, cache_dir=tmp_path / "cache", timezone="UTC") as other:
        empty = read_watch_query(nulls, EMPTY, client=other)
    assert str(empty["at"].dtype) == "datetime64[us, UTC]"


def test_nulls_are_typed_by_an_old_copy(client, nulls, monkeypatch):
    with monkeypatch.context() as patch:  # as a version wrote it that remembered nothing
        patch.setattr("watchframe.read.pipeline.use_column_memory", lambda *_: None)
        read_watch_query(nulls, FULL, client=client)
    assert read_watch_query(nulls, FULL, cache="only", client=client).shape == (2, 2)
    empty = read_watch_query(nulls, EMPTY, client=client)
    assert str(empty["at"].dtype) == "datetime64[us, UTC]"


def test_nulls_after_the_cache_was_cleared_are_as_declared(client, nulls, tmp_path):
    read_watch_query(nulls, FULL, client=client)
    ResultCache(tmp_path / "cache").clear()
    assert str(read_watch_query(nulls, EMPTY, client=client)["at"].dtype) == "datetime64[us]"
    read_watch_query(nulls, FULL, client=client)
    empty = read_watch_query(nulls, EMPTY, client=client)
    assert str(empty["at"].dtype) == "datetime64[us, UTC]"


def test_nulls_of_an_edited_query_are_as_declared(client, nulls):
    read_watch_query(nulls, FULL, client=client)
    client.queries.update(client.queries.get(nulls), text=NULLS.replace("Z", ""))
    empty = read_watch_query(nulls, EMPTY, client=client)
    assert str(empty["at"].dtype) == "datetime64[us]"


def test_nulls_without_a_cache_are_as_declared(client, nulls):
    read_watch_query(nulls, FULL, cache="off", client=client)
    empty = read_watch_query(nulls, EMPTY, cache="off", client=client)
    assert str(empty["at"].dtype) == "datetime64[us]"
    assert str(empty["guess"].dtype) == "string"


def test_nulls_of_sql_are_typed_as_the_last_rows_were(client):
    sql = "select case when {{ n }} > 0 then timestamptz '2026-01-01 00:00:00+00' end as at"
    full = read_watch_sql(sql, "Lending", FULL, client=client)
    empty = read_watch_sql(sql, "Lending", EMPTY, client=client)
    assert str(full["at"].dtype) == "datetime64[us, UTC]"
    assert empty.dtypes.equals(full.dtypes)


@pytest.mark.parametrize("sets", [[EMPTY, FULL], [FULL, EMPTY], [EMPTY, FULL, EMPTY]])
@pytest.mark.parametrize("cache", ["use", "off"])
def test_sweep_takes_columns_of_results_with_rows(client, events, sets, cache):
    frame = read_watch_sweep(events, sets, cache=cache, client=client)
    assert list(frame) == ["n", "block", "at", "value"]
    assert frame["n"].tolist() == [2, 2]
    assert frame["value"].tolist() == [2**70, 2**70]
    assert str(frame["at"].dtype) == "datetime64[us, UTC]"
    assert len(frame.attrs["watchframe"]["reads"]) == len(sets)


def test_sweep_of_nothing_but_results_without_rows_is_empty(client, events):
    frame = read_watch_sweep(events, [EMPTY, {"n": -1}], client=client)
    assert list(frame) == ["n", "block"]
    assert len(frame) == 0


@pytest.mark.parametrize("cache", ["use", "off"])
def test_columns_that_an_empty_result_lacks_are_empty(client, events, cache):
    frame = read_watch_query(events, EMPTY, columns=["at", "block"], cache=cache, client=client)
    assert list(frame) == ["at", "block"]
    assert frame.dtypes.astype(str).tolist() == ["string", "Int64"]
    table = read_watch_query(
        events, EMPTY, columns=["at"], cache=cache, client=client, output="arrow"
    )
    assert table.schema.types == [pa.string()]
    with pytest.raises(ArgumentError, match="no column 'nothing'"):
        read_watch_query(events, FULL, columns=["nothing"], cache=cache, client=client)


def test_columns_absent_if_empty_are_typed_as_last_rows(client, events):
    full = read_watch_query(events, FULL, client=client)
    given = {"columns": ["value", "at", "block"], "client": client}
    expected = ["object", "datetime64[us, UTC]", "Int64"]
    for frame in (
        read_watch_query(events, EMPTY, **given),
        read_watch_query(events, EMPTY, max_age="1h", **given),
        read_watch_sweep(events, [EMPTY], **given),
        submit_watch_query(events, EMPTY, **given).result(),
    ):
        assert frame.dtypes.astype(str).tolist() == expected
        assert pd.concat([full, frame]).dtypes.astype(str).tolist() == ["Int64", *expected[1::-1]]
    table = read_watch_query(events, EMPTY, columns=["at"], client=client, output="arrow")
    assert table.schema.types == [pa.timestamp("us", "UTC")]
    indexed = read_watch_query(events, EMPTY, index_col="at", client=client)
    assert str(indexed.index.dtype) == "datetime64[us, UTC]"


def test_dtype_of_a_column_absent_if_empty_is_no_error(client, events):
    given = {"dtype": {"value": "decimal(38, 0)"}, "parse_dates": ["at"], "client": client}
    assert str(read_watch_query(events, FULL, **given)["value"][0]) == str(2**70)
    assert read_watch_query(events, EMPTY, **given).empty
    chosen = read_watch_query(events, EMPTY, columns=["value"], **given)
    assert str(chosen["value"].dtype) == "decimal128(38, 0)[pyarrow]"
