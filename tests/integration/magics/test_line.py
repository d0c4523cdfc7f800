"""``%watch`` in a real shell, against the demo server."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from IPython.utils.capture import capture_output

from watchframe.client import current_client
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    ParameterWarning,
    UnknownParameterError,
)
from watchframe.magics.line import parse_line

FEW = "-p markets=[WETH] -p period=2026-01-01..2026-01-10"


def test_line_query_frame_with_a_line_above(shell):
    result = shell.run(f"%watch 1 {FEW}")
    assert isinstance(result.result, pd.DataFrame)
    assert set(result.result["market"]) == {"WETH"}
    assert result.texts[0].startswith(f"{len(result.result)} rows x 9, ")
    assert "query 1 'Borrows by market'" in result.texts[0]
    assert shell.names["_"] is result.result


def test_line_above_links_the_query_with_its_parameters(shell, demo):
    with capture_output() as shown:
        shell.shell.run_cell(f"%watch 1 {FEW}")
    line = shown.outputs[0].data
    values = "p_markets=%5B%22WETH%22%5D&amp;p_period=2026-01-01--2026-01-10&amp;p_min_amount=1"
    assert f'<a href="{demo.url}/queries/1?{values}"' in line["text/html"]
    assert "<" not in line["text/plain"]


def test_line_assignment_binds_frame(shell):
    result = shell.run(f"df = %watch 1 {FEW}")
    assert isinstance(shell.names["df"], pd.DataFrame)
    assert result.result is None
    assert "query 1" in result.shown


def test_line_and_cell_take_a_name_in_quotes(shell):
    assert "query 1 'Borrows by market'" in shell.run(f'%watch "borrows by market" {FEW}').texts[0]
    frame = shell.value("%%watch 'Events of one kind by month'\nkind: repay")
    assert frame.attrs["watchframe"]["query_id"] == 13


def test_line_parameters_win_over_those_of_the_page(shell, demo):
    url = f"{demo.url}/queries/1?p_markets=%5B%22INV%22%5D&p_period=2026-01-01--2026-01-10"
    assert set(shell.value(f"%watch {url}")["market"]) == {"INV"}
    assert set(shell.value(f"%watch {url} -p markets=[WETH]")["market"]) == {"WETH"}


def test_line_out_binds_and_shows_one_line(shell):
    result = shell.run(f"%watch 1 {FEW} -o df")
    assert result.result is None
    assert len(result.texts) == 1
    assert isinstance(shell.names["df"], pd.DataFrame)


def test_line_named_variables_taken_whole(shell):
    shell.value("from datetime import date\nmarkets = ['WETH', 'INV']")
    shell.value("start, end = date(2026, 1, 1), date(2026, 1, 10)")
    frame = shell.value("%watch 1 -p markets=$markets -p period={start}..{end} -p min_amount=0")
    assert set(frame["market"]) == {"WETH", "INV"}
    assert frame["day"].max() <= pd.Timestamp("2026-01-10")
    sent = frame.attrs["watchframe"]["parameters"]
    assert sent["period"] == {"start": "2026-01-01", "end": "2026-01-10"}


def test_line_variable_that_looks_like_options(shell):
    shell.value('place = "New York\' --refresh -o other"')
    with pytest.warns(ParameterWarning, match="'label' holds '"):
        frame = shell.value("%watch 10 -p label=$place")
    assert frame.attrs["watchframe"]["parameters"] == {"label": "New York' --refresh -o other"}
    assert "other" not in shell.names


def test_line_list_with_spaces_unquoted(shell):
    frame = shell.value(
        '%watch 1 -p markets=[WETH, "INV"] -p period=(2026-01-01, 2026-01-10) # the big ones'
    )
    assert set(frame["market"]) == {"WETH", "INV"}


def test_line_missing_variable_offers_none_of_ipython(shell):
    shell.value("opened = 1")
    assert "Did you mean 'opened'?" in shell.run("%watch 2 -p x=$opene").shown
    shell.value("del opened")
    assert "Assign it first" in shell.run("%watch 2 -p x=$opene").shown


def test_line_local_variables_of_a_function(shell):
    frame = shell.value(
        "def few(chosen):\n"
        "    frame = %watch 1 -p markets=$chosen -p period=2026-01-01..2026-01-10\n"
        "    return frame\n"
        "few(['INV'])"
    )
    assert set(frame["market"]) == {"INV"}


@pytest.mark.parametrize(
    ("cell", "is_shown", "is_bound"),
    [
        ("%watch 2 --no-display", False, False),
        ("df = %watch 2 --no-display", False, True),
        ("%watch 2 -o df --no-display", False, True),
        ("%watch 2;", True, False),
        ("df = %watch 2;", True, True),
    ],
)
def test_line_silenced_still_binds(shell, cell, is_shown, is_bound):
    result = shell.run(cell)
    result.raise_error()
    assert result.result is None
    assert bool(result.shown.strip()) is is_shown
    assert ("df" in shell.names) is is_bound
    assert not is_bound or isinstance(shell.names["df"], pd.DataFrame)


def test_line_max_age_takes_young_copy(shell, demo):
    shell.value(f"%watch 1 {FEW} --max-age 1h")
    before = len(demo.requests)
    result = shell.run(f"%watch 1 {FEW} --max-age 1h")
    assert "from the local cache" in result.texts[0]
    assert len(demo.requests) == before


def test_line_refresh_runs_the_query(shell):
    first = shell.value("%watch 2").attrs["watchframe"]["query_result_id"]
    result = shell.run("%watch 2 --refresh")
    assert result.result.attrs["watchframe"]["query_result_id"] != first
    assert "run just now" in result.texts[0]


def test_line_offline_makes_no_request(shell, demo):
    shell.value("%watch 2")
    before = len(demo.requests)
    assert "from the local cache" in shell.run("%watch 2 --offline").texts[0]
    result = shell.run("%watch 56 --offline")
    assert isinstance(result.error_in_exec, CacheMissError)
    assert len(demo.requests) == before


def test_line_dtype_backend_is_used(shell):
    arrow = shell.value("%watch 2 --dtype-backend pyarrow").dtypes
    nullable = shell.value("%watch 2 --dtype-backend numpy_nullable").dtypes
    assert isinstance(arrow["events"], pd.ArrowDtype)
    assert nullable["events"] == pd.Int64Dtype()
    shell.value("%config WatchMagics.dtype_backend = 'pyarrow'")
    assert shell.value("%watch 2").dtypes["events"] == arrow["events"]


@pytest.mark.slow
def test_line_timeout_cancels_slow_query(shell):
    result = shell.run("%watch 50 -p seconds=60 --timeout 1s --refresh")
    assert type(result.error_in_exec).__name__ == "JobTimeoutError"


def test_line_help_shows_options_and_reads_nothing(shell, demo):
    before = len(demo.requests)
    result = shell.run("%watch --help")
    assert "--dtype-backend" in result.shown
    assert len(demo.requests) == before


def test_line_wrong_option_says_what_was_meant(shell):
    result = shell.run("%watch 1 --refesh")
    assert isinstance(result.error_in_exec, ArgumentError)
    assert "Did you mean --refresh?" in result.shown


def test_line_wrong_parameter_raises_before_any_run(shell):
    result = shell.run("%watch 1 -p market=WETH")
    assert isinstance(result.error_in_exec, UnknownParameterError)
    assert "markets" in result.shown


@pytest.mark.parametrize("cell", ["%watch", "%watch --source Lending", "%watch --save x"])
def test_line_with_nothing_to_ask(shell, cell):
    assert isinstance(shell.run(cell).error_in_exec, ArgumentError)


def test_line_failure_keeps_old_variable(shell):
    shell.value("df = 'before'")
    assert shell.run("%watch 51 -o df").error_in_exec is not None
    assert shell.names["df"] == "before"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (r"C:\new\table", r"C:\new\table"),
        (r"\d+\.\d*\b", r"\d+\.\d*\b"),
        (r"'\\server\share'", r"\\server\share"),
        (r"'C:\new\'", "C:\\new\\"),
        (r"New\ York", "New York"),
    ],
)
def test_line_sends_backslashes_as_they_are_typed(shell, typed, value):
    head = f"%%watch --source Lending -p file={typed}"
    frame = shell.value(f"{head}\nselect '{{{{ file }}}}' as file")
    assert frame["file"].tolist() == [value]
    assert frame.attrs["watchframe"]["parameters"] == {"file": value}
    explained = shell.run(f"{head} --explain\nselect '{{{{ file }}}}' as file").shown
    (written,) = re.findall(r"^parameters: *file = (.*)$", explained, re.MULTILINE)
    assert parse_line(f"42 -p file={written}").params == (("file", value),)


@pytest.mark.parametrize("rest", ["\n\n1", "\n# a remark\n1", "\n--no-display\n1", "\n\n2\n3"])
@pytest.mark.parametrize("head", ["%watch", "df = %watch", "if True:\n    %watch"])
def test_line_joined_by_last_backslash_is_refused(shell, head, rest):
    error = shell.run(f"{head} 10 -p label=C:\\data\\{rest}").error_in_exec
    assert isinstance(error, ArgumentError)
    assert "label=C:\\data\\ joins the next line" in str(error)
    assert "'label=C:\\data\\'" in error.hint


def test_line_that_goes_on_in_the_next_one_is_read_whole(shell):
    frame = shell.value("%watch 10 \\\n -p label=a \\\n --no-display -o df\ndf")
    assert frame.attrs["watchframe"]["parameters"] == {"label": "a"}


def test_line_keeps_backslash_at_end_of_cell(shell):
    frame = shell.value("%watch 10 -p label=C:\\data\\\n")
    assert frame.attrs["watchframe"]["parameters"] == {"label": "C:\\data\\"}


def test_line_saves_backslashes_as_they_are_typed(shell):
    cell = r"%%watch --source Lending -p file=C:\new\table --save 'Files of C:\new'"
    said = shell.run(f"{cell}\nselect '{{{{ file }}}}' as file").shown
    client = current_client()
    query = client.queries.get(int(re.search(r"query (\d+)", said)[1]))
    client.queries.archive(query.id)
    assert query.name == r"Files of C:\new"
    assert query.parameters[0].default == r"C:\new\table"


@pytest.mark.parametrize("between", ["..", "--", " to "])
def test_range_in_every_spelling_is_a_text_where_one_is_wanted(shell, between):
    typed = f"2026-01-01{between}2026-01-03"
    frame = shell.value(
        f"%%watch -s Lending -p 'note={typed}' -p 'day={typed}'\n"
        "select '{{ note }}' as note, '{{ day.start }}' as first, '{{ day.end }}' as last"
    )
    assert frame.iloc[0].tolist() == [typed, "2026-01-01", "2026-01-03"]
    assert len(shell.value(f"%watch 33 -p 'period={typed}'")) == 3
    assert len(shell.value(f"%%watch 33\nperiod: {typed}")) == 3


def test_columns_dtype_and_dates_as_in_python(shell):
    statement = "select '12' as wei, 1700000000 as at, '2026-01-02' as day, 'x' as other"
    frame = shell.value(
        "%%watch -s Lending --no-cache --columns day,wei --columns at "
        f"--dtype wei=integer --parse-dates day,at=s\n{statement}"
    )
    assert list(frame.columns) == ["day", "wei", "at"]
    assert frame["wei"].dtype == "Int64"
    assert [frame[name].dt.year.item() for name in ("day", "at")] == [2026, 2023]
    exact = shell.value(f"%%watch -s Lending --dtype wei='decimal(38, 18)'\n{statement}")
    assert str(exact["wei"].item()) == "12.000000000000000000"
    refused = shell.run(f"%%watch -s Lending --dtype wei\n{statement}")
    assert "--dtype wei is not a column and its dtype" in refused.shown


@pytest.mark.parametrize("word", ["$which", "{which}"])
def test_line_query_may_be_a_variable(shell, demo, word):
    key = demo.query_key(1)
    for which in (1, "borrows by market", f"{demo.url}/api/queries/1/results.json?api_key={key}"):
        shell.names["which"] = which
        result = shell.run(f"%watch {word} {FEW}")
        assert set(result.result["market"]) == {"WETH"}
    shell.names["which"] = 1.5
    assert "names no query" in shell.run(f"%watch {word}").shown


def test_line_error_about_the_query_hides_its_key(shell, demo):
    key = demo.query_key(1)
    address = f"{demo.url}/api/queries/1/results.json?api_key={key}"
    shown = shell.run(f"%watch {address} --source Lending").shown
    assert "Both the query" in shown
    assert key not in shown
