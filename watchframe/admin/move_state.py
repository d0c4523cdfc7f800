"""What the parts of a move share: the servers, the state, the report."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from watchframe.cache.file_locks import locked_if_free
from watchframe.client import Client
from watchframe.config.files import write_atomically
from watchframe.errors import ArgumentError, AuthenticationError, ResponseError, WatchframeError
from watchframe.models import DataSource

#: An object's id on the source -> that on the target; None where it is not there (yet).
OnTarget = Callable[[int], int | None]
Linked = Literal["query", "dashboard", "visualization", "widget"]

_KINDS: Mapping[str, Linked] = {"queries": "query", "dashboards": "dashboard"}
#: What follows the object's number in an address: to the end of the link, in Markdown or HTML.
_PAGE = r"/(?P<noun>queries|dashboards)/(?P<number>[0-9]+)(?!\w)(?P<rest>[^\s\"'<>()\[\]]*)"
#: ``/queries/12#34`` shows visualization 34.
_SHOWN = re.compile(r"#([0-9]+)(?![0-9])")
#: ``?p_w5_market=WETH`` is a parameter of widget 5.
_WIDGET = re.compile(r"(?<=[?&;]p_w)([0-9]+)(?=_)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLinks:
    """How links change in a move.

    Attributes
    ----------
    source, target : str
        The servers' URLs.
    on_target : mapping
        By kind of object.
    """

    source: str
    target: str
    on_target: Mapping[Linked, OnTarget]

    def in_text(self, text: str) -> str:
        """Return a text for people: whole addresses are turned, and paths such as ``/queries/12``.

        A link to what is not on the target stays as it is.
        """
        here, there = (urlsplit(url).path.rstrip("/") for url in (self.source, self.target))
        path = rf"(?<![\w./:%~-]){re.escape(here)}{_PAGE}"
        return self._turned(path, there, self.in_sql(text))

    def in_sql(self, text: str) -> str:
        """Return SQL with whole addresses replaced: a bare path may be a value that is compared."""
        return self._turned(re.escape(self.source) + _PAGE, self.target, text)

    def in_json(self, value: object) -> object:
        """Return a JSON value with the links of all its texts turned."""
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, Mapping):
            return {name: self.in_json(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.in_json(item) for item in value]
        return value

    def _turned(self, pattern: str, base: str, text: str) -> str:
        def turned(match: re.Match[str]) -> str:
            noun = match["noun"]
            number = self.on_target[_KINDS[noun]](int(match["number"]))
            if number is None:
                return match[0]
            return f"{base}/{noun}/{number}{self._rest(match['rest'])}"

        return re.sub(pattern, turned, text)

    def _rest(self, rest: str) -> str:
        rest = _WIDGET.sub(lambda found: self._number("widget", found[1]), rest)
        return _SHOWN.sub(lambda found: "#" + self._number("visualization", found[1]), rest)

    def _number(self, kind: Linked, number: str) -> str:
        return str(self.on_target[kind](int(number)) or number)


Kind = Literal["query", "visualization", "dashboard", "widget"]

_FORMAT = 1
_HINT = "Give the state file of this move, or another path for a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An object of the source that is on the target.

    Attributes
    ----------
    target_id : int
    digest : str
        Of what was written; empty where only the making of it is done.
    parent : int or None
        The query or dashboard of the source that it belongs to.
    updated_at : str or None
        When the target's object was last edited, as of the writing.
    """

    target_id: int
    digest: str = ""
    parent: int | None = None
    updated_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An object whose making was asked for, with no answer yet.

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


class MoveState:
    """The file, written anew after each object; it holds ids and digests, no texts and no keys.

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
        self._servers = {"source": source, "target": target}
        self._moved: dict[Kind, dict[int, Moved]] = {kind: {} for kind in get_args(Kind)}
        self.begun: Begun | None = None
        if path.exists():
            self._read()

    def get(self, kind: Kind, source_id: int) -> Moved | None:
        """Return what an object of the source is on the target, if it is there."""
        return self._moved[kind].get(source_id)

    def target_ids(self, kind: Kind) -> set[int]:
        """Return the ids on the target of all that is there."""
        return {item.target_id for item in self._moved[kind].values()}

    def of_parent(self, kind: Kind, parent: int) -> Iterator[int]:
        """Return the ids in the source of what belongs to a query or dashboard."""
        return (number for number, item in self._moved[kind].items() if item.parent == parent)

    def begin(self, kind: Kind, source_id: int, floor: int) -> None:
        """Note that the target is now asked to make an object."""
        self.begun = Begun(kind=kind, source_id=source_id, floor=floor)
        self._write()

    def record(self, kind: Kind, source_id: int, moved: Moved) -> None:
        """Note that an object is there."""
        if self.begun is not None and (self.begun.kind, self.begun.source_id) == (kind, source_id):
            self.begun = None
        elif self.get(kind, source_id) == moved:
            return
        self._moved[kind][source_id] = moved
        self._write()

    def forget(self, kind: Kind, source_id: int) -> None:
        """Note that an object is not there any more."""
        del self._moved[kind][source_id]
        self._write()

    def _write(self) -> None:
        if not self._is_kept:
            return
        value: dict[str, object] = {"format": _FORMAT, **self._servers}
        value["begun"] = self.begun and asdict(self.begun)
        value["moved"] = {
            kind: {str(number): asdict(item) for number, item in sorted(items.items())}
            for kind, items in self._moved.items()
        }
        write_atomically(self._path, json.dumps(value, indent=1).encode())

    def _read(self) -> None:
        try:
            value = json.loads(self._path.read_bytes())
            servers = {name: value[name] for name in self._servers}
            if value["format"] != _FORMAT:
                raise ArgumentError(f"{self._path} was written by a newer release.", hint=_HINT)
            self._take(value)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ArgumentError(f"{self._path} is not the state of a move.", hint=_HINT) from None
        if servers != self._servers:
            raise ArgumentError(
                f"{self._path} is of a move from {servers['source']} to {servers['target']}.",
                hint=_HINT,
            )

    def _take(self, value: Mapping[str, Any]) -> None:
        for kind, items in self._moved.items():
            for number, item in value["moved"][kind].items():
                items[int(number)] = Moved(**item)
        self.begun = Begun(**value["begun"]) if value["begun"] else None


def digest_of(value: object) -> str:
    """Return what tells a JSON value from any other."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


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
        """Return an object's id on the target; None where it is not there."""
        moved = self.state.get(kind, source_id)
        return moved.target_id if moved else None

    @property
    def links(self) -> MovedLinks:
        """Return how links change, as of what is on the target by now."""
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


@contextmanager
def alone_with(state: Path) -> Iterator[None]:
    """Be the only run with this state file within the block; one that was killed is none.

    Where the file system knows no locks, nothing is held.

    Raises
    ------
    ArgumentError
        Another run is going on.
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
