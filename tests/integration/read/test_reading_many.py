"""Several queries, sweeps, pieces of a period and pages, against the demo server."""

import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace

import pandas as pd
import pytest

from watchframe import (
    explain_watch_query,
    read_watch_queries,
    read_watch_query,
    read_watch_sweep,
    submit_watch_query,
)
from watchframe.client import Deadline
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    ConfigurationError,
    JobCancelledError,
    JobFailedError,
    ParameterValueError,
    QueryReferenceError,
)
from watchframe.models import ParameterDefinition
from watchframe.read import ReadOptions, answer_query, side_by_side
from watchframe.read.options import SharedDocuments

KINDS = ["borrow", "repay", "liquidation"]


def posts(demo):
    return [item for item in demo.requests if item.method == "POST"]


def until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so"
        time.sleep(0.01)


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
    options = replace(ReadOptions.resolve(client=client), shared=SharedDocuments())
    assert answer_query(query.id, {"n": 1}, options).table.column_names == ["old"]
    client.queries.update(query, text="select {{ n }} as new")
    for number in (2, 3):
        answer = answer_query(query.id, {"n": number}, options)
        assert answer.table.column_names == ["new"]
    again = answer_query(query.id, {"n": 3}, ReadOptions.resolve(client=client))
    assert again.cache_key == answer.cache_key
    assert again.source == "local cache"


def test_errors_are_raised_together_after_the_rest(client, demo):
    requests = [(52, {"divisor": "ten"}), 51, 2, (13, {"kind": "nothing"})]
    with pytest.raises(ExceptionGroup, match="3 of 4 reads failed") as caught:
        read_watch_queries(requests, concurrency=1, client=client)
    kinds = [type(error) for error in caught.value.exceptions]
    assert kinds == [JobFailedError, JobFailedError, ParameterValueError]
    assert "in read 0: query 52" in caught.value.exceptions[0].__notes__[0]
    assert caught.value.__notes__ == [
        'errors="keep" returns what could be read, and these errors beside it.'
    ]
    assert len(read_watch_query(2, cache="only", client=client)) > 0


def test_errors_can_be_kept_in_the_places_of_frames(client):
    failed, frame = read_watch_queries([51, 2], errors="keep", cache="off", client=client)
    assert isinstance(failed, JobFailedError)
    assert len(frame) > 0
    with pytest.raises(ArgumentError, match="errors is 'ignore'"):
        read_watch_queries([2], errors="ignore", client=client)


@pytest.mark.slow
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


def test_connections_are_kept_for_as_many_reads_as_run(client, caplog):
    sets = [{"min_usd": 5e6 + number} for number in range(40)]
    with caplog.at_level("DEBUG", logger="urllib3.connectionpool"):
        read_watch_sweep(12, sets, concurrency=20, client=client)
    said = [record.getMessage() for record in caplog.records]
    assert not [words for words in said if "discarding connection" in words]
    assert sum("Starting new HTTP connection" in words for words in said) <= 21


