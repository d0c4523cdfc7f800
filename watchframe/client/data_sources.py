"""Data sources: the databases that the server can query, and their schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from watchframe.client.jobs import run_job
from watchframe.client.listing import WholeList
from watchframe.client.resource import Resource
from watchframe.errors import JobFailedError, ProtocolError
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.models import ConnectionType, DataSource, Job, JobStatus
from watchframe.models.json_fields import as_object, required
from watchframe.reprs import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ConnectionTest(Shown):
    """Whether the server reaches a data source.

    Attributes
    ----------
    is_ok : bool
    message : str
        The data source's words where it does not.
    """

    is_ok: bool
    message: str


class DataSources(Resource):
    """The databases that the server can query: ``/api/data_sources``."""

    _path = "/api/data_sources"

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[DataSource]:
        """Return the data sources that the key may see, as a list with ``to_frame()``."""
        return self._whole_list(self._path, DataSource, deadline)

    def types(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[ConnectionType]:
        """Return the kinds of data sources that can be created on this server."""
        return self._whole_list(f"{self._path}/types", ConnectionType, deadline)

    def get(self, data_source_id: int, *, deadline: Deadline = NO_DEADLINE) -> DataSource:
        """Return a data source; to an administrator's key, with its `options`."""
        path = f"{self._path}/{data_source_id}"
        return self._object("GET", path, DataSource, deadline, expected_id=data_source_id)

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
            A name that no other data source has.
        type : str
            ``pg``, ``duckdb``, ...
        options : mapping of str to object
            What that kind needs: ``host``, ``dbname``, ``user``, ``password``, ...
        """
        json = {"name": name, "type": type, "options": dict(options)}
        return self._object("POST", self._path, DataSource, deadline, json=json)

    def test(self, data_source_id: int, *, deadline: Deadline = NO_DEADLINE) -> ConnectionTest:
        """Return whether the server can connect to a data source: it tries."""
        path = f"{self._path}/{data_source_id}/test"
        answer = as_object(self._request("POST", path, deadline, json={}), "test")
        is_ok = answer.get("ok") is True
        message = str(answer.get("message") or "")
        return ConnectionTest(is_ok=is_ok, message="" if is_ok else message)

    def schema(
        self, data_source_id: int, *, refresh: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> pd.DataFrame:
        """Return the tables of a data source and their columns.

        Parameters
        ----------
        data_source_id : int
        refresh : bool
            Ask the data source itself; by default, what the server knows of it is enough.

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
        import pandas as pd  # noqa: PLC0415 - the client is also used where no frame is made

        path = f"{self._path}/{data_source_id}/schema"
        query = {"refresh": "true"} if refresh else None

        def start(for_the_answer: Deadline) -> Mapping[str, object] | Job:
            answer = as_object(self._request("GET", path, for_the_answer, query=query), "schema")
            if "error" in answer:  # servers that do not make a job of it
                answer = {"job": {"id": "", "status": JobStatus.FAILURE, "error": answer["error"]}}
            return Job.from_json(answer["job"]) if "job" in answer else answer

        try:
            answer, job = run_job(self._transport, start, deadline=deadline)
        except JobFailedError as error:
            raise JobFailedError(
                f"The server could not read the schema: {error.reason or 'it does not say why.'}",
                reason=error.reason,
                job_id=error.job_id or None,
                hint="Test the data source: client.data_sources.test(id) says what is wrong with "
                "it.",
            ) from None
        tables = answer.get("schema") if isinstance(answer, Mapping) else job and job.result
        if not isinstance(tables, list):
            raise ProtocolError(
                "The server sent a schema that is not a list.", method="GET", url=path
            )
        rows = [row for table in tables for row in _rows(table)]
        return pd.DataFrame(rows, columns=["table", "column", "type"], dtype="string")


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
