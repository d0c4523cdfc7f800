"""``%watch --at``: the result that was the newest at a moment."""

import pandas as pd
import pytest

from watchframe.errors import ArgumentError, CacheMissError

FEW = "-p markets=[WETH] -p period=2026-02-01..2026-02-10"


def test_at_returns_the_result_of_that_moment(shell, demo, monkeypatch):
    first = shell.value(f"%watch 1 {FEW} --refresh")
    moment = first.attrs["watchframe"]["retrieved_at"]
    demo.requests.clear()
    past = shell.value(f"past = %watch 1 {FEW} --at {moment} --columns day,market\npast")
    pd.testing.assert_frame_equal(past, first[["day", "market"]])
    assert past.attrs["watchframe"]["retrieved_at"] == moment
    result = shell.run(f"%watch 1 {FEW} --at '2026-01-01 18:00'")
    assert isinstance(result.error_in_exec, CacheMissError)
    assert list(demo.requests) == []


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("%watch 1 --at 2026-01-01 --max-age 1h", "--at and --max-age do not go together"),
        ("%watch 1 --at 2026-01-01 --chart", "--at and --chart do not go together"),
        ("%watch 1 --at soon", "'soon' is no day and no moment"),
        ("%%watch --source 1 --at 2026-01-01\nselect 1", "--at and --source do not go together"),
    ],
)
def test_at_that_cannot_be_is_refused(shell, cell, told):
    shell.run(f"%watch 1 {FEW}")
    error = shell.run(cell).error_in_exec
    assert isinstance(error, ArgumentError)
    assert told in error.message
