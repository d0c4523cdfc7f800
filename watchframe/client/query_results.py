"""Stored results, and SQL that is not saved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.download import Filetype, OnProgress, download_result
from watchframe.client.query_result import QueryResult, read_result
from watchframe.client.result_body import ResultBody
from watchframe.client.running import Run, open_result
from watchframe.client.transport import Transport
from watchframe.models import Job


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
