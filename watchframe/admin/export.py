"""Export of saved queries as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from watchframe.admin.query_content import sources_by_id
from watchframe.admin.query_files import FIELDS_SUFFIX, files_in, query_file, remove_files
from watchframe.client import Client, chosen_client
from watchframe.client.listing import WholeList
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError, NotFoundError
from watchframe.models import DataSource, Query
from watchframe.reprs import Shown

ExportAction = Literal["written", "unchanged", "renamed", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExportedQuery(Shown):
    """What an export did with a query's files.

    Attributes
    ----------
    query_id : int
    name : str
        The query's.
    action : {"written", "unchanged", "renamed", "removed"}
    path : Path
        The YAML file; the text lies beside it. Of a removed query: where it was.
    """

    query_id: int
    name: str
    action: ExportAction
    path: Path


def export_queries(
    folder: str | PathLike[str],
    *,
    client: Client | None = None,
    search: str | None = None,
    tags: Sequence[str] = (),
    ids: Iterable[int] | None = None,
    prune: bool = False,
    progress: bool | None = None,
) -> WholeList[ExportedQuery]:
    """Write saved queries as files that a version control system can compare.

    Each query is two files: ``<id>-<name>.sql`` has its text, byte by byte, and
    ``<id>-<name>.yaml`` everything else. An unchanged query's files are not touched; those of a
    renamed one are renamed. What was edited in the files and not imported is overwritten.

    Parameters
    ----------
    folder : path
        Created where it does not exist.
    client : Client, optional
        By default that of `watchframe.connect`.
    search : str, optional
        Only the queries in which the server finds this.
    tags : sequence of str
        Only the queries that have all of these.
    ids : iterable of int, optional
        Only these, instead of a search.
    prune : bool
        Also remove the files of queries that have been archived since; one request for each file
        that was not written. Files of queries that the server does not know are kept.
    progress : bool or None
        Whether to show the progress of a call that takes over a second; None shows it where a
        person is watching.

    Returns
    -------
    list of ExportedQuery
        By id; its ``to_frame()`` gives a DataFrame.

    Raises
    ------
    ArgumentError
        `ids` together with `search` or `tags`.
    ConfigurationError
        PyYAML is not installed.
    ServerError
        Any of its kinds; the files that had been written are complete.
    OSError
        A file cannot be written.
    """
    from watchframe.admin import yaml_text  # noqa: F401, PLC0415 - raises without its extra

    if ids is not None and (search is not None or tags):
        raise ArgumentError("ids stands beside search or tags.", hint="Give one of them.")
    asked = chosen_client(client)
    path = Path(folder)
    sources = sources_by_id(asked)
    if ids is None:
        found: Iterable[Query] = asked.queries.list(search=search, tags=tuple(tags))
    else:
        found = (asked.queries.get(number) for number in dict.fromkeys(ids))
    known = files_in(path)
    with ProgressLine("Exporting queries", progress=progress) as line:
        done = [
            _export(query, path, known.pop(query.id, []), sources)
            for query in line.counted(found)
            if not query.is_archived
        ]
    if prune:
        done += _prune(asked, known)
    return WholeList(sorted(done, key=lambda item: item.query_id), ExportedQuery)


def _export(
    query: Query, folder: Path, old: Sequence[Path], sources: Mapping[int, DataSource]
) -> ExportedQuery:
    file = query_file(query, sources)
    path = folder / (file.stem + FIELDS_SUFFIX)
    written = file.write(folder)
    # Where names differ in case only, some file systems have one file for both.
    others = [
        item
        for item in old
        if item.name != path.name and not (item.exists() and item.samefile(path))
    ]
    for other in others:
        remove_files(other)
    action: ExportAction = "renamed" if others else "written" if written else "unchanged"
    return ExportedQuery(query_id=query.id, name=query.name, action=action, path=path)


def _prune(client: Client, files: Mapping[int, Sequence[Path]]) -> Iterator[ExportedQuery]:
    for number, paths in files.items():
        try:
            query = client.queries.get(number)
        except NotFoundError:  # of another server, or hidden from this key: perhaps not archived
            continue
        if not query.is_archived:
            continue
        for path in paths:
            remove_files(path)
            yield ExportedQuery(query_id=number, name=query.name, action="removed", path=path)
