from __future__ import annotations

import re

import pytest

from watchframe.display.messages import error_lines
from watchframe.errors import JobFailedError, WatchframeError
from watchframe.hints import Hint, Kind
from watchframe.models import Job, JobStatus
from watchframe.widgets.runs import Outcome, Progress
from watchframe.widgets.status import outcome_html, progress_html

RUNNING = Job(id="1", status=JobStatus.STARTED)
QUEUED = Job(id="1", status=JobStatus.PENDING)
EVIL = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(job=None, seconds=0.2), "Asking the server … 0 s"),
        (
            Progress(job=Job(id="1", status=JobStatus.PENDING), seconds=1),
            "server&#x27;s queue … 1 s",
        ),
        (Progress(job=RUNNING, seconds=1.4), "Running on the data source … 1 s"),
        (Progress(job=RUNNING, seconds=5, expected=10), "data source … 5 s (last time 10 s)"),
        (Progress(job=RUNNING, seconds=5, is_cancelling=True), "Cancelling … 5 s"),
    ],
)
def test_progress_says_what_is_going_on_and_for_how_long(progress, words):
    html = progress_html(progress)
    assert words in html
    assert 'role="timer"' in html, "a status would be read out again at every second"


@pytest.mark.parametrize(
    ("seconds", "expected", "part"),
    [(1, 10, None), (5, None, "moving"), (5, 10, "0.50"), (50, 10, "0.95")],
)
def test_bar_of_a_long_run_uses_the_last_time(seconds, expected, part):
    html = progress_html(Progress(job=RUNNING, seconds=seconds, expected=expected))
    bar = re.search(r"<progress[^>]*>", html)
    assert (bar is None) == (part is None)
    if bar is not None:
        value = re.search('value="([^"]*)"', bar[0])
        assert (value[1] if value else "moving") == part


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (Kind.STILL_RUNNING, {}, "Run it again later."),
        (Kind.LONGER_TIMEOUT, {}, "Make the picker with a longer timeout"),
        (Kind.GIVE_VALUE, {"name": "kind", "takes": "a string"}, "Fill in its field."),
    ],
)
def test_hint_of_an_error_is_in_the_words_of_a_picker(kind, facts, words):
    error = WatchframeError("No.", hint=Hint(kind, **facts))
    html = outcome_html(Outcome(error=error))
    assert words in html
    assert "params" not in html


def test_error_of_any_kind_is_escaped():
    html = outcome_html(Outcome(error=ValueError(EVIL)))
    assert "<img" not in html
    assert "&lt;img" in html


def test_error_of_a_data_source_hides_keys():
    words = "Not found: https://h/api/queries/1/results.json?api_key=hunter2"
    error = JobFailedError(f"The query failed: {words}", reason=words)
    shown = [outcome_html(Outcome(error=error)), str(error)]
    shown += error_lines(error, "cell")
    assert "api_key=***" in shown[0]
    assert "hunter2" not in "".join(shown)
    assert error.reason == words
