"""Runs that follow on each other, and those who wait for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest
from ipywidgets.widgets import widget as widgets

from tests.unit.widgets.conftest import WITHIN, until
from watchframe.errors import JobCancelledError, ParameterError
from watchframe.widgets import QueryPicker, pick
from watchframe.widgets.control import GUARD


def executions(demo, query):
    return [r for r in demo.requests if r.method == "POST" and r.path.endswith(f"/{query}/results")]


def within(call):
    """Run `call` on a thread of its own; fail where it does not come back."""
    ended = []
    thread = threading.Thread(target=lambda: ended.append(call()), daemon=True)
    thread.start()
    thread.join(WITHIN)
    assert not thread.is_alive(), "it waits for ever"
    return ended[0]


def begin(picker, demo):
    """Run, and wait until the server has the job."""
    before = len(executions(demo, picker.query.id))
    picker.run()
    until(lambda: len(executions(demo, picker.query.id)) > before)
    until(lambda: "Running on the data source" in picker._layout.status.value)


@pytest.mark.slow
def test_run_with_the_same_values_joins_the_run(client, demo):
    picker = pick(50, {"seconds": 2}, max_age=0, client=client)
    begin(picker, demo)
    before = list(demo.requests)
    picker.run()
    assert len(picker.wait(WITHIN)) == 1
    later = demo.requests[len(before) :]
    assert [r.method for r in later if r.method != "GET"] == []


@pytest.mark.slow
def test_values_set_back_while_cancelled(client, demo):
    """The server has one job for equal queries: the new run must not get the cancelled one's."""
    picker = pick(50, {"seconds": 3}, max_age=0, client=client)
    begin(picker, demo)
    demo.faults.add("DELETE /api/jobs/", delay=0.7)
    picker.update({"seconds": 2})
    picker.run()
    picker.update({"seconds": 3})
    picker.run()
    assert picker.wait(WITHIN)["seconds"].tolist() == [3]
    assert picker.status == "done"


def test_wait_gives_a_newer_runs_frame(client):
    picker = pick(50, {"seconds": 60}, max_age=0, client=client)
    picker.run()
    waiting = threading.Timer(0.5, lambda: (picker.update({"seconds": 0.1}), picker.run()))
    waiting.start()
    assert picker.wait(WITHIN)["seconds"].tolist() == [0.1]


def test_observer_may_wait_for_any_picker(client):
    """Who is told of a change holds the lock over all pickers, and the other run needs it."""
    one, other, frames = pick(13, client=client), pick(14, client=client), []

    def changed(change):
        frames.extend([one.wait(WITHIN), other.wait(WITHIN)])

    one.observe(changed, "df")
    frame = within(lambda: one.wait(WITHIN))
    assert frames == [frame, other.df]

    by_value = pick(13, client=client)
    by_value.observe(lambda _change: frames.append(by_value.wait(WITHIN)), "params")
    within(lambda: by_value.update({"kind": "repay"}))
    assert frames[-1].attrs["watchframe"]["parameters"] == {"kind": "repay"}


@pytest.mark.slow
def test_result_is_awaited_by_more_than_a_thread_pool(client, awaited):
    async def main():
        pickers = [pick(13, {"kind": "repay"}, client=client) for _ in range(40)]
        return await asyncio.wait_for(asyncio.gather(*[p.result() for p in pickers]), WITHIN)

    frames = awaited(main())
    assert len({len(frame) for frame in frames}) == 1
    assert not [t for t in threading.enumerate() if t.name.startswith("asyncio_")]


def test_result_raises_what_the_run_raised(client, awaited):
    picker = pick(50, {"seconds": 60}, max_age=0, client=client)

    async def main():
        waiting = asyncio.ensure_future(picker.result())
        await asyncio.sleep(0.2)
        picker.cancel()
        return await asyncio.wait_for(waiting, WITHIN)

    with pytest.raises(JobCancelledError):
        awaited(main())
    with pytest.raises(ParameterError):
        awaited(pick(11, {"hash": "zz"}, client=client).result())


def test_picker_is_awaited_as_its_result(client, awaited):
    picker = pick(13, {"kind": "repay"}, client=client)

    async def main():
        frame = await picker
        return frame, await picker.result()

    frame, again = awaited(main())
    assert frame is again is picker.df


def test_run_goes_on_when_the_task_that_awaits_it_is_cancelled(client, awaited):
    picker = pick(50, {"seconds": 0.1}, max_age=0, client=client)

    async def main():
        with GUARD:  # meanwhile, the run cannot end
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(picker, 0.01)
            assert picker.status == "running"
        return await asyncio.wait_for(picker, WITHIN)

    assert len(awaited(main())) == 1
    assert picker.status == "done"


def test_cancel_is_immediate_and_stops_a_debounce(client, demo):
    picker = pick(50, {"seconds": 60}, max_age=0, client=client)
    picker.run()
    picker.cancel()
    assert "Cancelling" in picker._layout.status.value or picker.status == "cancelled"
    until(lambda: picker.status == "cancelled")
    assert "Cancelled after" in picker._layout.status.value


def test_closed_picker_takes_no_click_that_was_on_its_way(client):
    picker = pick(1, run=False, client=client)
    picker.close()
    picker._run_clicked()
    assert picker.status == "ready"


def threads_of_ours():
    """All but those in which the demo server answers: it has more of them after many requests."""
    return [thread for thread in threading.enumerate() if "AnyIO" not in thread.name]


@pytest.mark.slow
def test_closed_pickers_leave_no_widget_and_no_thread(client):
    before = set(widgets._instances)
    threads = len(threads_of_ours())
    for _ in range(5):
        picker = pick(1, client=client)
        picker.wait(WITHIN)
        searched = pick(25, client=client)
        until(lambda searched=searched: hasattr(searched.controls["account"], "options"))
        running = pick(50, {"seconds": 60}, max_age=0, client=client)
        running.run()
        search = QueryPicker("#dropdown", client=client)
        until(lambda search=search: len(search._list.choices) == 3)
        for place in (0, 1):
            search._list.choose(place)
            until(
                lambda search=search, place=place: (
                    search.picker is not None
                    and str(search.picker.query.id) == search._list.choices[place]
                )
            )
        for widget in (picker, searched, running, search):
            widget.close()
            widget.close()
        until(lambda running=running: running.status == "cancelled")
    assert set(widgets._instances) - before == set()
    until(lambda: len(threads_of_ours()) <= threads)


def test_picker_that_could_not_be_made_leaves_no_widget(client):
    before = set(widgets._instances)
    with pytest.raises(ParameterError):
        pick(13, {"kinds": "repay"}, client=client)
    assert set(widgets._instances) == before


SCRIPT = """
import watchframe
from watchframe import pick

picker = pick(13, {"kind": "repay"})
frame = picker.wait(60)
print(len(frame) > 10, picker.status, "ipykernel" in __import__("sys").modules)
slow = pick(50, {"seconds": 120}, max_age=0)
slow.run()
while "Running" not in slow._layout.status.value:
    __import__("time").sleep(0.05)
print("ends")
"""


@pytest.mark.slow
def test_script_without_kernel_waits_and_cancels(demo, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        env={
            "WATCHFRAME_URL": demo.url,
            "WATCHFRAME_API_KEY": demo.user_key,
            "WATCHFRAME_CACHE_DIR": str(tmp_path),
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n")[:2] == ["True done False", "ends"]
    assert demo.requests[-1].method == "DELETE"
