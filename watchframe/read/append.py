"""The pieces of a range, appended to a file: those that are over and that it lacks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from watchframe.cache import Policy
from watchframe.cache.freshness import CLOCK_TOLERANCE, data_age
from watchframe.errors import ArgumentError, ResultTruncatedWarning, UnprovenResultWarning
from watchframe.hints import Hint, Kind
from watchframe.keys import without_keys
from watchframe.read.answer import Answer
from watchframe.read.append_file import (
    FileRows,
    append_path,
    check_columns,
    held,
    read_note,
    write_pieces,
)
from watchframe.read.append_note import AppendNote, PieceNote
from watchframe.read.options import ReadOptions
from watchframe.read.output import Output, answer_warnings
from watchframe.read.pieces import SplitRange
from watchframe.read.side_by_side import failure_of, outcomes_side_by_side
from watchframe.reprs.words import counted

if TYPE_CHECKING:
    from watchframe.read.sweep import Sweep

#: Seconds between two writings of the file at least, and in how many times the time that the last
#: one took: of a long run little is lost, and little of it goes into writing.
_EVERY, _SHARE = 5.0, 10

_Piece = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a call has appended.

    Attributes
    ----------
    path : Path
    note : AppendNote
        Of the file as it is now.
    pieces : list of mapping
        The pieces of the range that are over.
    added, replaced : int
        How many pieces were added, and how many were read again.
    """

    path: Path
    note: AppendNote
    pieces: list[_Piece]
    added: int
    replaced: int

    def rows(self, shown: Output) -> Any:
        """Return the rows of the pieces of the range, from the file."""
        with FileRows(self.path) as file:
            found = [file.note.piece_that_holds(piece) for piece in self.pieces]
            notes = list({piece.key: piece for piece in found if piece is not None}.values())
            columns = shown.decoded
            if columns is not None and not set(columns) <= set(file.schema.names):
                columns = None  # the error names all that there are
            table = file.pieces([piece.key for piece in notes], columns)
        return shown.of_table(table, {"reads": [piece.read for piece in notes]})

    def __str__(self) -> str:
        counts = f"{counted(self.added, 'piece')} appended"
        if self.replaced:
            counts += f", {self.replaced:,} read again"
        whole = f"{counted(self.note.rows, 'row')} in {counted(len(self.note.pieces), 'piece')}"
        return f"{self.path}: {counts}; {whole}"


def check_append(append_to: object, again: object, split: object) -> None:
    """Raise ArgumentError where these arguments of a sweep do not go together."""
    if append_to is None and again == 0:
        return
    if append_to is None or split is None:
        raise ArgumentError(
            Hint(Kind.NEEDS_FILE if append_to is None else Kind.NEEDS_SPLIT),
            hint=Hint(Kind.APPEND_NEEDS),
        )
    if isinstance(again, bool) or not isinstance(again, int) or again < 0:
        raise ArgumentError(f"again is {again!r}.", hint="Give a number of pieces: 0, 1, 2.")
    append_path(append_to)  # before anything is asked


def append_sweep(
    sweep: Sweep, options: ReadOptions, on_answer: Callable[[Answer], object]
) -> Appended:
    """Append the pieces of a sweep that are over, and that the file lacks.

    Parameters
    ----------
    sweep : Sweep
        Its `append_to` is given.
    options : ReadOptions
    on_answer : callable
        Called with each answer, without its rows, to warn of it.

    Raises
    ------
    ArgumentError
        The file holds another read, another process appends to it, or there is no file and no
        piece is over.
    OSError
        The file cannot be written.
    ExceptionGroup
        Of the errors of the reads; the pieces that could be read are in the file.
    """
    if sweep.again and options.policy.mode == "only":
        raise ArgumentError(
            "Pieces are read again from the server, and no request may be made.",
            hint=Hint(Kind.AGAIN_NEEDS_SERVER),
        )
    path, split = append_path(sweep.append_to), sweep.split or {}
    with held(path):
        note = read_note(path)
        whole = SplitRange.of(sweep.query, sweep.params, split, sweep.inclusive, options)
        asked = AppendNote.of(whole)
        if note is not None:
            note.check(asked, path)
        run = _Run(path=path, whole=whole, note=note or asked, on_answer=on_answer)
        run.find(sweep.again)
        if note is None and not run.pieces:
            raise ArgumentError(
                f"No piece of the range is over, so that there is nothing to begin {path} with.",
                hint="A piece is over 12 hours after its end by UTC. Give a range that began "
                "earlier, or shorter pieces.",
            )
        run.read(sweep.concurrency)
    return Appended(
        path=path, note=run.note, pieces=run.pieces, added=run.added, replaced=run.replaced
    )


