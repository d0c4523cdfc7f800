"""`read_watch_query` and its kin against the demo server, over real HTTP."""

import json
import warnings
from datetime import date

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from watchframe import (
    Client,
    read_watch_query,
    read_watch_sql,
)
from watchframe.errors import (
    AccessDeniedError,
    ArgumentError,
    AuthenticationError,
    ColumnTypeWarning,
    ConfigurationError,
    JobFailedError,
    MissingParameterError,
    NotFoundError,
    ParameterValueError,
    ParameterWarning,
    ResultTruncatedWarning,
    UnknownParameterError,
)

BORROWS = {"markets": ["WETH", "INV"], "period": ("2026-01-01", "2026-01-31"), "min_amount": 10}


def executions(demo):
    return [item for item in demo.requests if item.path.endswith("/results")]


def test_query_with_parameters_gives_frame_and_provenance(client):
    frame = read_watch_query(1, BORROWS, client=client)
    assert dict(frame.dtypes.astype(str)) == {
        "day": "datetime64[us]",
        "market": "string",
        "borrows": "Int64",
        "borrowers": "Int64",
        "amount_raw": "object",
        "amount": "Float64",
        "amount_usd": "Float64",
        "last_borrow_at": "datetime64[us]",
        "largest_tx": "string",
    }
    assert set(frame["market"]) == {"WETH", "INV"}
    assert frame["day"].between("2026-01-01", "2026-01-31").all()
    attributes = frame.attrs["watchframe"]
    assert json.loads(json.dumps(attributes)) == attributes
    assert attributes["server"] == client.server
    assert attributes["query_name"] == "Borrows by market"
    assert attributes["parameters"] == {
        "markets": ["WETH", "INV"],
        "period": {"start": "2026-01-01", "end": "2026-01-31"},
        "min_amount": 10,
    }
    assert attributes["source"] == "executed"
    assert attributes["runtime_s"] > 0


def test_generator_value_is_read_once_despite_the_cache(client):
    for _ in range(2):
        params = {**BORROWS, "markets": (name for name in ("WETH", "INV"))}
        frame = read_watch_query(1, params, max_age="1h", client=client)
        assert set(frame["market"]) == {"WETH", "INV"}
    assert frame.attrs["watchframe"]["from_cache"]


def test_amounts_of_18_decimals_are_exact_sums(client):
    frame = read_watch_query(1, BORROWS, client=client)
    exact = read_watch_sql(
        "select sum(amount_raw)::varchar as total from events where kind = 'borrow'"
        " and market in ('WETH', 'INV') and amount >= 10"
        " and block_time::date between '2026-01-01' and '2026-01-31'",
        "Lending",
        client=client,
    )
    assert all(type(value) is int for value in frame["amount_raw"])
    assert str(sum(frame["amount_raw"])) == exact["total"].item()


def test_page_url_gives_parameters_and_explicit_ones_win(client):
    url = (
        f"{client.server}/queries/1-borrows?p_markets=%5B%22WETH%22%5D"
        "&p_period=2026-01-01--2026-01-05&p_min_amount=2"
    )
    frame = read_watch_query(url, {"min_amount": 5}, client=client)
    assert frame.attrs["watchframe"]["parameters"] == {
        "markets": ["WETH"],
        "period": {"start": "2026-01-01", "end": "2026-01-05"},
        "min_amount": 5,
    }


def test_page_of_another_server_is_refused_unasked(client, demo):
    with pytest.raises(ConfigurationError, match=r"page of https://other\.example"):
        read_watch_query("https://other.example/queries/1", client=client)
    assert demo.requests == []


def test_frame_survives_parquet_with_its_provenance(client, tmp_path):
    frame = read_watch_query(13, client=client)
    frame.to_parquet(tmp_path / "frame.parquet")
    again = pd.read_parquet(tmp_path / "frame.parquet", dtype_backend="numpy_nullable")
    assert again.attrs["watchframe"] == frame.attrs["watchframe"]


