"""What a cell does with a magic's value."""

from __future__ import annotations

import pytest

from watchframe.magics.magic import is_value_used


@pytest.mark.parametrize(
    ("cell", "is_used"),
    [
        ("%probe", False),
        ("x = 1\n%probe", False),
        ("%probe\nx = 1", False),
        ("for _ in [1]:\n    %probe", False),
        ("x = %probe", True),
        ("for _ in [1]:\n    x = %probe", True),
        ("def f():\n    x = %probe\n    return x\nf()", True),
        ("x = [get_ipython().run_line_magic('probe', '')]", True),
        ("len([get_ipython().run_line_magic('probe', '')])", True),
    ],
)
def test_is_value_used_of_a_running_cell(ipython, cell, is_used):
    seen = []

    def probe(line):
        seen.append(is_value_used())
        return 7

    ipython.shell.register_magic_function(probe, "line", "probe")
    ipython.run(cell)
    assert seen == [is_used]
