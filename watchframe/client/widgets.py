"""Widgets: the tiles of dashboards."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_document, ask_object
from watchframe.client.transport import Transport
from watchframe.errors import ArgumentError
from watchframe.models import Widget

_PATH = "/api/widgets"


class Widgets:
    """The tiles of dashboards: ``/api/widgets``.

    They are read with their dashboard: `Dashboards.get`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

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
        """Put a tile on a dashboard, and return it.

        Parameters
        ----------
        dashboard_id : int
        visualization_id : int, optional
            What it shows; without one it is a text.
        text : str
            Markdown.
        options : mapping, optional
            ``position`` (``col``, ``row``, ``sizeX``, ``sizeY``) and ``parameterMappings``, as in
            `Widget.options`.
        width : int
            Present servers take 1 and look at ``position``.
        """
        payload = {
            "dashboard_id": dashboard_id,
            "visualization_id": visualization_id,
            "text": text,
            "options": dict(options or {}),
            "width": width,
        }
        return ask_object(
            self._transport,
            "POST",
            _PATH,
            Widget.from_json,
            wanted=None,
            deadline=deadline,
            json=payload,
        )

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
            version of a widget: what is not given here is written as it is in `widget`, so with an
            id both must be given.
        text : str, optional
        options : mapping, optional
            Those to change; the others stay. With an id: all of them.

        Raises
        ------
        ArgumentError
            Only one of `text` and `options` is given, with an id.
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
        payload = {"text": text, "options": dict(options)}
        path = f"{_PATH}/{number}"
        return ask_object(
            self._transport,
            "POST",
            path,
            Widget.from_json,
            wanted=number,
            deadline=deadline,
            json=payload,
        )

    def delete(
        self, widget_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> None:
        """Take a tile off its dashboard, for good; `dry_run` makes no request.

        The server cannot be asked for one widget: look for it on its dashboard.
        """
        if not dry_run:
            path = f"{_PATH}/{widget_id}"
            ask_document(self._transport, "DELETE", path, deadline=deadline)
