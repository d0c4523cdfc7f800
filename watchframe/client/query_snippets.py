"""Pieces of SQL that the server's editor inserts."""

from __future__ import annotations

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_object
from watchframe.client.given import given
from watchframe.client.listing import WholeList, whole_list
from watchframe.client.transport import Transport
from watchframe.models import QuerySnippet


class QuerySnippets:
    """Pieces of SQL that the editor inserts: ``/api/query_snippets``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[QuerySnippet]:
        """Give the snippets, as a list with ``to_frame()``."""
        path = "/api/query_snippets"
        return whole_list(
            self._transport, path, QuerySnippet, QuerySnippet.from_json, deadline=deadline
        )

    def get(self, snippet_id: int, *, deadline: Deadline = NO_DEADLINE) -> QuerySnippet:
        """Return a snippet."""
        path = f"/api/query_snippets/{snippet_id}"
        return ask_object(
            self._transport,
            "GET",
            path,
            QuerySnippet.from_json,
            wanted=snippet_id,
            deadline=deadline,
        )

    def create(
        self, trigger: str, text: str, *, description: str = "", deadline: Deadline = NO_DEADLINE
    ) -> QuerySnippet:
        """Save a new snippet: typing `trigger` offers to insert `text`."""
        payload = {"trigger": trigger, "snippet": text, "description": description}
        return self._saved("/api/query_snippets", payload, None, deadline)

    def update(
        self,
        snippet_id: int,
        *,
        trigger: str | None = None,
        text: str | None = None,
        description: str | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> QuerySnippet:
        """Change what is given, and return the snippet as the server has it then."""
        payload = given(trigger=trigger, snippet=text, description=description)
        return self._saved(f"/api/query_snippets/{snippet_id}", payload, snippet_id, deadline)

    def delete(
        self, snippet_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> QuerySnippet:
        """Delete a snippet; give it as it was. With `dry_run` nothing is deleted."""
        found = self.get(snippet_id, deadline=deadline)
        if not dry_run:
            path = f"/api/query_snippets/{snippet_id}"
            self._transport.request("DELETE", path, deadline=deadline).close()
        return found

    def _saved(
        self, path: str, payload: object, wanted: int | None, deadline: Deadline
    ) -> QuerySnippet:
        return ask_object(
            self._transport,
            "POST",
            path,
            QuerySnippet.from_json,
            wanted=wanted,
            deadline=deadline,
            json=payload,
        )
