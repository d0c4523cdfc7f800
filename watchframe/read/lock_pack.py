"""The pack of a lock: a tar file of the lock, the rows of its results, and its definitions.

Nothing of it is ever extracted: rows are read where they lie in the file, mapped into memory. Its
bytes depend on the lock and the rows alone, not on when or by whom it was made.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import pyarrow as pa

from watchframe.config.files import resolve_links
from watchframe.errors import LockError
from watchframe.hints import Hint, Kind
from watchframe.read.lock_file import canonical

#: The names of what is in a pack.
_LOCK, _ROWS, _DOCUMENTS = "report.lock", "rows/", "definitions/"
_MOST_MEMBERS = 1_000_000
_LARGEST_TEXT = 500_000_000
_MAGIC_PLACE = 257


def is_pack(path: Path) -> bool:
    """Whether a file looks like a tar; raises LockError where there is none."""
    try:
        with path.open("rb") as file:
            head = file.read(_MAGIC_PLACE + 5)
    except OSError:
        return False
    return head[_MAGIC_PLACE:] == b"ustar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that was opened.

    Attributes
    ----------
    name : str
        What errors call it.
    """

    name: str
    _content: pa.Buffer
    _members: Mapping[str, tuple[int, int]]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the pack at `path`; raises LockError where it cannot be one."""
        try:
            content = pa.memory_map(str(resolve_links(path))).read_buffer()
            members = _members_of(pa.BufferReader(content), content.size)
        except (tarfile.TarError, OSError, ValueError, EOFError) as error:
            raise LockError(
                f"The pack {path.name} cannot be read: {error}.", hint=Hint(Kind.PACK_AGAIN)
            ) from None
        if _LOCK not in members:
            raise LockError(f"{path.name} is no pack of a lock.", hint=Hint(Kind.PACK_AGAIN))
        return cls(name=path.name, _content=content, _members=members)

    @property
    def lock(self) -> bytes:
        """The lock as it lies in the pack."""
        return self._text(_LOCK)

    def rows(self, hash_: str) -> pa.Table | None:
        """Return the rows of that hash, which is to be compared; None where they are not in it.

        Raises
        ------
        LockError
            What lies there is no table.
        """
        place = self._members.get(_rows_name(hash_))
        if place is None:
            return None
        try:
            with pa.ipc.open_stream(self._content.slice(*place)) as reader:
                return pa.Table.from_batches(reader, schema=reader.schema)
        except (pa.ArrowException, OSError) as error:
            raise LockError(
                f"The pack {self.name} is damaged: {error}.", hint=Hint(Kind.PACK_AGAIN)
            ) from None

    def document(self, server: str, name: Sequence[object]) -> object:
        """Return a definition; None where it is not in it."""
        member = _document_name(server, name)
        if member not in self._members:
            return None
        try:
            return json.loads(self._text(member))
        except (ValueError, RecursionError):
            raise LockError(
                f"The pack {self.name} is damaged: a definition cannot be read.",
                hint=Hint(Kind.PACK_AGAIN),
            ) from None

    def _text(self, member: str) -> bytes:
        start, size = self._members[member]
        if size > _LARGEST_TEXT:
            raise LockError(
                f"The pack {self.name} is damaged: {member} is too large.",
                hint=Hint(Kind.PACK_AGAIN),
            )
        return bytes(self._content.slice(start, size).to_pybytes())


def _members_of(file: pa.BufferReader, size: int) -> dict[str, tuple[int, int]]:
    """Return where each file of a tar begins, and its length."""
    found: dict[str, tuple[int, int]] = {}
    with tarfile.open(fileobj=file, mode="r:") as tar:
        for member in tar:
            is_inside = 0 <= member.offset_data <= member.offset_data + member.size <= size
            if not member.isreg() or member.issparse() or not is_inside:
                raise ValueError(f"{member.name!r} is no file of it")
            if member.name in found or len(found) > _MOST_MEMBERS:
                raise ValueError(f"it holds {member.name!r} twice")
            found[member.name] = member.offset_data, member.size
    return found


def write_pack(
    file: BinaryIO,
    lock: bytes,
    tables: Iterable[tuple[str, pa.Table]],
    documents: Iterable[tuple[str, Sequence[object], object]],
) -> None:
    """Write a pack.

    Parameters
    ----------
    file : binary file
    lock : bytes
        The lock, as it is on disk.
    tables : iterable of (str, pyarrow.Table)
        Each hash with its rows, sorted by hash; one is in memory at a time.
    documents : iterable of (str, sequence, object)
        Definitions: server, name and JSON value.
    """
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, _LOCK, lock)
        named = {_document_name(server, name): value for server, name, value in documents}
        for name, value in sorted(named.items()):
            _add(tar, name, canonical(value).encode())
        for hash_, table in tables:
            _add(tar, _rows_name(hash_), _stream(table))


def _stream(table: pa.Table) -> pa.Buffer:
    """Return the rows as an Arrow stream, without where they come from and how they were cut."""
    table = table.replace_schema_metadata(None)
    if table.num_columns:  # Arrow would forget how many rows there are
        table = table.combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes | pa.Buffer) -> None:
    # Its owner and time are those of a TarInfo that knows none.
    member = tarfile.TarInfo(name)
    member.size = memoryview(content).nbytes
    member.mode = 0o644
    tar.addfile(member, pa.BufferReader(content))


def _rows_name(hash_: str) -> str:
    return f"{_ROWS}{hash_.removeprefix('sha256:')}.arrow"


def _document_name(server: str, name: Sequence[object]) -> str:
    text = canonical([server, *name])
    return f"{_DOCUMENTS}{hashlib.sha256(text.encode()).hexdigest()}.json"
