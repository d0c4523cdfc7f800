"""How errors look in a notebook."""

from __future__ import annotations

import pickle

import pytest

from watchframe.display.messages import HIDDEN
from watchframe.errors import ArgumentError, JobFailedError, WatchframeError
from watchframe.magics.errors import Rendering, short_form

KEY = "a-key-that-is-secret"
SQL = "select a\nform t"
REASON = 'syntax error at or near "form"\nLINE 2: form t\n        ^\n'


def test_short_form_has_message_and_hint():
    assert short_form(ArgumentError("That is wrong.", hint="Do this.")) == [
        "ArgumentError: That is wrong.",
        "Hint: Do this.",
    ]


@pytest.mark.parametrize("message", ["The query failed.", f"The query failed: {REASON}"])
def test_short_form_of_a_failed_statement(message):
    lines = short_form(JobFailedError(message, reason=REASON), SQL)
    text = "\n".join(lines)
    assert text.count("LINE 2: form t") == 1
    assert lines[-2:] == ["    1 | select a", "--> 2 | form t"]


def test_short_form_of_an_unknown_statement():
    assert "-->" not in "\n".join(short_form(JobFailedError("It failed.", reason=REASON)))


def test_short_form_of_an_interrupt_is_one_line():
    assert len(short_form(KeyboardInterrupt())) == 1


@pytest.mark.parametrize("is_full", [True, False])
def test_rendering_hides_the_key(ipython, is_full):
    ipython.shell.InteractiveTB.set_mode("Verbose")
    error = raised(WatchframeError(f"Refused {KEY}.", hint=f"Not {KEY}."))
    text = "\n".join(rendering(ipython.shell, error, is_full=is_full)())
    assert KEY not in text
    assert HIDDEN in text


@pytest.mark.parametrize(
    ("error", "is_full", "shows_where"),
    [
        (WatchframeError("It failed."), True, True),
        (WatchframeError("It failed."), False, False),
        (KeyError("a bug of ours"), False, True),
    ],
)
def test_rendering_says_where_only_if_wanted(ipython, error, is_full, shows_where):
    text = "\n".join(rendering(ipython.shell, raised(error), is_full=is_full)())
    assert ("test_errors.py" in text) is shows_where


def test_rendering_of_a_pickled_error(ipython):
    error = WatchframeError("It failed.", hint="Try again.")
    error._render_traceback_ = rendering(ipython.shell, error, is_full=False)
    copy = pickle.loads(pickle.dumps(error))
    assert copy._render_traceback_() == ["WatchframeError: It failed.", "Hint: Try again."]


def raised(error):
    with pytest.raises(type(error)):
        raise error
    return error


def rendering(shell, error, *, is_full):
    return Rendering(
        error=error,
        shell=shell,
        is_full=lambda: is_full,
        secrets=lambda: (KEY,),
    )