def test_pyarrow_backend_index_columns_and_dtype(client):
    frame = read_watch_query(
        1,
        BORROWS,
        dtype_backend="pyarrow",
        index_col=["day", "market"],
        columns=["borrows", "amount"],
        dtype={"amount": "float32[pyarrow]"},
        client=client,
    )
    assert frame.index.names == ["day", "market"]
    assert list(frame.columns) == ["borrows", "amount"]
    assert dict(frame.dtypes.astype(str)) == {
        "borrows": "int64[pyarrow]",
        "amount": "float[pyarrow]",
    }


def test_unknown_column_raises_and_result_stays_cached(client, demo):
    with pytest.raises(ArgumentError, match="no column 'amuont'"):
        read_watch_query(1, BORROWS, columns=["amuont"], max_age="1h", client=client)
    demo.requests.clear()
    assert len(read_watch_query(1, BORROWS, columns=["amount"], max_age="1h", client=client))
    assert demo.requests == []


def test_table_goes_to_polars_and_carries_provenance(client):
    table = read_watch_query(
        1, BORROWS, columns=["market", "amount"], client=client, output="arrow"
    )
    assert json.loads(table.schema.metadata[b"watchframe"])["query_id"] == 1
    assert table.column_names == ["market", "amount"]
    assert pl.from_arrow(table).schema == {"market": pl.String, "amount": pl.Float64}


def test_table_holds_wide_integers_as_their_digits(client):
    table = read_watch_query(40, client=client, output="arrow")
    field = table.schema.field("amount")
    assert (field.type, field.metadata[b"watchframe.encoding"]) == (pa.string(), b"integer")
    assert str(2**256 - 1) in table.column("amount").to_pylist()


@pytest.mark.parametrize(
    ("params", "error", "words"),
    [
        ({"market": ["WETH"]}, UnknownParameterError, "Did you mean 'markets'"),
        ({"markets": ["WETHH"]}, ParameterValueError, "Did you mean 'WETH'"),
        ({"markets": []}, ParameterValueError, "at least one value"),
        ({"min_amount": "many"}, ParameterValueError, "a number"),
        ({"period": ("2026-02-01", "2026-01-01")}, ParameterValueError, "not before the start"),
    ],
)
def test_unfit_parameters_are_refused_before_anything_runs(client, demo, params, error, words):
    with pytest.raises(error, match=words) as caught:
        read_watch_query(1, params, client=client)
    assert (caught.value.query_id, caught.value.query_name) == (1, "Borrows by market")
    assert executions(demo) == []


def test_parameter_without_default_or_value_is_missing(client, demo):
    with pytest.raises(MissingParameterError, match="'account'"):
        read_watch_query(25, client=client)
    assert executions(demo) == []


def test_dropdown_that_never_ran_is_run_first(client):
    frame = read_watch_query(26, {"decimals": 6}, client=client)
    assert set(frame["decimals"]) == {6}


def test_failing_query_raises_in_the_data_source_words(client):
    with pytest.raises(JobFailedError, match="borrow_events") as caught:
        read_watch_query(51, client=client)
    assert "LINE 2: from borrow_events" in caught.value.reason


def test_query_that_is_not_there_is_named_by_its_error(client):
    with pytest.raises(NotFoundError, match="it has no query 999999") as caught:
        read_watch_query(999_999, client=client)
    assert caught.value.server_message.startswith("The requested URL was not found")


def test_wrong_key_raises_error_that_omits_the_key(demo, tmp_path):
    with (
        Client(demo.url, "k-wrong-0123456789", cache_dir=tmp_path) as stranger,
        pytest.raises(AuthenticationError) as caught,
    ):
        read_watch_query(1, client=stranger)
    assert "k-wrong-0123456789" not in f"{caught.value!r} {caught.value} {stranger!r}"


