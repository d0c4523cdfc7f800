"""Reads that go on in the background, against the demo server."""

import asyncio
import json
import subprocess
import sys
import textwrap
import threading
import time

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from watchframe import read_watch_query, read_watch_sweep, submit_watch_query, submit_watch_sweep
from watchframe.errors import (
    ArgumentError,
    ColumnTypeWarning,
    JobCancelledError,
    JobFailedError,
    JobTimeoutError,
    ParameterValueError,
    QueryReferenceError,
)


def until(is_so):
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so"
        time.sleep(0.01)


def cancellations(demo):
    return [item for item in demo.requests if item.method == "DELETE"]


def test_result_is_the_frame_of_a_read(client):
    submitted = submit_watch_query(13, {"kind": "repay"}, columns=["events"], client=client)
    frame = submitted.result()
    assert submitted.status == "finished"
    assert submitted.done()
    assert submitted.exception() is None
    assert submitted.result() is frame
    pd.testing.assert_frame_equal(
        frame, read_watch_query(13, {"kind": "repay"}, columns=["events"], client=client)
    )
    assert frame.attrs["watchframe"]["query_id"] == 13


@pytest.mark.slow
def test_status_goes_from_queued_to_running_to_finished(client, demo):
    submitted = submit_watch_query(50, {"seconds": 2.5}, client=client)
    seen = []
    while not submitted.done():
        seen.append(submitted.status)
        time.sleep(0.005)
    seen.append(submitted.status)
    assert list(dict.fromkeys(seen)) == ["queued", "running", "finished"]


def test_cancel_ends_the_job_on_the_server_once(client, demo):
    submitted = submit_watch_query(50, {"seconds": 80}, client=client)
    until(lambda: submitted.status == "running")
    submitted.cancel()
    submitted.cancel()
    with pytest.raises(JobCancelledError):
        submitted.result(timeout=20)
    assert submitted.status == "cancelled"
    assert isinstance(submitted.exception(), JobCancelledError)
    assert demo.running_jobs() == []
    assert len(cancellations(demo)) == 1
    submitted.cancel()
    assert len(cancellations(demo)) == 1


def test_cancel_ends_a_read_that_waits_for_its_like(client, demo):
    first = submit_watch_query(50, {"seconds": 81}, client=client)
    until(lambda: first.status == "running")
    second = submit_watch_query(50, {"seconds": 81}, client=client)
    second.cancel()
    with pytest.raises(JobCancelledError):
        second.result(timeout=20)
    assert first.status == "running"
    assert cancellations(demo) == []
    first.cancel()
    first.exception(timeout=20)


def test_cancel_after_the_end_changes_nothing(client, demo):
    submitted = submit_watch_query(2, client=client)
    frame = submitted.result()
    submitted.cancel()
    assert submitted.status == "finished"
    assert submitted.result() is frame
    assert cancellations(demo) == []


@pytest.mark.slow
def test_result_that_takes_longer_than_its_timeout_goes_on(client, demo):
    submitted = submit_watch_query(50, {"seconds": 1}, client=client)
    with pytest.raises(TimeoutError, match="it goes on"):
        submitted.result(timeout=0.01)
    with pytest.raises(TimeoutError, match="it goes on"):
        submitted.exception(timeout=0.01)
    assert len(submitted.result(timeout=20)) == 1


def test_timeout_of_the_read_cancels_the_job(client, demo):
    submitted = submit_watch_query(50, {"seconds": 82}, timeout=0.5, client=client)
    with pytest.raises(JobTimeoutError):
        submitted.result(timeout=20)
    assert submitted.status == "failed"
    assert demo.running_jobs() == []


@pytest.mark.parametrize(
    ("query", "params", "error"),
    [(51, None, JobFailedError), (13, {"kind": "nothing"}, ParameterValueError)],
)
def test_error_of_the_read_comes_with_the_result(client, query, params, error):
    submitted = submit_watch_query(query, params, client=client)
    assert isinstance(submitted.exception(timeout=20), error)
    assert submitted.status == "failed"
    with pytest.raises(error):
        submitted.result()


def test_wrong_arguments_are_refused_at_once(client):
    with pytest.raises(QueryReferenceError):
        submit_watch_query("queries/13", client=client)
    with pytest.raises(ArgumentError):
        submit_watch_query(13, max_age="soon", client=client)
    with pytest.raises(ArgumentError):
        submit_watch_sweep(13, [], client=client)


def test_warning_is_given_to_the_caller_once(client):
    submitted = submit_watch_query(61, client=client)
    with pytest.warns(ColumnTypeWarning) as caught:
        submitted.result()
    assert {item.filename for item in caught} == {__file__}
    submitted.result()


def test_handle_is_awaited_while_the_event_loop_goes_on(client):
    async def main():
        submitted = submit_watch_query(50, {"seconds": 0.5}, client=client)
        turns = 0

        async def count():
            nonlocal turns
            while not submitted.done():
                turns += 1
                await asyncio.sleep(0.01)

        frame, _ = await asyncio.gather(submitted, count())
        assert await submitted is frame
        assert submitted.result() is frame
        return turns

    assert asyncio.run(main()) > 0


