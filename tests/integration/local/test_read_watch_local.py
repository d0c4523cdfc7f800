"""SQL over results against the demo server: in Python, in a cell and on the command line."""

import json

import pandas as pd
import pyarrow as pa
import pytest

import watchframe
from watchframe import read_watch_local, read_watch_query
from watchframe.decode.typing_rules import INTEGER, encoding_of
from watchframe.errors import ArgumentError, CacheMissError, JobFailedError, NotFoundError


def executions(demo):
    return [request for request in demo.requests if request.path.endswith("/results")]


def test_a_join_is_that_of_pandas(client):
    totals = read_watch_query(2, client=client)
    borrows = read_watch_query(1, {"markets": ["WETH"]}, client=client)
    found = read_watch_local(
        "SELECT b.day, t.market, t.events FROM query('Borrows by market', markets=['WETH']) b"
        " JOIN query_2 t USING (market) ORDER BY b.day",
        client=client,
    )
    merged = borrows.merge(totals, on="market").sort_values("day", ignore_index=True)
    pd.testing.assert_frame_equal(found, merged[["day", "market", "events"]])


def test_provenance_names_every_result(client):
    sql = (
        "SELECT market FROM query_2 JOIN param_query_1_{markets=WETH} USING (market) LIMIT {{ n }}"
    )
    frame = read_watch_local(sql, {"n": 3}, client=client)
    known = frame.attrs["watchframe"]
    assert known == json.loads(json.dumps(known))
    assert (known["sql"], known["parameters"]) == (sql, {"n": 3})
    assert {source["table"]: source["query_id"] for source in known["sources"]} == {
        "query_2": 2,
        "param_query_1_{markets=WETH}": 1,
    }
    assert known["sources"][1]["parameters"]["markets"] == ["WETH"]


def test_a_value_is_never_sql(client):
    sql = "SELECT count(*) AS n FROM query_2 WHERE market = {{ market }}"
    assert read_watch_local(sql, {"market": "x' OR '1'='1"}, client=client)["n"].tolist() == [0]
    assert read_watch_local(sql, {"market": "WETH"}, client=client)["n"].tolist() == [1]


def test_fresh_results_come_from_the_cache_and_cached_ones_may_be_old(client, demo):
    read_watch_query(2, client=client)
    demo.requests.clear()
    read_watch_local("FROM query_2", max_age="1h", client=client)
    assert not demo.requests
    again = read_watch_local("SELECT count(*) FROM cached_query_2", max_age=0, client=client).attrs[
        "watchframe"
    ]["sources"]
    assert again[0]["source"] != "executed"
    run = read_watch_local("SELECT count(*) FROM query_2", max_age=0, client=client)
    assert run.attrs["watchframe"]["sources"][0]["source"] == "executed"


def test_offline_takes_what_is_stored_or_says_what_is_not(client):
    with pytest.raises(CacheMissError) as caught:
        read_watch_local("FROM query_2", cache="only", client=client)
    assert "query_2" in caught.value.__notes__[0]
    read_watch_query(2, client=client)
    assert len(read_watch_local("FROM query_2", cache="only", client=client))


def test_errors_of_the_results_come_before_the_sql_is_run(client):
    with pytest.raises(NotFoundError) as caught:
        read_watch_local("SELECT nope FROM query_2, query_2222", client=client)
    assert "query_2222" in caught.value.__notes__[0]
    with pytest.raises(ExceptionGroup, match="2 of 2"):
        read_watch_local("FROM query_2222, query_2223", client=client)


def test_what_is_wrong_with_the_sql_alone_is_said_without_a_request(client, demo):
    for sql in ("FRM query_2 x y", "SELECT 1; SELECT 2", "FROM table_2", "DELETE FROM query_2"):
        with pytest.raises((ArgumentError, JobFailedError)):
            read_watch_local(sql, client=client)
    assert not demo.requests


def test_other_outputs(client):
    sql = "SELECT CAST('1' || repeat('0', 40) AS BIGNUM) AS large, market FROM query_2 ORDER BY 2"
    table = read_watch_local(sql, output="arrow", columns=["large"], client=client)
    assert isinstance(table, pa.Table)
    assert encoding_of(table.schema.field("large")) == INTEGER
    assert json.loads(table.schema.metadata[b"watchframe"])["sources"][0]["query_id"] == 2
    frame = read_watch_local(sql, index_col="market", dtype={"large": "integer"}, client=client)
    assert frame.index.name == "market"
    assert frame["large"].iloc[0] == 10**40


def test_without_results_the_sql_is_run_as_well(client):
    frame = read_watch_local("SELECT 42 AS answer", client=client)
    assert frame["answer"].tolist() == [42]
    assert frame.attrs["watchframe"]["sources"] == []


def test_without_duckdb_the_error_says_what_to_install(client, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(ArgumentError, match=r"needs DuckDB") as caught:
        read_watch_local("FROM query_2", client=client)
    assert "watchframe[local]" in str(caught.value.hint)


def test_it_is_public():
    assert watchframe.read_watch_local is read_watch_local