@dataclass(slots=True, kw_only=True)
class _Run:
    """One call: what it has to read, and what of it is not in the file yet."""

    path: Path
    whole: SplitRange
    note: AppendNote
    on_answer: Callable[[Answer], object]
    pieces: list[_Piece] = field(default_factory=list)
    added: int = 0
    replaced: int = 0
    _to_read: list[_Piece] = field(default_factory=list)
    _due: dict[tuple[datetime, datetime], PieceNote] = field(default_factory=dict)
    _new: dict[PieceNote, pa.Table] = field(default_factory=dict)
    _is_writing: bool = False
    _written: float = field(default_factory=time.monotonic)
    _took: float = 0.0

    def find(self, again: int) -> None:
        """Find the pieces that are over, and which of them are to be read.

        Pieces that an earlier call was to read again, and did not, are among them.
        """
        self.pieces = [
            piece for piece in self.whole.pieces if self.whole.over_since(piece) is not None
        ]
        there: dict[tuple[datetime, datetime], PieceNote] = {}
        for piece in self.pieces:
            known = self.note.piece_that_holds(piece)
            if known is None:
                self._to_read.append(piece)
            else:
                there[known.key] = known
        last = list(there)[-again:] if again else []
        self._due = {key: note for key, note in there.items() if key in last or note.is_due}
        if self.whole.options.policy.mode == "only":
            self._due = {}
        self._to_read += [{"start": note.start, "end": note.end} for note in self._due.values()]
        self._to_read.sort(key=lambda piece: datetime.fromisoformat(piece["start"]))

    def read(self, concurrency: int) -> None:
        """Read, and write the file now and then.

        Whatever ends it early, the file holds what was written; and on an interrupt or an error
        what has been read is written too.
        """
        requests = [self.whole.request(piece, self._policy(piece)) for piece in self._to_read]
        refused: dict[int, Exception] = {}

        def take(number: int, outcome: Answer | Exception) -> None:
            if isinstance(outcome, Answer):
                try:
                    self._take(self._to_read[number], outcome)
                except ArgumentError as error:
                    error.add_note(f"in read {number}: {without_keys(requests[number].words)}")
                    refused[number] = error
                if time.monotonic() - self._written > max(_EVERY, _SHARE * self._took):
                    self._write()

        try:
            outcomes = outcomes_side_by_side(
                requests,
                concurrency=concurrency,
                progress=self.whole.options.progress,
                on_outcome=take,
            )
        except BaseException:
            if not self._is_writing:
                self._write()
            raise
        self._write()
        failed = failure_of([refused.get(n, outcome) for n, outcome in enumerate(outcomes)])
        if failed is not None:
            failed.add_note(f"What could be read is in {self.path}: calling again continues.")
            raise failed

    def _policy(self, piece: _Piece) -> Policy:
        """Return how fresh a piece has to be: its rows are of a moment when it was over."""
        policy = self.whole.options.policy
        if self._is_due(piece):
            if policy.mode == "off":
                return replace(policy, max_age=0)
            return replace(policy, mode="refresh", max_age=None)
        if policy.mode == "refresh":
            return policy
        return replace(policy, max_age=self.whole.over_since(piece))

    def _is_due(self, piece: _Piece) -> bool:
        return any(
            piece["start"] == note.start and piece["end"] == note.end for note in self._due.values()
        )

    def _take(self, piece: _Piece, answer: Answer) -> None:
        """Keep an answer until it is written.

        Raises
        ------
        ArgumentError
            It is not all that the piece has, for all time.
        """
        words = f"The piece {piece['start']} to {piece['end']}"
        if answer.text_hash != self.note.text_hash:
            raise ArgumentError(
                f"{words} is of another SQL: the query has been edited meanwhile.",
                hint=Hint(Kind.EDITED_SINCE),
            )
        options = self.whole.options
        over = self.whole.over_since(piece) or 0.0
        since = options.clock() - (options.now or options.clock())
        age = data_age(answer.provenance, options.clock())
        if age > timedelta(seconds=over) + since + CLOCK_TOLERANCE:
            raise ArgumentError(
                f"{words} could only be read from a copy that was made before the piece was over.",
                hint="Read it again while the server can be reached.",
            )
        for warning in answer_warnings(answer):
            if isinstance(warning, ResultTruncatedWarning | UnprovenResultWarning):
                raise ArgumentError(
                    f"{words} was not appended, because its rows may not be all, or not the right "
                    f"ones. {warning}",
                    hint="Shorter pieces have fewer rows.",
                )
        note = PieceNote.of(piece, answer.table, answer.attributes)
        check_columns(self.note.with_pieces(self._new), note)
        table = answer.take_table()
        self.on_answer(replace(answer, table=table.schema.empty_table()))
        self._new[note] = table

    def _write(self) -> None:
        """Write the file with what has been read since the last time."""
        if not self._new:
            return
        begun, self._is_writing = time.monotonic(), True
        done = {note.key for note in self._new}
        left = [note for key, note in self._due.items() if key not in done]
        after = self.note.with_pieces(self._new, left)
        write_pieces(self.path, after, {note.key: table for note, table in self._new.items()})
        again = sum(key in self._due for key in done)
        self.replaced, self.added = self.replaced + again, self.added + len(done) - again
        self.note = after
        self._due = {key: note for key, note in self._due.items() if key not in done}
        self._new = {}
        self._written, self._is_writing = time.monotonic(), False
        self._took = self._written - begun
