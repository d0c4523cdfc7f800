"""A saved query as two files: its text verbatim, and everything else as YAML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from watchframe.admin.query_content import QueryContent
from watchframe.config.files import read_regular, resolve_links, write_atomically
from watchframe.errors import ArgumentError, ProtocolError
from watchframe.models import DataSource, ParameterDefinition, Query
from watchframe.models.json_fields import utc_time

TEXT_SUFFIX, FIELDS_SUFFIX = ".sql", ".yaml"

_NAME = re.compile(r"(?P<id>[0-9]+)(?:-.*)?\.yaml")
_LONGEST_SLUG = 60

#: Bytes that either of a query's files may have.
_LARGEST_FILE = 10_000_000


class DataSourceName(msgspec.Struct, frozen=True, kw_only=True):
    """How a file names a data source: enough to find it on another server."""

    id: int | None = None
    name: str = ""
    type: str = ""

    @classmethod
    def of(cls, source: DataSource) -> DataSourceName:
        """Return the name of a data source of the server."""
        return cls(id=source.id, name=source.name, type=source.type)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFile(QueryContent):
    """A query as its files have it.

    Attributes
    ----------
    id : int or None
        None in a file that was written by hand.
    data_source : DataSourceName or None
    updated_at : datetime or None
        When the server's query was last edited, at the time of the export.
    path : Path or None
        The YAML file that it was read from.
    """

    id: int | None
    data_source: DataSourceName | None = None
    updated_at: datetime | None = None
    path: Path | None = field(default=None, compare=False)

    @property
    def stem(self) -> str:
        """Return the files' name without its suffix: ``<id>-<slug>``."""
        slug = _slug(self.name)
        return f"{self.id}-{slug}" if slug else str(self.id)

    def fields(self) -> dict[str, Any]:
        """Return what the YAML file holds, in its order."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "tags": list(self.tags),
            "is_draft": self.is_draft,
            "data_source": self.data_source and msgspec.to_builtins(self.data_source),
            "parameters": [item.to_json() for item in self.parameters],
            "schedule": None if self.schedule is None else dict(sorted(self.schedule.items())),
            "options": dict(sorted(self.options.items())),
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
        }

    def write(self, folder: Path) -> bool:
        """Write both files; return whether either of them has changed.

        The YAML file is written last: its time says which edit of the query the files hold.
        """
        from watchframe.admin.yaml_text import as_yaml  # noqa: PLC0415 - an extra

        text = write_atomically(folder / (self.stem + TEXT_SUFFIX), self.text.encode())
        fields = write_atomically(
            folder / (self.stem + FIELDS_SUFFIX), as_yaml(self.fields()).encode()
        )
        return text or fields


def query_file(query: Query, sources: Mapping[int, DataSource]) -> QueryFile:
    """Return a query of the server as its files have it, without API keys."""
    number = query.data_source_id
    source = None if number is None else sources.get(number)
    named = DataSourceName.of(source) if source else DataSourceName(id=number)
    return QueryFile.of(
        query,
        id=query.id,
        data_source=None if number is None else named,
        updated_at=query.updated_at,
    )


def _slug(name: str) -> str:
    """Return a query's name as a part of a file's name: letters and digits, words with ``-``."""
    plain = unicodedata.normalize("NFC", name).lower()
    return "-".join(re.findall(r"[^\W_]+", plain))[:_LONGEST_SLUG].strip("-")


def files_in(folder: Path) -> dict[int, list[Path]]:
    """Return the YAML files of exported queries, by their ids."""
    found: dict[int, list[Path]] = {}
    for path in sorted(folder.glob(f"*{FIELDS_SUFFIX}")):
        match = _NAME.fullmatch(path.name)
        if match:
            found.setdefault(int(match["id"]), []).append(path)
    return found


def remove_files(path: Path) -> None:
    """Remove a query's files."""
    path.with_suffix(TEXT_SUFFIX).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def read_query_files(folder: Path, ids: Iterable[int] | None = None) -> list[QueryFile]:
    """Return the queries of a folder, or those with `ids`, by id; those without one come last.

    Raises
    ------
    ArgumentError
        The folder does not exist, a file cannot be read as a query's, or two are the same query's.
    """
    if not folder.is_dir():
        raise ArgumentError(f"{folder} is not a folder.", hint="Export queries into it first.")
    found = [_read(path) for path in sorted(folder.glob(f"*{FIELDS_SUFFIX}"))]
    seen: dict[int, Path | None] = {}
    for item in found:
        if item.id is None:
            continue
        if item.id in seen:
            raise ArgumentError(
                f"{seen[item.id]} and {item.path} are both query {item.id}.",
                hint="Keep one of them; a new query's file has no id.",
            )
        seen[item.id] = item.path
    if ids is not None:
        wanted = set(ids)
        if missing := wanted - set(seen):
            raise ArgumentError(f"{folder} has no files of the queries {sorted(missing)}.")
        found = [item for item in found if item.id in wanted]
    return sorted(found, key=lambda item: (item.id is None, item.id or 0))


