"""`freeze`: notes which results the reads of a report have, and writes them down as a lock."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from watchframe.cache import KeyParts
from watchframe.config.files import check_writable
from watchframe.decode import column_kinds
from watchframe.decode.row_hash import row_hash
from watchframe.errors import LockError
from watchframe.hints import Hint, Kind
from watchframe.locks import wait_for
from watchframe.read.answer import Answer
from watchframe.read.lock_asked import text_hash
from watchframe.read.lock_file import (
    Asked,
    Lock,
    LockedAnswer,
    LockedDocument,
    LockedRead,
    LockedSets,
    canonical,
    write_lock,
)
from watchframe.read.lock_use import begin_recorder, end_recorder
from watchframe.read.question import is_probably_cut

T = TypeVar("T")
Turn = tuple[int, ...]


class freeze:  # noqa: N801 - it is called as a function is, as contextlib's are
    """Note which results the reads of a block have: ``with watchframe.freeze("report.lock"):``.

    `replay` of the lock then answers the same reads with the same rows. Every read counts,
    whichever function, magic, picker or dashboard makes it, in any thread of this process. The end
    of the block waits for reads that were submitted in it. A read may be noted by several freezes
    at once.

    Parameters
    ----------
    path : str or path
        The lock. A file that is there is replaced at the end of the block, as a whole, and only
        where the block ends without an error.

    Raises
    ------
    ArgumentError
        On entering: no file can be written there.
    LockError
        At the end of the block: nothing was read in it, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, tempfile.TemporaryDirectory() as folder:
    ...     client = Client(demo.url, demo.user_key, cache_dir=folder)
    ...     with freeze(f"{folder}/report.lock"):
    ...         frame = read_watch_query(13, {"kind": "repay"}, client=client)
    ...     with replay(f"{folder}/report.lock"):
    ...         again = read_watch_query(13, {"kind": "repay"}, client=client)
    >>> again.equals(frame)
    True
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).expanduser().absolute()
        self._recorder: Recorder | None = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.end()
        else:
            self.give_up()

    def __repr__(self) -> str:
        state = "" if self._recorder is None else f": {self._recorder.count} reads so far"
        return f"<freeze to {self._path.name}{state}>"

    def begin(self) -> None:
        """Begin to note reads."""
        check_writable(self._path)
        if self._recorder is not None:
            raise LockError(
                f"This freeze of {self._path.name} has begun already.",
                hint="Make another one: freeze(path).",
            )
        self._recorder = Recorder()
        begin_recorder(self._recorder)

    def end(self) -> int:
        """Write the lock, once all its reads have ended; return how many results it holds."""
        recorder = self._recorder
        if recorder is None:
            raise LockError(f"No freeze of {self._path.name} has begun.")
        try:
            end_recorder(recorder)
            recorder.wait()
            lock = recorder.lock()
        finally:
            self.give_up()
        if not lock.reads:
            raise LockError(
                f"Nothing was read while {self._path.name} was being frozen: it was not written.",
                hint=Hint(Kind.NOTHING_FROZEN),
            )
        write_lock(lock, self._path)
        return len(lock.answers)

    def give_up(self) -> None:
        """Note no more, and write nothing."""
        if self._recorder is not None:
            end_recorder(self._recorder)
            self._recorder = None


