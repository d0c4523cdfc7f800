"""``--explain``: says what a read would do, and executes nothing."""

from __future__ import annotations

import re

import pytest

import watchframe
from watchframe.errors import ParameterValueError

FEW = "-p markets=[WETH] -p period=2026-02-01..2026-02-10"


@pytest.fixture
def executions(demo):
    """How many times the demo server has been asked to run something."""

    def count():
        posted = [item for item in demo.requests if item.method == "POST"]
        return sum("results" in item.path for item in posted)

    return count


def test_explain_without_a_stored_copy(shell, executions):
    before = executions()
    result = shell.run(f"%watch 1 {FEW} --explain --max-age 2h")
    result.raise_error()
    assert result.result is None
    assert "query 1 'Borrows by market'" in result.shown
    assert 'period = {"start": "2026-02-01", "end": "2026-02-10"}' in result.shown
    assert "min_amount = 1" in result.shown  # the saved default
    assert "and market in ('WETH')" in result.shown
    assert "no result under" in result.shown
    assert "at most 2 h old, or has it run" in result.shown
    assert executions() == before


def test_explain_whether_a_stored_copy_would_do(shell, executions):
    shell.value(f"%watch 1 {FEW}")
    before = executions()
    young = shell.run(f"%watch 1 {FEW} --explain --max-age 1h").shown
    assert "young enough" in young
    assert "takes the local copy; executes nothing" in young
    assert "not been edited" in shell.run(f"%watch 1 {FEW} --explain").shown
    assert "has the server run it" in shell.run(f"%watch 1 {FEW} --explain --refresh").shown
    assert "takes the local copy" in shell.run(f"%watch 1 {FEW} --explain --offline").shown
    assert executions() == before


def test_explain_agrees_with_read_on_stored_copy(shell, executions):
    shell.value(f"%watch 1 {FEW} -o df")
    assert "takes the local copy" in shell.run(f"%watch 1 {FEW} --explain --max-age 1h").shown
    before = executions()
    assert "from the local cache" in shell.run(f"%watch 1 {FEW} --max-age 1h").texts[0]
    assert executions() == before


def test_explain_wrong_parameter_raises_like_read(shell):
    result = shell.run("%watch 1 -p markets=[NOPE] --explain")
    assert isinstance(result.error_in_exec, ParameterValueError)


def test_explain_sql_as_the_server_renders_it(shell, executions):
    before = executions()
    cell = "%%watch --source Lending --explain -p kind=repay\nselect '{{ kind }}' as kind"
    shown = shell.run(cell).shown
    assert "select 'repay' as kind" in shown
    assert "ad-hoc SQL on 'Lending'" in shown
    assert executions() == before


def test_explain_never_runs_a_dropdown_query(shell, executions):
    before = executions()
    shell.run("%watch 23 -p market=WETH --explain").raise_error()
    assert executions() == before


def test_explain_leaves_variable_unbound(shell):
    shell.value("df = 'before'")
    shell.run(f"%watch 1 {FEW} --explain -o df").raise_error()
    assert shell.names["df"] == "before"


def test_explain_prints_the_plan_that_python_returns(shell):
    shell.value(f"%watch 1 {FEW}")
    shown = shell.run(f"%watch 1 {FEW} --explain").texts[0]
    params = {"markets": ["WETH"], "period": ("2026-02-01", "2026-02-10")}
    ages = re.compile(r"a result .* old")
    assert ages.sub("", shown) == ages.sub("", str(watchframe.explain_watch_query(1, params)))
