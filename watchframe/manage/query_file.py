"""A saved query as two files: its text verbatim, and everything else as YAML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from watchframe.client import Client
from watchframe.config.files import read_regular
from watchframe.errors import ArgumentError, ProtocolError
from watchframe.manage.atomic_file import write_atomically
from watchframe.manage.yaml_text import as_yaml, import_yaml, read_yaml
from watchframe.models import DataSource, ParameterDefinition, Query
from watchframe.models.json_fields import utc_time, without_keys

TEXT_SUFFIX, FIELDS_SUFFIX = ".sql", ".yaml"

_NAME = re.compile(r"(?P<id>[0-9]+)(?:-.*)?\.yaml")
_LONGEST_SLUG = 60

#: Bytes that either of a query's files may have.
_LARGEST_FILE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSourceName:
    """How a file names a data source: enough to find it on another server."""

    id: int | None
    name: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFile:
    """A query as the files have it.

    Attributes
    ----------
    id : int or None
        None in a file that was written by hand.
    updated_at : datetime or None
        When the server's query was last edited, as of the export.
    path : Path or None
        The YAML file that it was read from.
    """

    id: int | None
    name: str
    text: str
    description: str = ""
    tags: tuple[str, ...] = ()
    is_draft: bool = False
    data_source: DataSourceName | None = None
    parameters: tuple[ParameterDefinition, ...] = ()
    schedule: Mapping[str, object] | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    updated_at: datetime | None = None
    path: Path | None = field(default=None, compare=False)

    @property
    def stem(self) -> str:
        """Give the files' name without its suffix: ``<id>-<slug>``."""
        slug = slug_of(self.name)
        return f"{self.id}-{slug}" if slug else str(self.id)

    def fields(self) -> dict[str, Any]:
        """Give what stands in the YAML file, in its order."""
        source = self.data_source
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "tags": list(self.tags),
            "is_draft": self.is_draft,
            "data_source": source and {"id": source.id, "name": source.name, "type": source.type},
            "parameters": [item.to_json() for item in self.parameters],
            "schedule": None if self.schedule is None else dict(sorted(self.schedule.items())),
            "options": dict(sorted(self.options.items())),
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
        }

    def write(self, folder: Path) -> bool:
        """Write both files; tell whether either is another one than before.

        The text comes first: the YAML file says as of when it is, so it is the last to be right.
        """
        text = write_atomically(folder / (self.stem + TEXT_SUFFIX), self.text.encode())
        fields = write_atomically(
            folder / (self.stem + FIELDS_SUFFIX), as_yaml(self.fields()).encode()
        )
        return text or fields


def query_file(query: Query, sources: Mapping[int, DataSource]) -> QueryFile:
    """Give a query of the server as its files have it, without API keys."""
    source = sources.get(query.data_source_id or 0)
    named = (
        DataSourceName(id=source.id, name=source.name, type=source.type)
        if source
        else DataSourceName(id=query.data_source_id)
    )
    return QueryFile(
        id=query.id,
        name=query.name,
        text=query.text,
        description=query.description,
        tags=query.tags,
        is_draft=query.is_draft,
        data_source=None if query.data_source_id is None else named,
        parameters=query.parameters,
        schedule=_plain(query.schedule),
        options=query_options(query),
        updated_at=query.updated_at,
    )


def query_options(query: Query) -> dict[str, object]:
    """Give a query's options but its parameters."""
    unknown = query.more.get("options")
    known = _plain(unknown if isinstance(unknown, Mapping) else None) or {}
    # An edit cannot take an option away: it can only make it null.
    kept = {name: value for name, value in known.items() if value is not None}
    if query.applies_auto_limit:
        kept["apply_auto_limit"] = True
    return kept


def options_edit(present: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, object]:
    """Give the edit after which a query has the `wanted` options, besides its parameters."""
    nothing: dict[str, object] = dict.fromkeys(present)
    if "apply_auto_limit" in nothing:
        nothing["apply_auto_limit"] = False
    return {**nothing, **wanted}


def sources_by_id(client: Client) -> dict[int, DataSource]:
    """Give the server's data sources by their ids."""
    return {source.id: source for source in client.data_sources.list()}


def slug_of(name: str) -> str:
    """Give a query's name as a part of a file's name: letters and digits, words with ``-``."""
    plain = unicodedata.normalize("NFC", name).lower()
    words = "-".join(re.findall(r"[^\W_]+", plain))
    return words[:_LONGEST_SLUG].strip("-")


def files_in(folder: Path) -> dict[int, list[Path]]:
    """Give the YAML files of exported queries, by their ids."""
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
    """Give the queries of a folder, or those with `ids`, by id; those without one come last.

    Raises
    ------
    ArgumentError
        The folder is not there, a file cannot be read as a query's, or two are the same query's.
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
    import_yaml()
    import yaml  # noqa: PLC0415 - an extra

    text_path = path.with_suffix(TEXT_SUFFIX)
    text_bytes, fields_bytes = _read_inside(text_path), _read_inside(path)
    if text_bytes is None or fields_bytes is None:
        raise ArgumentError(
            f"{path} has no {text_path.name} beside it.",
            hint="The text of the query belongs there; export it again.",
        )
    try:
        return _from_fields(read_yaml(fields_bytes), text_bytes.decode(), path)
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, ValueError, ProtocolError) as error:
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
        target = path.resolve()
    except (OSError, RuntimeError):  # links that lead in a circle
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


def _from_fields(value: Mapping[str, object], text: str, path: Path) -> QueryFile:
    updated_at = _typed(value, "updated_at", str)
    return QueryFile(
        id=_typed(value, "id", int),
        name=_typed(value, "name", str) or "",
        text=text,
        description=_typed(value, "description", str) or "",
        tags=tuple(str(tag) for tag in _typed(value, "tags", list) or ()),
        is_draft=_typed(value, "is_draft", bool) or False,
        data_source=_source(_typed(value, "data_source", dict)),
        parameters=_parameters(_typed(value, "parameters", list) or ()),
        schedule=_typed(value, "schedule", dict),
        options=_typed(value, "options", dict) or {},
        updated_at=utc_time(updated_at, "query's file") if updated_at else None,
        path=path,
    )


def _source(value: Mapping[str, object] | None) -> DataSourceName | None:
    if value is None:
        return None
    return DataSourceName(
        id=_typed(value, "id", int),
        name=_typed(value, "name", str) or "",
        type=_typed(value, "type", str) or "",
    )


def _parameters(values: Sequence[object]) -> tuple[ParameterDefinition, ...]:
    return tuple(ParameterDefinition.from_json(item) for item in values)


def _typed(value: Mapping[str, object], name: str, kind: type[Any]) -> Any:
    found = value.get(name)
    if found is None or (isinstance(found, kind) and isinstance(found, bool) == (kind is bool)):
        return found
    raise TypeError(f"{name} is {found!r}, which is not of the type {kind.__name__}.")


def _plain(value: Mapping[str, object] | None) -> dict[str, object] | None:
    """Give a JSON object without API keys."""
    cleaned = without_keys(value)
    return dict(cleaned) if isinstance(cleaned, Mapping) else None
