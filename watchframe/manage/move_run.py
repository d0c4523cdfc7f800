"""What the parts of a move share: the servers, the state, the report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar, get_args

from watchframe.client import Client
from watchframe.errors import AuthenticationError, ResponseError, WatchframeError
from watchframe.manage.move_links import MovedLinks
from watchframe.manage.move_state import Kind, MoveState
from watchframe.models import DataSource

logger = logging.getLogger(__name__)

T = TypeVar("T")

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
_TELLS: tuple[Action, ...] = get_args(Action)

#: What a proxy answers when it cannot ask the server: the next request would fare no better.
_OUTAGES = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the report."""

    kind: Kind
    source_id: int
    name: str
    action: Action
    error: str | None


class NotMovedError(WatchframeError):
    """An object cannot be on the target, for a reason that the report tells."""


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
        """Have a row in the report; of two of the same object the one that tells more."""
        before = self.lines.get((kind, source_id))
        if before is None or _TELLS.index(action) >= _TELLS.index(before.action):
            self.lines[kind, source_id] = Line(kind, source_id, name, action, error)

    def on_target(self, kind: Kind, source_id: int) -> int | None:
        """Give an object's id on the target; None where it is not there."""
        moved = self.state.get(kind, source_id)
        return moved.target_id if moved else None

    @property
    def links(self) -> MovedLinks:
        """Give how links change, as of what is on the target by now."""
        return MovedLinks(
            source=self.source.server,
            target=self.target.server,
            on_target={kind: partial(self.on_target, kind) for kind in get_args(Kind)},
        )

    def is_to_be_seen_again(self, kind: Kind, source_id: int) -> bool:
        """Whether the run wrote an object whole, so that its links can be turned in the end."""
        line, moved = self.lines.get((kind, source_id)), self.state.get(kind, source_id)
        is_done = line is not None and line.error is None and not self.dry_run
        return is_done and moved is not None and bool(moved.digest)

    def made(
        self,
        kind: Kind,
        source_id: int,
        make: Callable[[], T],
        *,
        lost: Callable[[int], Iterable[T]],
        newest: Callable[[], int] = lambda: 0,
    ) -> T:
        """Have the target make an object, or give the one that it made when its answer was lost.

        Parameters
        ----------
        kind, source_id
            The object in the source.
        make : callable
            Asks the target to make it.
        lost : callable
            Given an id, those objects of the target with higher ids that look as if they were it.
        newest : callable
            Gives the highest id of such objects on the target.
        """
        begun = self.state.begun
        if begun is not None and (begun.kind, begun.source_id) == (kind, source_id):
            for found in lost(begun.floor):
                logger.info("%s %d had been made, its answer was lost", kind, source_id)
                return found
            floor = begun.floor
        else:
            if kind not in self._floors:
                self._floors[kind] = newest()
            floor = max([self._floors[kind], *self.state.target_ids(kind)])
        self.state.begin(kind, source_id, floor)
        return make()

    def guarded(self, kind: Kind, source_id: int, name: str, work: Callable[[], T]) -> T | None:
        """Do a part of the move; what one object alone is refused for goes into the report."""
        try:
            return work()
        except NotMovedError as error:
            self.report(kind, source_id, name, "skipped", error.message)
        except ResponseError as error:
            if isinstance(error, AuthenticationError) or error.status in _OUTAGES:
                raise
            self.report(kind, source_id, name, "failed", error.message)
        return None
