"""Pieces in a file: in whatever order they came, the rows and the columns are those of one read."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from decode_strategies import COLUMNS
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe.decode import concat_results
from watchframe.decode.typing_rules import table_of, typed_column
from watchframe.read import append_file
from watchframe.read.append_file import FileRows, read_note, write_pieces
from watchframe.read.append_note import AppendNote, PieceNote

NAMES = ["a", "x.y"]
EMPTY = AppendNote(
    server="https://host",
    query_id=1,
    text_hash="hash",
    parameters={"market": "WETH"},
    split="period",
    length="1D",
    inclusive="both",
)


@st.composite
def results(draw):
    """Return the result of one piece: each column of one kind, which may be another elsewhere."""
    rows = draw(st.integers(0, 4))
    columns = []
    for name in NAMES:
        declared, values = draw(COLUMNS)
        cells = draw(st.lists(values | st.none(), min_size=rows, max_size=rows))
        columns.append(typed_column(name, declared, cells))
    return table_of(columns, rows)


def noted(day, table):
    day = f"2026-01-{day + 1:02}"
    read = {"retrieved_at": f"{day}T23:00:00+00:00"}
    return PieceNote.of({"start": day, "end": day}, table, read)


def write(path, pieces):
    """Write the results of some pieces, beside those that are in the file."""
    new = {noted(day, table): table for day, table in pieces.items()}
    note = (read_note(path) or EMPTY).with_pieces(new)
    write_pieces(path, note, {piece.key: table for piece, table in new.items()})


def written(path):
    with FileRows(path) as rows:
        return rows.pieces(rows.note.keys)


@settings(max_examples=examples(150), deadline=None)
@given(
    tables=st.lists(results(), min_size=1, max_size=4),
    earlier=st.lists(results(), max_size=2),
    group=st.sampled_from([1, 2, 5, 1 << 18]),
    data=st.data(),
)
def test_any_order_gives_the_table_and_the_bytes_of_one_write(tables, earlier, group, data):
    order = data.draw(st.permutations(range(len(tables))))
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=len(tables), max_size=len(tables)))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(append_file, "GROUP", group)
        one, many = Path(folder, "one.parquet"), Path(folder, "many.parquet")
        write(one, dict(enumerate(tables)))
        # What is corrected later may have had other columns' types.
        for day, table in list(enumerate(earlier))[: len(tables)]:
            write(many, {day: table})
        left = list(order)
        for size in sizes:
            if left:
                write(many, {day: tables[day] for day in left[:size]})
                left = left[size:]
        whole = concat_results(tables)
        found = written(many)
        assert found.equals(whole)
        assert found.schema.remove_metadata().equals(
            whole.schema.remove_metadata(), check_metadata=True
        )
        assert many.read_bytes() == one.read_bytes()


@settings(max_examples=examples(60), deadline=None)
@given(tables=st.lists(results(), min_size=1, max_size=4), group=st.sampled_from([1, 3, 1 << 18]))
def test_each_piece_is_read_alone_as_its_part_of_the_whole(tables, group):
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(append_file, "GROUP", group)
        path = Path(folder, "rows.parquet")
        write(path, dict(enumerate(tables)))
        whole, start = concat_results(tables), 0
        with FileRows(path) as rows:
            for key, piece in zip(rows.note.keys, rows.note.pieces, strict=True):
                assert rows.pieces([key]).equals(whole.slice(start, piece.rows))
                start += piece.rows
        assert start == whole.num_rows


def test_note_survives_being_written():
    table = pa.table({"a": [1, None]})
    note = EMPTY.with_pieces([noted(0, table), noted(4, table)], [])
    again = AppendNote.from_json(note.to_json())
    assert again.to_json() == note.to_json()
    assert [piece.schema for piece in again.pieces] == [table.schema] * 2


def test_piece_in_several_groups_keeps_its_types(tmp_path, monkeypatch):
    monkeypatch.setattr(append_file, "GROUP", 1)
    kinds = [["a"], [0, 2**63], [{"k": 1}, 5], [1.5, 2], [None]]
    tables = [table_of([typed_column("a", None, values)], len(values)) for values in kinds]
    for day, table in enumerate(tables):
        write(tmp_path / "one.parquet", {day: table})
    write(tmp_path / "all.parquet", dict(enumerate(tables)))
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "all.parquet").read_bytes()
