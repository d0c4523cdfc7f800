"""Tables on standard output: on a terminal and off it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from watchframe.cli.output import Column, table_lines

AMOUNT = str(2**256 - 1)
HOSTILE = "[bold]a[/] :smile: \x1b[2J\x9b\u202e\n"
WRITTEN = r"[bold]a[/] :smile: \x1b[2J\x9b\u202e\n"

#: Shows a table of one text and one number, as a command does.
SCRIPT = """
import json, sys
from watchframe.cli.output import write_records
write_records(("name", "amount"), json.loads(sys.argv[1]), numbers=("amount",))
"""


#: By these an environment changes what rich writes.
_LAYOUT = ("COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM", "TTY_COMPATIBLE")


def on_terminal(records, columns=80, **settings):
    """Return the lines that a terminal of so many columns gets."""
    termios = pytest.importorskip("termios")
    controller, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    kept = {name: value for name, value in os.environ.items() if name not in _LAYOUT}
    words = [sys.executable, "-c", SCRIPT, json.dumps(records)]
    done = subprocess.Popen(words, stdout=terminal, env={**kept, "TERM": "xterm", **settings})
    os.close(terminal)
    seen = b""
    try:
        while piece := os.read(controller, 4096):
            seen += piece
    except OSError:  # the other end is closed: how Linux says the end
        pass
    finally:
        os.close(controller)
    assert done.wait(60) == 0
    return seen.decode().replace("\r\n", "\n").splitlines()


def test_table_off_a_terminal_aligned_with_whole_texts():
    columns = [
        Column(name="name", texts=["日本", "e\u0301", "a" * 300]),
        Column(name="n", texts=["5", "null", AMOUNT], is_number=True),
    ]
    head, rule, wide, combined, long = table_lines(columns, is_terminal=False)
    assert head == f"name{' ' * 296}  {' ' * 77}n"
    assert rule == f"{'-' * 300}  {'-' * 78}"
    assert wide == f"日本{' ' * 296}  {' ' * 77}5"
    assert combined == f"e\u0301{' ' * 299}  {' ' * 74}null"
    assert long == f"{'a' * 300}  {AMOUNT}"


def test_table_control_characters_and_markup_as_text():
    (*_, line) = table_lines([Column(name="x", texts=[HOSTILE])], is_terminal=False)
    assert line == WRITTEN
    shown = on_terminal([{"name": HOSTILE, "amount": 1}])
    assert shown[-1].startswith(WRITTEN)


def test_table_without_rows_or_columns():
    assert list(table_lines([Column(name="x", texts=[])], is_terminal=False)) == ["x", "-"]
    assert list(table_lines([], is_terminal=False)) == ["", ""]
    assert on_terminal([], NO_COLOR="1")[0].split() == ["name", "amount"]


def test_table_on_a_terminal_cuts_texts_and_no_number():
    records = [{"name": "a" * 100, "amount": 5}, {"name": "b", "amount": 10**30}]
    _, _, first, second = on_terminal(records, columns=50, NO_COLOR="1")
    assert [len(first), len(second)] == [50, 50]
    assert first.startswith("aaaaaaaa")
    assert "…" in first
    assert first.endswith(" 5")
    assert second.endswith(f"{10**30}")


def test_table_too_wide_for_a_terminal_keeps_digits():
    records = [{"name": "a name", "amount": int(AMOUNT)}, {"name": "b" * 40, "amount": 5}]
    *_, first, second = on_terminal(records, columns=40, NO_COLOR="1")
    assert first.startswith("a name  ")
    assert first.endswith(f"  {AMOUNT}")
    assert second.startswith("bbbbbbb…  ")


@pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_table_has_no_styles_where_none_are_wanted(settings):
    assert "\x1b" in "".join(on_terminal([{"name": "x", "amount": 1}]))
    assert "\x1b" not in "".join(on_terminal([{"name": "x", "amount": 1}], **settings))


def test_table_of_many_rows_is_plain_on_a_terminal_too():
    columns = [Column(name="n", texts=["1"] * 1001, is_number=True)]
    assert next(iter(table_lines(columns, is_terminal=True))) == "n"
    assert len(list(table_lines(columns, is_terminal=True))) == 1003


def test_help_and_completion_load_nothing_heavy():
    heavy = ("pandas", "pyarrow", "requests", "rich", "xlsxwriter")
    code = (
        "import sys; from click.testing import CliRunner; from watchframe.cli.main import program\n"
        "for words in (['-h'], ['query', '-h'], ['cache', '-h']):\n"
        "    assert CliRunner().invoke(program, words).exit_code == 0\n"
        "from click.shell_completion import ShellComplete\n"
        "tab = ShellComplete(program, {}, 'watchframe', '')\n"
        "assert [item.value for item in tab.get_completions([], 'sh')] == ['show']\n"
        "assert tab.get_completions(['query', '1', '--format'], 'ta')[0].value == 'table'\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_table_on_a_terminal_cuts_only_what_may_be_cut():
    moment = "2026-01-01 21:30:48.000000"
    columns = [
        Column(name="hash", texts=["0x" + "c" * 64]),
        *(Column(name="at", texts=[moment], may_cut=False) for _ in range(4)),
    ]
    (*_, line) = table_lines(columns, is_terminal=True)
    assert line.startswith("0xccccc…  ")
    assert line.count(moment) == 4


@given(
    st.lists(
        st.one_of(
            st.text("ab 日", max_size=90).map(lambda text: ("text", text)),
            st.integers(0, 2**256).map(lambda number: ("number", str(number))),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_table_on_a_terminal_numbers_in_least_width(cells):
    columns = [
        Column(name="name", texts=[text], is_number=kind == "number") for kind, text in cells
    ]
    (*_, line) = table_lines(columns, is_terminal=True)
    plain = re.sub(r"\x1b\[[^m]*m", "", line)
    numbers = [text for kind, text in cells if kind == "number"]
    assert set(numbers) <= set(plain.split())
    needed = sum(max(len(text), 4) if kind == "number" else 8 for kind, text in cells)
    assert cell_len(plain) <= max(Console().width, needed + 2 * len(cells))
