"""Import of queries' files: what was edited in them is written to the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from os import PathLike
from pathlib import Path
from typing import Literal

from watchframe.admin.differences import QueryDifference, compare
from watchframe.admin.query_content import sources_by_id
from watchframe.admin.query_files import QueryFile, query_file, read_query_files, remove_files
from watchframe.client import Client, chosen_client
from watchframe.client.listing import WholeList
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError, ConflictError, WatchframeError
from watchframe.hints import Hint, Kind
from watchframe.models import DataSource, Query
from watchframe.reprs import Shown

ImportAction = Literal["updated", "created", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ImportedQuery(Shown):
    """What an import did, or would do, with a query.

    Attributes
    ----------
    query_id : int or None
        None for one that would be created.
    name : str
    action : {"updated", "created", "unchanged"}
    fields : tuple of str
        What was written.
    path : Path
        The YAML file, under its name after the import.
    """

    query_id: int | None
    name: str
    action: ImportAction
    fields: tuple[str, ...]
    path: Path


def import_queries(
    folder: str | PathLike[str],
    *,
    client: Client | None = None,
    ids: Iterable[int] | None = None,
    dry_run: bool = False,
    create_missing: bool = False,
    overwrite: bool = False,
    progress: bool | None = None,
) -> WholeList[ImportedQuery]:
    """Write a folder's queries to the server, only what differs.

    Afterwards the files hold the time of the new edit, so a second import writes nothing.

    Parameters
    ----------
    folder : path
        As `export_queries` wrote it.
    client : Client, optional
        By default that of `watchframe.connect`.
    ids : iterable of int, optional
        Only these queries.
    dry_run : bool
        Write nothing: return what would be written, and raise the same errors.
    create_missing : bool
        Create the queries that the server does not have; their files get the new ids. Otherwise
        each is an error.
    overwrite : bool
        Also write the queries that were edited on the server since the export.
    progress : bool or None
        Whether to show the progress of a call that takes over a second; None shows it where a
        person is watching.

    Returns
    -------
    list of ImportedQuery
        By id; its ``to_frame()`` gives a DataFrame.

    Raises
    ------
    ExceptionGroup
        After everything else was written: a ConflictError for each query that was edited on the
        server since the export, an ArgumentError for each that the server or its data source does
        not have, a ServerError for each that it refused. A note says what was written.
    ArgumentError
        The folder cannot be read as queries' files; nothing was written.
    """
    asked = chosen_client(client)
    files = read_query_files(Path(folder), ids)
    sources = sources_by_id(asked)
    run = _Import(asked, sources, dry_run, create_missing, overwrite)
    done: list[ImportedQuery] = []
    errors: list[WatchframeError] = []
    with ProgressLine("Importing queries", progress=progress) as line:
        for file in line.counted(files, total=len(files)):
            try:
                done.append(run.one(file))
            except WatchframeError as error:
                error.add_note(f"Of {file.path}.")
                errors.append(error)
    if errors:
        raise _failure(errors, done, dry_run=dry_run)
    return WholeList(done, ImportedQuery)


@dataclass(frozen=True, slots=True)
class _Import:
    client: Client
    sources: Mapping[int, DataSource]
    dry_run: bool
    create_missing: bool
    overwrite: bool

    def one(self, file: QueryFile) -> ImportedQuery:
        found = compare(file, self.client, self.sources)
        path = file.path or Path()
        if found.query is None:
            return self._create(found.file, path)
        if found.difference is None:
            if found.query.updated_at != file.updated_at:
                self._rewrite(found.query, path)
            return _imported(found.query, "unchanged", (), path)
        if found.difference.kind == "conflict" and not self.overwrite:
            raise _conflict(found.query, found.file, found.difference)
        fields = found.difference.fields
        if self.dry_run:
            return _imported(found.query, "updated", fields, path)
        query = found.file.write_to(found.query, self.client)
        return _imported(query, "updated", fields, self._rewrite(query, path))

    def _create(self, file: QueryFile, path: Path) -> ImportedQuery:
        if not self.create_missing:
            words = "It has no id." if file.id is None else f"The server has no query {file.id}."
            raise ArgumentError(words, hint=Hint(Kind.CREATE_MISSING))
        if file.data_source_id is None:
            raise ArgumentError("It has no data source.", hint="Give its name in the file.")
        if self.dry_run:
            return ImportedQuery(
                query_id=None, name=file.name, action="created", fields=(), path=path
            )
        query = file.create(self.client)
        # From here on the file knows its query: a second import does not create another one.
        path = self._rewrite(query, path)
        if query.is_draft != file.is_draft:
            query = self.client.queries.update(query, is_draft=file.is_draft)
            path = self._rewrite(query, path)
        return _imported(query, "created", (), path)

    def _rewrite(self, query: Query, path: Path) -> Path:
        """Write the files as the server has the query now; return the YAML file's path."""
        if self.dry_run:
            return path
        file = query_file(query, self.sources)
        file.write(path.parent)
        now = path.with_name(file.stem + path.suffix)
        if now != path:
            remove_files(path)
        return now


def _imported(
    query: Query, action: ImportAction, fields: tuple[str, ...], path: Path
) -> ImportedQuery:
    return ImportedQuery(
        query_id=query.id, name=query.name, action=action, fields=fields, path=path
    )


def _conflict(query: Query, file: QueryFile, difference: QueryDifference) -> ConflictError:
    return ConflictError(
        f"Query {query.id} ({query.name!r}) was edited on the server at {query.updated_at}, "
        f"after the export of {file.updated_at}; what differs: {', '.join(difference.fields)}.",
        status=HTTPStatus.CONFLICT,
        hint=Hint(Kind.OVERWRITE),
    )


def _failure(
    errors: list[WatchframeError], done: list[ImportedQuery], *, dry_run: bool
) -> ExceptionGroup[WatchframeError]:
    group = ExceptionGroup(
        f"{len(errors)} of {len(errors) + len(done)} queries could not be imported.", errors
    )
    written = [item for item in done if item.action != "unchanged"]
    words = ", ".join(f"{item.query_id or 'a new one'} {item.action}" for item in written)
    group.add_note(f"{'Would be' if dry_run else 'Were'} written: {words or 'none'}.")
    return group
