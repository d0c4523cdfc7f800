"""A data source's tables and columns, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from watchframe.client.deadline import Deadline
from watchframe.client.document import ask_document
from watchframe.client.jobs import Jobs
from watchframe.client.transport import Transport
from watchframe.errors import JobFailedError, ProtocolError
from watchframe.models import Job, JobStatus
from watchframe.models.json_fields import as_object, required

if TYPE_CHECKING:
    import pandas as pd

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