class Recorder:
    """What was read since a freeze began; safe to use from any thread."""

    def __init__(self) -> None:
        #: The process whose reads are noted.
        self.process = os.getpid()
        self._guard = threading.Lock()
        self._answers: _InOrder[LockedAnswer] = _InOrder()
        self._sets: _InOrder[list[dict[str, Any]]] = _InOrder()
        self._documents: dict[str, LockedDocument] = {}
        self._going_on = 0
        self._is_quiet = threading.Event()
        self._is_quiet.set()

    @property
    def count(self) -> int:
        """How many reads were noted."""
        return self._answers.count

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Hold back the end of the freeze until the block has ended."""
        self.expect()
        try:
            yield
        finally:
            self.release()

    def expect(self) -> None:
        """Hold back the end of the freeze until `release`."""
        with self._guard:
            self._going_on += 1
            self._is_quiet.clear()

    def release(self) -> None:
        """Let the freeze end, as far as one `expect` goes."""
        with self._guard:
            self._going_on -= 1
            if not self._going_on:
                self._is_quiet.set()

    def wait(self) -> None:
        """Wait until no read is going on."""
        wait_for(self._is_quiet, None)

    def note(self, asked: Asked, locked: LockedAnswer, turn: Turn) -> None:
        """Note the answer to a read; `turn` as of `LockUse`."""
        with self._guard:
            self._answers.add(asked, locked, turn)

    def note_sets(self, asked: Asked, sent: Sequence[Mapping[str, Any]], turn: Turn) -> None:
        """Note as what parameter sets were sent; `turn` as of `LockUse`."""
        with self._guard:
            self._sets.add(asked, [dict(item) for item in sent], turn)

    def note_document(self, server: str, name: Sequence[object], query_id: int | None) -> None:
        """Note that a read needed a definition."""
        document = LockedDocument(server=server, name=list(name), query_id=query_id)
        with self._guard:
            self._documents[canonical([server, *name])] = document

    def lock(self) -> Lock:
        """Return what was noted."""
        with self._guard:
            return Lock(
                reads=[
                    LockedRead(asked=dict(asked), answers=answers)
                    for asked, answers in self._answers.all()
                ],
                sets=[LockedSets(asked=dict(asked), sent=sent) for asked, sent in self._sets.all()],
                documents=[*self._documents.values()],
            )


class _InOrder(Generic[T]):
    """Answers to questions: of one, one where all are equal, else each in its turn."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Asked, list[tuple[Turn, T]]]] = {}

    @property
    def count(self) -> int:
        return sum(len(answers) for _, answers in self._found.values())

    def add(self, asked: Asked, answer: T, turn: Turn) -> None:
        self._found.setdefault(canonical(asked), (asked, []))[1].append((turn, answer))

    def all(self) -> Iterator[tuple[Asked, list[T]]]:
        for asked, noted in self._found.values():
            answers = [answer for _, answer in sorted(noted, key=itemgetter(0))]
            is_one = all(answer == answers[0] for answer in answers)
            yield asked, answers[:1] if is_one else [*answers]


def locked_answer(answer: Answer, parts: KeyParts) -> LockedAnswer:
    """Return what a lock says of an answer that the cache keeps under the key of these parts."""
    known, table = answer.provenance, answer.table
    ran = known.query_text
    rows = table.num_rows
    return LockedAnswer(
        server=known.server,
        query_id=known.query_id,
        query_name=known.query_name,
        asked_query_id=parts.query_id if known.query_id is None else None,
        query_result_id=known.query_result_id,
        data_source_id=parts.data_source_id,
        data_source=known.data_source,
        parameters=dict(known.parameters),
        parameter_types=dict(answer.parameter_types),
        text=parts.text_hash,
        sql=None if ran is None else text_hash(ran),
        retrieved_at=known.retrieved_at,
        runtime_s=known.runtime_s,
        rows=rows,
        row_hash=row_hash(table),
        kinds=_kinds_of(answer),
        is_truncated=known.is_truncated,
        may_be_cut=is_probably_cut(may_be_cut=answer.may_be_cut, rows=rows, ran=ran),
        unproven=answer.unproven,
    )


def _kinds_of(answer: Answer) -> dict[str, str]:
    """Return the kinds that an answer's columns have by other results alone."""
    if not answer.table.num_rows:  # columns that it lacks may be asked for
        return dict(sorted(answer.known_kinds.items()))
    valued = column_kinds(answer.table).keys()
    absent = answer.known_kinds.keys() - set(answer.table.column_names)
    return {
        name: kind
        for name, kind in sorted(answer.known_kinds.items())
        if name not in valued and name not in absent
    }
