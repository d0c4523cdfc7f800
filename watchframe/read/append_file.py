"""A Parquet file of the pieces of a range, which is whole at every moment.

Each commit writes the file anew and puts it in the place of the old one. The rows stand in the
order of the pieces, and the columns are those of `concat_results` of all results, in whatever order
the pieces came. For that the file notes how each result had its columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from watchframe.cache.file_locks import locked_if_free
from watchframe.config.files import (
    check_writable,
    delete_drafts,
    is_special,
    replaced_file,
    resolve_links,
)
from watchframe.decode import (
    column_before,
    column_of_all,
    field_of_all,
    names_of_all,
    undeclared_columns,
)
from watchframe.errors import ArgumentError
from watchframe.read.answer import with_attributes
from watchframe.read.append_note import NOTE, AppendNote, PieceNote

#: Rows that are read, held and written at once.
GROUP = 1 << 18

_Key = tuple[datetime, datetime]


def append_path(given: object) -> Path:
    """Return the path of a file that pieces can be appended to.

    Raises
    ------
    ArgumentError
        It is no path of a Parquet file, or no file can be made there.
    """
    try:
        path = Path(given).expanduser()  # type: ignore[arg-type]
    except TypeError:
        raise ArgumentError(
            f"append_to is a {type(given).__name__}.", hint='Give a path: "borrows.parquet".'
        ) from None
    if path.suffix.lower() != ".parquet":
        raise ArgumentError(
            f"{str(given)!r} does not end in .parquet.",
            hint="Pieces are appended to Parquet files alone.",
        )
    check_writable(path)
    if is_special(path):
        raise ArgumentError(f"{path} is a device or a pipe.", hint="Name a file.")
    return resolve_links(path)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let no other call append to the file within the block; a killed one holds nothing.

    Where the file system has no locks, nothing is held: of two calls at the same time, the pieces
    of one may then be missing, and are read by the next call.

    Raises
    ------
    ArgumentError
        Another call appends to it.
    """
    with ExitStack() as stack:
        try:
            is_free = stack.enter_context(locked_if_free(path.with_name(f".{path.name}.lock")))
        except OSError:
            is_free = True
        if not is_free:
            raise ArgumentError(
                f"Another process appends to {path} at this moment.",
                hint="Wait for its end, then start this one again.",
            )
        delete_drafts(path)
        yield


def read_note(path: Path) -> AppendNote | None:
    """Return what the file says of itself; None where there is no file.

    Raises
    ------
    ArgumentError
        It is no Parquet file, or not one that pieces were appended to.
    """
    if not path.exists():
        return None
    with FileRows(path) as rows:
        return rows.note


