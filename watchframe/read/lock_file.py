"""The lock of a report: which results its reads had, as a text that version control can compare.

The file is JSON, indented and sorted. It holds what was asked, what the server was sent, and a hash
of the rows that came: no rows, no keys, no SQL. A checksum at its end tells an edit from a lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from watchframe.config.files import read_regular, resolve_links, write_atomically
from watchframe.errors import LockError
from watchframe.hints import Hint, Kind

#: Raised when a lock is written in another way: the old ones can then be read no more.
LOCK_VERSION = 1

_FORMAT = "watchframe lock"
_LARGEST = 500_000_000
_Moment = Annotated[datetime, Meta(tz=True)]
_Hash = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
_Count = Annotated[int, Meta(ge=0)]

#: What a caller asked, as JSON: the query as it was named, and the parameters as they were given.
Asked = Mapping[str, Any]


class LockedAnswer(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which result a read had.

    Attributes
    ----------
    server : str
        The server's base URL.
    query_id, query_name : int, str or None
        The saved query; None for ad-hoc SQL.
    asked_query_id : int or None
        The query at whose address a result was read by its id: it need not be of that query.
    query_result_id : int or None
        The server's id of the result; None where the key was not told it.
    data_source_id, data_source : int, str or None
        Where it ran.
    parameters : dict
        The values as they were sent.
    parameter_types : dict of str to str
        Their declared types.
    text : str
        The hash of the query's text under which the local cache keeps the result.
    sql : str or None
        The hash of the SQL that the server ran; None where that was not told.
    retrieved_at : datetime
        When the server had the rows, by its clock.
    runtime_s : float or None
        Seconds that the data source took.
    rows : int
    row_hash : str
        As of `watchframe.decode.row_hash.row_hash`.
    kinds : dict of str to str
        The types that columns without a value had in other results.
    is_truncated, may_be_cut : bool
        Whether rows are missing, or the server's automatic limit may have cut them.
    unproven : str or None
        What the read warned of; None if the rows were those that were asked for.
    """

    server: str
    query_id: int | None = None
    query_name: str | None = None
    asked_query_id: int | None = None
    query_result_id: int | None = None
    data_source_id: int | None = None
    data_source: str | None = None
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    parameter_types: dict[str, str] = msgspec.field(default_factory=dict)
    text: str
    sql: _Hash | None = None
    retrieved_at: _Moment
    runtime_s: float | None = None
    rows: _Count
    row_hash: _Hash
    kinds: dict[str, str] = msgspec.field(default_factory=dict)
    is_truncated: bool = False
    may_be_cut: bool = False
    unproven: str | None = None

    @property
    def key_query_id(self) -> int | None:
        """The query whose key reads it, and under which the local cache keeps it."""
        return self.asked_query_id if self.query_id is None else self.query_id

    @property
    def label(self) -> str:
        """What messages call the result."""
        name = "" if self.query_name is None else f" {self.query_name!r}"
        of = "ad-hoc SQL" if self.query_id is None else f"query {self.query_id}{name}"
        result = "The result" if self.query_result_id is None else f"Result {self.query_result_id}"
        when = self.retrieved_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{result} of {of}, {self.rows:,} rows of {when} UTC,"


class LockedRead(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question, and its answers: one, or where they differ, each in the order of the reads."""

    asked: dict[str, Any]
    answers: Annotated[list[LockedAnswer], Meta(min_length=1)]


class LockedSets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameter sets of a sweep, and as what they were sent, each time that they were resolved."""

    asked: dict[str, Any]
    sent: Annotated[list[list[dict[str, Any]]], Meta(min_length=1)]


class LockedDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A definition that a read needed beside its rows, such as that of a chart."""

    server: str
    name: list[Any]
    query_id: int | None


class Lock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a lock holds."""

    reads: list[LockedRead]
    sets: list[LockedSets] = []
    documents: list[LockedDocument] = []

    @property
    def answers(self) -> list[LockedAnswer]:
        """The answers of all reads."""
        return [answer for read in self.reads for answer in read.answers]

    def to_text(self) -> bytes:
        """Return the file's content: the same for every lock that is equal."""
        content = msgspec.to_builtins(self)
        for kind in content.values():
            kind.sort(key=_place)
        return _dumped({**_head(), **content, "checksum": _checksum(content)})


def _place(item: Mapping[str, Any]) -> tuple[object, ...]:
    """Return where a read or a document stands: by its server, and by its query."""
    asked = item.get("asked", item)
    query = asked.get("query")
    number = query if isinstance(query, int) else 0
    return asked["server"], isinstance(query, int), number, canonical(asked)


def _head() -> dict[str, object]:
    return {"format": _FORMAT, "version": LOCK_VERSION}


def _dumped(content: Mapping[str, object]) -> bytes:
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode("utf-8", "surrogatepass")


def canonical(value: object) -> str:
    """Return a JSON value as the one text that stands for it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _checksum(content: object) -> str:
    return f"sha256:{hashlib.sha256(canonical(content).encode()).hexdigest()}"


def parse_lock(content: bytes, name: str) -> Lock:
    """Read what `Lock.to_text` returned; `name` is what errors call the file.

    Raises
    ------
    LockError
        It is no lock, of another version, damaged, or was edited.
    """
    found: object = None
    try:
        found = json.loads(content.decode("utf-8-sig", "surrogatepass"))  # some editors add a mark
    except (ValueError, RecursionError):
        if b"<<<<<<<" in content:
            raise LockError(
                f"{name} holds two versions that were not merged.",
                hint="Take one of them whole: git checkout --ours, or --theirs.",
            ) from None
    if not isinstance(found, dict) or found.pop("format", None) != _FORMAT:
        raise LockError(f"{name} is damaged, or no lock.", hint=Hint(Kind.FREEZE_AGAIN, lock=name))
    version = found.pop("version", None)
    if version != LOCK_VERSION:
        raise LockError(
            f"{name} is a lock of version {version}, and this release reads version "
            f"{LOCK_VERSION}.",
            hint="Use the release of watchframe that it was frozen with, or freeze again.",
        )
    if found.pop("checksum", None) != _checksum(found):
        raise LockError(
            f"{name} was edited since it was frozen, or is damaged.",
            hint=Hint(Kind.FREEZE_AGAIN, lock=name),
        )
    try:
        return msgspec.convert(found, Lock, strict=False)
    except (msgspec.MsgspecError, OverflowError, RecursionError, ValueError) as error:
        raise LockError(
            f"{name} cannot be read: {error}.", hint=Hint(Kind.FREEZE_AGAIN, lock=name)
        ) from None


def read_lock_bytes(path: Path) -> bytes:
    """Return the bytes of a lock; raises LockError where there is no such file."""
    try:
        return read_regular(resolve_links(path), limit=_LARGEST)
    except FileNotFoundError:
        raise LockError(
            f"There is no lock {path.name}.", hint=Hint(Kind.FREEZE_AGAIN, lock=path.name)
        ) from None
    except OSError as error:
        raise LockError(
            f"The lock {path.name} cannot be read: {error.strerror or error}.",
        ) from None


def write_lock(lock: Lock, path: Path) -> None:
    """Replace the file at `path` by a lock, whole or not at all.

    Raises
    ------
    LockError
        It cannot be written; the old file is still there.
    """
    try:
        write_atomically(resolve_links(path), lock.to_text())
    except OSError as error:
        raise LockError(
            f"The lock {path.name} cannot be written: {error.strerror or error}. What was there "
            "is unchanged."
        ) from None
