"""The lines that IPython shows of an error."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from watchframe import errors
from watchframe.display.tracebacks import MOST, Rendering, short_form, where
from watchframe.errors import ArgumentError, JobFailedError, WatchframeError
from watchframe.keys import HIDDEN, Secret
from watchframe.parameters import params_dict
from watchframe.site import page

KEY = "a-key-that-is-secret"
SQL = "select a\nform t"
REASON = 'syntax error at or near "form"\nLINE 2: ...form t\n        ^\n'


def test_short_form_has_message_and_hint():
    assert short_form(ArgumentError("That is wrong.", hint="Do this."), "cell") == [
        "ArgumentError: That is wrong.",
        "Hint: Do this.",
    ]


@pytest.mark.parametrize("message", ["The query failed.", f"The query failed: {REASON}"])
def test_short_form_of_a_failed_statement(message):
    lines = short_form(JobFailedError(message, reason=REASON, sql=SQL), "cell")
    text = "\n".join(lines)
    assert text.count("LINE 2: ...form t") == 1
    assert lines[-2:] == ["    1 | select a", "--> 2 | form t"]


def test_short_form_writes_out_the_escapes_of_the_marked_line():
    error = JobFailedError("It failed.", reason='near "form"', sql="select 1\nform x -- \x1b[2J")
    assert short_form(error, "cell")[-1] == r"--> 2 | form x -- \x1b[2J"


def test_short_form_of_an_unknown_statement():
    error = JobFailedError("It failed.", reason=REASON)
    assert "-->" not in "\n".join(short_form(error, "cell"))


def test_short_form_of_an_interrupt_is_one_line():
    assert len(short_form(KeyboardInterrupt(), "cell")) == 1


def test_short_form_has_notes():
    error = WatchframeError("It failed.")
    error.add_note("in the report of May")
    assert short_form(error, "python") == ["WatchframeError: It failed.", "in the report of May"]


def test_short_form_of_a_group_has_the_first_errors():
    errors = [WatchframeError(f"No {number}.\nNone.", hint="Wait.") for number in range(MOST + 2)]
    errors[0].add_note("in read 0")
    lines = short_form(ExceptionGroup("7 of 9 reads failed", errors), "python")
    assert lines[:4] == [
        "ExceptionGroup: 7 of 9 reads failed:",
        "  - WatchframeError: No 0.\n    None.",
        "    in read 0",
        "    Hint: Wait.",
    ]
    assert sum("WatchframeError" in line for line in lines) == MOST
    assert lines[-1] == "  and 2 more: the error's .exceptions has them all."


@pytest.mark.parametrize("face", ["python", "cell"])
def test_rendering_hides_the_key(face):
    key = Secret(KEY)
    error = raised(WatchframeError(f"Refused {key.reveal()}.", hint=f"Not {KEY}."))
    text = "\n".join(Rendering(error, face)())
    assert KEY not in text
    assert HIDDEN in text


@pytest.mark.parametrize(
    ("error", "face", "shows_where"),
    [
        (WatchframeError("It failed."), "python", True),
        (WatchframeError("It failed."), "cell", False),
        (KeyError("a bug of ours"), "cell", True),
    ],
)
def test_rendering_says_where_only_if_wanted(error, face, shows_where):
    text = "\n".join(Rendering(raised(error), face)())
    assert ("test_tracebacks.py" in text) is shows_where


def test_rendering_of_a_pickled_error():
    error = WatchframeError("It failed.", hint="Try again.")
    error._render_traceback_ = Rendering(error, "cell")
    copy = pickle.loads(pickle.dumps(error))
    assert copy._render_traceback_() == [
        "WatchframeError: It failed.",
        "Hint: Try again.",
        f"More: {page('reference/errors', 'watchframeerror')}",
    ]


def test_where_has_the_callers_lines_alone():
    def report():
        return params_dict(5)  # the line

    (outer, inner) = where(caught(report))
    assert "test_tracebacks.py, line" in outer
    assert outer.endswith("in caught: function()")
    assert inner.endswith("report: return params_dict(5)  # the line")


def test_where_leaves_out_what_the_library_calls():
    """But for the caller's own code that it calls."""
    source = "pool.submit(function).result()"
    ours = compile(source, errors.__file__, "exec")

    def fail():
        params_dict(5)

    with ThreadPoolExecutor(1) as pool:
        lines = where(caught(lambda: exec(ours, {"pool": pool, "function": fail})))
    assert [line.rpartition(": ")[2] for line in lines][::2] == ["function()", "params_dict(5)"]
    assert "in test_where_leaves_out_what_the_library_calls.<locals>.<lambda>" in lines[1]
    assert len(lines) == 3


def test_where_tells_of_errors_before_it():
    def again():
        try:
            {}["x"]
        except KeyError:
            params_dict(5)

    lines = where(caught(again))
    assert lines[-2] == "Before it, KeyError: 'x'"
    assert lines[-1].endswith(': {}["x"]')


def test_where_writes_control_characters_out():
    code = compile("params_dict(5)", "a\x1b[2J", "exec")
    (_, _, line) = where(caught(lambda: exec(code, {"params_dict": params_dict})))
    assert line == r"File a\x1b[2J, line 1"


def raised(error):
    with pytest.raises(type(error)):
        raise error
    return error


def caught(function):
    try:
        function()
    except WatchframeError as error:
        return error
    raise AssertionError("nothing was raised")
