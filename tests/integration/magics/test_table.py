"""``--table``: the rows in pages, with order and filters; the frame is the value all the same."""

from __future__ import annotations

import pandas as pd
import pytest

from watchframe.errors import ArgumentError


def test_table_is_shown_and_the_frame_is_bound(shell):
    result = shell.run("%watch 1 -p markets=WETH --table -o df")
    result.raise_error()
    rows, columns = shell.names["df"].shape
    assert f"<Table of {rows:,} rows, {columns} columns>" in result.texts
    assert result.result is None
    assigned = shell.run("frame = %watch 1 -p markets=WETH --table")
    assert isinstance(shell.names["frame"], pd.DataFrame)
    assert f"<Table of {rows:,} rows, {columns} columns>" in assigned.texts
    assert "<Table" not in shell.run("%watch 1 -p markets=WETH --table;").shown


def test_table_of_sql_in_the_body(shell):
    assert (
        "<Table of 1 row, 1 column>" in shell.run("%%watch -s Lending --table\nselect 1 as n").texts
    )


@pytest.mark.parametrize("other", ["--chart", "--pick", "--explain", "--no-display"])
def test_table_goes_with_no_other_view(shell, other):
    error = shell.run(f"%watch 1 --table {other}").error_in_exec
    assert isinstance(error, ArgumentError)
    assert "do not go together" in str(error)
