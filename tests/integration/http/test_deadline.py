"""The deadline is over the whole, however the server drags its feet; and what it leaves behind."""

import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace

import pytest

from watchframe import Client
from watchframe.errors import (
    JobCancelledError,
    JobTimeoutError,
    NotFoundError,
    ProtocolError,
    ResponseError,
    TransportTimeoutError,
)
from watchframe.http.deadline import Deadline
from watchframe.read import ReadOptions, answer_query

#: Far beyond any of these deadlines, and far below what the servers here would take.
SOON = 30.0
JSON = {"Content-Type": "application/json"}


def client_of(found, tmp_path, **more):
    return Client(found.url, "k-0123456789", cache_dir=tmp_path, **more)


def dripping(start=b"", seconds=90):
    """A body of a byte now and then."""
    yield start
    for _ in range(seconds * 10):
        time.sleep(0.1)
        yield b" "


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PAGE = b"Content-Type: text/html\r\nContent-Length: 100000\r\n\r\n"
DRIPPING = {
    "status line": (b"HTTP/1.1 200 ", JobTimeoutError),
    "header": (HEAD + b"X-Slow:", JobTimeoutError),
    "interim answer": (b"HTTP/1.1 103 Early Hints\r\nLink:", JobTimeoutError),
    "size of a chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;", JobTimeoutError),
    "refusal": (b"HTTP/1.1 500 No\r\n" + PAGE, ResponseError),
    "page": (b"HTTP/1.1 200 OK\r\n" + PAGE, ProtocolError),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: /again\r\n" + PAGE, ProtocolError),
}


def a_document(client, deadline):
    client.queries.get(1, deadline=deadline)


def an_execution(client, deadline):
    client.run_query(1, {}, max_age=0, deadline=deadline)


# Of an execution's answer the body is read beyond the deadline: it holds the id of a job.
ASKED = [(a_document, name) for name in DRIPPING] + [
    (an_execution, name) for name in DRIPPING if name != "size of a chunk"
]


@pytest.mark.slow
@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(("ask", "name"), ASKED)
def test_whatever_drips_ends_with_the_deadline(
    tmp_path, raw_server, certificate, tls, is_tls, ask, name, monkeypatch
):
    monkeypatch.setattr("watchframe.client.jobs.CANCEL_TIMEOUT", 0.3)
    start, kind = DRIPPING[name]
    with (
        raw_server(lambda *_: dripping(start), context=tls if is_tls else None) as watch,
        client_of(watch, tmp_path, ca_bundle=str(certificate[0]), max_retries=0) as client,
    ):
        started = time.monotonic()
        with pytest.raises(kind):
            ask(client, Deadline.after(0.7))
        assert time.monotonic() - started < SOON


def a_schema(client, deadline):
    client.data_sources.schema(1, deadline=deadline)


@pytest.mark.parametrize("ask", [an_execution, a_schema])
@pytest.mark.parametrize("ending", ["cancel", "timeout"])
def test_job_is_cancelled_whose_id_arrives_after_the_end(tmp_path, raw_server, ending, ask):
    deadline = Deadline.after(0.3 if ending == "timeout" else None)

    def answer(method, path):
        if method == "DELETE":
            yield HEAD + b"Content-Length: 4\r\n\r\nnull"
            return
        yield b"HTTP/1.1 200 OK\r\n"
        if ending == "cancel":
            deadline.cancel()
        while not deadline.is_cancelled and deadline.ends > time.monotonic():
            time.sleep(0.01)
        for piece in (b"Content-Type: application/json\r\n", b"Connection: close\r\n", b"\r\n"):
            yield piece
            time.sleep(0.05)
        yield b'{"job": {"id": "j-1", "status": 1}}'

    with (
        raw_server(answer) as watch,
        client_of(watch, tmp_path) as client,
        pytest.raises(JobCancelledError if ending == "cancel" else JobTimeoutError),
    ):
        ask(client, deadline)
    assert watch.seen[1:] == [("DELETE", "/api/jobs/j-1")]


def test_refusal_that_drips_without_a_deadline_ends_soon(tmp_path, raw_server, monkeypatch):
    monkeypatch.setattr("watchframe.http.body.START_TIMEOUT", 0.3)
    start = b"HTTP/1.1 404 No\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<p>Gone"
    with raw_server(lambda *_: dripping(start)) as watch, client_of(watch, tmp_path) as client:
        started = time.monotonic()
        with pytest.raises(NotFoundError, match="Gone"):
            client.queries.get(1)
        assert time.monotonic() - started < SOON


@pytest.mark.slow
def test_read_timeout_is_over_silence_not_the_whole(tmp_path, raw_server):
    def slowly(*_):
        yield HEAD + b"Connection: close\r\n\r\n["
        for _ in range(30):  # 1.5 s in all
            time.sleep(0.05)
            yield b" "
        yield b"]"

    with (
        raw_server(slowly) as watch,
        client_of(watch, tmp_path, read_timeout=1, max_retries=0) as client,
    ):
        assert client.data_sources.list() == []
    assert len(watch.seen) == 1


