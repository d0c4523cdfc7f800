"""The tiles of dashboards, and the saved visualizations that they show."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.client.resource import Resource, without_none
from watchframe.errors import (
    ArgumentError,
)
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.models import Visualization, Widget


class Widgets(Resource):
    """The tiles of dashboards: ``/api/widgets``.

    They are read with their dashboard: `Dashboards.get`.
    """

    _path = "/api/widgets"

    def create(
        self,
        dashboard_id: int,
        *,
        visualization_id: int | None = None,
        text: str = "",
        options: Mapping[str, object] | None = None,
        width: int = 1,
        deadline: Deadline = NO_DEADLINE,
    ) -> Widget:
        """Add a tile to a dashboard, and return it.

        Parameters
        ----------
        dashboard_id : int
        visualization_id : int, optional
            What it shows; without one it shows `text`.
        text : str
            Markdown.
        options : mapping, optional
            ``position`` (``col``, ``row``, ``sizeX``, ``sizeY``) and ``parameterMappings``, as in
            `Widget.options`.
        width : int
            Present servers expect 1 and use ``position``.
        """
        json = {
            "dashboard_id": dashboard_id,
            "visualization_id": visualization_id,
            "text": text,
            "options": dict(options or {}),
            "width": width,
        }
        return self._object("POST", self._path, Widget, deadline, json=json)

    def update(
        self,
        widget: Widget | int,
        *,
        text: str | None = None,
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Widget:
        """Change a tile, and return it as the server has it then.

        Parameters
        ----------
        widget : Widget or int
            As it was read, or its id. The server takes text and options together and keeps no
            version of a widget: what is not passed is written as it is in `widget`, so with an id
            both must be passed.
        text : str, optional
        options : mapping, optional
            Those to change; the others stay. With an id: all of them.

        Raises
        ------
        ArgumentError
            Only one of `text` and `options` is passed, with an id.
        """
        if isinstance(widget, Widget):
            number, text = widget.id, widget.text if text is None else text
            options = {**widget.options, **(options or {})}
        elif text is None or options is None:
            raise ArgumentError(
                "The server takes a widget's text and options together; only one was given.",
                hint="Give the Widget of its dashboard instead of its id, or give both.",
            )
        else:
            number = widget
        path, json = f"{self._path}/{number}", {"text": text, "options": dict(options)}
        return self._object("POST", path, Widget, deadline, expected_id=number, json=json)

    def delete(
        self, widget_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> None:
        """Remove a tile from its dashboard, for good.

        With `dry_run` no request is made, for the server cannot be asked for one widget.
        """
        if not dry_run:
            self._send("DELETE", f"{self._path}/{widget_id}", deadline)


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