class FileRows(AbstractContextManager["FileRows"]):
    """The rows of such a file, read in ranges: ``with FileRows(path) as rows:``.

    Attributes
    ----------
    note : AppendNote
    schema : pyarrow.Schema

    Raises
    ------
    ArgumentError
        As of `read_note`.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - it takes long to import

        try:
            self._file = pq.ParquetFile(path)
        except pa.ArrowInvalid:
            raise ArgumentError(
                f"{path} is no Parquet file, or not a whole one.", hint="Name another file."
            ) from None
        try:
            self.note = self._checked_note(path)
        except BaseException:
            self._file.close()
            raise
        self.schema: pa.Schema = self._file.schema_arrow
        groups = (self._file.metadata.row_group(n) for n in range(self._file.num_row_groups))
        self._groups: list[tuple[int, int]] = []  # the first row of each, and that behind the last
        row = 0
        for group in groups:
            self._groups.append((row, row + group.num_rows))
            row += group.num_rows
        self._last: tuple[int, pa.Table] | None = None

    def _checked_note(self, path: Path) -> AppendNote:
        text = (self._file.metadata.metadata or {}).get(NOTE)
        if text is None:
            raise ArgumentError(
                f"{path} does not say which pieces it holds: append_to has not made it.",
                hint="Name another file.",
            )
        try:
            note = AppendNote.from_json(text)
        except ValueError:
            raise ArgumentError(
                f"What {path} says of its pieces cannot be read: a later release may have "
                "written it.",
                hint="Update watchframe, or name another file.",
            ) from None
        if note.rows != self._file.metadata.num_rows:
            raise ArgumentError(
                f"{path} holds {self._file.metadata.num_rows:,} rows, and its pieces "
                f"{note.rows:,}: it was changed by another program.",
                hint="Name another file, or move this one away.",
            )
        return note

    def read(self, first: int, rows: int) -> Iterator[pa.Table]:
        """Yield the rows from `first` on, in tables; each group of rows is read once in a row."""
        end = first + rows
        for number, (start, stop) in enumerate(self._groups):
            if start < end and first < stop:
                if self._last is None or self._last[0] != number:
                    self._last = None  # its memory first
                    self._last = number, self._file.read_row_group(number)
                found = self._last[1]
                begin = max(first - start, 0)
                yield found.slice(begin, min(end, stop) - start - begin)

    def pieces(self, keys: Sequence[_Key], columns: Sequence[str] | None = None) -> pa.Table:
        """Return the rows of these pieces, which stand in order.

        Parameters
        ----------
        keys : sequence
            Of pieces that the file holds.
        columns : sequence of str, optional
            Only these, where the file has them.
        """
        names = [
            name for name in self.schema.names if columns is None or name in frozenset(columns)
        ]
        rows_of = dict(zip(self.note.keys, (piece.rows for piece in self.note.pieces), strict=True))
        ranges = _joined([(self.note.offsets[key], rows_of[key]) for key in keys])
        parts = [self._select(names, first, rows) for first, rows in ranges]
        schema = pa.schema([self.schema.field(name) for name in names])
        if not parts:
            return schema.empty_table()
        return pa.concat_tables([part for tables in parts for part in tables]).cast(schema)

    def _select(self, names: list[str], first: int, rows: int) -> list[pa.Table]:
        """Return the rows from `first` on, of some columns."""
        end = first + rows
        numbers = [
            number
            for number, (start, stop) in enumerate(self._groups)
            if start < end and first < stop
        ]
        found = self._file.read_row_groups(numbers, columns=names)
        begin = first - self._groups[numbers[0]][0]
        return [found.select(names).slice(begin, rows)]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges of rows, those that follow each other as one and empty ones left out."""
    found: list[tuple[int, int]] = []
    for first, rows in ranges:
        if found and sum(found[-1]) == first:
            found[-1] = found[-1][0], found[-1][1] + rows
        elif rows:
            found.append((first, rows))
    return found


