"""Query snippets: pieces of SQL that the server's editor inserts."""

from __future__ import annotations

from watchframe.client.listing import WholeList
from watchframe.client.resource import Resource, without_none
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.models import QuerySnippet


class QuerySnippets(Resource):
    """Pieces of SQL that the editor inserts: ``/api/query_snippets``."""

    _path = "/api/query_snippets"

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[QuerySnippet]:
        """Return the snippets, as a list with ``to_frame()``."""
        return self._whole_list(self._path, QuerySnippet, deadline)

    def get(self, snippet_id: int, *, deadline: Deadline = NO_DEADLINE) -> QuerySnippet:
        """Return a snippet."""
        path = f"{self._path}/{snippet_id}"
        return self._object("GET", path, QuerySnippet, deadline, expected_id=snippet_id)

    def create(
        self, trigger: str, text: str, *, description: str = "", deadline: Deadline = NO_DEADLINE
    ) -> QuerySnippet:
        """Save a new snippet: typing `trigger` offers to insert `text`."""
        json = {"trigger": trigger, "snippet": text, "description": description}
        return self._object("POST", self._path, QuerySnippet, deadline, json=json)

    def update(
        self,
        snippet_id: int,
        *,
        trigger: str | None = None,
        text: str | None = None,
        description: str | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> QuerySnippet:
        """Change what is passed, and return the snippet as the server has it then."""
        json = without_none(trigger=trigger, snippet=text, description=description)
        path = f"{self._path}/{snippet_id}"
        return self._object("POST", path, QuerySnippet, deadline, expected_id=snippet_id, json=json)

    def delete(
        self, snippet_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> QuerySnippet:
        """Delete a snippet, and return it as it was; with `dry_run` nothing is deleted."""
        found = self.get(snippet_id, deadline=deadline)
        if not dry_run:
            self._send("DELETE", f"{self._path}/{snippet_id}", deadline)
        return found
