"""The locks that are in use in this process: which reads are noted, and which are replayed.

They are of the whole process, not of a thread, because the reads of a sweep and of a submitted
query run in threads of their own. A read has those that were in use when it was called.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from watchframe.locks import ProcessLock

if TYPE_CHECKING:
    from watchframe.read.lock_freeze import Recorder
    from watchframe.read.lock_replay import Replay

P = ParamSpec("P")
R = TypeVar("R")

#: A file's name in these makes a whole process freeze or replay, from its first read on.
FREEZE_VARIABLE, REPLAY_VARIABLE = "WATCHFRAME_FREEZE", "WATCHFRAME_REPLAY"

#: The documents that a lock names, and a pack carries. Others are of more than the report, such as
#: the list of all data sources, or it depends on what is known here whether a read needs them.
_NOTED = frozenset({"query", "query-name", "dashboard"})

_guard = ProcessLock()
_recorders: list[Recorder] = []
_replays: list[Replay] = []
_has_looked = _is_looking = False
_turns = itertools.count()


@dataclass(frozen=True, slots=True)
class LockUse:
    """What is done with the reads that begin now.

    Attributes
    ----------
    recorders : tuple of Recorder
        Those that note the answers.
    replay : Replay or None
        What answers; the one that began last, where there are several.
    turn : tuple of int
        When the read was asked for, among all. Reads side by side end in any order, and where one
        question has several answers, a replay gives them in the order of the questions.
    """

    recorders: tuple[Recorder, ...]
    replay: Replay | None
    turn: tuple[int, ...]

    def of_read(self, number: int) -> LockUse:
        """Return it for one of the reads that one call asks for, by its number among them."""
        return replace(self, turn=(*self.turn, number))

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Hold back the end of each freeze until the block has ended."""
        with contextlib.ExitStack() as stack:
            for recorder in self.recorders:
                stack.enter_context(recorder.reading())
            yield

    def document(self, server: str, name: Sequence[object], query_id: int | None) -> object:
        """Note that a read needs a definition; return it out of a pack, or None."""
        if name[0] in _NOTED:
            for recorder in self.recorders:
                recorder.note_document(server, name, query_id)
        return None if self.replay is None else self.replay.document(server, name)

    def holding(self, work: Callable[P, R]) -> Callable[P, R]:
        """Return `work`, which runs once, in a thread: each freeze waits for its end."""
        for recorder in self.recorders:
            recorder.expect()

        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return work(*args, **kwargs)
            finally:
                for recorder in self.recorders:
                    recorder.release()

        return run


def lock_in_use() -> LockUse | None:
    """Return what is to be done with a read that begins now; None for nothing."""
    if not _has_looked:
        _look_into_environment()
    if not _recorders and not _replays:
        return None
    with _guard.lock:
        # A forked child has its own life: nobody would write down what it notes.
        recorders = tuple(item for item in _recorders if item.process == os.getpid())
        replay = _replays[-1] if _replays else None
    if not recorders and replay is None:
        return None
    return LockUse(recorders, replay, (next(_turns),))


def begin_recorder(recorder: Recorder) -> None:
    """Have the reads that begin from now on noted."""
    _look_into_environment()
    with _guard.lock:
        _recorders.append(recorder)


def end_recorder(recorder: Recorder) -> None:
    """Have no more reads noted by this one."""
    with _guard.lock:
        if recorder in _recorders:
            _recorders.remove(recorder)


def begin_replay(replay: Replay) -> None:
    """Have the reads that begin from now on answered by a lock."""
    _look_into_environment()
    with _guard.lock:
        _replays.append(replay)


def end_replay(replay: Replay) -> None:
    """Have no more reads answered by this one."""
    with _guard.lock:
        if replay in _replays:
            _replays.remove(replay)


def _look_into_environment() -> None:
    """Begin, once, what the environment asks for; the reads of other threads wait for that."""
    global _has_looked, _is_looking  # noqa: PLW0603 - the environment is that of the process
    with _guard.lock:
        if _has_looked or _is_looking:  # the latter in this thread, from within `begin`
            return
        # A child process would write its own reads, fewer, over those of this one.
        frozen = os.environ.pop(FREEZE_VARIABLE, "")
        replayed = os.environ.get(REPLAY_VARIABLE, "")
        if frozen or replayed:
            from watchframe.read.lock_environment import begin  # noqa: PLC0415 - hardly ever

            _is_looking = True
            try:
                begin(frozen or None, replayed or None)
            except BaseException:
                # The next read says it again: none is answered as if nothing had been asked for.
                if frozen:
                    os.environ[FREEZE_VARIABLE] = frozen
                raise
            finally:
                _is_looking = False
        _has_looked = True
