"""``/api/queries``: saved queries, their results, their jobs, their dropdowns."""

from __future__ import annotations

import copy

from watchframe.demo.call import Answer, Call
from watchframe.demo.jobs import Job
from watchframe.demo.refusal import message, not_found, server_error
from watchframe.demo.result_files import CONTENT_TYPES, as_file
from watchframe.demo.shapes import poorer_result_json, query_json, result_json
from watchframe.demo.sql_hash import sql_hash
from watchframe.demo.store import StoredResult
from watchframe.demo.stored_dashboards import remove_widget, widgets_showing

#: A result never changes (recording 018).
FOREVER = {"Cache-Control": "private,max-age=31557600"}
#: What an answer to an edit does not tell (recordings 139, 140, 142).
_EDITED = ("can_edit",)
NO_RESULT = "No cached result found for this query."


def get_query(call: Call) -> Answer:
    """Give a query (recordings 011, 012)."""
    without = () if call.is_user else ("is_favorite",)
    return Answer(value=query_json(call.store, call.saved_query(), without=without))


def create_query(call: Call) -> Answer:
    """Save a new query (recording 139)."""
    call.require_user()
    return Answer(value=query_json(call.store, call.store.new_query(call.body), without=_EDITED))


def edit_query(call: Call) -> Answer:
    """Change a query; its version never counts up (recordings 140, 141)."""
    call.require_user()
    query = call.saved_query()
    call.store.edit_query(query, call.body)
    return Answer(value=query_json(call.store, query, without=_EDITED))


def archive_query(call: Call) -> Answer:
    """Archive a query; it stays readable (recordings 143, 144), its widgets and alerts go."""
    call.require_user()
    query = call.saved_query()
    with call.store.lock:
        call.store.edit_query(query, {"is_archived": True, "schedule": None})
        for visualization in query.visualizations:
            for dashboard, number in widgets_showing(call.store, visualization["id"]):
                remove_widget(dashboard, number)
        for number, alert in list(call.store.alerts.items()):
            if alert["query_id"] == query.id:
                del call.store.alerts[number]
    return Answer()


def fork_query(call: Call) -> Answer:
    """Give a copy, its visualizations copied too (recording 142)."""
    call.require_user()
    query = call.saved_query()
    copied = call.store.new_query(
        {
            "name": f"Copy of (#{query.id}) {query.name}",
            "query": query.text,
            "data_source_id": query.data_source_id,
            "options": copy.deepcopy(query.options),
            "description": query.description,
            "tags": query.tags,
        }
    )
    with call.store.lock:
        copied.latest_result_id = query.latest_result_id
        copied.visualizations = [
            {
                **call.store.new_visualization(item["type"], item["name"], item["options"]),
                "description": item["description"],
            }
            for item in query.visualizations
        ]
    return Answer(value=query_json(call.store, copied, without=_EDITED))


def execute_query(call: Call) -> Answer:
    """Run a saved query, or give its cached result (recordings 016, 019, 020, 021)."""
    query = call.saved_query()
    found = call.executor.run_saved(query, call.body, by_query_key=not call.is_user)
    if isinstance(found, Job):
        return Answer(value={"job": found.to_json()})
    shape = result_json if call.is_user else poorer_result_json
    return Answer(value={"query_result": shape(found)})


def get_job(call: Call) -> Answer:
    """Give a job by the path that a query key may use (recording 022)."""
    call.saved_query()
    return Answer(value={"job": _job(call).to_json()})


def latest_result(call: Call) -> Answer:
    """Give the latest result of a query without parameters, as JSON or a file."""
    query = call.saved_query()
    result = call.store.results.get(query.latest_result_id or 0)
    if result is None:
        raise message(404, NO_RESULT)
    return _as_file(result, call.path.get("filetype", "json"), {})


def result_of_query(call: Call) -> Answer:
    """Give one result; a query key gets only that of the text as it is saved (recording 023)."""
    query = call.saved_query()
    result = call.store.results.get(call.number("result_id"))
    if result is None:
        raise not_found()
    if not call.is_user and result.hash != sql_hash(call.store.sql_of(query)):
        raise message(404, NO_RESULT)
    return _as_file(result, call.path["filetype"], FOREVER)


def dropdown(call: Call) -> Answer:
    """Give the choices of a query's dropdown (recording 121)."""
    query = call.saved_query()
    source = call.number("dropdown_id")
    feeds = [item.get("queryId") for item in query.definitions]
    if source not in feeds:
        raise message(403, "Query is not associated with this dropdown.")
    return Answer(value=_options(call, source))


def own_dropdown(call: Call) -> Answer:
    """Give the choices that a query's own latest result makes."""
    return Answer(value=_options(call, call.saved_query().id))


def adhoc(call: Call) -> Answer:
    """Run SQL that is not saved (recordings 126 to 128)."""
    call.require_user()
    found = call.executor.run_adhoc(call.body)
    if isinstance(found, Job):
        return Answer(value={"job": found.to_json()})
    return Answer(value={"query_result": result_json(found)})


def get_result(call: Call) -> Answer:
    """Give a stored result (recording 018)."""
    call.require_user()
    result = call.store.results.get(call.number("result_id"))
    if result is None:
        raise not_found()
    return _as_file(result, call.path.get("filetype", "json"), FOREVER)


def get_any_job(call: Call) -> Answer:
    """Give a job's state (recordings 017, 028)."""
    call.require_user()
    return Answer(value={"job": _job(call).to_json()})


def cancel_job(call: Call) -> Answer:
    """Cancel a job (recordings 124, 125)."""
    if call.key and call.store.query_of_key(call.key) is not None:
        raise server_error()
    call.require_user()
    job = _job(call)
    if job.error:
        raise server_error()
    call.executor.jobs.cancel(job)
    return Answer()


def regenerate_key(call: Call) -> Answer:
    """Give the query with a new key."""
    call.require_user()
    query = call.saved_query()
    query.api_key = call.store.new_key()
    return Answer(value=query_json(call.store, query))


def add_favorite(call: Call) -> Answer:
    """Mark a query."""
    call.require_user()
    call.saved_query().is_favorite = True
    return Answer()


def remove_favorite(call: Call) -> Answer:
    """Unmark a query."""
    call.require_user()
    call.saved_query().is_favorite = False
    return Answer()


def _options(call: Call, source: int) -> list[dict[str, str]]:
    try:
        return call.executor.dropdown_options(source)
    except LookupError:
        raise server_error() from None


def _job(call: Call) -> Job:
    job = call.executor.jobs.get(call.path["job_id"])
    if job is None:
        raise server_error()
    return job


def _as_file(result: StoredResult, filetype: str, headers: dict[str, str]) -> Answer:
    if filetype == "json":
        return Answer(value={"query_result": result_json(result)}, headers=headers)
    if filetype in CONTENT_TYPES:
        return Answer(content=as_file(result, filetype), content_type=CONTENT_TYPES[filetype])
    raise server_error()