def test_auto_limit_of_1000_rows_warns_also_from_cache(client):
    with pytest.warns(ResultTruncatedWarning, match="exactly 1,000 rows"):
        read_watch_query(54, max_age="1h", client=client)
    with pytest.warns(ResultTruncatedWarning) as caught:
        frame = read_watch_query(54, max_age="1h", client=client)
    assert frame.attrs["watchframe"]["from_cache"]
    assert caught[0].filename == __file__


def test_value_breaking_its_quotes_warns_at_the_read_line(client):
    with pytest.warns(ParameterWarning, match="without escaping") as caught:
        read_watch_query(10, {"label": "x' or '1'='1"}, client=client)
    assert caught[0].filename == __file__


def test_columns_without_a_cache_are_all_that_is_decoded(client):
    """Others would warn: their values are not of the declared types."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = read_watch_query(
            61, cache="off", columns=["at"], index_col="is_open", client=client
        )
        table = read_watch_query(
            61, cache="off", columns=["at", "is_open"], client=client, output="arrow"
        )
    assert (frame.index.name, list(frame.columns), len(frame)) == ("is_open", ["at"], 3)
    assert table.column_names == ["at", "is_open"]
    with pytest.raises(ArgumentError, match="no column 'nope'") as caught:
        read_watch_query(61, cache="off", columns=["nope"], client=client)
    assert "amount, rate, note" in caught.value.hint


def test_lying_types_warn_and_keep_values_also_cached(client):
    for max_age, expected_source in ((0, "executed"), ("1h", "local cache")):
        with pytest.warns(ColumnTypeWarning) as caught:
            frame = read_watch_query(61, max_age=max_age, client=client)
        assert frame.attrs["watchframe"]["source"] == expected_source
        assert list(frame["amount"]) == [2**256 - 1, 5, None]
        assert list(frame["rate"]) == [1, 0.1, 2**70 + 1]
        assert list(frame["note"]) == ["x", 5, {"a": 1}]
        assert any("'rate' is declared float" in str(item.message) for item in caught)
        assert all(item.filename == __file__ for item in caught)


def test_white_space_trap_gives_the_requested_rows(client):
    read_watch_query(10, {"label": "New York"}, cache="off", client=client)
    frame = read_watch_query(10, {"label": "NewYork"}, cache="off", client=client)
    assert set(frame["label"]) <= {"NewYork"}
    again = read_watch_query(10, {"label": "New York"}, cache="off", client=client)
    assert set(again["label"]) == {"New York"}


def test_query_key_may_run_its_query_with_parameters(demo, tmp_path):
    with Client(demo.url, demo.query_key(1), cache_dir=tmp_path, timezone="UTC") as limited:
        frame = read_watch_query(1, {**BORROWS, "min_amount": 77}, client=limited)
        again = read_watch_query(1, {**BORROWS, "min_amount": 77}, max_age="1h", client=limited)
    assert len(frame) == len(again) > 0
    assert frame.attrs["watchframe"]["source"] == "executed"
    assert again.attrs["watchframe"]["source"] == "local cache"


def test_query_key_may_use_dropdowns_and_dates(demo, client, tmp_path):
    read_watch_query(20, client=client)  # the dropdown's query has run at some time
    with Client(demo.url, demo.query_key(23), cache_dir=tmp_path, timezone="UTC") as limited:
        assert set(read_watch_query(23, {"market": "INV"}, client=limited)["market"]) == {"INV"}


def test_query_key_confusable_value_is_executed_anew(demo, tmp_path):
    key = demo.query_key(57)
    with Client(demo.url, key, cache_dir=tmp_path) as limited:
        first = read_watch_query(57, {"choice": "a & b"}, cache="off", client=limited)
        second = read_watch_query(57, {"choice": "a & b"}, cache="off", client=limited)
    assert (first["choice"].item(), second["choice"].item()) == ("a & b", "a & b")
    assert second.attrs["watchframe"]["source"] == "executed"


def test_query_key_with_text_parameters_is_refused(demo, tmp_path):
    with (
        Client(demo.url, demo.query_key(10), cache_dir=tmp_path) as limited,
        pytest.raises(AccessDeniedError, match="unsafe parameters") as caught,
    ):
        read_watch_query(10, client=limited)
    assert "text parameter" in caught.value.hint


def test_query_key_may_not_run_another_query_or_sql(demo, tmp_path):
    with Client(demo.url, demo.query_key(1), cache_dir=tmp_path) as limited:
        with pytest.raises(AuthenticationError):
            read_watch_query(2, client=limited)
        with pytest.raises(AuthenticationError):
            read_watch_sql("select 1", 1, client=limited)


def test_sql_takes_parameters_and_data_source_name_or_id(client):
    sql = "select market, count(*) as n from events where kind = '{{ kind }}' group by all"
    by_name = read_watch_sql(sql, "Lending", {"kind": "repay"}, client=client)
    by_id = read_watch_sql(sql, 1, {"kind": "repay"}, client=client)
    assert by_name["n"].sum() == by_id["n"].sum() > 0
    assert by_name.attrs["watchframe"]["data_source"] == "Lending"
    assert by_name.attrs["watchframe"]["sql"] == sql


def test_sql_takes_ranges_and_lists(client):
    frame = read_watch_sql(
        "select min(block_time)::date as first, max(block_time)::date as last from events"
        " where block_time::date between '{{ days.start }}' and '{{ days.end }}'"
        " and block_number % 2 in ({{ parts }})",
        "Lending",
        {"days": slice(date(2026, 1, 3), date(2026, 1, 4)), "parts": [0, 1]},
        client=client,
    )
    assert [str(value.date()) for value in frame.iloc[0]] == ["2026-01-03", "2026-01-04"]


def test_sql_on_an_unknown_data_source_names_the_known_ones(client):
    with pytest.raises(ConfigurationError, match="Lending"):
        read_watch_sql("select 1", "Ethereum", client=client)


def test_sql_again_is_answered_locally_without_a_request(client, demo):
    sql = "select 1 as one"
    read_watch_sql(sql, "Lending", client=client, output="arrow")
    demo.requests.clear()
    again = read_watch_sql(sql, "Lending", client=client, output="arrow")
    assert (again.to_pydict(), demo.requests) == ({"one": [1]}, [])


def test_empty_result_keeps_its_columns_types(client):
    frame = read_watch_query(1, {**BORROWS, "min_amount": 10**30}, client=client)
    assert len(frame) == 0
    assert str(frame["borrows"].dtype) == "Int64"
    assert str(frame["last_borrow_at"].dtype) == "datetime64[us]"


def test_integers_with_nulls_stay_integers(client):
    frame = read_watch_sql(
        "select case when n > 0 then 9007199254740993 end as i from range(2) as t(n)",
        "Lending",
        client=client,
    )
    assert str(frame["i"].dtype) == "Int64"
    assert frame["i"].max() == 9007199254740993


def test_every_engine_column_type_is_read_without_loss(client):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ColumnTypeWarning)
        frame = read_watch_query(42, client=client)
    assert frame["a_bignum"].dropna().max() == 2**256 - 1
    assert frame["a_hugeint"].dropna().min() == -(2**127) + 1
    assert frame["a_ubigint"].max() == 2**64 - 1


def test_connection_of_the_environment_is_used(demo, monkeypatch, tmp_path):
    monkeypatch.setenv("WATCHFRAME_URL", demo.url)
    monkeypatch.setenv("WATCHFRAME_API_KEY", demo.user_key)
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path))
    assert len(read_watch_query(2)) > 0


def test_no_connection_raises_with_the_way_to_make_one():
    with pytest.raises(ConfigurationError, match="WATCHFRAME_URL"):
        read_watch_query(2)
