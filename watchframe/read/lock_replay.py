"""`replay`: answers reads with the results that a lock names, and with no others."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from watchframe.errors import LockError, NotInLockError
from watchframe.hints import Hint, Kind
from watchframe.parameters import JSON
from watchframe.read.answer import Answer
from watchframe.read.lock_asked import asked_words
from watchframe.read.lock_file import (
    Asked,
    Lock,
    LockedAnswer,
    LockedRead,
    canonical,
    parse_lock,
    read_lock_bytes,
)
from watchframe.read.lock_find import Fetch, find_result
from watchframe.read.lock_pack import Pack, is_pack
from watchframe.read.lock_use import begin_replay, end_replay
from watchframe.read.options import ReadOptions
from watchframe.read.question import Question, SqlQuestion

logger = logging.getLogger(__name__)

T = TypeVar("T")


class replay:  # noqa: N801 - it is called as a function is, as contextlib's are
    """Answer the reads of a block as a lock says: ``with watchframe.replay("report.lock"):``.

    Each read gets exactly the rows that the same read had when the lock was frozen: from the local
    cache, else from the server, by the id of the result. ``max_age`` and the like change nothing of
    that, and nothing is executed. Parameters mean what they meant then, so ``"d_last_7_days"`` are
    the days of then. Within another replay, the inner one answers.

    Parameters
    ----------
    path : str or path
        A lock, as `freeze` writes it; or its pack, as `pack` writes it, which has the rows in it.

    Raises
    ------
    LockError
        On entering: the file is neither, of another version, damaged, or was edited.
    NotInLockError
        By a read: the lock does not hold it.
    ResultGoneError
        By a read: its rows are neither here nor on the server any more.

    Examples
    --------
    >>> with replay("no.lock"):
    ...     pass
    Traceback (most recent call last):
    watchframe.errors.LockError: There is no lock no.lock.
    Hint: Freeze again: run the whole report within watchframe.freeze('no.lock').
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).expanduser().absolute()
        self._replay: Replay | None = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def __repr__(self) -> str:
        return f"<replay of {self._path.name}>"

    def begin(self) -> None:
        """Begin to answer reads."""
        if self._replay is not None:
            raise LockError(
                f"This replay of {self._path.name} has begun already.",
                hint="Make another one: replay(path).",
            )
        self._replay = Replay.of(self._path)
        begin_replay(self._replay)

    def end(self) -> None:
        """Have reads answered as usual again."""
        if self._replay is not None:
            end_replay(self._replay)
            self._replay = None


