"""What the parts of a move share: the run with its report, the state file, and its lock."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, get_args

import msgspec

from watchframe.admin.move_links import Kind, LinkRewriter
from watchframe.cache.file_locks import locked_if_free
from watchframe.client import Client
from watchframe.config.files import write_atomically
from watchframe.errors import (
    ArgumentError,
    AuthenticationError,
    NotFoundError,
    ResponseError,
    WatchframeError,
)
from watchframe.models import Dashboard, DataSource, Query, Widget

logger = logging.getLogger(__name__)

T = TypeVar("T")
Created = TypeVar("Created", Query, Dashboard, Widget)

#: Of two reports of one object the later in this list is shown.
Action = Literal[
    "unchanged",
    "updated",
    "would update",
    "created",
    "would create",
    "removed",
    "would remove",
    "conflict",
    "skipped",
    "failed",
]
_ACTIONS: tuple[Action, ...] = get_args(Action)

#: What a proxy answers when it cannot reach the server: the next request would fail as well.
_OUTAGES = frozenset({502, 503, 504})
_HINT = "Give the state file of this move, or another path for a new one."


class NotMovedError(WatchframeError):
    """An object cannot be moved; the message is the reason that the report shows."""


class Line(NamedTuple):
    """A row of the report."""

    kind: Kind
    source_id: int
    name: str
    action: Action
    error: str | None


@dataclass(slots=True, kw_only=True)
class MoveRun:
    """One run of a move."""

    source: Client
    target: Client
    state: MoveState
    data_sources: Mapping[int, int]
    known_sources: Mapping[int, DataSource]
    dry_run: bool
    lines: dict[tuple[Kind, int], Line] = field(default_factory=dict)
    _floors: dict[Kind, int] = field(default_factory=dict)

    def report(
        self, kind: Kind, source_id: int, name: str, action: Action, error: str | None = None
    ) -> None:
        """Add a row to the report, or replace the same object's row by a weightier one."""
        before = self.lines.get((kind, source_id))
        if before is None or _ACTIONS.index(action) >= _ACTIONS.index(before.action):
            self.lines[kind, source_id] = Line(kind, source_id, name, action, error)

    def is_left_out(self, kind: Kind, source_id: int) -> bool:
        """Whether this run could not move an object."""
        line = self.lines.get((kind, source_id))
        return line is not None and line.action in ("skipped", "failed")

    def on_target(self, kind: Kind, source_id: int) -> int | None:
        """Return an object's id on the target; None where it is not there."""
        moved = self.state.get(kind, source_id)
        return moved.target_id if moved else None

    @property
    def links(self) -> LinkRewriter:
        """Return what rewrites links to the objects that are already on the target."""
        return LinkRewriter(
            source=self.source.server,
            target=self.target.server,
            on_target={kind: partial(self.on_target, kind) for kind in get_args(Kind)},
        )

    def can_rewrite_links(self, kind: Kind, source_id: int) -> bool:
        """Whether this run wrote an object completely, so that its links may be written again."""
        line, moved = self.lines.get((kind, source_id)), self.state.get(kind, source_id)
        is_done = line is not None and line.error is None and not self.dry_run
        return is_done and moved is not None and bool(moved.digest)

    def create(
        self,
        kind: Kind,
        source_id: int,
        create: Callable[[], Created],
        *,
        existing: Callable[[], Iterable[Created]],
        is_same: Callable[[Created], bool],
    ) -> Created:
        """Create an object on the target, or return that of an earlier run whose answer was lost.

        Parameters
        ----------
        kind, source_id
            The object in the source.
        create : callable
            Asks the target to create it.
        existing : callable
            Returns the target's objects among which it would be.
        is_same : callable
            Whether one of them looks as this one would.
        """
        pending = self.state.pending
        taken: set[int] = self.state.target_ids(kind)
        if pending is not None and (pending.kind, pending.source_id) == (kind, source_id):
            floor = pending.floor
            for item in existing():
                if item.id > floor and item.id not in taken and is_same(item):
                    logger.info("%s %d had been created, its answer was lost", kind, source_id)
                    return item
        else:
            if kind not in self._floors:
                self._floors[kind] = max((item.id for item in existing()), default=0)
            floor = max([self._floors[kind], *taken])
        self.state.begin(kind, source_id, floor)
        return create()

    def remove(self, kind: Kind, source_id: int, delete: Callable[[int], object]) -> None:
        """Delete on the target what the source does not have any more."""
        moved = self.state.get(kind, source_id)
        if moved is None or self.dry_run:
            self.report(kind, source_id, "", "would remove")
            return
        with contextlib.suppress(NotFoundError):  # it has been deleted there as well
            delete(moved.target_id)
        self.report(kind, source_id, "", "removed")
        self.state.forget(kind, source_id)

    def attempt(self, kind: Kind, source_id: int, name: str, work: Callable[[], T]) -> T | None:
        """Do a part of the move; an error that concerns this object alone goes into the report."""
        try:
            return work()
        except NotMovedError as error:
            self.report(kind, source_id, name, "skipped", error.message)
        except ResponseError as error:
            if isinstance(error, AuthenticationError) or error.status in _OUTAGES:
                raise
            self.report(kind, source_id, name, "failed", error.message)
        return None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the source that is on the target.

    Attributes
    ----------
    target_id : int
    digest : str
        Of what was written; empty where it was created and not yet written completely.
    parent : int or None
        The query or dashboard of the source that it belongs to.
    updated_at : str or None
        When the target's object was last edited, at the time of writing.
    """

    target_id: int
    digest: str = ""
    parent: int | None = None
    updated_at: str | None = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An object that the target was asked to create, without an answer yet.

    Attributes
    ----------
    kind : str
    source_id : int
    floor : int
        The highest id that such objects had on the target before.
    """

    kind: Kind
    source_id: int
    floor: int


