"""Stored results: decoded, as bytes, or as files; and SQL that is not saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, get_args

import pandas as pd
import pyarrow as pa
import requests

from watchframe.client.execution import Execution
from watchframe.client.resource import Resource
from watchframe.client.result_body import ResultBody, open_result, result_path
from watchframe.config.files import replaced_file
from watchframe.decode import ColumnDeviation, DtypeBackend, decode_query_result, to_frame
from watchframe.decode.typing_rules import ENCODING, INTEGER, JSON
from watchframe.errors import ArgumentError, IncompleteBodyError
from watchframe.http.body import iter_body
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import require_content_type
from watchframe.http.retries import read_or_refetch
from watchframe.models import Job, QueryResultInfo
from watchframe.reprs import MOST_ROWS, Card, Shown, Table

Filetype = Literal["csv", "tsv", "json", "xlsx"]
#: Called with the bytes that are there, and with how many there will be, or None.
OnProgress = Callable[[int, int | None], None]

#: The server's content types.
_CONTENT_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class QueryResults(Resource):
    """Stored results, and SQL that is not saved: ``/api/query_results``."""

    def execute(
        self,
        sql: str,
        data_source_id: int,
        parameters: Mapping[str, object],
        *,
        max_age: int,
        deadline: Deadline = NO_DEADLINE,
    ) -> ResultBody | Job:
        """Return the server's cached result of this SQL, or a new job."""
        execution = Execution.of_sql(self._transport, sql, data_source_id, parameters)
        return execution.start(max_age, deadline=deadline)

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
        return read_result(self.open(result_id, query_id=query_id, deadline=deadline))

    def open(
        self, result_id: int, *, query_id: int | None = None, deadline: Deadline = NO_DEADLINE
    ) -> ResultBody:
        """Return a stored result's body as it arrives, to be closed by ``with``.

        `query_id` takes the path that a query's key may use.
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
        """Write a stored result to a file, as the server makes it, and return its path.

        The file appears when it is whole: after an error there is none, or still the previous one.
        What breaks off is fetched again, up to three times. Only ``json`` has every value: the
        other kinds show dates and times in the organization's format, without seconds.

        Parameters
        ----------
        result_id : int
        path : path
        filetype : {"csv", "tsv", "json", "xlsx"}
        query_id : int, optional
            Takes the path that a query's key may use.
        progress : callable, optional
            Called with the bytes that are there, and with how many there will be or None; from the
            start again where the file is fetched again.

        Raises
        ------
        ServerError
            One of its kinds: a refusal, or an answer that broke off.
        OSError
            The file cannot be written.
        """
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
        source = result_path(result_id, query_id, filetype)

        def request(_: object = None) -> requests.Response:
            return self._transport.request("GET", source, deadline=deadline)

        def write(response: requests.Response) -> None:
            with response:
                require_content_type(
                    response, _CONTENT_TYPES[filetype], {"method": "GET", "url": source}, deadline
                )
                file.seek(0)
                file.truncate()
                chunks = iter_body(
                    response, lambda: deadline, self._transport.settings.max_body_bytes
                )
                _copy(response, chunks, file, progress)

        with replaced_file(target) as file:
            read_or_refetch(request(), write, request)
        return target


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QueryResult(Shown):
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

    def card(self) -> Card:
        """Return what is shown of it: where it comes from, and its columns."""
        info = self.info.card()
        fields = list(self.table.schema)
        stands_for = {INTEGER: "integer", JSON: "JSON"}
        return replace(
            info,
            noun="Result" if self.info.id is None else f"Result {self.info.id}",
            summary=f"{self.table.num_rows:,} rows x {self.table.num_columns:,} columns",
            facts={"rows": f"{self.table.num_rows:,}", **info.facts},
            tables=[
                Table(
                    columns=("column", "type"),
                    rows=[
                        (
                            field.name,
                            stands_for.get((field.metadata or {}).get(ENCODING, b""), field.type),
                        )
                        for field in fields[:MOST_ROWS]
                    ],
                    note=f"and {len(fields) - MOST_ROWS:,} more" if fields[MOST_ROWS:] else "",
                )
            ],
            note="to_frame() returns the rows.",
        )

    def to_frame(
        self,
        *,
        dtype_backend: DtypeBackend = "numpy_nullable",
        columns: Sequence[str] | None = None,
        index_col: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Return the rows as a typed DataFrame.

        Parameters
        ----------
        dtype_backend, columns, index_col
            As of `watchframe.read_watch_query`.

        Raises
        ------
        ArgumentError
            A column is not in the result, or `dtype_backend` is not one of its values.
        """
        return to_frame(
            self.table, dtype_backend=dtype_backend, columns=columns, index_col=index_col
        )


def read_result(body: ResultBody) -> QueryResult:
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

    def read(body: ResultBody) -> QueryResult:
        with body:
            found = decode_query_result(body)
            body.require_result(found.info)
        return QueryResult(info=found.info, table=found.table, deviations=found.deviations)

    return read_or_refetch(body, read, ResultBody.reopen)


def _copy(
    response: requests.Response,
    chunks: Iterator[bytes],
    file: IO[bytes],
    progress: OnProgress | None,
) -> None:
    # Not the header, which may hold anything: urllib3 has read it already.
    is_known = "Content-Encoding" not in response.headers
    total = response.raw.length_remaining if is_known else None
    done = 0
    for chunk in chunks:
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
