"""Executions, jobs, results and dropdowns; and a result as a file, as lossy as the real server's.

In files, dates and times are in the organization's display format (day first, without seconds).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from starlette.responses import Response

from watchframe.demo.jobs import Job
from watchframe.demo.request import Call, Routes, existing
from watchframe.demo.responses import (
    RefusalError,
    forbidden,
    job_refusal,
    json_response,
    server_error,
    wrong_key,
)
from watchframe.demo.stored_queries import StoredQuery, StoredResult, sql_hash

#: A result never changes (recording 018).
_FOREVER = {"Cache-Control": "private,max-age=31557600"}
_NO_RESULT = "No cached result found for this query."
_UNSAFE = "This query contains potentially unsafe parameters and cannot be executed "
_UNSAFE_WHEN_SHARED = _UNSAFE + "on a shared dashboard or an embedded visualization."
_UNSAFE_ON_VIEW_ONLY = _UNSAFE + "with read-only access to this data source."
_NO_PERMISSION = "You do not have permission to run queries with this data source."
#: What is made of a result besides its JSON.
_CONTENT_TYPES = {
    "csv": "text/csv; charset=UTF-8",
    "tsv": "text/tab-separated-values; charset=UTF-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _execute_query(call: Call) -> object:
    """Run a saved query, or return its cached result (recordings 016, 019, 020, 021)."""
    query = call.query_of_path()
    if not call.may_use(query, only_view=query.is_safe):
        raise _execution_refusal(call, query)
    found = call.executor.run_saved(query, call.body)
    if isinstance(found, Job):
        return {"job": found.to_json(call.dialect)}
    return {"query_result": found.to_json(for_query_key=not call.is_user)}


def _execution_refusal(call: Call, query: StoredQuery) -> RefusalError:
    if query.is_safe:
        return job_refusal(403, _NO_PERMISSION)
    return job_refusal(403, _UNSAFE_ON_VIEW_ONLY if call.is_user else _UNSAFE_WHEN_SHARED)


def _execute_adhoc(call: Call) -> object:
    """Run SQL that is not saved (recordings 126 to 128)."""
    source_id = call.body.get("data_source_id")
    if source_id is not None and not call.may_use_source(source_id, only_view=False):
        raise job_refusal(403, _NO_PERMISSION)
    found = call.executor.run_adhoc(call.body)
    if isinstance(found, Job):
        return {"job": found.to_json(call.dialect)}
    return {"query_result": found.to_json()}


def _get_job(call: Call) -> object:
    """Return a job's state to whoever has a valid key here (recordings 017, 022, 027, 028)."""
    if call.caller is None:
        raise wrong_key()
    return {"job": _job(call).to_json(call.dialect)}


def _cancel_job(call: Call) -> None:
    """Cancel a job (recordings 124, 125)."""
    if call.store.query_of_key(call.key) is not None:
        raise server_error()
    if call.caller is None:
        raise wrong_key()
    if not call.is_user and "query_id" in call.path:
        raise server_error()
    job = _job(call)
    if job.error:
        raise server_error()
    call.executor.jobs.cancel(job)


def _job(call: Call) -> Job:
    job = call.executor.jobs.get(call.path["job_id"])
    if job is None and call.dialect.unknown_job_waits:
        return Job(id=call.path["job_id"], work=lambda _: None, key=(0, ""))
    if job is None:
        raise server_error()
    return job


def _get_result(call: Call) -> object:
    """Return a stored result (recording 018)."""
    return _as_file(call, call.record(call.store.results, "result_id"), _FOREVER)


def _get_result_of_query(call: Call) -> object:
    """Return one result; a query key gets only that of the text as it is saved (recording 023)."""
    query = call.query_of_path()
    result = call.record(call.store.results, "result_id")
    if not call.is_user and result.hash != sql_hash(query.sql):
        raise RefusalError(404, _NO_RESULT)
    return _as_file(call, result, _FOREVER)


def _get_latest_result(call: Call) -> object:
    """Return the latest result of a query without parameters, as JSON or a file."""
    result = call.store.results.get(call.query_of_path().latest_result_id or 0)
    if result is None:
        raise RefusalError(404, _NO_RESULT)
    return _as_file(call, result, {})


