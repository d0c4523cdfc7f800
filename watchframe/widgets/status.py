"""What a picker says about its query, and a dashboard of its widgets: running, done, failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import ipywidgets

from watchframe.display import age_words
from watchframe.display.provenance import SOURCE_WORDS
from watchframe.drawing.board_tiles import Tile
from watchframe.errors import JobCancelledError, JobFailedError, WatchframeError
from watchframe.hints import words_for
from watchframe.keys import without_keys
from watchframe.models import JobStatus
from watchframe.plain_text import html_text
from watchframe.read import Answer
from watchframe.reprs.words import counted
from watchframe.widgets.runs import Outcome, Progress

#: Seconds after which a run has a bar, and how full that is at most before the end.
_LONG, _ALMOST = 2.0, 0.95

_WAITING = {
    JobStatus.STARTED: "Running on the data source",
    JobStatus.SUCCESS: "Finished, fetching the result",
}


def changed_names(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return the names whose values differ, in the order of `now`."""
    names = dict.fromkeys([*now, *before])
    return [name for name in names if before.get(name) != now.get(name)]


def show_changed(button: ipywidgets.Button, verb: str, tooltip: str, titles: Sequence[str]) -> None:
    """Have a button say how many values changed since what is shown, and its tooltip which."""
    button.description = f"{verb} · {len(titles)} changed" if titles else verb
    button.tooltip = f"{tooltip}. Changed: {', '.join(titles)}" if titles else tooltip


def ready_html(problems: int, cost: str = "", *, needed: Sequence[str] = ()) -> str:
    """Return what a run would take, or which values are needed or have to be corrected first."""
    if needed and len(needed) == problems:
        words = "A value is needed" if problems == 1 else "Values are needed"
        return _line(f"{words}: {', '.join(needed)}.")
    if problems:
        words = "a value has" if problems == 1 else f"{problems} values have"
        return _line(f"Not ready: {words} to be corrected first.")
    return _line(f"Ready. {cost}".strip())


def progress_html(progress: Progress) -> str:
    """Return what is being done, and for how long; with a bar where that is long."""
    words = "Asking the server"
    if progress.is_cancelling:
        words = "Cancelling"
    elif progress.job is not None:
        words = _WAITING.get(progress.job.status, "Waiting in the server's queue")
    usual = "" if progress.expected is None else f" (last time {age_words(progress.expected)})"
    # To screen readers the seconds are a timer: they do not read out each of them.
    text = html_text(f"{words} … {progress.seconds:.0f} s{usual}")
    return f'<div class="wf-status wf-running" role="timer">{text}</div>{_bar_html(progress)}'


def _bar_html(progress: Progress) -> str:
    """Return a bar: how far it should be, judged by the last run, or that it is busy."""
    if progress.seconds < _LONG:
        return ""
    part = ""
    if progress.expected is not None and not progress.is_cancelling:
        part = f' value="{min(progress.seconds / max(progress.expected, _LONG), _ALMOST):.2f}"'
    return f'<progress class="wf-bar" max="1"{part} aria-label="Progress of the query"></progress>'


def outcome_html(outcome: Outcome) -> str:
    """Return how it ended: rows, age and source, or the error and the data source's own words."""
    if outcome.status == "cancelled":
        return _line(f"Cancelled after {age_words(outcome.seconds)}.")
    if outcome.error is not None:
        return _error_html(outcome.error)
    if outcome.answer is None or outcome.frame is None:
        return ""
    notes = "".join(f'<div class="wf-hint">{html_text(note)}</div>' for note in outcome.notes)
    words = _result_words(outcome.answer, outcome.seconds)
    # The age is that of the moment when the run ended; the date stays right afterwards.
    moment = outcome.answer.provenance.retrieved_at.astimezone(UTC)
    of = f'<span class="wf-hint"> · data of {moment:%Y-%m-%d %H:%M:%S} UTC</span>'
    return f'<div class="wf-status" role="status">{html_text(words)}{of}</div>{notes}'


def _result_words(answer: Answer, seconds: float) -> str:
    rows, columns = answer.table.num_rows, answer.table.num_columns
    parts = [f"{rows:,} {'row' if rows == 1 else 'rows'} × {columns:,}"]  # noqa: RUF001 - the sign
    if answer.source != "executed":
        age = (datetime.now(UTC) - answer.provenance.retrieved_at).total_seconds()
        parts.append(f"{age_words(age)} old")
    took = f" in {seconds:.1f} s" if answer.source == "executed" else ""
    return ", ".join([*parts, SOURCE_WORDS[answer.source] + took])


def _error_html(error: Exception) -> str:
    if isinstance(error, JobFailedError):
        words = "The query failed. The data source says:"
        reason = html_text(without_keys(error.reason))
        detail = f'<div class="wf-reason">{reason}</div>' if reason else ""
        return f'<div class="wf-status wf-problem" role="alert">{words}</div>{detail}'
    hint = ""
    message = str(error) or type(error).__name__
    if isinstance(error, WatchframeError):
        message = error.message
        advice = words_for("picker", error.hint)
        hint = f'<div class="wf-hint">{html_text(advice)}</div>' if advice else ""
    shown = html_text(without_keys(message))
    return f'<div class="wf-status wf-problem" role="alert">{shown}</div>{hint}'


def _line(words: str) -> str:
    return f'<div class="wf-status" role="status">{html_text(words)}</div>'


def board_progress_html(done: int, total: int) -> str:
    """Return how many widgets of a dashboard are read."""
    words = f"Read {done:,} of {total:,} …"
    return (
        f'<div class="wf-status wf-running" role="timer">{words}</div>'
        f'<progress class="wf-bar" max="{total}" value="{done}" aria-label="Widgets read">'
        "</progress>"
    )


def board_outcome_html(tiles: Sequence[Tile], error: Exception | None, seconds: float) -> str:
    """Return how the read of a dashboard ended: the age of its rows, and which widgets failed."""
    if isinstance(error, JobCancelledError):
        return _line(f"Stopped after {age_words(seconds)}.")
    if error is not None and not isinstance(error, ExceptionGroup):
        return _error_html(error)
    failed = [tile.title for tile in tiles if isinstance(tile.content, Exception)]
    if failed:
        names = html_text(", ".join(failed))
        words = f"{counted(len(failed), 'widget')} could not be shown: {names}"
        return f'<div class="wf-status wf-problem" role="alert">{words}</div>'
    ran = [moment for tile in tiles if (moment := tile.retrieved_at)]
    of = f" The oldest rows are of {min(ran).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC." if ran else ""
    return _line(f"All read in {seconds:.1f} s.{of}")
