"""Pieces of a range that are appended to a file, against the demo server."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from watchframe import read_watch_sweep, submit_watch_sweep
from watchframe.decode import to_frame
from watchframe.errors import ArgumentError, JobFailedError
from watchframe.models import ParameterDefinition
from watchframe.read import append
from watchframe.read.append_file import held, read_note

DAYS = {"period": "1D"}
WEEK = {"period": ("2026-01-01", "2026-01-07")}


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    return folder / "rows.parquet"


@pytest.fixture
def made(client):
    """Save a query of a period, and of a number if its text has one."""

    def make(text, source=1):
        parameters = [ParameterDefinition(name="period", type="date-range", title="Period")]
        if "factor" in text:
            parameters.append(
                ParameterDefinition(name="factor", type="number", title="Factor", default=1)
            )
        return client.queries.create("made", text, source, parameters=parameters)

    return make


@pytest.fixture
def changing(made):
    """A query with other numbers at each run."""
    return made(
        "select '{{ period.start }}' as day, random() as number, {{ factor }} as factor "
        "where '{{ period.start }}' <= '{{ period.end }}'"
    ).id


def periods(demo):
    posts = [item for item in demo.requests if item.path.endswith("/results")]
    return sorted(item.body["parameters"]["period"]["start"] for item in posts)


def in_file(path):
    return [(piece.start, piece.end, piece.rows) for piece in read_note(path).pieces]


def test_rows_are_those_of_the_sweep_and_pandas_reads_them(client, path):
    whole = read_watch_sweep(33, WEEK, split=DAYS, cache="off", client=client)
    found = read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    pd.testing.assert_frame_equal(found, whole)
    assert len(found.attrs["watchframe"]["reads"]) == 7
    pd.testing.assert_frame_equal(to_frame(pq.read_table(path)), whole)
    seen = pd.read_parquet(path)
    assert seen["events"].dtype == "Int64"
    assert seen.attrs["watchframe"]["pieces"] == 7
    assert seen.attrs["watchframe"]["parameters"] == {
        "period": {"start": "2026-01-01", "end": "2026-01-07"}
    }
    assert [file.name for file in path.parent.iterdir()] == ["rows.parquet"]


def test_second_call_reads_only_what_the_file_lacks(client, demo, path):
    read_watch_sweep(33, WEEK, split=DAYS, append_to=path, cache="off", client=client)
    demo.requests.clear()
    longer = {"period": ("2025-12-30", "2026-01-08")}
    found = read_watch_sweep(33, longer, split=DAYS, append_to=path, cache="off", client=client)
    assert periods(demo) == ["2025-12-30", "2025-12-31", "2026-01-08"]
    whole = read_watch_sweep(33, longer, split=DAYS, cache="off", client=client)
    pd.testing.assert_frame_equal(found, whole)
    # The rows of a shorter range are those of its pieces.
    short = {"period": ("2026-01-03", "2026-01-04")}
    demo.requests.clear()
    found = read_watch_sweep(33, short, split=DAYS, append_to=path, client=client)
    assert periods(demo) == []
    part = read_watch_sweep(33, short, split=DAYS, cache="off", client=client)
    pd.testing.assert_frame_equal(found, part)


def test_piece_that_is_not_over_is_not_read(client, demo, path):
    today = datetime.now(UTC).date()
    period = {"period": (today - timedelta(days=4), today)}
    read_watch_sweep(33, period, split=DAYS, append_to=path, client=client)
    assert periods(demo) == [piece[0] for piece in in_file(path)]
    assert str(today) not in periods(demo)
    assert str(today - timedelta(days=4)) in periods(demo)


def test_no_piece_that_is_over_begins_no_file(client, path):
    period = {"period": (datetime.now(UTC).date(), datetime.now(UTC).date())}
    with pytest.raises(ArgumentError, match="No piece of the range is over"):
        read_watch_sweep(33, period, split=DAYS, append_to=path, client=client)
    assert [file.name for file in path.parent.iterdir()] == []


def test_last_pieces_are_read_again_and_replaced(client, path, changing):
    first = read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, client=client)
    again = read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, again=2, client=client)
    same = (first["number"] == again["number"]).tolist()
    assert same == [True] * 5 + [False] * 2
    assert again["day"].tolist() == first["day"].tolist()


def test_longer_piece_takes_the_place_of_what_it_holds(client, path):
    for end in ("2026-01-20", "2026-02-05", "2026-02-28"):
        period = {"period": ("2026-01-10", end)}
        found = read_watch_sweep(33, period, split={"period": "1M"}, append_to=path, client=client)
    assert [piece[:2] for piece in in_file(path)] == [
        ("2026-01-10", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
    ]
    whole = read_watch_sweep(33, period, split={"period": "1M"}, client=client)
    pd.testing.assert_frame_equal(found, whole)
    partly = {"period": ("2026-01-05", "2026-01-15")}
    with pytest.raises(ArgumentError, match="overlap"):
        read_watch_sweep(33, partly, split={"period": "1M"}, append_to=path, client=client)


def test_file_of_another_read_is_left_as_it_is(client, path, made, changing):
    read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, client=client)
    before = path.read_bytes()
    for words, query, params, length in (
        ("factor is 1 there and 2 here", changing, {**WEEK, "factor": 2}, "1D"),
        ("length 1D, and not 2D", changing, WEEK, "2D"),
        ("query", 33, WEEK, "1D"),
    ):
        with pytest.raises(ArgumentError, match=words):
            read_watch_sweep(query, params, split={"period": length}, append_to=path, client=client)
    client.queries.update(
        changing, text="select 1 where '{{ period.start }}' <= '{{ period.end }}' -- {{ factor }}"
    )
    with pytest.raises(ArgumentError, match="has been edited since"):
        read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, cache="off", client=client)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: path.write_bytes(b"PAR1 and no more"), "no Parquet file"),
        (lambda path: path.write_bytes(b""), "no Parquet file"),
        (lambda path: pq.write_table(pa.table({"a": [1]}), path), "append_to has not made it"),
    ],
)
def test_file_of_someone_else_is_left_as_it_is(client, demo, path, write, words):
    write(path)
    before = path.read_bytes()
    with pytest.raises(ArgumentError, match=words):
        read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    assert path.read_bytes() == before
    assert periods(demo) == []


def test_piece_that_fails_leaves_the_others_in_the_file(client, path, made):
    query = made(
        "select '{{ period.start }}' as day, case when '{{ period.start }}' = '2026-01-03' "
        "then error('not today') else 1 end as n where '{{ period.start }}' <= '{{ period.end }}'"
    )
    with pytest.raises(ExceptionGroup, match="1 of 7 reads failed") as caught:
        read_watch_sweep(query.id, WEEK, split=DAYS, append_to=path, client=client)
    assert isinstance(caught.value.exceptions[0], JobFailedError)
    assert [piece[0][-1] for piece in in_file(path)] == list("124567")


def test_piece_whose_rows_are_not_all_is_refused(client, path, made):
    cut = made(
        "result = {'columns': [], 'rows': [{'n': 1}], 'truncated': True}\n"
        "# '{{ period.start }}' <= x <= '{{ period.end }}'",
        2,
    )
    with pytest.raises(ExceptionGroup) as caught:
        read_watch_sweep(cut.id, WEEK, split=DAYS, inclusive="both", append_to=path, client=client)
    assert "rows may not be all" in str(caught.value.exceptions[0])
    assert not path.exists()


def test_other_columns_are_refused_and_named(client, path, made):
    query = made(
        "result = {}\nadd_result_column(result, '{{ period.start }}', 'a', 'integer')\n"
        "add_result_row(result, {'{{ period.start }}': 1})\n# {{ period.end }}",
        2,
    )
    arguments = {"split": DAYS, "inclusive": "both", "append_to": path, "client": client}
    first = {"period": ("2026-01-01", "2026-01-01")}
    read_watch_sweep(query.id, first, **arguments)
    with pytest.raises(ExceptionGroup) as caught:
        read_watch_sweep(query.id, WEEK, **arguments)
    assert len(caught.value.exceptions) == 6
    assert "has the columns ['2026-01-02'], and the file ['2026-01-01']" in str(
        caught.value.exceptions[0]
    )
    assert len(in_file(path)) == 1


def test_two_calls_at_once_are_refused(client, demo, path):
    with held(path), pytest.raises(ArgumentError, match="Another process appends"):
        read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    assert periods(demo) == []
    read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)


@pytest.mark.parametrize("how", ["cancel", "interrupt"])
def test_interrupted_call_keeps_what_was_read(client, demo, path, monkeypatch, changing, how):
    """The first pieces are there, those to be read again are known, and a later call goes on."""
    first = {"period": ("2026-01-01", "2026-01-03")}
    read_watch_sweep(changing, first, split=DAYS, append_to=path, client=client)
    before = pd.read_parquet(path)
    taken = append._Run._take

    def take(run, piece, answer):
        taken(run, piece, answer)
        if piece["start"] == "2026-01-05":
            raise KeyboardInterrupt

    if how == "interrupt":
        monkeypatch.setattr(append._Run, "_take", take)
        with pytest.raises(KeyboardInterrupt):
            read_watch_sweep(
                changing, WEEK, split=DAYS, append_to=path, again=1, concurrency=1, client=client
            )
        monkeypatch.undo()
        assert [piece[0][-1] for piece in in_file(path)] == list("12345")
    else:
        submitted = submit_watch_sweep(
            changing, WEEK, split=DAYS, append_to=path, again=1, client=client
        )
        submitted.cancel()
        submitted.exception()
    found = read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, client=client)
    assert found["day"].tolist() == [f"2026-01-0{day}" for day in range(1, 8)]
    assert found["number"].tolist()[:2] == before["number"].tolist()[:2]


def test_pieces_due_again_are_remembered_until_they_are_read(client, demo, path, changing):
    read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, client=client)
    note = read_note(path)
    marked = note.with_pieces([], note.pieces[1:2])
    tables = {}
    append.write_pieces(path, marked, tables)
    demo.requests.clear()
    read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, client=client)
    assert periods(demo) == ["2026-01-02"]
    demo.requests.clear()
    read_watch_sweep(changing, WEEK, split=DAYS, append_to=path, client=client)
    assert periods(demo) == []


def test_submitted_sweep_appends_as_well(client, path):
    submitted = submit_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    whole = read_watch_sweep(33, WEEK, split=DAYS, client=client)
    pd.testing.assert_frame_equal(submitted.result(), whole)


def test_arguments_that_do_not_go_together(client, demo, tmp_path):
    arguments = {"client": client, "append_to": tmp_path / "a.parquet"}
    for words, given in (
        ("append_to needs split", {"append_to": tmp_path / "a.parquet"}),
        ("again needs append_to", {"split": DAYS, "again": 1}),
        ("again is -1", {**arguments, "split": DAYS, "again": -1}),
        ("does not end in .parquet", {"split": DAYS, "append_to": tmp_path / "a.csv"}),
        ("There is no folder", {"split": DAYS, "append_to": tmp_path / "no" / "a.parquet"}),
        ("append_to is a int", {"split": DAYS, "append_to": 5}),
        ("no request may be made", {**arguments, "split": DAYS, "again": 1, "cache": "only"}),
    ):
        with pytest.raises(ArgumentError, match=words):
            read_watch_sweep(33, WEEK, **{"client": client, **given})
    assert demo.requests == []


@pytest.mark.skipif(os.name != "posix", reason="the limit of a file's size is POSIX")
def test_full_disk_leaves_the_file_as_it_was(client, demo, path):
    read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    before = path.read_bytes()
    code = (
        "import resource, sys, watchframe\n"
        "watchframe.connect(*sys.argv[1:3])\n"
        "watchframe.find_watch_queries('x')\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) // 2}, -1))\n"
        "period = {'period': ('2026-01-01', '2026-01-09')}\n"
        "watchframe.read_watch_sweep(33, period, split={'period': '1D'}, append_to=sys.argv[3], "
        "cache='off')\n"
    )
    command = [sys.executable, "-c", code, demo.url, demo.user_key, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode
    assert f"File too large: '{path}'" in done.stderr
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_no_key_is_in_the_file(client, demo, path):
    read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    assert demo.user_key.encode() not in path.read_bytes()


def test_copied_file_goes_on_elsewhere(client, demo, path):
    read_watch_sweep(33, WEEK, split=DAYS, append_to=path, client=client)
    copy = path.with_name("copy.parquet")
    shutil.copy(path, copy)
    demo.requests.clear()
    read_watch_sweep(33, WEEK, split=DAYS, append_to=copy, client=client)
    assert periods(demo) == []