def _read(path: Path) -> QueryFile:
    from watchframe.admin.yaml_text import read_yaml  # noqa: PLC0415 - an extra

    text_path = path.with_suffix(TEXT_SUFFIX)
    text_bytes, fields_bytes = _read_inside(text_path), _read_inside(path)
    if text_bytes is None or fields_bytes is None:
        raise ArgumentError(
            f"{path} has no {text_path.name} beside it.",
            hint="The text of the query belongs there; export it again.",
        )
    try:
        return _from_fields(read_yaml(fields_bytes), text_bytes.decode(), path)
    except (msgspec.MsgspecError, TypeError, ValueError, ProtocolError) as error:
        words = error.message if isinstance(error, ProtocolError) else str(error)
        raise ArgumentError(
            f"{path} is not a query's file: {words}", hint="Correct it, or export it again."
        ) from None


def _read_inside(path: Path) -> bytes | None:
    """Return a file's content, None where there is none; a link out of its folder is refused.

    Otherwise a folder that came with a repository could send any file of this machine to the
    server, as a query's text.
    """
    try:
        target = resolve_links(path)
    except OSError:
        raise ArgumentError(f"{path} is a link to nowhere.", hint="Remove it.") from None
    if not target.is_relative_to(path.parent.resolve()):
        raise ArgumentError(
            f"{path} is a link out of its folder, to {target}.",
            hint="Put the file itself there, or remove the link.",
        )
    try:
        return read_regular(target, limit=_LARGEST_FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArgumentError(
            f"{path} cannot be read: {error.strerror}.", hint="Remove it, or export it again."
        ) from None


class _Fields(msgspec.Struct, kw_only=True):
    """What is read from a YAML file; ``null`` counts as left out."""

    id: int | None = None
    name: str = ""
    description: str = ""
    tags: list[object] = []
    is_draft: bool = False
    data_source: dict[str, object] | None = None
    parameters: list[object] = []
    schedule: dict[str, object] | None = None
    options: dict[str, object] = {}
    updated_at: str | None = None


def _from_fields(value: Mapping[str, object], text: str, path: Path) -> QueryFile:
    found = msgspec.convert(_without_nulls(value), _Fields)
    source = None
    if found.data_source is not None:
        source = msgspec.convert(_without_nulls(found.data_source), DataSourceName)
    return QueryFile(
        id=found.id,
        name=found.name,
        text=text,
        description=found.description,
        tags=tuple(map(str, found.tags)),
        is_draft=found.is_draft,
        data_source=source,
        data_source_id=source.id if source else None,
        parameters=tuple(map(ParameterDefinition.from_json, found.parameters)),
        schedule=found.schedule,
        options=found.options,
        updated_at=utc_time(found.updated_at, "query's file") if found.updated_at else None,
        path=path,
    )


def _without_nulls(value: Mapping[str, object]) -> dict[str, object]:
    return {name: item for name, item in value.items() if item is not None}
