"""When a job is asked after, by a clock that the test winds."""

import time

import pytest

from watchframe.http.retries import JOBS, QUERIES, JobTimes, pause_before_poll


def questions(lasts, expected):
    """Return the moments of all polls of a job of that length; the last one finds it done."""
    moments, now = [], 0.0
    while now < lasts:
        now += pause_before_poll(now, expected)
        moments.append(now)
    return moments


@pytest.mark.parametrize(("lasts", "most"), [(0.01, 1), (0.2, 6), (3, 12), (60, 45), (600, 315)])
def test_unknown_job_is_asked_after_less_and_less_often(lasts, most):
    moments = questions(lasts, None)
    assert len(moments) <= most
    assert moments[-1] - lasts <= max(0.5 * lasts, 0.03)
    assert moments[-1] - lasts <= 2


@pytest.mark.parametrize("lasts", [0.01, 0.05, 0.2, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("deviation", [0.92, 1.0, 1.08, 1.2])
def test_job_of_the_usual_duration_is_found_soon(lasts, deviation):
    moments = questions(lasts, lasts / deviation)
    assert moments[-1] - lasts <= max(0.06 * lasts, 0.0051)
    assert len(moments) <= len(questions(lasts, None)) + 8


@pytest.mark.parametrize("late", [1.5, 2.0, 3.0])
def test_short_job_that_is_late_is_found_soon_all_the_same(late):
    lasts = 0.01 * late
    moments = questions(lasts, 0.01)
    assert moments[-1] - lasts <= max(0.5 * lasts, 0.0051)
    assert len(moments) <= 6


def test_job_times_shorter_job_is_not_overslept():
    assert questions(0.5, 60.0) == questions(0.5, None)


def test_job_times_follow_the_last_jobs():
    times = JobTimes()
    assert times.expected(1) is None
    for seconds in (1.0, 1.0, 90.0):
        times.add(1, seconds)
    assert times.expected(1) == 1.0
    for _ in range(JOBS):
        times.add(1, 5.0)
    assert times.expected(1) == 5.0
    assert times.expected(2) is None
    assert times.expected(None) is None


def test_memory_is_bounded():
    times = JobTimes()
    for query in range(3 * QUERIES):
        times.add(query, 1.0)
    assert len(times._taken) <= QUERIES


def test_job_end_is_between_the_last_two_answers(client, demo):
    """Each answer takes `held`, so it ended within the last `held`: half of that is not counted."""
    held = 0.4
    demo.faults.add("GET /api/queries/50/jobs/", delay=held, times=1000)
    job = client.queries.execute(50, {"seconds": 0.2}, max_age=0)
    began = time.monotonic()
    client.jobs.wait(job)
    whole = time.monotonic() - began
    assert held / 2 <= client._transport.job_times.expected(50) <= whole - held / 2
