"""Visualizations: the tables, charts and counters of queries."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_document, ask_object
from watchframe.http.transport import Transport
from watchframe.models import Visualization

_PATH = "/api/visualizations"


class Visualizations:
    """Tables, charts and counters of queries: ``/api/visualizations``.

    They are read with their query: `Queries.get`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        query_id: int,
        *,
        type: str,  # noqa: A002 - the server's noun
        name: str,
        description: str = "",
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Visualization:
        """Give a query another visualization.

        Parameters
        ----------
        query_id : int
        type : str
            The server's word: ``TABLE``, ``CHART``, ``COUNTER``, ``PIVOT``, ...
        name : str
        description : str
        options : mapping, optional
            How it is drawn, as in `Visualization.options`.
        """
        payload = {
            "query_id": query_id,
            "type": type,
            "name": name,
            "description": description,
            "options": dict(options or {}),
        }
        return self._post(_PATH, payload, None, deadline)

    def update(
        self,
        visualization_id: int,
        *,
        type: str | None = None,  # noqa: A002 - as above
        name: str | None = None,
        description: str | None = None,
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Visualization:
        """Change what is given, and return it as the server has it then.

        `options` are written whole, instead of those that it has.
        """
        changes = {
            "type": type,
            "name": name,
            "description": description,
            "options": None if options is None else dict(options),
        }
        payload = {name: value for name, value in changes.items() if value is not None}
        return self._post(f"{_PATH}/{visualization_id}", payload, visualization_id, deadline)

    def delete(
        self, visualization_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> None:
        """Delete a visualization, and with it the widgets that show it; not with `dry_run`.

        The server cannot be asked for one visualization, so `dry_run` makes no request.
        """
        if not dry_run:
            path = f"{_PATH}/{visualization_id}"
            ask_document(self._transport, "DELETE", path, deadline=deadline)

    def _post(
        self, path: str, payload: Mapping[str, object], wanted: int | None, deadline: Deadline
    ) -> Visualization:
        return ask_object(
            self._transport,
            "POST",
            path,
            Visualization.from_json,
            wanted=wanted,
            deadline=deadline,
            json=payload,
        )
