"""Visualizations: the tables, charts and counters of queries."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.client.resource import Resource, without_none
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.models import Visualization


class Visualizations(Resource):
    """Tables, charts and counters of queries: ``/api/visualizations``.

    They are read with their query: `Queries.get`.
    """

    _path = "/api/visualizations"

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
        """Add a visualization to a query.

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
        json = {
            "query_id": query_id,
            "type": type,
            "name": name,
            "description": description,
            "options": dict(options or {}),
        }
        return self._object("POST", self._path, Visualization, deadline, json=json)

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
        """Change what is passed, and return it as the server has it then.

        `options` are written whole, instead of those that it has.
        """
        json = without_none(
            type=type,
            name=name,
            description=description,
            options=None if options is None else dict(options),
        )
        path = f"{self._path}/{visualization_id}"
        return self._object(
            "POST", path, Visualization, deadline, expected_id=visualization_id, json=json
        )

    def delete(
        self, visualization_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> None:
        """Delete a visualization, and with it the widgets that show it.

        With `dry_run` no request is made, for the server cannot be asked for one visualization.
        """
        if not dry_run:
            self._send("DELETE", f"{self._path}/{visualization_id}", deadline)