def _get_dropdown(call: Call) -> object:
    """Return the choices of a query's dropdown (recording 121)."""
    query = call.saved_query()
    feed = call.number("dropdown_id")
    if feed not in [item.get("queryId") for item in query.definitions]:
        source_id = existing(call.store.queries, feed).data_source_id
        if not call.may_use_source(source_id, only_view=True):
            raise forbidden()
    return _dropdown_options(call, feed)


def _get_own_dropdown(call: Call) -> object:
    """Return the choices that a query's own latest result makes."""
    query = call.query_of_path()
    if not call.may_use_source(query.data_source_id, only_view=True):
        raise forbidden()
    return _dropdown_options(call, query.id)


def _dropdown_options(call: Call, query_id: int) -> object:
    try:
        return call.store.dropdown_options(query_id)
    except LookupError:
        raise server_error() from None


def _as_file(call: Call, result: StoredResult, headers: dict[str, str]) -> Response:
    if not call.may_use_source(result.data_source_id, only_view=True):
        raise forbidden()
    filetype = call.path.get("filetype", "json")
    headers = {**headers, "Content-Disposition": _disposition(call, result, filetype)}
    if filetype == "json":
        found = {"query_result": result.to_json()}
        return json_response(found, headers=headers, has_hashed_order=call.dialect.has_hashed_order)
    if filetype == "tsv" and call.dialect.answers_tsv_as_csv:
        filetype = "csv"
    if filetype not in _CONTENT_TYPES:
        raise server_error()
    columns = result.data["columns"]
    rows = [
        [column["name"] for column in columns],
        *(
            [_displayed(row.get(column["name"]), column["type"]) for column in columns]
            for row in result.data["rows"]
        ),
    ]
    content = _workbook(rows) if filetype == "xlsx" else _csv(rows, filetype)
    return Response(content, headers={**headers, "Content-Type": _CONTENT_TYPES[filetype]})


def _disposition(call: Call, result: StoredResult, filetype: str) -> str:
    """Return the header that names the file, by the query where that is in the path."""
    name = str(result.id)
    if "query_id" in call.path:
        query = call.store.queries[call.number("query_id")]
        name = re.sub(r"[^a-z0-9_]+", "_", query.name.lower()).strip("_") or str(query.id)
    name = f"{name}_{result.retrieved_at:%Y_%m_%d}.{filetype}"
    return f"attachment; filename={json.dumps(name) if call.dialect.quotes_filename else name}"


def _displayed(value: Any, type_: str | None) -> Any:
    if isinstance(value, str) and type_ in ("date", "datetime"):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.strftime("%d/%m/%y" if type_ == "date" else "%d/%m/%y %H:%M")
    return value


def _csv(rows: Iterable[Sequence[Any]], filetype: str) -> bytes:
    """Return a ``.csv`` (recording 026) or ``.tsv``."""
    out = io.StringIO()
    csv.writer(out, delimiter="," if filetype == "csv" else "\t").writerows(rows)
    return out.getvalue().encode()


def _workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an ``.xlsx`` with one sheet of numbers, booleans and texts."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("result")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_boolean(r, c, value)
                elif isinstance(value, int | float):
                    sheet.write_number(r, c, value)
                elif value is not None:  # a text that looks like a formula stays a text
                    sheet.write_string(r, c, str(value))
    return out.getvalue()


_QUERY = "/api/queries/{query_id}"
ROUTES: Routes = (
    ("POST", "/api/query_results", _execute_adhoc),
    ("GET", "/api/query_results/{result_id}.{filetype}", _get_result),
    ("GET", "/api/query_results/{result_id}", _get_result),
)
#: These check the key themselves: a query's own key, or a shared dashboard's token, will do.
KEY_ROUTES: Routes = (
    ("GET", "/api/jobs/{job_id}", _get_job),
    ("POST", _QUERY + "/results", _execute_query),
    ("GET", _QUERY + "/results", _get_latest_result),
    ("GET", _QUERY + "/results.{filetype}", _get_latest_result),
    ("GET", _QUERY + "/results/{result_id}.{filetype}", _get_result_of_query),
    ("GET", _QUERY + "/jobs/{job_id}", _get_job),
    ("DELETE", _QUERY + "/jobs/{job_id}", _cancel_job),
    ("DELETE", "/api/jobs/{job_id}", _cancel_job),
    ("GET", _QUERY + "/dropdown", _get_own_dropdown),
    ("GET", _QUERY + "/dropdowns/{dropdown_id}", _get_dropdown),
)