@pytest.mark.slow
def test_interrupt_cancels_what_runs_and_keeps_what_is_done(client, demo, tmp_path):
    program = f"""
        from watchframe import Client, read_watch_queries

        client = Client({demo.url!r}, {demo.user_key!r}, cache_dir={str(tmp_path / "cache")!r})
        long = [(50, {{"seconds": 90 + number}}) for number in range(9)]
        read_watch_queries([2, *long], client=client)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stderr=subprocess.PIPE, text=True
    )

    def started():
        return [item for item in posts(demo) if item.path == "/api/queries/50/results"]

    def is_kept():
        try:
            return len(read_watch_query(2, cache="only", client=client)) > 0
        except CacheMissError:
            return False

    def is_known():
        """Whether the process has the ids of four jobs: it asked for each, so it can cancel it."""
        asked = {item.path.rpartition("/")[2] for item in demo.requests if "/jobs/" in item.path}
        running = set(demo.running_jobs())
        return len(running) == 4 and running <= asked

    # Four jobs alone would not do: on a busy machine the one of query 2 is still among them.
    until(lambda: is_kept() and len(started()) == 4 and is_known())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert said.rstrip().endswith("KeyboardInterrupt")
    until(lambda: demo.running_jobs() == [])
    assert len(started()) == 4
    assert sum(item.method == "DELETE" for item in demo.requests) == 4
    assert is_kept()


def test_second_run_after_error_asks_only_for_failed(client, demo):
    sets = [{"divisor": value} for value in ("18", "ten", "0")]
    with pytest.raises(ExceptionGroup, match="1 of 3 reads failed"):
        read_watch_sweep(52, sets, client=client)
    demo.requests.clear()
    with pytest.raises(ExceptionGroup, match="1 of 3 reads failed"):
        read_watch_sweep(52, sets, client=client)
    assert [item.body["parameters"] for item in posts(demo)] == [{"divisor": "ten"}]


def test_error_of_another_library_waits_for_the_others(client, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    read_watch_query(2, client=client)
    monkeypatch.setattr("watchframe.cache.writer.ResultWriter.finish", full)
    with pytest.raises(ExceptionGroup, match="1 of 2 reads failed") as caught:
        read_watch_queries([(13, {"kind": "repay"}), 2], client=client, concurrency=1)
    assert isinstance(caught.value.exceptions[0], OSError)


@pytest.mark.slow
def test_bar_counts_reads_and_failures_on_stderr_alone(client, capsys):
    with pytest.raises(ExceptionGroup):
        read_watch_queries(
            [(50, {"seconds": 1.5}), 51, (50, {"seconds": 1.6})], progress=True, client=client
        )
    out, drawn = capsys.readouterr()
    assert out == ""
    assert "2/3" in drawn
    assert "1 failed" in drawn


@pytest.mark.parametrize("queries", ["42", 42, [(1, {}, 2)], [()]])
def test_what_is_not_a_list_of_queries_is_refused(client, demo, queries):
    with pytest.raises(ArgumentError):
        read_watch_queries(queries, client=client)
    assert demo.requests == []


@pytest.mark.parametrize(
    ("query", "error"),
    [("queries/13", QueryReferenceError), ("https://other.example/queries/13", ConfigurationError)],
)
def test_wrong_reference_is_refused_before_any_read(client, demo, query, error):
    with pytest.raises(error):
        read_watch_queries([2, query], client=client)
    assert demo.requests == []


def test_queries_take_the_options_of_a_frame(client):
    (frame,) = read_watch_queries(
        [(13, {"kind": "repay"})], columns=["events"], index_col="month", client=client
    )
    assert list(frame.columns) == ["events"]
    assert frame.index.name == "month"


def test_no_queries_give_no_frames(client):
    assert read_watch_queries([], client=client) == []


@pytest.mark.parametrize("sets", [[{"kind": "borrow"}], [], pd.DataFrame({"kind": KINDS})])
@pytest.mark.parametrize(
    ("read", "named"),
    [
        (read_watch_query, "read_watch_sweep"),
        (explain_watch_query, "read_watch_sweep"),
        (submit_watch_query, "submit_watch_sweep"),
    ],
)
def test_several_sets_are_refused_by_a_single_read(client, demo, read, named, sets):
    with pytest.raises(ArgumentError, match="one read takes one parameter set") as caught:
        read(13, sets, client=client)
    assert caught.value.hint.startswith(named)
    assert demo.requests == []


def test_parameter_sets_may_be_the_rows_of_a_frame(client):
    sets = pd.DataFrame({"kind": KINDS})
    frame = read_watch_sweep(13, sets, client=client)
    assert list(frame["kind"].unique()) == KINDS


def test_sweep_takes_the_options_of_a_read(client):
    sets = [{"kind": kind} for kind in KINDS]
    frame = read_watch_sweep(
        13,
        sets,
        columns=["events", "kind"],
        dtype={"events": "float64"},
        index_col="kind",
        client=client,
    )
    assert list(frame.columns) == ["events"]
    assert frame["events"].dtype == "float64"
    assert frame.index.name == "kind"


def made_query(client, text, **types):
    parameters = [
        ParameterDefinition(name=name, type=type_, title=name) for name, type_ in types.items()
    ]
    return client.queries.create("made", text, 1, parameters=parameters).id


def test_parameters_in_front_have_own_types_and_names(client):
    query = made_query(
        client,
        "select 1 as n, 2 as n_parameter -- {{ n }} {{ day }} {{ at }} {{ span.start }} "
        "{{ span.end }}",
        n="number",
        day="date",
        at="datetime-local",
        span="datetime-range",
    )
    given = {"n": 5, "day": "2026-01-02", "at": "2026-01-02 03:04"}
    span = {"span": ("2026-01-01", "2026-01-31 12:00")}
    frame = read_watch_sweep(query, [{**given, **span}, {**given, **span, "n": 6}], client=client)
    assert list(frame.columns) == [
        *("n_parameter_parameter", "day", "at", "span.start", "span.end"),
        *("n", "n_parameter"),
    ]
    assert list(frame["n_parameter_parameter"]) == [5, 6]
    assert frame["day"].iloc[0] == pd.Timestamp("2026-01-02")
    assert frame["at"].iloc[0] == pd.Timestamp("2026-01-02 03:04")
    assert frame["span.end"].iloc[1] == pd.Timestamp("2026-01-31 12:00")
    assert {str(frame[name].dtype) for name in ("day", "at", "span.start", "span.end")} == {
        "datetime64[us]"
    }


def test_parameters_in_front_are_never_rounded(client):
    query = made_query(client, "select {{ n }} as x", n="number")
    frame = read_watch_sweep(query, [{"n": 2**60 + 1}, {"n": 0.5}], client=client)
    assert list(frame["n"]) == [str(2**60 + 1), "0.5"]


def test_dynamic_dates_of_all_reads_share_one_moment(client, monkeypatch):
    seen = set()
    original = side_by_side.answer_query

    def noted(query, params, options):
        seen.add(options.now)
        return original(query, params, options)

    monkeypatch.setattr(side_by_side, "answer_query", noted)
    read_watch_queries([(33, {"period": "d_last_7_days"}), 2, (38, {})], client=client)
    assert len(seen) == 1
    assert None not in seen


@pytest.mark.parametrize(
    ("read", "params", "error"),
    [
        (read_watch_sweep, [{"kind": "repay"}, "borrow"], "Parameter set 1 is a str"),
        (read_watch_sweep, 5, "params is a int"),
        (read_watch_query, 5, "params is a int"),
        (read_watch_query, "repay", "params is a str"),
    ],
)
def test_wrong_parameter_set_is_refused_before_any_request(client, demo, read, params, error):
    with pytest.raises(ArgumentError, match=error):
        read(13, params, client=client)
    assert posts(demo) == []


def test_what_is_wrong_with_every_read_alike_is_said_once(client, demo):
    sets = [{"kind": kind} for kind in KINDS]
    with pytest.raises(ArgumentError, match="soon"):
        read_watch_sweep(13, sets, max_age="soon", client=client)
    with pytest.raises(ConfigurationError):
        read_watch_sweep("https://other.example/queries/13", sets, client=client)
    with pytest.raises(ConfigurationError):
        read_watch_sweep(13, sets)
    assert demo.requests == []


def test_results_of_different_columns_are_refused(client):
    query = made_query(client, "select 1 as {{ name }}", name="text-pattern")
    parameters = [ParameterDefinition(name="name", type="enum", title="", enum_options=("a", "b"))]
    client.queries.update(client.queries.get(query), parameters=parameters)
    with pytest.raises(
        ArgumentError, match=r"the columns \['b'\], the first one with rows \['a'\]"
    ):
        read_watch_sweep(query, [{"name": "a"}, {"name": "b"}], client=client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"params": [{"kind": "repay"}], "split": {"period": "1M"}},
        {"params": {"kind": "repay"}},
        {"params": []},
        {"split": {"kind": "1M"}},
        {"split": {"period": "1M", "other": "1M"}},
        {"params": [{"kind": "repay"}], "concurrency": 0},
        {"split": "1M"},
        {"page": 100},
        {"split": {"period": "1M"}, "inclusive": "neither"},
    ],
)
def test_what_does_not_go_together_is_refused(client, wrong):
    with pytest.raises(ArgumentError):
        read_watch_sweep(13, **wrong, client=client)


def test_cancelled_deadline_ends_a_read_at_once(client, demo):

    deadline = Deadline.after(None)
    threading.Timer(0.5, deadline.cancel).start()
    options = replace(ReadOptions.resolve(client=client), deadline=deadline)
    with pytest.raises(JobCancelledError):
        answer_query(50, {"seconds": 80}, options)
    assert demo.running_jobs() == []