def test_handles_are_awaited_together(client):
    async def main():
        kinds = ("borrow", "repay", "deposit")
        one_by_one = [submit_watch_query(13, {"kind": kind}, client=client) for kind in kinds]
        sets = [{"kind": kind} for kind in kinds]
        return await asyncio.gather(*one_by_one, submit_watch_sweep(13, sets, client=client))

    *frames, together = asyncio.run(main())
    found = [frame.attrs["watchframe"]["parameters"]["kind"] for frame in frames]
    assert found == ["borrow", "repay", "deposit"]
    assert len(together) == sum(map(len, frames))


def test_awaited_handle_raises_and_warns_as_its_result(client):
    async def main():
        with pytest.raises(JobFailedError) as caught:
            await submit_watch_query(51, client=client)
        assert caught.value.sql is not None
        with pytest.raises(ExceptionGroup):
            await submit_watch_sweep(50, [{"seconds": "x"}, {"seconds": "y"}], client=client)
        with pytest.warns(ColumnTypeWarning) as warned:
            await submit_watch_query(61, client=client)
        return {item.filename for item in warned}

    assert asyncio.run(main()) == {__file__}


@pytest.mark.parametrize("how", ["cancelled", "out of time"])
def test_read_is_cancelled_with_the_task_that_awaits_it(client, demo, how):
    async def main():
        submitted = submit_watch_query(50, {"seconds": 84}, client=client)
        waiting = asyncio.ensure_future(submitted)
        await asyncio.to_thread(until, lambda: submitted.status == "running")
        if how == "cancelled":
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        else:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(waiting, 0.01)
        with pytest.raises(JobCancelledError):
            await submitted
        return submitted.status

    assert asyncio.run(main()) == "cancelled"
    assert demo.running_jobs() == []


def test_read_goes_on_behind_a_shield(client, demo):
    async def main():
        submitted = submit_watch_query(50, {"seconds": 0.5}, client=client)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(submitted), 0.01)
        return await submitted

    assert len(asyncio.run(main())) == 1


def test_rows_of_a_handle_are_as_output_says(client):
    for kind, expected in (("pandas", pd.DataFrame), ("arrow", pa.Table), ("polars", pl.DataFrame)):
        one = submit_watch_query(13, {"kind": "repay"}, output=kind, client=client)
        many = submit_watch_sweep(13, [{"kind": "repay"}], output=kind, client=client)
        assert isinstance(one.result(), expected)
        assert isinstance(many.result(), expected)
    table = submit_watch_query(13, {"kind": "repay"}, output="arrow", client=client).result()
    assert json.loads(table.schema.metadata[b"watchframe"])["query_id"] == 13
    with pytest.raises(ArgumentError):
        submit_watch_query(13, output="arrow", index_col="events", client=client)


def test_many_at_once_each_have_their_own_result(client):
    submitted = {
        kind: submit_watch_query(13, {"kind": kind}, client=client) for kind in ("borrow", "repay")
    }
    for kind, item in submitted.items():
        assert item.result().attrs["watchframe"]["parameters"] == {"kind": kind}


def test_sweep_in_the_background_gives_the_frame_of_a_sweep(client):
    sets = [{"kind": kind} for kind in ("borrow", "repay")]
    submitted = submit_watch_sweep(13, sets, columns=["kind", "events"], client=client)
    expected = read_watch_sweep(13, sets, columns=["kind", "events"], client=client)
    pd.testing.assert_frame_equal(submitted.result(timeout=60), expected)
    assert submitted.status == "finished"
    period = {"period": ("2025-11-17", "2026-02-03")}
    pieces = submit_watch_sweep(33, period, split={"period": "1M"}, client=client)
    assert len(pieces.result(timeout=60).attrs["watchframe"]["reads"]) == 4


def test_cancel_of_a_sweep_ends_all_jobs_and_starts_none(client, demo):
    sets = [{"seconds": 60 + number} for number in range(5)]
    submitted = submit_watch_sweep(50, sets, concurrency=2, client=client)
    until(lambda: len(demo.running_jobs()) == 2 and submitted.status == "running")
    submitted.cancel()
    with pytest.raises(JobCancelledError):
        submitted.result(timeout=20)
    assert submitted.status == "cancelled"
    assert demo.running_jobs() == []
    assert len([item for item in demo.requests if item.path == "/api/queries/50/results"]) == 2


@pytest.mark.slow
def test_timeout_of_a_sweep_is_of_each_read(client, demo):
    sets = [{"seconds": 0.4}, {"seconds": 0.5}, {"seconds": 60}]
    submitted = submit_watch_sweep(50, sets, concurrency=1, timeout=3, client=client)
    error = submitted.exception(timeout=30)
    assert isinstance(error, ExceptionGroup)
    assert [type(item) for item in error.exceptions] == [JobTimeoutError]
    assert submitted.status == "failed"
    assert demo.running_jobs() == []


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "1 / 0"])
def test_interpreter_end_cancels_runs_without_waiting(demo, tmp_path, ending):
    program = f"""
        import time
        from watchframe import Client, submit_watch_query

        client = Client({demo.url!r}, {demo.user_key!r}, cache_dir={str(tmp_path)!r})
        submitted = submit_watch_query(50, {{"seconds": 83}}, client=client)
        while submitted.status != "running":
            time.sleep(0.01)
        {ending}
    """
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        timeout=30,
        check=False,
        stderr=subprocess.DEVNULL,
    )
    assert demo.running_jobs() == []
    assert len(cancellations(demo)) == 1


def test_no_thread_is_left(client):
    submit_watch_query(2, client=client).result()
    until(lambda: not [item for item in threading.enumerate() if item.name == "watchframe-read"])
