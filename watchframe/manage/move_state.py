"""What of a move is done, in a file: so that it can be taken up again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from watchframe.errors import ArgumentError
from watchframe.manage.atomic_file import write_atomically

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
        """Give what an object of the source is on the target, if it is there."""
        return self._moved[kind].get(source_id)

    def target_ids(self, kind: Kind) -> set[int]:
        """Give the ids on the target of all that is there."""
        return {item.target_id for item in self._moved[kind].values()}

    def of_parent(self, kind: Kind, parent: int) -> Iterator[int]:
        """Give the ids in the source of what belongs to a query or dashboard."""
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
    """Give what tells a JSON value from any other."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
