"""Several queries, sweeps, pieces of a period and pages, against the demo server."""

import threading
import time

import pytest

from watchframe import read_watch_queries, read_watch_query, read_watch_sweep
from watchframe.client import Deadline
from watchframe.errors import ArgumentError, JobCancelledError, JobFailedError, ParameterValueError
from watchframe.models import ParameterDefinition
from watchframe.read import ReadOptions, answer_query, side_by_side
from watchframe.read.shared_documents import SharedDocuments

KINDS = ["borrow", "repay", "liquidation"]


def posts(demo):
    return [item for item in demo.requests if item.method == "POST"]


def test_several_queries_give_their_frames_in_order(client):
    totals, kinds = read_watch_queries([2, (13, {"kind": "repay"})], client=client)
    assert totals.attrs["watchframe"]["query_id"] == 2
    assert kinds.attrs["watchframe"]["parameters"] == {"kind": "repay"}


def test_sweep_has_its_parameters_as_columns_in_front(client):
    frame = read_watch_sweep(13, [{"kind": kind} for kind in KINDS], client=client)
    assert list(frame.columns[:2]) == ["kind", "month"]
    assert list(frame["kind"].unique()) == KINDS
    alone = read_watch_query(13, {"kind": "repay"}, client=client)
    part = frame[frame["kind"] == "repay"].drop(columns="kind").reset_index(drop=True)
    assert part.equals(alone)
    assert len(frame.attrs["watchframe"]["reads"]) == 3


def test_sweep_again_is_answered_locally(client, demo):
    sets = [{"kind": kind} for kind in KINDS]
    read_watch_sweep(13, sets, max_age="1h", client=client)
    demo.requests.clear()
    read_watch_sweep(13, sets, max_age="1h", client=client)
    assert demo.requests == []


def test_sweep_asks_for_the_definition_once(client, demo):
    read_watch_sweep(13, [{"kind": kind} for kind in KINDS], client=client)
    read = [item.path for item in demo.requests if item.path == "/api/queries/13"]
    assert len(read) == 1


def test_edit_during_a_sweep_is_noticed(client):
    choice = ParameterDefinition(name="n", type="number", title="N")
    query = client.queries.create("edited", "select {{ n }} as old", 1, parameters=[choice])
    options = ReadOptions(client=client, shared=SharedDocuments())
    assert answer_query(query.id, {"n": 1}, options).table.column_names == ["old"]
    client.queries.update(query, text="select {{ n }} as new")
    for number in (2, 3):
        answer = answer_query(query.id, {"n": number}, options)
        assert answer.table.column_names == ["new"]
    again = answer_query(query.id, {"n": 3}, ReadOptions(client=client))
    assert again.cache_key == answer.cache_key
    assert again.source == "local cache"


def test_errors_are_raised_together_after_the_rest_has_finished(client, demo):
    requests = [(52, {"divisor": "ten"}), 51, 2, (13, {"kind": "nothing"})]
    with pytest.raises(ExceptionGroup, match="3 of 4 reads failed") as caught:
        read_watch_queries(requests, concurrency=1, client=client)
    kinds = [type(error) for error in caught.value.exceptions]
    assert kinds == [JobFailedError, JobFailedError, ParameterValueError]
    assert "in read 0: query 52" in caught.value.exceptions[0].__notes__[0]
    assert len(read_watch_query(2, cache="only", client=client)) > 0


def test_concurrency_is_bounded(client, demo):
    def most_at_once():
        while not done.wait(0.02):
            seen.append(len(demo.running_jobs()))

    seen, done = [], threading.Event()
    watcher = threading.Thread(target=most_at_once)
    watcher.start()
    read_watch_queries(
        [(50, {"seconds": 0.3 + n / 100}) for n in range(6)], concurrency=2, client=client
    )
    done.set()
    watcher.join()
    assert max(seen) == 2


def test_interrupt_cancels_what_runs_and_keeps_what_is_done(client, demo, monkeypatch):
    def interrupted(waiting, **_):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not any(future.done() for future in waiting):
            time.sleep(0.05)
        raise KeyboardInterrupt

    monkeypatch.setattr(side_by_side, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_watch_queries([2, (50, {"seconds": 90}), (50, {"seconds": 91})], client=client)
    assert demo.running_jobs() == []
    assert len(read_watch_query(2, cache="only", client=client)) > 0


def test_period_in_pieces_gives_the_rows_of_the_whole(client):
    period = {"period": ("2025-11-17", "2026-02-03")}
    whole = read_watch_query(33, period, client=client)
    pieces = read_watch_sweep(33, period, split={"period": "1M"}, client=client)
    assert pieces.equals(whole)
    assert len(pieces.attrs["watchframe"]["reads"]) == 4


def test_second_read_in_pieces_runs_only_the_last_one(client, demo):
    first = {"period": ("2025-11-01", "2026-02-03")}
    read_watch_sweep(33, first, split={"period": "1M"}, client=client)
    demo.requests.clear()
    later = {"period": ("2025-11-01", "2026-02-04")}
    read_watch_sweep(33, later, split={"period": "1M"}, client=client)
    assert [item.body["parameters"]["period"]["end"] for item in posts(demo)] == ["2026-02-04"]


def test_pages_give_every_row_once(client):
    parameters = [
        ParameterDefinition(name="rows", type="number", title="Rows"),
        ParameterDefinition(name="start", type="number", title="Start"),
    ]
    text = "select n from range(25) as t(n) order by n limit {{ rows }} offset {{ start }}"
    query = client.queries.create("paged", text, 1, parameters=parameters)
    page = {"limit": "rows", "offset": "start", "size": 10}
    frame = read_watch_sweep(query.id, page=page, client=client)
    assert list(frame["n"]) == list(range(25))
    assert len(frame.attrs["watchframe"]["reads"]) == 3


def test_pages_without_an_order_are_refused(client, demo):
    parameters = [
        ParameterDefinition(name="rows", type="number", title="Rows"),
        ParameterDefinition(name="start", type="number", title="Start"),
    ]
    text = "select n from (select * from t order by n) -- order by n\nlimit {{ rows }} {{ start }}"
    query = client.queries.create("unordered", text, 1, parameters=parameters)
    demo.requests.clear()
    with pytest.raises(ArgumentError, match="no ORDER BY"):
        read_watch_sweep(
            query.id, page={"limit": "rows", "offset": "start", "size": 10}, client=client
        )
    assert posts(demo) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"params": [{"kind": "repay"}], "split": {"period": "1M"}},
        {"params": {"kind": "repay"}},
        {"params": []},
        {"split": {"kind": "1M"}},
        {"split": {"period": "1M", "other": "1M"}},
        {"params": [{"kind": "repay"}], "concurrency": 0},
    ],
)
def test_what_does_not_go_together_is_refused(client, wrong):
    with pytest.raises(ArgumentError):
        read_watch_sweep(13, **wrong, client=client)


def test_cancelled_deadline_ends_a_read_at_once(client, demo):

    deadline = Deadline.after(None)
    threading.Timer(0.5, deadline.cancel).start()
    options = ReadOptions(deadline=deadline, client=client)
    with pytest.raises(JobCancelledError):
        answer_query(50, {"seconds": 80}, options)
    assert demo.running_jobs() == []
