"""How the files of queries differ from the server's queries."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Literal

from watchframe.admin.query_content import QUERY_FIELDS, sources_by_id
from watchframe.admin.query_files import (
    FIELDS_SUFFIX,
    TEXT_SUFFIX,
    DataSourceName,
    QueryFile,
    query_file,
    read_query_files,
)
from watchframe.client import Client, chosen_client
from watchframe.client.listing import WholeList
from watchframe.errors import ArgumentError, NotFoundError
from watchframe.models import DataSource, Query
from watchframe.reprs import Shown

DifferenceKind = Literal["changed", "conflict", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QueryDifference(Shown):
    """What an import of a query's files would change on the server.

    Attributes
    ----------
    query_id : int or None
        None in files that were written by hand, for a query that does not exist yet.
    name : str
        As the files have it.
    kind : {"changed", "conflict", "missing"}
        ``conflict``: the query was also edited on the server, since the export. ``missing``: the
        server has no such query.
    fields : tuple of str
        What differs: ``text``, ``name``, ``tags``, ...
    diff : str
        A unified diff, from what the server has to what the files have.
    path : Path
        The YAML file.
    """

    query_id: int | None
    name: str
    kind: DifferenceKind
    fields: tuple[str, ...]
    diff: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A query's files beside the server's query.

    Attributes
    ----------
    file : QueryFile
        With its data source as this server has it.
    query : Query or None
        The server's; None where it has none.
    difference : QueryDifference or None
        None where nothing differs.
    """

    file: QueryFile
    query: Query | None
    difference: QueryDifference | None


def diff_queries(
    folder: str | PathLike[str], client: Client | None = None, *, ids: Iterable[int] | None = None
) -> WholeList[QueryDifference]:
    """Return what an import of a folder's files would change; nothing is written.

    Parameters
    ----------
    folder : path
        As `export_queries` wrote it.
    client : Client, optional
        By default that of `watchframe.connect`.
    ids : iterable of int, optional
        Only these queries.

    Returns
    -------
    list of QueryDifference
        By id, only of queries that differ; its ``to_frame()`` gives a DataFrame, and
        ``print(item.diff)`` shows one.

    Raises
    ------
    ArgumentError
        A file cannot be read as a query's, or names a data source that the server does not have.
    ServerError
        Any of its kinds.
    """
    asked = chosen_client(client)
    sources = sources_by_id(asked)
    found = [compare(file, asked, sources) for file in read_query_files(Path(folder), ids)]
    return WholeList([item.difference for item in found if item.difference], QueryDifference)


def compare(file: QueryFile, client: Client, sources: Mapping[int, DataSource]) -> Comparison:
    """Ask for the server's query and compare it with its files."""
    source = _on_this_server(file, sources)
    here = replace(file, data_source=source, data_source_id=source.id if source else None)
    query = there = None
    if here.id is not None:
        with contextlib.suppress(NotFoundError):
            query = client.queries.get(here.id)
            there = query_file(query, sources)
    if there is not None and source is None:  # a query cannot be without one
        here = replace(here, data_source=there.data_source, data_source_id=there.data_source_id)
    names = QUERY_FIELDS if query is None else tuple(here.changes(query))
    if not names:
        return Comparison(file=here, query=query, difference=None)
    kind: DifferenceKind = "missing"
    if there is not None:
        kind = "changed" if there.updated_at == here.updated_at else "conflict"
    difference = QueryDifference(
        query_id=here.id,
        name=here.name,
        kind=kind,
        fields=tuple(name.removesuffix("_id") for name in names),  # as the file calls them
        diff=_diff(there, here),
        path=here.path or Path(),
    )
    return Comparison(file=here, query=query, difference=difference)


def _on_this_server(file: QueryFile, sources: Mapping[int, DataSource]) -> DataSourceName | None:
    """Return the file's data source as the server has it: by id and name, else by its name."""
    named = file.data_source
    if named is None:
        return None
    by_id = sources.get(named.id or 0)
    if by_id is not None and named.name in ("", by_id.name):
        return DataSourceName.of(by_id)
    same = [item for item in sources.values() if item.name == named.name]
    if len(same) == 1:
        return DataSourceName.of(same[0])
    if named.id is not None and not named.name:
        return named  # it had been deleted before the export
    words = "several data sources" if same else "no data source"
    known = ", ".join(sorted(repr(item.name) for item in sources.values()))
    raise ArgumentError(
        f"{file.path}: the server has {words} of the name {named.name!r}.",
        hint=f"Correct data_source in the file. The server has: {known}.",
    )


def _diff(there: QueryFile | None, here: QueryFile) -> str:
    before = "server" if there else "/dev/null"
    old_text, new_text = _lines(there.text if there else ""), _lines(here.text)
    old_fields = _field_lines(there) if there else []
    return "".join(
        [
            *difflib.unified_diff(old_text, new_text, before, here.stem + TEXT_SUFFIX),
            *difflib.unified_diff(
                old_fields, _field_lines(here), before, here.stem + FIELDS_SUFFIX
            ),
        ]
    )


def _field_lines(file: QueryFile) -> list[str]:
    from watchframe.admin.yaml_text import as_yaml  # noqa: PLC0415 - an extra

    fields = file.fields()
    del fields["updated_at"]  # differs after every edit and is not written
    return _lines(as_yaml(fields))


def _lines(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines
