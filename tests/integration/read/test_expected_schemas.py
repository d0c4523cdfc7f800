"""``expect=`` of every read: what does not fit is an error, and is stored all the same."""

import pandas as pd
import pytest

import watchframe
from watchframe import (
    Schema,
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
    submit_watch_query,
    submit_watch_sweep,
    watch_query,
)
from watchframe.errors import ArgumentError, CacheMissError, SchemaDriftError
from watchframe.read import ColumnSchema

WETH = {"markets": ["WETH"]}
SETS = [{"kind": "borrow"}, {"kind": "repay"}]
NONE = Schema(columns={}, allows_others=True, least_rows=10**9)


def requests_of(demo):
    seen = [item.path for item in demo.requests]
    demo.requests.clear()
    return seen


def test_schema_of_a_query_is_saved_and_fits(client, demo, tmp_path):
    q = watch_query(1, client=client)
    frame = q(WETH)
    requests_of(demo)
    q.schema.save(tmp_path / "borrows.schema")
    assert requests_of(demo) == []
    found = Schema.read(tmp_path / "borrows.schema")
    assert found == q.schema
    assert found.origin == {
        "server": demo.url,
        "query": 1,
        "name": "Borrows by market",
        "parameters": frame.attrs["watchframe"]["parameters"],
    }
    assert found.columns["amount_raw"] == ColumnSchema(type="integer", nulls=0)
    assert found.columns["day"].type == "date"
    again = q(WETH, expect=tmp_path / "borrows.schema")
    pd.testing.assert_frame_equal(again, frame)
    assert q.submit(WETH, expect=str(tmp_path / "borrows.schema")).result().equals(frame)


def test_schema_of_a_query_is_of_the_newest_result_of_this_key(client, demo):
    q = watch_query(13, client=client)
    with pytest.raises(CacheMissError, match="query 13"):
        _ = q.schema
    q(kind="borrow")
    q(kind="repay", max_age=0)
    assert q.schema.origin["parameters"] == {"kind": "repay"}
    q(kind="borrow", cache="refresh")
    assert q.schema.origin["parameters"] == {"kind": "borrow"}
    with (
        watchframe.Client(
            demo.url, demo.member_key, cache_dir=client.settings.cache_dir, timezone="UTC"
        ) as other,
        pytest.raises(CacheMissError),
    ):
        _ = watch_query(13, client=other).schema


@pytest.mark.parametrize("output", ["pandas", "arrow", "polars"])
def test_drift_is_an_error_and_the_result_is_stored(client, demo, output):
    with pytest.raises(SchemaDriftError) as caught:
        read_watch_query(1, WETH, expect=NONE, output=output, client=client)
    assert caught.value.message == (
        "The result of query 1 'Borrows by market' is not as its schema says:\n"
        "  rows: expected at least 1,000,000,000, found 90"
    )
    requests_of(demo)
    assert len(read_watch_query(1, WETH, max_age="1h", output=output, client=client)) == 90
    assert requests_of(demo) == []


def test_all_columns_are_compared_as_the_server_sent_them(client):
    expected = Schema.of(read_watch_query(1, WETH, output="arrow", client=client))
    for cache in ("use", "off"):
        frame = read_watch_query(
            1,
            WETH,
            columns=["amount_raw"],
            dtype={"amount_raw": "string"},
            index_col="day",
            expect=expected,
            cache=cache,
            client=client,
        )
        assert frame.columns.tolist() == ["amount_raw"]
    del expected.columns["market"]
    with pytest.raises(SchemaDriftError, match="'market': found string"):
        read_watch_query(
            1, WETH, columns=["amount_raw"], expect=expected, cache="off", client=client
        )


def test_every_read_takes_it(client):
    for read in (
        lambda: read_watch_sql("select 1 as x", "Lending", expect=NONE, client=client),
        lambda: read_watch_sweep(13, SETS, expect=NONE, client=client),
        lambda: submit_watch_query(1, WETH, expect=NONE, client=client).result(),
        lambda: submit_watch_sweep(13, SETS, expect=NONE, client=client).result(),
        lambda: watch_query(1, client=client)(WETH, expect=NONE),
    ):
        with pytest.raises(SchemaDriftError) as caught:
            read()
        assert [item.what for item in caught.value.differences] == ["rows"]


def test_schema_of_a_sweep_fits_with_the_parameters_in_front(client):
    frame = read_watch_sweep(13, SETS, client=client)
    schema = Schema.of(frame)
    assert schema.columns["kind"].type == "string"
    assert schema.origin == {}
    assert read_watch_sweep(13, SETS, expect=schema, client=client).equals(frame)
    with pytest.raises(SchemaDriftError, match="The rows of 2 results of query 13"):
        read_watch_sweep(13, SETS, expect=NONE, client=client)


def test_schema_of_sql_names_its_data_source(client):
    sql = "select 1 as x"
    schema = Schema.of(read_watch_sql(sql, "Lending", client=client))
    assert (schema.origin["data_source"], schema.origin["sql"]) == ("Lending", sql)
    read_watch_sql(sql, "Lending", expect=schema, client=client)


def test_wrong_file_is_an_error_before_anything_is_asked(client, demo, tmp_path):
    for expect in (tmp_path / "no.schema", 3):
        with pytest.raises(ArgumentError):
            read_watch_query(1, WETH, expect=expect, client=client)
    assert requests_of(demo) == []
