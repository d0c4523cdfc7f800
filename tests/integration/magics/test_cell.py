"""``%%watch`` in a real shell, against the demo server."""

from __future__ import annotations

import pandas as pd
import pytest

import watchframe
from watchframe.errors import ArgumentError, ParameterWarning

COUNT = "select market, count(*) as events from events where kind = '{{ kind }}' group by market"


def test_cell_parameters_from_lines(shell):
    result = shell.run(
        "%%watch 1 -o df\n"
        "# a remark\n"
        "markets: [WETH, INV]\n"
        "period: 2026-01-01 to 2026-01-10\n"
        "min_amount: 0.5\n"
    )
    result.raise_error()
    frame = shell.names["df"]
    assert set(frame["market"]) == {"WETH", "INV"}
    sent = frame.attrs["watchframe"]["parameters"]
    assert sent["markets"] == ["WETH", "INV"]
    assert sent["period"] == {"start": "2026-01-01", "end": "2026-01-10"}
    assert float(sent["min_amount"]) == 0.5
    assert len(result.texts) == 1


def test_cell_parameters_from_json(shell):
    shell.value("chosen = ['INV']")
    frame = shell.value(
        '%%watch 1\n{"markets": "$chosen", "period": {"start": "2026-01-01", "end": "2026-01-10"}}'
    )
    assert set(frame["market"]) == {"INV"}


def test_cell_parameters_from_one_variable(shell):
    shell.value("wanted = {'markets': ['INV'], 'period': ('2026-01-01', '2026-01-10')}")
    assert set(shell.value("%%watch 1\n$wanted")["market"]) == {"INV"}


def test_cell_sql_with_parameters_of_the_line(shell):
    shell.value("chosen = 'repay'")
    result = shell.run(f"%%watch --source Lending -o df -p kind=$chosen\n{COUNT};")
    result.raise_error()
    assert shell.names["df"]["events"].sum() > 0
    assert "ad-hoc SQL on 'Lending'" in result.shown


def test_cell_sql_as_a_value_beside_the_statement(shell, demo):
    shell.value("kind, evil = 'borrow', \"x' or '1'='1\"")
    with pytest.warns(ParameterWarning, match="'kind' holds '") as caught:
        shell.run(f"%%watch --source Lending -p kind=$evil\n{COUNT}").raise_error()
    assert caught[0].filename.startswith("<ipython-input-")  # the cell
    sent = next(item.body for item in reversed(demo.requests) if item.path == "/api/query_results")
    assert sent["query"] == COUNT
    assert sent["parameters"] == {"kind": "x' or '1'='1"}


def test_cell_list_of_quoted_texts_keeps_quotes(shell):
    frame = shell.value(
        """%%watch -s Lending -p kinds=["'borrow'", "'repay'"]\n"""
        "select distinct kind from events where kind in ({{ kinds }}) order by kind"
    )
    assert frame["kind"].tolist() == ["borrow", "repay"]


def test_cell_unnamed_variable_not_taken(shell):
    shell.value("kind = 'borrow'")
    result = shell.run(f"%%watch --source Lending\n{COUNT}")
    assert type(result.error_in_exec).__name__ == "MissingParameterError"


def test_cell_configured_source(shell):
    shell.value("%config WatchMagics.source = 'Lending'")
    assert shell.value("%%watch\nselect 1 as one")["one"].tolist() == [1]
    assert "events" in shell.value("%%watch 2\n# no parameters\n").columns


def test_cell_source_given_by_id(shell):
    assert shell.value("%%watch -s 1\nselect 1 as one")["one"].tolist() == [1]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%watch\nselect 1", "Neither a query nor a data source"),
        ("%%watch 1 --source Lending\nselect 1", "Both the query 1 and --source Lending"),
        ("%%watch 1 --save x\nmarkets: [WETH]", "--save needs SQL"),
        ("%%watch --source Lending --pick\nselect 1", "--pick needs a saved query"),
        ("%%watch 1 -p min_amount=1\nmin_amount: 2", "'min_amount' is given in the line and"),
        ("%%watch 1 -p min_amount=1 -p min_amount=2\n# x", "'min_amount' is given twice"),
        ("%%watch 1\nmarkets [WETH]", "Line 2 of the cell"),
        ("%%watch 1\nmarkets: $nothing", "There is no variable 'nothing'"),
    ],
)
def test_cell_not_understood_asks_nothing(shell, demo, cell, words):
    before = len(demo.requests)
    result = shell.run(cell)
    assert isinstance(result.error_in_exec, ArgumentError)
    assert words in result.shown
    assert len(demo.requests) == before


