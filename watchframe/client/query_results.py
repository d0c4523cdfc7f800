"""Stored results, and SQL that is not saved."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, get_args

import pandas as pd
import pyarrow as pa
import requests

from watchframe.client.jobs import Run, open_result
from watchframe.client.result_body import ResultBody
from watchframe.config.files import replaced_file
from watchframe.decode import ColumnDeviation, DtypeBackend, decode_query_result, to_frame
from watchframe.errors import ArgumentError, IncompleteBodyError, TransportError
from watchframe.http.body import received
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import require_kind
from watchframe.http.transport import Transport
from watchframe.models import Job, QueryResultInfo

logger = logging.getLogger(__name__)

#: How often a file that breaks off is fetched: a result never changes.
FETCHES = 3
Filetype = Literal["csv", "tsv", "json", "xlsx"]
#: Called with the bytes that are there, and with how many there will be, or None.
OnProgress = Callable[[int, int | None], None]

#: How the server names what it sends.
_CONTENT_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download_result(
    transport: Transport,
    result_id: int,
    path: str | os.PathLike[str],
    *,
    filetype: Filetype,
    query_id: int | None,
    progress: OnProgress | None,
    deadline: Deadline,
) -> Path:
    """Write a stored result to `path`, and return that."""
    if filetype not in _CONTENT_TYPES:
        raise ArgumentError(
            f"filetype={filetype!r} is not one that the server makes.",
            hint=f"It is one of {', '.join(get_args(Filetype))}.",
        )
    target = Path(path)
    if target.is_dir():
        raise ArgumentError(
            f"{str(target)!r} is a folder.", hint="Give the path of the file to be written."
        )
    source = (
        f"/api/query_results/{result_id}.{filetype}"
        if query_id is None
        else f"/api/queries/{query_id}/results/{result_id}.{filetype}"
    )
    with replaced_file(target) as file:
        for fetches_left in range(FETCHES - 1, -1, -1):
            response = transport.request("GET", source, deadline=deadline)
            with response:
                require_kind(
                    response, _CONTENT_TYPES[filetype], method="GET", url=source, deadline=deadline
                )
                try:
                    _copy(response, file, progress, deadline, transport.settings.max_body_bytes)
                except TransportError as error:
                    if not fetches_left:
                        raise
                    logger.info("Fetching the result again after: %s", error.message)
                else:
                    break
            file.seek(0)
            file.truncate()
    return target


def _copy(
    response: requests.Response,
    file: IO[bytes],
    progress: OnProgress | None,
    deadline: Deadline,
    max_bytes: int,
) -> None:
    # The length as it was read already: a header holds anything.
    is_known = "Content-Encoding" not in response.headers
    total = response.raw.length_remaining if is_known else None
    done = 0
    for chunk in received(response, lambda: deadline, max_bytes):
        file.write(chunk)
        done += len(chunk)
        if progress is not None:
            progress(done, total)
    if total is not None and done < total:
        raise IncompleteBodyError(
            f"The file broke off after {done} of {total} bytes; nothing was written.",
            offset=done,
            hint="Try again.",
        )


#: How often a result that breaks off is fetched again: it never changes.


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """A stored result of the server: it never changes.

    Attributes
    ----------
    info : QueryResultInfo
        What the server says of it: its id, when it was made, the SQL that was run.
    table : pyarrow.Table
        The rows, with every value as it was sent.
    deviations : tuple of ColumnDeviation
        The columns whose values are not of the type that the server declared.
    """

    info: QueryResultInfo
    table: pa.Table
    deviations: tuple[ColumnDeviation, ...] = ()

    def __repr__(self) -> str:
        # Not the table's own, which has names and values as the server sent them.
        shape = f"{self.table.num_rows:,} rows x {self.table.num_columns:,} columns"
        return f"QueryResult(info={self.info!r}, {shape})"

    def to_frame(
        self,
        *,
        dtype_backend: DtypeBackend = "numpy_nullable",
        columns: Sequence[str] | None = None,
        index_col: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Give the rows as a typed DataFrame.

        Parameters
        ----------
        dtype_backend, columns, index_col
            As of `watchframe.read_watch_query`.

        Raises
        ------
        ArgumentError
            A column is not in the result, or `dtype_backend` is another word.
        """
        return to_frame(
            self.table, dtype_backend=dtype_backend, columns=columns, index_col=index_col
        )