class Replay:
    """The answers of a lock; safe to use from any thread.

    Parameters
    ----------
    name : str
        What errors call the lock.
    lock : Lock
    pack : Pack, optional
        Holds the rows.
    """

    def __init__(self, name: str, lock: Lock, pack: Pack | None = None) -> None:
        self.name = name
        self._lock = lock
        self._pack = pack
        self._answers = _InOrder({canonical(read.asked): read.answers for read in lock.reads})
        self._sets = _InOrder({canonical(sets.asked): sets.sent for sets in lock.sets})

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the replay of a lock, or of its pack; raises LockError."""
        if is_pack(path):
            pack = Pack.open(path)
            return cls(path.name, parse_lock(pack.lock, path.name), pack)
        return cls(path.name, parse_lock(read_lock_bytes(path), path.name))

    @property
    def servers(self) -> list[str]:
        """The servers whose results it holds."""
        return sorted({answer.server for answer in self._lock.answers})

    def answer(
        self,
        asked: Asked,
        question: Callable[[], Question | None],
        options: ReadOptions,
        *,
        sql: str | None,
        fetch: Fetch,
    ) -> Answer:
        """Return the answer to a read.

        Parameters
        ----------
        asked : Asked
            What it asks.
        question : callable
            Returns the question that it is by what is known here; None where that is not enough.
        options : ReadOptions
        sql : str or None
            Ad-hoc SQL as the caller wrote it.
        fetch : callable
            Returns the server's answer to the question for one result.

        Raises
        ------
        NotInLockError, ResultGoneError
            As of `replay`.
        """
        key = canonical(asked)
        if key not in self._answers:
            key = self._key_by_id(asked) or self._key_of(question(), options.client.server)
        if not key:
            raise self._not_in_lock(asked)
        locked, is_over = self._answers.take(key)
        if is_over:
            times = len(self._answers.found[key])
            raise NotInLockError(
                f"{self.name} holds {times} different answers to {asked_words(asked)}, which was "
                f"read {times} times when it was frozen; this is one read more.",
                hint="Begin the replay anew, and run the whole report in it.",
            )
        found = find_result(locked, options, self._pack, fetch)
        logger.info("%s from %s: %s", locked.label, self.name, found.source)
        return found.answer(locked, options, sql)

    def sets(self, asked: Asked) -> list[dict[str, JSON]]:
        """Return as what the parameter sets of a sweep were sent; raises NotInLockError."""
        key = canonical(asked)
        if key not in self._sets:
            raise self._not_in_lock(asked)
        sent, is_over = self._sets.take(key)
        return self._sets.found[key][-1] if is_over else sent

    def document(self, server: str, name: Sequence[object]) -> object:
        """Return a definition out of the pack; None where it is not there."""
        return None if self._pack is None else self._pack.document(server, name)

    def _key_by_id(self, asked: Asked) -> str:
        """Return the key of what asked the same of the query by its id or its name, or nothing.

        The lock itself tells which name the query had.
        """
        ids = {
            answer.query_id
            for answer in self._lock.answers
            if asked.get("query") in (answer.query_id, answer.query_name)
            and answer.server == asked["server"]
        }
        if len(ids) != 1 or ids == {None}:
            return ""
        (query_id,) = ids
        same = canonical({**asked, "query": query_id})
        return self._one_key(
            read
            for read in self._lock.reads
            if canonical({**read.asked, "query": read.answers[0].query_id}) == same
        )

    def _key_of(self, question: Question | None, server: str) -> str:
        """Return the key of what sent the same, however it was asked; an empty text for nothing."""
        if question is None:
            return ""
        # Of a dynamic date that was read before and after midnight, the answers are of two days.
        return self._one_key(
            read
            for read in self._lock.reads
            if all(_is_same(question, server, answer) for answer in read.answers)
        )

    def _one_key(self, reads: Iterable[LockedRead]) -> str:
        """Return the key of reads of the same rows; an empty text for none, or for different ones.

        So no read gets the rows of another one that only looks like it.
        """
        found = list(reads)
        rows = {tuple(answer.row_hash for answer in read.answers) for read in found}
        return canonical(found[0].asked) if len(rows) == 1 else ""

    def _not_in_lock(self, asked: Asked) -> NotInLockError:
        words = f"{self.name} does not hold {asked_words(asked)}"
        elsewhere = [
            read.asked["server"]
            for read in self._lock.reads
            if {**read.asked, "server": None} == {**asked, "server": None}
        ]
        others = sum(
            read.asked.get("query") == asked.get("query") and "query" in asked
            for read in self._lock.reads
        )
        if elsewhere:
            words += f" on {asked['server']}, but on {elsewhere[0]}"
        elif others:
            words += f", but {others} other {'read' if others == 1 else 'reads'} of that query"
        lock = self.name if self._pack is None else Path(self.name).with_suffix(".lock").name
        return NotInLockError(f"{words}.", hint=Hint(Kind.FREEZE_AGAIN, lock=lock))


class _InOrder(Generic[T]):
    """The answers to each question; where there are several, each is given once, in order."""

    def __init__(self, found: Mapping[str, list[T]]) -> None:
        self.found = found
        self._guard = threading.Lock()
        self._taken: dict[str, int] = {}

    def __contains__(self, key: str) -> bool:
        return key in self.found

    def take(self, key: str) -> tuple[T, bool]:
        """Return the next answer, and whether all had been given before."""
        answers = self.found[key]
        if len(answers) == 1:
            return answers[0], False
        with self._guard:
            place = self._taken.get(key, 0)
            self._taken[key] = place + 1
        return answers[min(place, len(answers) - 1)], place >= len(answers)


def _is_same(question: Question, server: str, locked: LockedAnswer) -> bool:
    """Whether a question is the one that a lock has an answer to."""
    if server != locked.server or dict(question.parameters) != locked.parameters:
        return False
    query_id = question.facts.get("query_id")
    if isinstance(question, SqlQuestion):
        parts = question.key_parts(server=server, principal="")
        of_lock = (locked.query_id, locked.data_source_id, locked.text)
        return of_lock == (None, parts.data_source_id, parts.text_hash)
    return query_id is not None and query_id == locked.query_id
