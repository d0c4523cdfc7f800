"""What is asked again, after how long, and what never is."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from watchframe import Client
from watchframe.errors import (
    ConnectError,
    JobTimeoutError,
    RateLimitError,
    ResponseError,
    TransportError,
)
from watchframe.http import retries
from watchframe.http.deadline import Deadline

BUSY = (429, {}, b"slow down")
GOOD = (200, {"Content-Type": "application/json"}, b"[]")
CUT = (200, {"Content-Type": "application/json", "Content-Length": "2"}, [b"["])


def in_turn(*answers):
    """Answers that come one after another, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def client_of(found, tmp_path, **more):
    return Client(found.url, "k-0123456789", cache_dir=tmp_path, **more)


def http_date(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    "retry_after", ["0", "1.5", "-1", "soon", "²", "Wed, 21 Oct 2015 07:28:00 -0000", ""]
)
def test_get_is_sent_again_whatever_retry_after_says(tmp_path, server, status, retry_after):
    refusal = (status, {"Retry-After": retry_after}, b"")
    with server(in_turn(refusal, GOOD)) as watch, client_of(watch, tmp_path) as client:
        assert client.data_sources.list() == []
    assert len(watch.seen) == 2


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("make", [lambda: "1", lambda: http_date(2)])
def test_retry_after_in_seconds_or_as_a_date_is_waited_for(tmp_path, server, status, make):
    refusal = (status, {"Retry-After": make()}, b"")
    with server(in_turn(refusal, GOOD)) as watch, client_of(watch, tmp_path) as client:
        started = time.monotonic()
        client.data_sources.list()
    assert time.monotonic() - started >= 1


def test_retry_after_past_the_deadline_raises_at_once(tmp_path, server):
    with (
        server(lambda _: (429, {"Retry-After": "60"}, b"")) as watch,
        client_of(watch, tmp_path) as client,
        pytest.raises(RateLimitError) as caught,
    ):
        client.queries.get(1, deadline=Deadline.after(20))
    assert (caught.value.retry_after, caught.value.hint) == (60.0, "Try again in 60 s.")
    assert len(watch.seen) == 1


@pytest.mark.parametrize(
    "retry_after", ["86400", "9" * 400, http_date(86_400)], ids=["a day", "for ever", "a date"]
)
def test_retry_after_of_a_day_is_not_slept_through(tmp_path, server, retry_after):
    with (
        server(lambda _: (429, {"Retry-After": retry_after}, b"")) as watch,
        client_of(watch, tmp_path) as client,
        pytest.raises(RateLimitError) as caught,
    ):
        client.queries.get(1)
    assert caught.value.retry_after > retries.LONGEST_RETRY_AFTER
    assert len(watch.seen) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_execution_that_a_proxy_lost_says_how_to_go_on(client, demo, status):
    demo.faults.add("POST", status=status, times=1)
    with pytest.raises(ResponseError) as caught:
        client.run_query(2, {}, max_age=0)
    assert "may be running" in caught.value.hint
    assert "max_age" in caught.value.hint
    assert len(demo.requests) == 1


def test_execution_whose_connection_broke_says_how_to_go_on(client, demo):
    demo.faults.add("POST", close=True, times=1)
    with pytest.raises(ConnectError) as caught:
        client.run_query(2, {}, max_age=0)
    assert "may be running" in caught.value.hint


@pytest.mark.slow
def test_execution_that_was_lost_is_joined_by_the_next_read(client, demo):
    """As the hint says: the answer is lost, and the job runs."""
    demo.faults.add("POST", cut_after=5, times=1)
    with pytest.raises(TransportError):
        client.run_query(50, {"seconds": 2}, max_age=0)
    running = demo.running_jobs()
    jobs = []
    client.run_query(50, {"seconds": 2}, max_age=60, on_status=jobs.append).close()
    assert jobs[0].id in running


@pytest.mark.parametrize("status", [502, 503, 504])
def test_edit_that_a_proxy_lost_says_to_check(tmp_path, server, status):
    with (
        server(lambda _: (status, {"Retry-After": "3"}, b"")) as watch,
        client_of(watch, tmp_path) as client,
    ):
        with pytest.raises(ResponseError) as caught:
            client.queries.fork(1)
        assert "check before" in caught.value.hint
    assert len(watch.seen) == 1


def test_execution_that_was_refused_by_429_is_sent_again(client, demo):
    demo.faults.add("POST .*/results", status=429, times=2)
    with client.run_query(2, {}, max_age=-1):
        pass
    assert len([item for item in demo.requests if item.method == "POST"]) == 3


def test_tries_are_as_many_as_the_setting_says_and_one(tmp_path, server):
    with (
        server(lambda _: BUSY) as watch,
        client_of(watch, tmp_path, max_retries=2) as client,
        pytest.raises(RateLimitError),
    ):
        client.data_sources.list()
    assert len(watch.seen) == 3


def test_get_whose_connection_broke_is_sent_again(client, demo):
    demo.faults.add("GET /api/queries/2$", close=True, times=2)
    assert client.queries.get(2).id == 2
    assert len(demo.requests) == 3


@pytest.mark.parametrize(
    "ask", [lambda client: client.queries.get(1), lambda client: client.run_query(1, {}, max_age=0)]
)
def test_what_reached_nobody_is_sent_again_whatever_it_is(tmp_path, server, caplog, ask):
    caplog.set_level("INFO", logger="watchframe")
    with server(lambda _: GOOD) as watch:
        pass  # and now nobody listens there
    with client_of(watch, tmp_path, max_retries=1) as client, pytest.raises(ConnectError) as caught:
        ask(client)
    assert caught.value.was_not_sent
    assert caplog.text.count("again in") == 1


def test_document_that_breaks_off_is_fetched_again(tmp_path, server):
    with server(in_turn(CUT, CUT, GOOD)) as watch, client_of(watch, tmp_path) as client:
        assert client.data_sources.list() == []
    assert len(watch.seen) == 3


def test_document_always_cut_is_a_transport_error(tmp_path, server):
    with (
        server(lambda _: CUT) as watch,
        client_of(watch, tmp_path) as client,
        pytest.raises(TransportError, match="broke off") as caught,
    ):
        client.data_sources.list()
    assert (caught.value.method, caught.value.url) == ("GET", "/api/data_sources")
    assert len(watch.seen) == 3


def test_edit_whose_answer_breaks_off_is_not_sent_again(tmp_path, server):
    with (
        server(lambda _: CUT) as watch,
        client_of(watch, tmp_path) as client,
        pytest.raises(TransportError, match="broke off") as caught,
    ):
        client.queries.fork(1)
    assert "check before" in caught.value.hint
    assert len(watch.seen) == 1


@pytest.mark.parametrize("url", ["https://a..b", "https://.example", f"https://{'a' * 70}.com"])
def test_impossible_host_is_one_error_without_retry(tmp_path, caplog, url):
    caplog.set_level("INFO", logger="watchframe")
    with (
        Client(url, "k-0123456789", cache_dir=tmp_path) as client,
        pytest.raises(TransportError, match="could not be made"),
    ):
        client.queries.get(1)
    assert "again in" not in caplog.text


def test_deadline_ends_the_retries(tmp_path, server):
    with (
        server(lambda _: (503, {}, b"")) as watch,
        client_of(watch, tmp_path, max_retries=1000) as client,
        pytest.raises((ResponseError, JobTimeoutError)),
    ):
        client.queries.get(1, deadline=Deadline.after(1))
    assert 1 < len(watch.seen) < 20