def read_result(open_body: Callable[[], ResultBody]) -> QueryResult:
    """Decode a result's body; one that breaks off is fetched again.

    Raises
    ------
    TransportError
        It broke off each time.
    DecodeError
        It is not a result.
    ProtocolError
        It is another result than was asked for.
    """
    body = open_body()
    for fetches_left in range(FETCHES - 1, -1, -1):
        with body:
            try:
                found = decode_query_result(body)
                body.require_result(found.info)
            except TransportError as error:
                if not fetches_left:
                    raise
                logger.info("Fetching the result again after: %s", error.message)
            else:
                return QueryResult(info=found.info, table=found.table, deviations=found.deviations)
        body = body.reopen()
    raise AssertionError("unreachable")


class QueryResults:
    """Stored results, and SQL that is not saved: ``/api/query_results``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def execute(
        self,
        sql: str,
        data_source_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
    ) -> ResultBody | Job:
        """Give the server's cached result of this SQL, or a new job."""
        run = adhoc_run(self._transport, sql, data_source_id, parameters)
        return run.execute(max_age, deadline=deadline)

    def get(
        self, result_id: int, *, query_id: int | None = None, deadline: Deadline = NO_DEADLINE
    ) -> QueryResult:
        """Return a stored result, decoded.

        Parameters
        ----------
        result_id : int
        query_id : int, optional
            Takes the path that a query's key may use.

        Returns
        -------
        QueryResult
            With ``to_frame()``.

        Raises
        ------
        DecodeError
            It is not a result.
        ProtocolError
            It is another result than was asked for.
        """
        return read_result(lambda: self.open(result_id, query_id=query_id, deadline=deadline))

    def open(
        self, result_id: int, *, query_id: int | None = None, deadline: Deadline = NO_DEADLINE
    ) -> ResultBody:
        """Give a stored result's body as it arrives, to be closed by ``with``.

        `query_id` takes the path that a query key may use.
        """
        return open_result(self._transport, result_id, query_id=query_id, deadline=deadline)

    def download(
        self,
        result_id: int,
        path: str | os.PathLike[str],
        *,
        filetype: Filetype = "csv",
        query_id: int | None = None,
        progress: OnProgress | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Path:
        """Write a stored result to a file, as the server makes it, and give its path.

        The file appears when it is whole: after an error there is none, or still the one that was
        there before. What breaks off is fetched again, up to three times. Of the kinds only
        ``json`` has every value: the others show dates and times in the organisation's format,
        without seconds.

        Parameters
        ----------
        result_id : int
        path : path
        filetype : {"csv", "tsv", "json", "xlsx"}
        query_id : int, optional
            Takes the path that a query's key may use.
        progress : callable, optional
            Called with the bytes that are there, and with how many there will be or None; anew from
            the start where the file is fetched again.

        Raises
        ------
        ServerError
            One of its kinds: a refusal, or an answer that broke off.
        OSError
            The file cannot be written.
        """
        return download_result(
            self._transport,
            result_id,
            path,
            filetype=filetype,
            query_id=query_id,
            progress=progress,
            deadline=deadline,
        )


def adhoc_run(
    transport: Transport, sql: str, data_source_id: int, parameters: Mapping[str, object]
) -> Run:
    """Give what runs SQL that is not saved."""
    return Run(
        transport=transport,
        execute_path="/api/query_results",
        payload={
            "query": sql,
            "data_source_id": data_source_id,
            "parameters": dict(parameters),
        },
        query_id=None,
    )