@pytest.fixture
def released():
    """An event that ends what a server of the test waits for."""
    event = threading.Event()
    yield event
    event.set()


def stalling(start, released):
    yield start
    released.wait(90)


@pytest.mark.slow
def test_document_that_drips_ends_with_the_deadline(tmp_path, server):
    with server(lambda _: (200, {**JSON, "Content-Length": "200"}, dripping())) as watch:
        started = time.monotonic()
        with client_of(watch, tmp_path) as client, pytest.raises(JobTimeoutError, match="within 1"):
            client.queries.get(1, deadline=Deadline.after(1))
        assert time.monotonic() - started < SOON


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_result_that_stalls_ends_with_the_deadline(tmp_path, server, released, encoding):
    head = b'{"query_result": {"id": 1, "data": {"columns": [], "rows": [' + b" " * 100
    headers = {**JSON, "Content-Length": "100000"}
    if encoding == "gzip":
        head, headers = b"\x1f\x8b\x08\0\0\0\0\0\0\xff", {**headers, "Content-Encoding": "gzip"}
    with server(lambda _: (200, headers, stalling(head, released))) as watch:
        started = time.monotonic()
        with (
            client_of(watch, tmp_path) as client,
            pytest.raises(JobTimeoutError, match="within 1"),
            client.query_results.open(1, deadline=Deadline.after(1)) as body,
        ):
            body.read()
        assert time.monotonic() - started < SOON
        released.set()


def test_stalled_result_ends_with_the_read_timeout(tmp_path, server, released):
    with server(
        lambda _: (200, {**JSON, "Content-Length": "9"}, stalling(b"{", released))
    ) as watch:
        with (
            client_of(watch, tmp_path, read_timeout=0.5) as client,
            pytest.raises(TransportTimeoutError, match="stopped arriving"),
            client.query_results.open(1) as body,
        ):
            body.read()
        released.set()


def ended_when_a_job_is_known(deadline):
    """Return an `on_status` that ends a deadline: how long a job takes to start does not matter."""
    return lambda _job: object.__setattr__(deadline, "ends", time.monotonic())


def test_timeout_names_the_job_that_it_cancelled(client, demo):
    deadline = Deadline.after(60)
    end = ended_when_a_job_is_known(deadline)
    with pytest.raises(JobTimeoutError) as caught:
        client.run_query(50, {"seconds": 45}, max_age=0, deadline=deadline, on_status=end)
    (cancelled,) = [item.path for item in demo.requests if item.method == "DELETE"]
    assert cancelled == f"/api/jobs/{caught.value.job_id}"
    assert "timeout=" in caught.value.hint


def test_timeout_under_query_key_says_the_job_goes_on(demo, client, tmp_path):
    with Client(demo.url, demo.query_key(50), cache_dir=tmp_path) as limited:
        options = ReadOptions.resolve(client=limited, timeout=60, progress=False)
        end = ended_when_a_job_is_known(options.deadline)
        with pytest.raises(JobTimeoutError, match="keeps running on the server") as caught:
            answer_query(50, {"seconds": 46}, replace(options, on_status=end))
    assert demo.running_jobs() == [caught.value.job_id]
    client.jobs.cancel(caught.value.job_id)


def test_interrupt_stays_one_on_a_hanging_server(client, demo, monkeypatch):
    monkeypatch.setattr("watchframe.client.jobs.CANCEL_TIMEOUT", 0.3)
    demo.faults.add("DELETE", delay=2)

    def interrupt(job):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.run_query(50, {"seconds": 47}, max_age=0, on_status=interrupt)
    for job_id in demo.running_jobs():
        client.jobs.cancel(job_id)


@pytest.mark.slow
def test_cancellation_before_any_answer_cancels_the_job(client, demo):
    demo.faults.add("POST .*/results", chunk=4, chunk_delay=0.1)
    deadline = Deadline.after(None)
    canceller = threading.Timer(0.5, deadline.cancel)
    canceller.start()
    with pytest.raises(JobCancelledError):
        client.run_query(50, {"seconds": 49}, max_age=0, deadline=deadline)
    canceller.join()
    assert demo.running_jobs() == []


PROGRAM = """
    import sys
    from watchframe import Client, read_watch_query

    client = Client({url!r}, {key!r}, cache_dir={folder!r})
    print("reading", flush=True)
    try:
        read_watch_query(50, {{"seconds": {seconds}}}, client=client)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        raise
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.7])
def test_ctrl_c_in_a_script_cancels_the_job_on_the_server(demo, tmp_path, after):
    seconds = 60 + int(after * 10)
    program = PROGRAM.format(url=demo.url, key=demo.user_key, folder=str(tmp_path), seconds=seconds)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "reading\n"
        for _ in itertools.takewhile(lambda _: not demo.running_jobs(), range(9000)):
            time.sleep(0.01)
        assert len(demo.running_jobs()) == 1
        time.sleep(after)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=90)
    assert out == "interrupted\n"
    assert process.returncode == -signal.SIGINT
    assert demo.running_jobs() == []
    assert demo.user_key not in err
