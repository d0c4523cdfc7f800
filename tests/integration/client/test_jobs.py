"""Asking after a job: what is asked again, what ends it, and what leaves it to the others."""

import json
import time

import pytest

from watchframe.errors import (
    JobCancelledError,
    JobError,
    JobFailedError,
    JobTimeoutError,
    ProtocolError,
    ResponseError,
)
from watchframe.http.deadline import Deadline

JSON = {"Content-Type": "application/json"}
POLL = "GET .*/jobs/"
UNKNOWN = "00000000-0000-0000-0000-000000000000"


def poll_answers(demo, *, times=1, **job):
    """Have the next polls answered with this job; without a ``result``, as version 8 does."""
    body = json.dumps({"job": {"id": UNKNOWN, "status": 1, "error": "", **job}}).encode()
    demo.faults.add(POLL, times=times, status=200, headers=JSON, body=body)


def polls(demo):
    return [item for item in demo.requests if item.method == "GET" and "/jobs/" in item.path]


def cancels(demo):
    return [item for item in demo.requests if item.method == "DELETE"]


@pytest.fixture
def job(client, demo):
    """A job that sleeps, which somebody else may wait for as well."""
    # A number of its own: the same SQL is the same job.
    seconds = 30 + time.monotonic_ns() % 1_000_000 / 1_000_000
    found = client.queries.execute(50, {"seconds": seconds}, max_age=0)
    yield found
    if found.id in demo.running_jobs():
        client.jobs.cancel(found.id)


@pytest.mark.slow
def test_failure_that_is_being_stored_is_asked_for_again(client, demo):
    """Real servers answer 500 for that moment; the data source's words were lost."""
    demo.faults.add(POLL, status=500, times=3)
    with pytest.raises(JobFailedError, match="borrow_events") as caught:
        client.run_query(51, {}, max_age=0)
    assert caught.value.job_id is not None
    assert cancels(demo) == []


@pytest.mark.parametrize("words", ["revoked", "terminated", "Query cancelled by user."])
def test_job_cancelled_in_any_words_is_cancelled(client, demo, job, words):
    poll_answers(demo, id=job.id, status=4, error=words)
    with pytest.raises(JobCancelledError) as caught:
        client.jobs.wait(job)
    assert caught.value.job_id == job.id
    assert cancels(demo) == []


def test_job_failed_without_a_word_says_possible_causes(client, demo, job):
    poll_answers(demo, id=job.id, status=4, error="")
    with pytest.raises(JobFailedError, match="does not say why") as caught:
        client.jobs.wait(job)
    assert (caught.value.reason, caught.value.job_id) == ("", job.id)
    assert "cancelled" in caught.value.hint


def test_success_behind_an_internal_server_error_is_read(client, demo):
    demo.faults.add(POLL, status=500)
    with client.run_query(2, {}, max_age=0) as body:
        assert b"query_result" in body.read()


@pytest.mark.slow
def test_internal_server_error_leaves_job_to_the_others(client, demo, job):
    demo.faults.add(POLL, status=500, times=99)
    with pytest.raises(ResponseError) as caught:
        client.jobs.wait(job)
    assert (caught.value.status, "does not know" in caught.value.hint) == (500, True)
    assert len(polls(demo)) == 4
    assert cancels(demo) == []
    assert job.id in demo.running_jobs()


def test_deadline_ends_the_pauses_between_job_requests(client, demo, job, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.PAUSES_AFTER_500", (600.0,))
    demo.faults.add(POLL, status=500)
    with pytest.raises(JobTimeoutError) as caught:
        client.jobs.wait(job, deadline=Deadline.after(0.5))
    assert caught.value.job_id == job.id


def test_other_job_is_an_error_and_cancels_none(client, demo, job):
    poll_answers(demo)
    with pytest.raises(ProtocolError, match=f"job {UNKNOWN}, but job {job.id} was asked for"):
        client.jobs.wait(job)
    poll_answers(demo)
    with pytest.raises(ProtocolError, match=f"job {UNKNOWN}, but job {job.id} was asked for"):
        client.jobs.get(job.id)
    assert cancels(demo) == []
    assert job.id in demo.running_jobs()


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "headers": {"Content-Type": "text/html"}, "body": b"<p>Log in"},
        {"status": 200, "headers": JSON, "body": b'{"job": {"id": 5}}'},
        {"status": 403, "headers": JSON, "body": b"{}"},
    ],
)
def test_answer_that_is_no_job_leaves_the_job_to_the_others(client, demo, job, fault):
    demo.faults.add(POLL, **fault)
    with pytest.raises((ProtocolError, ResponseError)):
        client.jobs.wait(job)
    assert cancels(demo) == []


def test_raw_error_in_polling_leaves_job_to_the_others(client, demo, job):
    def fail(_):
        raise RecursionError

    with pytest.raises(RecursionError):
        client.jobs.wait(job, on_status=fail)
    assert cancels(demo) == []
    assert job.id in demo.running_jobs()


@pytest.mark.parametrize("is_by_id", [False, True])
def test_interrupt_of_the_wait_cancels_the_job(client, demo, job, is_by_id):
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.jobs.wait(job.id if is_by_id else job, on_status=interrupt)
    assert len(cancels(demo)) == 1
    assert job.id not in demo.running_jobs()


def test_interrupt_after_the_end_of_a_job_cancels_nothing(client, demo):
    def interrupt(job):
        if job.status.is_finished:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.run_query(2, {}, max_age=0, on_status=interrupt)
    assert cancels(demo) == []


def test_job_is_polled_by_the_path_of_its_query(client, demo):
    job = client.jobs.get(client.queries.execute(50, {"seconds": 0.5}, max_age=0).id)
    demo.requests.clear()
    assert client.jobs.wait(job, query_id=50).query_id == 50
    assert {item.path for item in polls(demo)} == {f"/api/queries/50/jobs/{job.id}"}


def test_job_by_id_pending_on_version_8_ends_in_words(client, demo, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.UNKNOWN_AFTER", 0.1)
    poll_answers(demo, times=99)
    with pytest.raises(JobError, match=f"Job {UNKNOWN} stayed pending") as caught:
        client.jobs.wait(UNKNOWN)
    assert caught.value.job_id == UNKNOWN
    assert cancels(demo) == []


def test_job_by_id_queued_on_another_version_is_awaited(client, demo, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.UNKNOWN_AFTER", 0.0)
    poll_answers(demo, result=None)
    poll_answers(demo, times=3)
    poll_answers(demo, status=3, query_result_id=5)
    assert client.jobs.wait(UNKNOWN).query_result_id == 5


def test_job_from_get_pending_on_version_8_ends_in_words(client, demo, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.UNKNOWN_AFTER", 0.1)
    poll_answers(demo, times=99)
    with pytest.raises(JobError, match=f"Job {UNKNOWN} stayed pending"):
        client.jobs.wait(client.jobs.get(UNKNOWN), deadline=Deadline.after(60))


def test_job_forgotten_by_version_8_ends_in_words(client, demo, job, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.UNKNOWN_AFTER", 0.1)
    poll_answers(demo, id=job.id, status=2)
    poll_answers(demo, id=job.id, times=99)
    with pytest.raises(JobError, match=f"Job {job.id} stayed pending"):
        client.jobs.wait(job, deadline=Deadline.after(60))
    assert cancels(demo) == []


def test_job_from_execute_is_awaited_however_long_pending(client, demo, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.UNKNOWN_AFTER", 0.0)
    job = client.queries.execute(2, {}, max_age=0)
    poll_answers(demo, id=job.id, times=3)
    assert client.jobs.wait(job).query_result_id is not None