class _Document(msgspec.Struct, kw_only=True):
    """The content of the state file."""

    format: Literal[1]
    source: str
    target: str
    pending: Pending | None
    moved: dict[Kind, dict[int, Moved]]


class MoveState:
    """The state file, rewritten after each object: ids and digests, no texts and no keys.

    Parameters
    ----------
    path : Path
    source, target : str
        The servers' URLs.
    is_kept : bool
        Whether changes go into the file.

    Raises
    ------
    ArgumentError
        The file is of another move, or of something else.
    """

    def __init__(self, path: Path, source: str, target: str, *, is_kept: bool) -> None:
        self._path = path
        self._is_kept = is_kept
        self._document = _Document(
            format=1,
            source=source,
            target=target,
            pending=None,
            moved={kind: {} for kind in get_args(Kind)},
        )
        if path.exists():
            self._document = self._read()

    @property
    def pending(self) -> Pending | None:
        """Return the object whose creation was not confirmed, if there is one."""
        return self._document.pending

    def get(self, kind: Kind, source_id: int) -> Moved | None:
        """Return what an object of the source is on the target, if it is there."""
        return self._document.moved[kind].get(source_id)

    def target_ids(self, kind: Kind) -> set[int]:
        """Return the ids on the target of all that was moved."""
        return {item.target_id for item in self._document.moved[kind].values()}

    def of_parent(self, kind: Kind, parent: int) -> set[int]:
        """Return the ids in the source of what belongs to a query or dashboard."""
        items = self._document.moved[kind].items()
        return {number for number, item in items if item.parent == parent}

    def begin(self, kind: Kind, source_id: int, floor: int) -> None:
        """Record that the target is now asked to create an object."""
        self._document.pending = Pending(kind=kind, source_id=source_id, floor=floor)
        self._write()

    def record(self, kind: Kind, source_id: int, moved: Moved) -> None:
        """Record that an object is on the target."""
        pending = self.pending
        if pending is not None and (pending.kind, pending.source_id) == (kind, source_id):
            self._document.pending = None
        elif self.get(kind, source_id) == moved:
            return
        self._document.moved[kind][source_id] = moved
        self._write()

    def forget(self, kind: Kind, source_id: int) -> None:
        """Record that an object is not on the target any more."""
        del self._document.moved[kind][source_id]
        self._write()

    def _write(self) -> None:
        if self._is_kept:
            text = msgspec.json.format(msgspec.json.encode(self._document), indent=1)
            write_atomically(self._path, text)

    def _read(self) -> _Document:
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=_Document)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise ArgumentError(
                f"{self._path} is not the state of a move, or is of a newer release.", hint=_HINT
            ) from None
        if (found.source, found.target) != (self._document.source, self._document.target):
            raise ArgumentError(
                f"{self._path} is of a move from {found.source} to {found.target}.", hint=_HINT
            )
        found.moved = self._document.moved | found.moved
        return found


def digest_of(value: object) -> str:
    """Return a digest that differs between any two JSON values."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextmanager
def exclusive_run(state: Path) -> Iterator[None]:
    """Hold the lock of a state file within the block; the lock of a killed process is free.

    Where the file system has no locks, nothing is held.

    Raises
    ------
    ArgumentError
        Another run holds it.
    """
    with ExitStack() as stack:
        try:
            is_free = stack.enter_context(locked_if_free(state.with_name(f".{state.name}.lock")))
        except OSError:
            is_free = True
        if not is_free:
            raise ArgumentError(
                f"Another run of the move of {state} is going on.",
                hint="Wait for its end, then start this one again.",
            )
        yield