def test_cell_display_rows_set_and_put_back(shell):
    options = ("display.max_rows", "display.min_rows")
    before = [pd.get_option(option) for option in options]
    shell.value("%config WatchMagics.display_rows = 3")
    shown = []
    formatter = shell.shell.display_formatter.formatters["text/plain"]
    formatter.for_type(pd.DataFrame, lambda frame, printer, _: shown.append(str(frame)))
    frame = shell.value("%%watch --source Lending\nselect * from range(50) as t(n)")
    assert len(frame) == 50
    assert len(shown[0].splitlines()) < 10
    assert [pd.get_option(option) for option in options] == before
    shell.value("%watch 2\n%watch 2")
    assert [pd.get_option(option) for option in options] == before


def test_cell_save_new_query_then_new_text(shell, demo):
    def save(sql, *options):
        line = " ".join(["%%watch --source Lending --save 'Made by a cell'", *options])
        result = shell.run(f"{line}\n{sql}")
        result.raise_error()
        return result.shown

    first = save(COUNT, "-p kind=borrow")
    assert "created: query" in first
    number = int(first.split("created: query ")[1].split()[0])
    assert f"{demo.url}/queries/{number}" in first
    saved = shell.value(f"%watch {number} -p kind=repay")
    assert list(saved.columns) == ["market", "events"]
    assert "unchanged: query" in save(COUNT, "-p kind=borrow")
    assert f"updated: query {number} " in save(f"{COUNT} order by market", "-p kind=borrow")
    without = save("select 1 as one")
    assert f"updated: query {number} " in without
    assert without.rstrip().endswith("no longer with the parameters kind")
    save(COUNT, "-p kind=borrow")
    failed = shell.run("%%watch --source Lending --save 'Made by a cell'\nselec 1")
    assert failed.error_in_exec is not None
    assert list(shell.value(f"%watch {number}").columns) == ["market", "events"]


def test_cell_save_refused_for_ambiguous_title(shell, demo):
    with watchframe.Client(demo.url, demo.user_key) as client:
        made = [client.queries.create("Twice there", "select 1 as a", 1) for _ in range(2)]
        result = shell.run("%%watch -s Lending --save 'Twice there'\nselect 2 as b")
        assert isinstance(result.error_in_exec, ArgumentError)
        assert all(str(query.id) in result.shown for query in made)
        assert {client.queries.get(query.id).text for query in made} == {"select 1 as a"}


def test_cell_save_refused_for_title_on_another_source(shell, demo):
    with watchframe.Client(demo.url, demo.user_key) as client:
        made = client.queries.create("Elsewhere", "select 1 as a", 4)
        result = shell.run("%%watch -s Lending --save Elsewhere -o df\nselect 2 as b")
        assert "another data source" in result.shown
        assert client.queries.get(made.id).text == "select 1 as a"


def test_cell_save_defines_parameter_types(shell, demo):
    shell.value("""kinds = ["'borrow'", "'repay'"]""")
    shell.run(
        "%%watch -s Lending --save 'Typed by a cell' -o df -p n=5 -p day=2026-01-02 "
        "-p kinds=$kinds -p period=2026-01-01..2026-02-01 -p word=WETH\n"
        "select {{ n }} as n, date '{{ day }}' as day, '{{ word }}' as word, count(*) as events\n"
        "from events where kind in ({{ kinds }})\n"
        "and block_time between '{{ period.start }}' and '{{ period.end }}'"
    ).raise_error()
    with watchframe.Client(demo.url, demo.user_key) as client:
        (query,) = client.queries.list(is_mine=True, search="Typed by a cell")
    assert {item.name: item.type for item in query.parameters} == {
        "n": "number",
        "day": "date",
        "kinds": "enum",
        "period": "date-range",
        "word": "text",
    }
    again = shell.value(f"%watch {query.id}")
    assert again["events"].tolist()[0] > 0
    pd.testing.assert_frame_equal(again, shell.names["df"])
