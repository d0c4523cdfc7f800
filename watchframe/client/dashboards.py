"""Dashboards: several queries side by side."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from watchframe.client.listing import Listing
from watchframe.client.queries import tag_counts
from watchframe.config import require_same_server
from watchframe.errors import ArgumentError, ConflictError, NotFoundError, ProtocolError
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_document, ask_object, require_same_id
from watchframe.http.refusals import ROUTE_GUESS
from watchframe.http.transport import Method, Transport
from watchframe.models import Dashboard, Widget
from watchframe.models.json_fields import as_object, required
from watchframe.references import parse_dashboard_reference

_PATH = "/api/dashboards"


class Dashboards:
    """Dashboards: ``/api/dashboards``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        search: str | None = None,
        tags: Sequence[str] = (),
        order: str | None = None,
        is_favorite: bool = False,
        is_mine: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> Listing[Dashboard]:
        """Give dashboards, newest first, without their widgets, page by page as they are needed.

        Parameters
        ----------
        search : str, optional
            Only those in whose name the server finds this.
        tags : sequence of str
            Only those that have all of these.
        order : str, optional
            ``name`` or ``created_at``; with ``-`` before it the other way round.
        is_favorite : bool
            Only those that the key's owner marked.
        is_mine : bool
            Only those that the key's owner made.

        Raises
        ------
        ArgumentError
            Both `is_favorite` and `is_mine`: the server cannot say that.
        """
        if is_favorite and is_mine:
            raise ArgumentError(
                "is_favorite and is_mine are two lists of the server.",
                hint="Ask for one of them, and choose among what it gives.",
            )
        asked: dict[str, str | Sequence[str]] = {"order": order or "-created_at"}
        if search:
            asked["q"] = search
        if tags:
            asked["tags"] = [tags] if isinstance(tags, str) else [*tags]
        path = _PATH + ("/favorites" if is_favorite else "/my" if is_mine else "")
        return Listing(
            self._transport, path, Dashboard, Dashboard.from_json, query=asked, deadline=deadline
        )

    def get(self, dashboard: int | str, *, deadline: Deadline = NO_DEADLINE) -> Dashboard:
        """Return a dashboard with its widgets.

        Parameters
        ----------
        dashboard : int or str
            Its id, its slug, or the URL of its page on this server.

        Raises
        ------
        ArgumentError
            It is none of these.
        ConfigurationError
            It is the page of another server.
        NotFoundError
            The server has no such dashboard.
        ProtocolError
            The server answered with another one.
        """
        wanted = parse_dashboard_reference(dashboard)
        require_same_server(wanted.server_url, self._transport.settings.url)
        if wanted.dashboard_id is None:
            return self._by_slug(wanted.slug or "", deadline)
        if wanted.slug is not None:
            with contextlib.suppress(NotFoundError):
                return self._by_slug(wanted.slug, deadline)
        return self._located(wanted.dashboard_id, deadline)[1]

    def create(self, name: str, *, deadline: Deadline = NO_DEADLINE) -> Dashboard:
        """Make a new, empty dashboard, a draft, and return it."""
        return self._ask("POST", _PATH, None, deadline, json={"name": name})

    def update(
        self,
        dashboard: Dashboard | int,
        *,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        layout: Sequence[object] | None = None,
        options: Mapping[str, object] | None = None,
        is_draft: bool | None = None,
        filters_enabled: bool | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Dashboard:
        """Change what is given, and return the dashboard as the server has it then.

        Parameters
        ----------
        dashboard : Dashboard or int
            As it was read: the edit is refused where it was changed since. With an id, it is made
            on what the server has now.
        name : str, optional
            The slug in its address changes with it.
        tags : sequence of str, optional
            Instead of all that it has.
        layout : sequence, optional
        options : mapping, optional
            Those to change; the others stay.
        is_draft : bool, optional
            False publishes it.
        filters_enabled : bool, optional

        Raises
        ------
        ConflictError
            It was changed since; the error has both versions.
        """
        if isinstance(dashboard, int):
            dashboard = self.get(dashboard, deadline=deadline)
        changes: dict[str, object] = {
            "name": name,
            "tags": None if tags is None else [*tags],
            "layout": None if layout is None else [*layout],
            "options": None if options is None else {**dashboard.options, **options},
            "is_draft": is_draft,
            "dashboard_filters_enabled": filters_enabled,
        }
        payload = {name: value for name, value in changes.items() if value is not None}
        path = f"{_PATH}/{dashboard.id}"
        if not payload:
            return self.get(dashboard.id, deadline=deadline)
        if dashboard.version is not None:
            payload["version"] = dashboard.version
        try:
            return self._ask("POST", path, dashboard.id, deadline, json=payload)
        except ConflictError as error:
            now = self.get(dashboard.id, deadline=deadline)
            raise ConflictError(
                f"Dashboard {dashboard.id} is at version {now.version}; the edit was based on "
                f"version {dashboard.version}. Nothing was changed.",
                status=error.status,
                server_message=error.server_message,
                given_version=dashboard.version,
                current_version=now.version,
                given=dashboard,
                current=now,
                method=error.method,
                url=error.url,
                hint="Read it again, and make the edit on that.",
            ) from None

    def archive(
        self, dashboard_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Dashboard:
        """Archive a dashboard, and return it; with `dry_run` it is only read.

        It is read first in any case: a server of version 8 takes a number for a slug, and would
        archive the dashboard that is called so.
        """
        path, found = self._located(dashboard_id, deadline)
        return found if dry_run else self._ask("DELETE", path, dashboard_id, deadline)

    def fork(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> Dashboard:
        """Return a copy of a dashboard, with its own widgets and the same queries."""
        return self._ask("POST", f"{_PATH}/{dashboard_id}/fork", None, deadline, json={})

    def share(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> str:
        """Let everybody see a dashboard who has its public URL, and give that URL.

        It works without a key for whoever has it, until `unshare`.
        """
        path = f"{_PATH}/{dashboard_id}/share"
        found = ask_document(self._transport, "POST", path, deadline=deadline, json={})
        return required(as_object(found, "share"), "public_url", str, "share")

    def unshare(
        self, dashboard_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Dashboard:
        """Make a dashboard's public URL useless, and give it; with `dry_run` it is only read."""
        if not dry_run:
            self._tell("DELETE", f"{_PATH}/{dashboard_id}/share", deadline)
        return self.get(dashboard_id, deadline=deadline)

    def favorite(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Mark a dashboard as a favorite of the key's owner."""
        self._tell("POST", f"{self._located(dashboard_id, deadline)[0]}/favorite", deadline)

    def unfavorite(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Take the mark away."""
        self._tell("DELETE", f"{self._located(dashboard_id, deadline)[0]}/favorite", deadline)

    def tags(self, *, deadline: Deadline = NO_DEADLINE) -> dict[str, int]:
        """Give every tag, and how many dashboards have it."""
        return tag_counts(self._transport, f"{_PATH}/tags", deadline=deadline)

    def _by_slug(self, slug: str, deadline: Deadline) -> Dashboard:
        path = _slug_path(slug)
        # Without "legacy", servers since version 10 take it for an id, and fail.
        found = Dashboard.from_json(
            ask_document(self._transport, "GET", path, deadline=deadline, query={"legacy": ""})
        )
        if found.slug != slug:
            raise ProtocolError(
                f"The server answered with dashboard {found.slug!r}, but {slug!r} was asked for.",
                method="GET",
                url=path,
                hint="Ask for the dashboard by its id.",
            )
        return found

    def _located(self, dashboard_id: int, deadline: Deadline) -> tuple[str, Dashboard]:
        """Return the path at which this server has a dashboard, and the dashboard.

        Servers since version 10 have it at its id, one of version 8 at its slug alone. Which of the
        two it is shows in the answer: version 8 guesses another route where it finds nothing, or
        answers with the dashboard that has the number for a slug.
        """
        path = f"{_PATH}/{dashboard_id}"
        missing = None
        try:
            found = Dashboard.from_json(
                ask_document(self._transport, "GET", path, deadline=deadline)
            )
        except NotFoundError as error:
            if ROUTE_GUESS not in error.server_message:
                raise
            missing = error
        else:
            if found.id == dashboard_id or found.slug != str(dashboard_id):
                require_same_id(found, dashboard_id, method="GET", url=path)
                return path, found
        listed = (item for item in self.list(deadline=deadline) if item.id == dashboard_id)
        dashboard = next(listed, None)
        if dashboard is None:
            raise NotFoundError(
                f"The server lists no dashboard {dashboard_id}.",
                status=HTTPStatus.NOT_FOUND,
                server_message=missing.server_message if missing else "",
                method="GET",
                url=path,
                hint="This server, an older version, finds dashboards by their slug: use that. "
                "It does not list archived ones, nor drafts of others.",
            )
        path = _slug_path(dashboard.slug)
        return path, self._ask("GET", path, dashboard_id, deadline)

    def _ask(
        self,
        method: Method,
        path: str,
        wanted: int | None,
        deadline: Deadline,
        *,
        json: Mapping[str, object] | None = None,
    ) -> Dashboard:
        return ask_object(
            self._transport,
            method,
            path,
            Dashboard.from_json,
            wanted=wanted,
            deadline=deadline,
            json=json,
        )

    def _tell(self, method: Method, path: str, deadline: Deadline) -> None:
        json: dict[str, object] | None = {} if method == "POST" else None
        ask_document(self._transport, method, path, deadline=deadline, json=json)


def _slug_path(slug: str) -> str:
    return f"{_PATH}/{quote(slug, safe='')}"


_PATH_WIDGETS = "/api/widgets"


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
            _PATH_WIDGETS,
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
        path = f"{_PATH_WIDGETS}/{number}"
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
            path = f"{_PATH_WIDGETS}/{widget_id}"
            ask_document(self._transport, "DELETE", path, deadline=deadline)
