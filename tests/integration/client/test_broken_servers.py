"""Servers that die or fall silent at the worst moment: one error, in time, of the right class."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from watchframe import Client, read_watch_query
from watchframe.client import Deadline
from watchframe.demo import DemoServer
from watchframe.errors import (
    ConnectError,
    DecodeError,
    IncompleteBodyError,
    JobCancelledError,
    JobTimeoutError,
    RateLimitError,
    ResponseError,
    TransportError,
    TransportTimeoutError,
)
from watchframe.http.retries import BODY_TRIES

#: Far beyond what any of these errors may take: only a hang reaches it.
SOON = 30.0


@contextlib.contextmanager
def server_process(tmp_path):
    """A demo server in a process of its own, and a client of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "watchframe.demo", "--state-dir", str(tmp_path / "state")],
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [process.stdout.readline() for _ in range(4)]
    url, key = (lines[n].strip().partition("=")[2] for n in (1, 2))
    try:
        with Client(
            url, key, cache_dir=tmp_path / "cache", max_retries=1, read_timeout=10
        ) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def kill_when(process, condition):
    """Kill -9 the server as soon as `condition` holds."""

    def wait_and_kill():
        while not condition():
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=wait_and_kill)
    thread.start()
    return thread


@pytest.mark.slow
def test_server_killed_during_job_raises_connect_error(tmp_path):
    with server_process(tmp_path) as (process, client):
        started = time.monotonic()
        killer = kill_when(process, lambda: time.monotonic() > started + 1.5)
        with pytest.raises(ConnectError):
            read_watch_query(50, {"seconds": 60}, timeout=SOON, client=client)
        killer.join()
        assert time.monotonic() - started < SOON


@pytest.mark.slow
def test_server_killed_within_body_raises_transport_error(tmp_path):
    with (
        server_process(tmp_path) as (process, client),
        client.run_query(41, {}, max_age=-1) as body,
    ):
        received = iter(body)
        next(received)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(TransportError, match="broke off"):
            for _ in received:
                pass


@pytest.mark.slow
def test_server_killed_between_polls_names_the_host(tmp_path):
    with server_process(tmp_path) as (process, client):
        polls = []

        def kill_at_second_poll(job):
            polls.append(job)
            if len(polls) == 2:
                os.kill(process.pid, signal.SIGKILL)

        with pytest.raises(ConnectError, match=r"127\.0\.0\.1"):
            client.run_query(50, {"seconds": 60}, max_age=0, on_status=kill_at_second_poll)


@pytest.fixture(scope="module")
def small_server():
    with DemoServer(events=2_000) as server:
        yield server


@pytest.fixture
def demo(small_server):
    small_server.faults.clear()
    small_server.requests.clear()
    yield small_server
    small_server.faults.clear()


def runs(demo):
    return [item for item in demo.requests if item.method == "POST"]


def jobs(demo):
    return [item for item in demo.requests if item.method == "DELETE"]


@pytest.mark.slow
def test_deadline_cancels_the_job_on_the_server(client, demo):
    with pytest.raises(JobTimeoutError, match="within 1 s"):
        read_watch_query(50, {"seconds": 40}, timeout=1, client=client)
    assert len(jobs(demo)) == 1
    assert not demo.running_jobs()


def test_interrupt_cancels_the_job_on_the_server(client, demo):
    def interrupt(job):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.run_query(50, {"seconds": 41}, max_age=0, on_status=interrupt)
    assert not demo.running_jobs()


#: Where an interrupt must not leave a job running.
WAYS_OF_A_JOB = ("client/execution.py", "client/jobs.py", "http/deadline.py")


class Interrupter:
    """Raises one interrupt in this thread: before the line of that number once a job runs."""

    def __init__(self, demo, number):
        self.demo, self.left, self.struck = demo, number, None

    def __call__(self, frame, event, argument):
        if not frame.f_code.co_filename.endswith(WAYS_OF_A_JOB):
            return None
        if event == "line" and not self.struck and self.demo.running_jobs():
            self.left -= 1
            if self.left < 0:
                self.struck = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                raise KeyboardInterrupt
        return self


@pytest.mark.slow
def test_interrupt_before_any_line_leaves_no_job_running(client, demo):
    left = []
    for number in range(50):  # as far as the second poll
        interrupter, before = Interrupter(demo, number), sys.gettrace()
        sys.settrace(interrupter)
        try:
            client.run_query(50, {"seconds": 43}, max_age=0, deadline=Deadline.after(20))
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        assert interrupter.struck
        for job_id in demo.running_jobs():
            left.append(interrupter.struck)
            client.jobs.cancel(job_id)
    assert left == []


@pytest.mark.slow
def test_job_with_unfinished_start_is_cancelled_too(client, demo):
    demo.faults.add("POST .*/results", chunk=4, chunk_delay=0.05)
    deadline = Deadline.after(None)

    def cancel_once_it_runs():
        while not demo.running_jobs():
            time.sleep(0.01)
        deadline.cancel()

    canceller = threading.Thread(target=cancel_once_it_runs)
    canceller.start()
    with pytest.raises(JobCancelledError):
        client.run_query(50, {"seconds": 60}, max_age=0, deadline=deadline)
    canceller.join()
    assert demo.running_jobs() == []


def test_job_cancelled_by_another_raises_job_cancelled(client, demo):
    def cancel(job):
        if job is not None and job.status == 2:
            client.jobs.cancel(job.id)

    with pytest.raises(JobCancelledError):
        client.run_query(50, {"seconds": 42}, max_age=0, on_status=cancel)


