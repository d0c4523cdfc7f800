"""``--pick``: the inputs of a query's parameters instead of its rows."""

from __future__ import annotations

from watchframe.errors import ArgumentError
from watchframe.widgets import ParameterPicker, QueryPicker


def test_pick_picker_with_values_of_the_line(shell, demo):
    before = [item for item in demo.requests if item.path.endswith("/results")]
    picker = shell.value("%watch 1 --pick -p markets=[INV]")
    assert isinstance(picker, ParameterPicker)
    assert picker.params["markets"] == ["INV"]
    assert [item for item in demo.requests if item.path.endswith("/results")] == before


def test_pick_named_picker_bound_and_shown(shell):
    result = shell.run("%%watch 1 --pick -o chosen\nmin_amount: 5")
    result.raise_error()
    assert shell.names["chosen"] is result.result
    assert float(shell.names["chosen"].params["min_amount"]) == 5


def test_pick_search_without_a_query(shell):
    found = shell.value("%watch --pick -o chosen")
    assert isinstance(found, QueryPicker)
    assert shell.names["chosen"] is found
    assert isinstance(shell.run("%watch --pick -p a=1").error_in_exec, ArgumentError)