def write_pieces(path: Path, note: AppendNote, new: Mapping[_Key, pa.Table]) -> None:
    """Write the file with the pieces of `note`, and put it in the place of the old one.

    Parameters
    ----------
    path : Path
    note : AppendNote
        At least one piece.
    new : mapping
        The results of those pieces that are not to be taken from the old file.

    Raises
    ------
    OSError
        It cannot be written; the old file is as it was.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - it takes long to import

    try:
        with replaced_file(path) as file, ExitStack() as stack:
            is_needed = any(piece.rows and piece.key not in new for piece in note.pieces)
            old = stack.enter_context(FileRows(path)) if is_needed else None
            whole = _Whole.of(note, old, new)
            schema = with_attributes(whole.schema.empty_table(), note.attributes).schema
            writer = stack.enter_context(pq.ParquetWriter(file, schema))
            writer.add_key_value_metadata({NOTE: note.to_json()})
            for table in _in_groups(whole.tables()):
                writer.write_table(table.replace_schema_metadata(schema.metadata))
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from error


def _in_groups(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the same rows in tables of `GROUP` rows, so that groups do not depend on the pieces."""
    held_back: list[pa.Table] = []
    rows = 0
    for table in tables:
        held_back.append(table)
        rows += table.num_rows
        while rows >= GROUP:
            joined = pa.concat_tables(held_back)
            yield joined.slice(0, GROUP)
            held_back = [joined.slice(GROUP)]
            rows -= GROUP
    if rows:
        yield pa.concat_tables(held_back)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of all pieces: its field, and its values where those had to decide on it."""

    field: pa.Field
    values: pa.ChunkedArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """All pieces, from the old file and new ones, in the columns that they have together."""

    note: AppendNote
    old: FileRows | None
    new: Mapping[_Key, pa.Table]
    schemas: Mapping[str, pa.Schema]
    columns: Sequence[_Column]

    @classmethod
    def of(cls, note: AppendNote, old: FileRows | None, new: Mapping[_Key, pa.Table]) -> Self:
        filled = [piece for piece in note.pieces if piece.rows] or [*note.pieces]
        schemas = {piece.columns: piece.schema for piece in note.pieces}
        whole = cls(note=note, old=old, new=new, schemas=schemas, columns=())
        names = names_of_all([schemas[text] for text in dict.fromkeys(p.columns for p in filled)])
        columns = [whole._column(name, filled) for name in names]
        return cls(note=note, old=old, new=new, schemas=schemas, columns=columns)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([column.field for column in self.columns])

    def tables(self) -> Iterator[pa.Table]:
        """Yield the rows of all pieces, in order."""
        done = 0
        for piece in self.note.pieces:
            for part in self._parts(piece):
                arrays = [
                    self._values(part, piece, column.field)
                    if column.values is None
                    else column.values.slice(done, len(part))
                    for column in self.columns
                ]
                yield pa.table(arrays, schema=self.schema)
                done += len(part)

    def _column(self, name: str, filled: Sequence[PieceNote]) -> _Column:
        """Return a column as `concat_results` of the results of `filled` has it."""
        having = next(
            schema.field(name)
            for piece in filled
            if name in (schema := self.schemas[piece.columns]).names
        )
        fields = [self._own(piece, name) or having for piece in filled]
        has = [self._has_values(piece, name) for piece in filled]
        field = field_of_all(fields, has)
        if field is not None:
            return _Column(field, None)
        arrays = [
            pa.chunked_array(
                [
                    chunk
                    for part in self._parts(piece)
                    for chunk in self._values(part, piece, own).chunks
                ],
                own.type,
            )
            for piece, own in zip(filled, fields, strict=True)
        ]
        found = column_of_all(fields, arrays)
        return _Column(found.field, pa.chunked_array([found.array], found.field.type))

    def _parts(self, piece: PieceNote) -> Iterator[pa.Table]:
        """Yield the rows of a piece: those of its result, or those in the old file."""
        if not piece.rows:
            return
        if piece.key in self.new:
            yield self.new[piece.key]
        elif self.old is not None:
            # As a whole: of a part of its rows the types cannot be told.
            yield pa.concat_tables(self.old.read(self.old.note.offsets[piece.key], piece.rows))

    def _values(self, part: pa.Table, piece: PieceNote, field: pa.Field) -> pa.ChunkedArray:
        """Return rows of a piece in a column of its own type, or nulls of the type of `field`."""
        own = self._own(piece, field.name)
        if own is None or not self._has_values(piece, field.name):
            return pa.chunked_array([pa.nulls(len(part), field.type)])
        values = part.column(field.name)
        if piece.key in self.new:
            return values
        return column_before(part.schema.field(field.name), values, own)

    def _own(self, piece: PieceNote, name: str) -> pa.Field | None:
        schema = self.schemas[piece.columns]
        return schema.field(name) if name in schema.names else None

    def _has_values(self, piece: PieceNote, name: str) -> bool:
        return self._own(piece, name) is not None and name not in piece.without_values


def check_columns(note: AppendNote, piece: PieceNote) -> None:
    """Raise ArgumentError where a piece has other columns than those of `note`.

    Columns that the server does not declare may be missing.
    """
    known = next((other for other in note.pieces if other.rows), None)
    if known is None or not piece.rows or known.columns == piece.columns:
        return
    optional = set[str]()
    for other in {other.columns: other for other in (*note.pieces, piece)}.values():
        optional |= undeclared_columns(other.schema.empty_table())
    mine, theirs = ([n for n in p.schema.names if n not in optional] for p in (known, piece))
    if mine != theirs:
        raise ArgumentError(
            f"The piece {piece.words} has the columns {theirs}, and the file {mine}.",
            hint="Name another file: one file holds rows of the same columns.",
        )
