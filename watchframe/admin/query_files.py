"""A saved query as two files: its text verbatim, and everything else as YAML."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from watchframe.client import Client
from watchframe.config.files import read_regular, resolve_links, write_atomically
from watchframe.errors import ArgumentError, ConfigurationError, ProtocolError
from watchframe.models import DataSource, ParameterDefinition, Query
from watchframe.models.json_fields import utc_time, without_keys

_WIDTH = 100

#: What a file may hold once its aliases are written out: values and letters.
_LARGEST = 10_000_000
_DEEPEST = 100
_MAX_BITS = 4096
_JSON_KINDS = ("null", "bool", "int", "float", "str", "seq", "map")


def as_yaml(value: Mapping[str, object]) -> str:
    """Give a JSON object as YAML, in its order; the same object gives the same text.

    Texts of several lines stand line by line, so that a diff shows which of them changed.
    """
    import_yaml()
    import yaml  # noqa: PLC0415 - an extra

    return yaml.dump(
        value,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH,
    )


def read_yaml(text: bytes) -> Mapping[str, object]:
    """Return the JSON object that a YAML document stands for; a date without quotes is a text.

    Raises
    ------
    TypeError, ValueError, yaml.YAMLError
        It is no YAML, or no JSON object: two equal keys in an object, a key that is no text,
        another tag, a number that is not finite, or more than a file of a query can hold.
    """
    import_yaml()
    import yaml  # noqa: PLC0415 - an extra

    loader = _loader()(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise TypeError("it does not hold names with values")
        _check_size(node, {}, 1)
        value: Mapping[str, object] = loader.construct_document(node)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    finally:
        loader.dispose()
    return value


def import_yaml() -> None:
    """Raise ConfigurationError where PyYAML is not installed."""
    try:
        import yaml  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise ConfigurationError(
            "Queries as files need PyYAML, which is not installed.",
            hint='Install it: pip install "watchframe[manage]".',
        ) from None


@lru_cache(maxsize=1)
def _dumper() -> type[yaml.SafeDumper]:
    import yaml  # noqa: PLC0415 - an extra

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as blocks, where YAML has a block for them."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
            return True  # a value that occurs twice is written twice

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        if not value.replace("\n", "").isprintable():
            style = '"'  # only there does PyYAML write other ends of lines as they come back
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper


@lru_cache(maxsize=1)
def _loader() -> type[yaml.SafeLoader]:
    import yaml  # noqa: PLC0415 - an extra

    class Loader(yaml.SafeLoader):
        """Reads what JSON has, and nothing else."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
            _check_keys(node)
            return super().construct_mapping(node, deep=deep)

    kinds = [f"tag:yaml.org,2002:{kind}" for kind in _JSON_KINDS]
    known = yaml.SafeLoader.yaml_constructors
    Loader.yaml_constructors = {kind: known[kind] for kind in (*kinds, None)}
    Loader.yaml_constructors |= {kinds[2]: _integer, kinds[3]: _finite, kinds[6]: _object}
    # JSON has no dates: one without quotes stays the text that it is.
    Loader.yaml_implicit_resolvers = {
        letter: [item for item in found if item[0] != "tag:yaml.org,2002:timestamp"]
        for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _object(loader: yaml.SafeLoader, node: Any) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


def _integer(loader: yaml.SafeLoader, node: Any) -> int:
    value = loader.construct_yaml_int(node)
    if value.bit_length() > _MAX_BITS:
        raise ValueError("a number in it is too large")
    return value


def _finite(loader: yaml.SafeLoader, node: Any) -> float:
    value = loader.construct_yaml_float(node)
    if not math.isfinite(value):
        raise ValueError(f"it holds the number {node.value}, which JSON does not have")
    return value


def _check_keys(node: Any) -> None:
    seen = set()
    for key, _ in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        line = key.start_mark.line + 1
        if key.tag != "tag:yaml.org,2002:str":
            raise ValueError(f"the key in line {line} is no text; put it into quotes")
        if key.value in seen:
            raise ValueError(f"the key {key.value!r} in line {line} is there twice")
        seen.add(key.value)


def _check_size(node: Any, known: dict[int, int], depth: int) -> int:
    """Return how much a node holds where each alias counts as what it stands for.

    Nine lines of aliases of aliases can stand for a billion values.
    """
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    size = known.get(id(node))
    if size is None:
        known[id(node)] = -1  # being counted
        size = 1
        if isinstance(node.value, str):
            size += len(node.value)
        else:
            for item in node.value:
                parts = item if isinstance(item, tuple) else (item,)
                size += sum(_check_size(part, known, depth + 1) for part in parts)
                if size > _LARGEST:
                    break
        known[id(node)] = size
    if size == -1:
        raise ValueError("an alias in it refers to what contains it")
    if size > _LARGEST:
        raise ValueError("it holds more than a query's file can")
    return size


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
