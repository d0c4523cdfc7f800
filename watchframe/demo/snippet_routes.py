"""``/api/query_snippets``: pieces of SQL for the editor."""

from __future__ import annotations

from datetime import UTC, datetime

from watchframe.demo.call import Answer, Call
from watchframe.demo.refusal import message, not_found
from watchframe.demo.shapes import user_json
from watchframe.demo.site_store import Record, next_id
from watchframe.demo.store import moment_text

_EDITABLE = ("trigger", "description", "snippet")


def list_snippets(call: Call) -> Answer:
    """Give all snippets."""
    call.require_user()
    return Answer(value=[_whole(call, item) for item in call.store.site.snippets.values()])


def create_snippet(call: Call) -> Answer:
    """Save a new snippet; each of its parts must be sent."""
    call.require_user()
    if not all(name in call.body for name in _EDITABLE):
        raise message(400, "Bad Request")
    snippets = call.store.site.snippets
    now = moment_text(datetime.now(UTC))
    with call.store.lock:
        record = {
            "id": next_id(snippets),
            **{name: call.body[name] for name in _EDITABLE},
            "updated_at": now,
            "created_at": now,
        }
        snippets[record["id"]] = record
    return Answer(value=_whole(call, record))


def get_snippet(call: Call) -> Answer:
    """Give a snippet."""
    call.require_user()
    return Answer(value=_whole(call, _snippet(call)))


def edit_snippet(call: Call) -> Answer:
    """Change what is sent of a snippet."""
    call.require_user()
    record = _snippet(call)
    record |= {name: call.body[name] for name in _EDITABLE if name in call.body}
    record["updated_at"] = moment_text(datetime.now(UTC))
    return Answer(value=_whole(call, record))


def delete_snippet(call: Call) -> Answer:
    """Delete a snippet."""
    call.require_user()
    del call.store.site.snippets[_snippet(call)["id"]]
    return Answer()


def _snippet(call: Call) -> Record:
    record = call.store.site.snippets.get(call.number("snippet_id"))
    if record is None:
        raise not_found()
    return record


def _whole(call: Call, record: Record) -> Record:
    return {**record, "user": user_json(call.store)}


_SNIPPET = "/api/query_snippets/{snippet_id}"
ROUTES = (
    ("GET", "/api/query_snippets", list_snippets),
    ("POST", "/api/query_snippets", create_snippet),
    ("GET", _SNIPPET, get_snippet),
    ("POST", _SNIPPET, edit_snippet),
    ("DELETE", _SNIPPET, delete_snippet),
)
