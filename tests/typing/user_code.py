"""What people write, as a type checker in strict mode is to understand it; it is never run.

`test_typing.py` checks it. A line that must be refused names the code of its error in a comment
``# type: ignore[CODE]``: mypy complains of one that refuses nothing.
"""

import datetime as dt
from typing import assert_type

import pandas as pd
import polars as pl
import pyarrow as pa

import watchframe
from watchframe import (
    Board,
    Client,
    DashboardFrames,
    Drawing,
    LiveBoard,
    ParameterPicker,
    QueryPicker,
    ReadPlan,
    SubmittedQuery,
    WatchQuery,
    connect,
    draw_watch_query,
    explain_watch_query,
    find_watch_queries,
    read_watch_dashboard,
    read_watch_queries,
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
    submit_watch_query,
    watch_query,
)

ADDRESS = "https://app.inverse.watch"


def a_read_returns_what_output_names() -> None:
    assert_type(read_watch_query(42), pd.DataFrame)
    assert_type(read_watch_query("Borrows", {"markets": ["WETH"]}, max_age="1d"), pd.DataFrame)
    assert_type(read_watch_query(42, output="pandas", index_col="day"), pd.DataFrame)
    assert_type(read_watch_query(42, output="arrow", max_age=dt.timedelta(hours=1)), pa.Table)
    assert_type(read_watch_query(42, output="polars", timeout=None), pl.DataFrame)
    assert_type(read_watch_sql("select 1", "Chain"), pd.DataFrame)
    assert_type(read_watch_sql("select 1", 1, output="polars"), pl.DataFrame)


def a_read_refuses_what_it_does_not_take() -> None:
    read_watch_query()  # type: ignore[call-overload]
    read_watch_query(42, output="numpy")  # type: ignore[call-overload]
    read_watch_query(42, dtype_backend="numpy")  # type: ignore[call-overload]
    read_watch_query(42, cache="always")  # type: ignore[call-overload]
    read_watch_query(42, max_agee="1d")  # type: ignore[call-overload]
    # Columns of pandas: the other outputs have no index.
    read_watch_query(42, output="polars", index_col="day")  # type: ignore[call-overload]
    read_watch_sql("select 1")  # type: ignore[call-overload]


def a_saved_query_is_called() -> None:
    q = watch_query("Borrows by market")
    assert_type(q, WatchQuery)
    assert_type(q(markets=["WETH"]), pd.DataFrame)
    assert_type(q(markets=["WETH"], output="arrow"), pa.Table)
    assert_type(q({"markets": ["WETH"]}, output="polars"), pl.DataFrame)
    assert_type(q.explain(markets=["WETH"]), ReadPlan)
    assert_type(q.draw("Borrows by day", markets=["WETH"]), Drawing)


def several_reads_keep_their_kinds() -> None:
    assert_type(read_watch_queries([42, ("Borrows", {"market": "WETH"})]), list[pd.DataFrame])
    assert_type(read_watch_queries([42], errors="keep"), list[pd.DataFrame | Exception])
    assert_type(read_watch_sweep(42, [{"market": "WETH"}, {"market": "WBTC"}]), pd.DataFrame)
    read_watch_queries(42)  # type: ignore[call-overload]


async def a_read_in_the_background_gives_its_rows() -> None:
    assert_type(submit_watch_query(42), SubmittedQuery[pd.DataFrame])
    assert_type(submit_watch_query(42).result(timeout=10), pd.DataFrame)
    assert_type(submit_watch_query(42, output="arrow").result(), pa.Table)
    assert_type(await submit_watch_query(42, output="polars"), pl.DataFrame)
    submit_watch_query(42, progress=True)  # type: ignore[call-overload]


def what_is_around_a_read_has_types_too(client: Client) -> None:
    assert_type(watchframe.__version__, str)
    connect(ADDRESS, "KEY")
    connect(ADDRESS, query_keys={479: "KEY"})
    connect(ADDRESS, "KEY", max_age="1d")  # type: ignore[call-arg]
    assert_type(find_watch_queries("borrows"), pd.DataFrame)
    assert_type(explain_watch_query(42, client=client), ReadPlan)
    assert_type(draw_watch_query(42, "Borrows by day"), Drawing)
    assert_type(read_watch_dashboard("Liquidations"), DashboardFrames[pd.DataFrame])
    assert_type(watchframe.show_watch_dashboard("Liquidations"), LiveBoard)
    assert_type(watchframe.pick(42), ParameterPicker)
    assert_type(watchframe.pick(), QueryPicker)
    watchframe.read_watch_querry(42)  # type: ignore[attr-defined]


def a_drawing_is_written(drawing: Drawing, board: Board) -> None:
    assert_type(drawing.frame, pd.DataFrame)
    drawing.to_html("chart.html")
    board.to_html("board.html")