@pytest.mark.slow
def test_polling_outlasts_a_slow_job(client):
    """Complaint of other clients: polling gives up before the job does."""
    frame = read_watch_query(50, {"seconds": 4}, timeout=None, client=client)
    assert frame["tenths"].item() == 0 or len(frame) == 1


@pytest.mark.slow
def test_polls_back_off(client, demo):
    read_watch_query(50, {"seconds": 3}, client=client)
    polls = [item for item in demo.requests if "/jobs/" in item.path]
    assert 3 <= len(polls) <= 12


def test_bad_gateway_on_big_result_is_fetched_again(client, demo):
    """Complaint of other clients: a 502 on a big result lost the run."""
    demo.faults.add(r"GET .*/results/\d+", status=502, times=2)
    frame = read_watch_query(13, {"kind": "repay"}, max_age=0, client=client)
    assert len(frame) > 0
    assert len(runs(demo)) == 1


def test_body_cut_once_is_fetched_again_without_a_run(client, demo):
    demo.faults.add(r"GET .*/results/\d+", cut_after=500, times=2)
    frame = read_watch_query(13, {"kind": "deposit"}, max_age=0, client=client)
    assert len(frame) > 0
    assert len(runs(demo)) == 1


def test_body_always_cut_raises_incomplete_body_error(client, demo):
    demo.faults.add(r"GET .*/results/\d+", cut_after=500, times=99)
    with pytest.raises(IncompleteBodyError, match="broke off") as caught:
        read_watch_query(13, {"kind": "borrow"}, max_age=0, client=client)
    assert isinstance(caught.value, TransportError)
    assert isinstance(caught.value, DecodeError)
    assert caught.value.offset == 500
    assert len(runs(demo)) == 1
    tries = [item for item in demo.requests if "/results/" in item.path]
    assert len(tries) == BODY_TRIES


def test_cached_result_where_a_job_was_expected_is_read(client, demo):
    """Complaint of other clients: they break when the answer is a result, not a job."""
    read_watch_query(2, cache="off", client=client)
    frame = read_watch_query(2, cache="off", client=client)
    assert frame.attrs["watchframe"]["source"] == "server cache"


def test_compressed_answer_of_a_proxy_is_read(client, demo):
    demo.faults.add("GET|POST", gzip=True, times=99)
    assert len(read_watch_query(2, max_age=0, client=client)) > 0


def test_body_of_single_bytes_is_read(client, demo):
    demo.faults.add(r"GET .*/results/\d+", chunk=1)
    assert len(read_watch_query(2, max_age=0, client=client)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_get_is_tried_again_after(client, demo, status):
    demo.faults.add("GET /api/queries/2$", status=status, times=2)
    assert client.queries.get(2).id == 2
    assert len(demo.requests) == 3


@pytest.mark.slow
def test_retry_after_is_waited_for(client, demo):
    demo.faults.add("GET /api/queries/2$", status=429, headers={"Retry-After": "1"})
    started = time.monotonic()
    client.queries.get(2)
    assert time.monotonic() - started >= 1


@pytest.mark.slow
def test_threads_share_the_wait_that_the_server_asks(client, demo):
    demo.faults.add("GET /api/queries/2$", status=429, headers={"Retry-After": "2"})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.queries.get, 2)
        while not client._transport.connections.rate_limit.seconds_left:
            time.sleep(0.01)
        with pytest.raises(ResponseError):
            client.jobs.cancel("unknown")  # is not held back
        asked, left = time.monotonic(), client._transport.connections.rate_limit.seconds_left
        client.queries.get(13)
        assert time.monotonic() - asked >= left > 0
        first.result()
    paths = [item.path for item in demo.requests]
    assert paths[:2] == ["/api/queries/2", "/api/jobs/unknown"]
    assert sorted(paths[2:]) == ["/api/queries/13", "/api/queries/2"]


def test_server_that_asks_for_an_hour_is_not_waited_for(client, demo):
    demo.faults.add("GET /api/queries/2$", status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimitError) as caught:
        client.queries.get(2)
    assert caught.value.retry_after == 3600
    assert client.queries.get(2).id == 2
    assert len(demo.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_execution_is_never_sent_twice_after(client, demo, status):
    demo.faults.add("POST", status=status, times=9)
    with pytest.raises(ResponseError):
        client.run_query(2, {}, max_age=0)
    assert len(runs(demo)) == 1


def test_execution_whose_answer_was_lost_is_not_sent_again(client, demo):
    demo.faults.add("POST", close=True, times=9)
    with pytest.raises(ConnectError):
        client.run_query(2, {}, max_age=0)
    assert len(runs(demo)) == 1


def test_internal_server_error_is_not_tried_again(client, demo):
    demo.faults.add("GET /api/queries/2$", status=500, times=9)
    with pytest.raises(ResponseError):
        client.queries.get(2)
    assert len(demo.requests) == 1


def test_silent_server_raises_timeout(demo, tmp_path):
    demo.faults.add("GET", delay=5, times=1)
    with (
        Client(
            demo.url, demo.user_key, cache_dir=tmp_path, read_timeout=0.5, max_retries=0
        ) as hasty,
        pytest.raises(TransportTimeoutError),
    ):
        hasty.queries.get(2)


@pytest.mark.slow
def test_deadline_holds_also_for_retries(client, demo):
    demo.faults.add("GET", status=503, times=99)
    started = time.monotonic()
    with pytest.raises((ResponseError, JobTimeoutError)):
        read_watch_query(2, timeout=1, client=client)
    assert time.monotonic() - started < SOON
