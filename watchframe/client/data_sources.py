"""The databases that the server can ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from watchframe.client.jobs import Jobs
from watchframe.client.listing import WholeList, whole_list
from watchframe.errors import JobFailedError, ProtocolError
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_document, ask_object
from watchframe.http.transport import Transport
from watchframe.models import ConnectionType, DataSource, Job, JobStatus
from watchframe.models.json_fields import as_object, required

_COLUMNS = ("table", "column", "type")


def read_schema(
    transport: Transport, data_source_id: int, *, refresh: bool, deadline: Deadline
) -> pd.DataFrame:
    """Give one row per column of each table.

    The server answers with what it knows, or with a job that asks the data source.
    """
    import pandas as pd  # noqa: PLC0415 - the client is also used where no frame is made

    path = f"/api/data_sources/{data_source_id}/schema"
    query = {"refresh": "true"} if refresh else None
    answer = as_object(
        ask_document(transport, "GET", path, deadline=deadline, query=query), "schema"
    )
    if "error" in answer:  # servers that do not make a job of it
        answer = {"job": {"id": "", "status": JobStatus.FAILURE, "error": answer["error"]}}
    tables = answer.get("schema")
    if "job" in answer:
        tables = _found_by_job(transport, Job.from_json(answer["job"]), deadline)
    if not isinstance(tables, list):
        raise ProtocolError("The server sent a schema that is not a list.", method="GET", url=path)
    rows = [row for table in tables for row in _rows(table)]
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype="string")


def _found_by_job(transport: Transport, job: Job, deadline: Deadline) -> object:
    try:
        return Jobs(transport).wait(job, deadline=deadline).result
    except JobFailedError as error:
        raise JobFailedError(
            f"The server could not read the schema: {error.reason or 'it does not say why.'}",
            reason=error.reason,
            job_id=error.job_id or None,
            hint="Test the data source: client.data_sources.test(id) says what is wrong with it.",
        ) from None


def _rows(table: object) -> Iterator[tuple[str, str | None, str | None]]:
    obj = as_object(table, "table of a schema")
    name = required(obj, "name", str, "table of a schema")
    columns = required(obj, "columns", list, "table of a schema")
    if not columns:
        yield name, None, None
    for column in columns:
        if isinstance(column, Mapping):
            type_ = column.get("type")
            shown = None if type_ is None else str(type_)
            yield name, required(column, "name", str, "column of a schema"), shown
        else:  # data sources that know no types give names alone
            yield name, str(column), None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTest:
    """Whether the server reaches a data source.

    Attributes
    ----------
    is_ok : bool
    message : str
        The data source's words where it does not.
    """

    is_ok: bool
    message: str


class DataSources:
    """The databases that the server can ask: ``/api/data_sources``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[DataSource]:
        """Give those that the key may see, as a list with ``to_frame()``."""
        path = "/api/data_sources"
        return whole_list(
            self._transport, path, DataSource, DataSource.from_json, deadline=deadline
        )

    def types(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[ConnectionType]:
        """Give the kinds of data sources that can be made on this server."""
        path = "/api/data_sources/types"
        return whole_list(
            self._transport, path, ConnectionType, ConnectionType.from_json, deadline=deadline
        )

    def get(self, data_source_id: int, *, deadline: Deadline = NO_DEADLINE) -> DataSource:
        """Return a data source; to an administrator's key, with its `options`."""
        path = f"/api/data_sources/{data_source_id}"
        return ask_object(
            self._transport,
            "GET",
            path,
            DataSource.from_json,
            wanted=data_source_id,
            deadline=deadline,
        )

    def create(
        self,
        name: str,
        type: str,  # noqa: A002 - the server's word
        options: Mapping[str, object],
        *,
        deadline: Deadline = NO_DEADLINE,
    ) -> DataSource:
        """Save a new data source. The server does not try it: `test` does.

        Parameters
        ----------
        name : str
            One that no other has.
        type : str
            ``pg``, ``duckdb``, ...
        options : mapping of str to object
            What that kind needs: ``host``, ``dbname``, ``user``, ``password``, ...
        """
        payload = {"name": name, "type": type, "options": dict(options)}
        return ask_object(
            self._transport,
            "POST",
            "/api/data_sources",
            DataSource.from_json,
            wanted=None,
            deadline=deadline,
            json=payload,
        )

    def test(self, data_source_id: int, *, deadline: Deadline = NO_DEADLINE) -> ConnectionTest:
        """Have the server connect to a data source, and give whether it could."""
        path = f"/api/data_sources/{data_source_id}/test"
        answer = as_object(
            ask_document(self._transport, "POST", path, deadline=deadline, json={}), "test"
        )
        is_ok = answer.get("ok") is True
        message = str(answer.get("message") or "")
        return ConnectionTest(is_ok=is_ok, message="" if is_ok else message)

    def schema(
        self, data_source_id: int, *, refresh: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> pd.DataFrame:
        """Give the tables of a data source and their columns.

        Parameters
        ----------
        data_source_id : int
        refresh : bool
            Ask the data source itself; by default what the server knows of it will do.

        Returns
        -------
        pandas.DataFrame
            One row per column: ``table``, ``column``, ``type``, all ``string``. A table without
            columns has one row; `type` is missing where the data source knows none.

        Raises
        ------
        JobFailedError
            The data source could not be asked; `reason` is what it said.
        """
        return read_schema(self._transport, data_source_id, refresh=refresh, deadline=deadline)
