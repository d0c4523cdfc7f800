"""The progress line, drawn into a text stream."""

import io

import pytest

from watchframe.display import ProgressLine, progress, progress_bar
from watchframe.models import Job, JobStatus

RUNNING = Job(id="j", status=JobStatus.STARTED)


@pytest.fixture
def no_delay(monkeypatch):
    monkeypatch.setattr(progress, "DELAY", 0)
    monkeypatch.setattr(progress, "REDRAW", 0)


@pytest.mark.usefixtures("no_delay")
def test_progress_of_running_job_shows_label_and_status():
    screen = io.StringIO()
    with ProgressLine("query 42 'Borrows'", progress=True, file=screen) as line:
        line.on_status(RUNNING)
    assert "query 42 'Borrows': running on the data source [00:00]" in screen.getvalue()


@pytest.mark.usefixtures("no_delay")
def test_progress_of_body_counts_bytes_and_gives_them_on():
    screen = io.StringIO()
    with ProgressLine("query 42", progress=True, file=screen) as line:
        assert list(line.on_received([b"x" * 1500, b"y"])) == [b"x" * 1500, b"y"]
    assert "received 1.50kB" in screen.getvalue()


@pytest.mark.usefixtures("no_delay")
def test_progress_of_items_counts_and_passes_them_on():
    screen = io.StringIO()
    with ProgressLine("Moving queries", progress=True, file=screen) as line:
        assert list(line.counted("abc", total=1200)) == ["a", "b", "c"]
    assert "Moving queries: 2 of 1,200 [00:00]" in screen.getvalue()
    with ProgressLine("Reading", progress=True, file=screen) as line:
        assert list(line.counted("ab")) == ["a", "b"]
    assert "Reading: 1 [00:00]" in screen.getvalue()


def test_progress_of_quick_read_draws_nothing():
    screen = io.StringIO()
    with ProgressLine("query 42", progress=True, file=screen) as line:
        line.on_status(None)
        line.on_status(RUNNING)
    assert screen.getvalue() == ""


@pytest.mark.usefixtures("no_delay")
def test_progress_where_nobody_watches_draws_nothing():
    screen = io.StringIO()
    with ProgressLine("query 42", progress=None, file=screen) as line:
        line.on_status(RUNNING)
    assert screen.getvalue() == ""


def left(screen):
    """What stands on the last line of a terminal that was written this."""
    line = ""
    for part in screen.getvalue().rpartition("\n")[2].split("\r"):
        line = part + line[len(part) :]
    return line.strip()


def test_bar_that_ends_before_its_delay_draws_nothing():
    screen = io.StringIO()
    with progress_bar(unit="read", total=4, progress=True, file=screen) as bar:
        bar.set_postfix_str("1 failed")  # tqdm's own draws this at once
        bar.update()
    assert screen.getvalue() == ""


@pytest.mark.usefixtures("no_delay")
def test_bar_that_was_drawn_leaves_nothing():
    screen = io.StringIO()
    with progress_bar(unit="read", total=4, progress=True, file=screen) as bar:
        bar.set_postfix_str("1 failed")
        bar.update()
        assert "1/4" in left(screen) or "0/4" in left(screen)
        assert "1 failed" in left(screen)
    assert left(screen) == ""


@pytest.mark.usefixtures("no_delay")
def test_line_that_was_drawn_leaves_nothing():
    screen = io.StringIO()
    with ProgressLine("query 42", progress=True, file=screen) as line:
        line.on_status(RUNNING)
        assert left(screen)
    assert left(screen) == ""


@pytest.mark.usefixtures("no_delay")
def test_bar_where_nobody_watches_draws_nothing():
    screen = io.StringIO()
    with progress_bar(unit="read", total=4, progress=None, file=screen) as bar:
        bar.set_postfix_str("1 failed")
        bar.update()
    assert screen.getvalue() == ""
