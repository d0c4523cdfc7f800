"""What a picker says about its query: running, finished, failed."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from watchframe.display import age_words
from watchframe.display.provenance import SOURCE_WORDS
from watchframe.errors import JobFailedError, WatchframeError
from watchframe.models import JobStatus
from watchframe.read import Answer
from watchframe.widgets.background_read import Outcome, Progress

_WAITING = {
    JobStatus.STARTED: "Running on the data source",
    JobStatus.SUCCESS: "Finished, fetching the result",
}


def ready_html(problems: int) -> str:
    """Say that nothing ran yet, or what has to be done first."""
    if problems:
        words = "a value has" if problems == 1 else f"{problems} values have"
        return _line(f"Not ready: {words} to be put right first.")
    return _line("Ready.")


def progress_html(progress: Progress) -> str:
    """Say what is going on, and for how long."""
    words = "Asking the server"
    if progress.job is not None:
        words = _WAITING.get(progress.job.status, "Waiting in the server's queue")
    return _line(f"{words} … {progress.seconds:.0f} s", "wf-running")


def outcome_html(outcome: Outcome) -> str:
    """Say how it ended: rows, age and source; or the error, with the data source's own words."""
    if outcome.status == "cancelled":
        return _line(f"Cancelled after {age_words(outcome.seconds)}.")
    if outcome.error is not None:
        return _error_html(outcome.error)
    if outcome.answer is None or outcome.frame is None:
        return ""
    notes = "".join(f'<div class="wf-hint">{escape(note)}</div>' for note in outcome.notes)
    return _line(_result_words(outcome.answer, outcome.seconds)) + notes


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
        detail = f'<div class="wf-reason">{escape(error.reason)}</div>' if error.reason else ""
        return f'<div class="wf-status wf-problem" role="alert">{words}</div>{detail}'
    hint = ""
    message = str(error) or type(error).__name__
    if isinstance(error, WatchframeError):
        message = error.message
        hint = f'<div class="wf-hint">{escape(error.hint)}</div>' if error.hint else ""
    return f'<div class="wf-status wf-problem" role="alert">{escape(message)}</div>{hint}'


def _line(words: str, more: str = "") -> str:
    return f'<div class="wf-status {more}" role="status">{escape(words)}</div>'
