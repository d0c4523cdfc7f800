"""Dashboards and their widgets: several queries side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from urllib.parse import quote

from msgspec import structs

from watchframe.client.listing import Listing
from watchframe.client.names import LOOKED_THROUGH, called, listed, nearest
from watchframe.client.resource import Resource, edit_conflict, search_arguments, without_none
from watchframe.errors import (
    ArgumentError,
    AuthenticationError,
    ConflictError,
    NotFoundError,
    ProtocolError,
)
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import request_json, require_same_id
from watchframe.http.error_responses import ROUTE_GUESS
from watchframe.http.transport import SHARED_DASHBOARD, Transport
from watchframe.keys import Secret, as_secret
from watchframe.models import Dashboard
from watchframe.models.json_fields import as_object, required
from watchframe.references import (
    DashboardReference,
    parse_dashboard_reference,
    takes_dashboard,
)


class Dashboards(Resource):
    """Dashboards: ``/api/dashboards``."""

    _path = "/api/dashboards"

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
        """Return dashboards, newest first, without their widgets, page by page as they are needed.

        Parameters
        ----------
        search : str, optional
            Only those in whose name the server finds this.
        tags : sequence of str
            Only those that have all of these.
        order : str, optional
            ``name`` or ``created_at``; with ``-`` before it, descending.
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
        path = self._path + ("/favorites" if is_favorite else "/my" if is_mine else "")
        query = search_arguments(search, tags, order)
        return Listing(self._transport, path, Dashboard, query=query, deadline=deadline)

    @takes_dashboard
    def get(
        self, dashboard: int | str | DashboardReference, *, deadline: Deadline = NO_DEADLINE
    ) -> Dashboard:
        """Return a dashboard with its widgets.

        Parameters
        ----------
        dashboard : int, str or DashboardReference
            Its id, its slug, its name, or the URL of its page on this server. A text that is a slug
            is not taken for a name. The page of a shared one is read as of `get_shared`; another
            page's key is used where the client has none of a user.

        Raises
        ------
        ArgumentError
            It is none of these, or several have that name.
        ConfigurationError
            It is the page of another server.
        NotFoundError
            The server has no such dashboard.
        ProtocolError
            The server answered with another one.
        """
        wanted = parse_dashboard_reference(dashboard)
        keyed = self._under_key_of(wanted)
        if wanted.is_shared and wanted.api_key is not None:
            return self.get_shared(wanted.api_key, deadline=deadline)
        return keyed._found(wanted, deadline)  # noqa: SLF001 - as its own

    def get_shared(self, token: str | Secret, *, deadline: Deadline = NO_DEADLINE) -> Dashboard:
        """Return a shared dashboard, as everybody sees it who has its address.

        Parameters
        ----------
        token : str
            The last part of its public URL's path. It is the key of this request, in place of the
            client's own.

        Returns
        -------
        Dashboard
            Without its id, and without the texts of its queries, which the server does not tell.

        Raises
        ------
        AuthenticationError
            No dashboard is shared under this token.
        """
        key = as_secret(token)
        del token
        own = self._transport
        settings = structs.replace(own.settings, api_key=key, query_keys={})
        shared = Transport(settings, own.connections)
        try:
            found = request_json(shared, "GET", SHARED_DASHBOARD, deadline=deadline)
        except AuthenticationError as error:
            raise error.replace(
                message="No dashboard is shared under this address.",
                hint="Either the address is not whole, or the dashboard is no longer shared: ask "
                "for its address again, or read the dashboard by its id, with a key of your own.",
            ) from None
        return Dashboard.from_shared_json(found).of_server(own.settings.url)

    def create(self, name: str, *, deadline: Deadline = NO_DEADLINE) -> Dashboard:
        """Create an empty dashboard, a draft, and return it."""
        return self._object("POST", self._path, Dashboard, deadline, json={"name": name})

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
        """Change what is passed, and return the dashboard as the server has it then.

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
        json = without_none(
            name=name,
            tags=None if tags is None else [*tags],
            layout=None if layout is None else [*layout],
            options=None if options is None else {**dashboard.options, **options},
            is_draft=is_draft,
            dashboard_filters_enabled=filters_enabled,
        )
        if not json:
            return self.get(dashboard.id, deadline=deadline)
        if dashboard.version is not None:
            json["version"] = dashboard.version
        path = f"{self._path}/{dashboard.id}"
        try:
            return self._object(
                "POST", path, Dashboard, deadline, expected_id=dashboard.id, json=json
            )
        except ConflictError as error:
            now = self.get(dashboard.id, deadline=deadline)
            words = (
                f"Dashboard {dashboard.id} is at version {now.version}; the edit was based on "
                f"version {dashboard.version}."
            )
            raise edit_conflict(words, dashboard, now, path=path, refusal=error) from None

    def archive(
        self, dashboard_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Dashboard:
        """Archive a dashboard, and return it; with `dry_run` it is only read.

        It is read first in any case: a server of version 8 takes a number for a slug, and would
        archive the dashboard with that slug.
        """
        path, found = self._located(dashboard_id, deadline)
        if dry_run:
            return found
        return self._object("DELETE", path, Dashboard, deadline, expected_id=dashboard_id)

    def fork(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> Dashboard:
        """Return a copy of a dashboard, with its own widgets and the same queries."""
        path = f"{self._path}/{dashboard_id}/fork"
        return self._object("POST", path, Dashboard, deadline, json={})

    def share(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> str:
        """Make a dashboard readable for everyone who has its public URL, and return that URL.

        It works without a key until `unshare`.
        """
        found = self._request("POST", f"{self._path}/{dashboard_id}/share", deadline, json={})
        return required(as_object(found, "share"), "public_url", str, "share")

    def unshare(
        self, dashboard_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Dashboard:
        """End a dashboard's public URL, and return it; with `dry_run` it is only read."""
        if not dry_run:
            self._send("DELETE", f"{self._path}/{dashboard_id}/share", deadline)
        return self.get(dashboard_id, deadline=deadline)

    def favorite(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Mark a dashboard as a favorite of the key's owner."""
        self._send("POST", f"{self._located(dashboard_id, deadline)[0]}/favorite", deadline)

    def unfavorite(self, dashboard_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Remove the mark of a favorite."""
        self._send("DELETE", f"{self._located(dashboard_id, deadline)[0]}/favorite", deadline)

    def tags(self, *, deadline: Deadline = NO_DEADLINE) -> dict[str, int]:
        """Return every tag, and how many dashboards have it."""
        return self._tag_counts(f"{self._path}/tags", deadline)

    def _found(self, wanted: DashboardReference, deadline: Deadline) -> Dashboard:
        if wanted.slug is not None:
            try:
                return self._by_slug(wanted.slug, deadline)
            except NotFoundError:
                if wanted.dashboard_id is None and wanted.name is None:
                    raise
        if wanted.dashboard_id is not None:
            return self._located(wanted.dashboard_id, deadline)[1]
        return self._by_name(wanted.name or "", deadline)

    def _by_slug(self, slug: str, deadline: Deadline) -> Dashboard:
        path = self._slug_path(slug)
        # Without "legacy", servers since version 10 take it for an id, and fail.
        sent = self._request("GET", path, deadline, query={"legacy": ""})
        found = Dashboard.from_json(sent).of_server(self._transport.settings.url)
        if found.slug != slug:
            raise ProtocolError(
                f"The server answered with dashboard {found.slug!r}, but {slug!r} was asked for.",
                method="GET",
                url=path,
                hint="Ask for the dashboard by its id.",
            )
        return found

    def _by_name(self, name: str, deadline: Deadline) -> Dashboard:
        """Return the one dashboard of a name; names are compared as those of queries are."""
        found = list(islice(self.list(search=name, deadline=deadline), LOOKED_THROUGH))
        seen = found
        if not called(name, found):
            seen = list(islice(self.list(deadline=deadline), LOOKED_THROUGH))
        named = called(name, seen)
        if len(named) == 1:
            return self._located(named[0].id, deadline)[1]
        if named:
            raise ArgumentError(
                f"{len(named)} dashboards are called {name!r}: {listed(named)}.",
                hint="Give the id of the one that is meant.",
            )
        near = listed(nearest(name, found, seen))
        raise NotFoundError(
            f"The server lists no dashboard with the slug or the name {name!r}.",
            status=HTTPStatus.NOT_FOUND,
            server_message="",
            method="GET",
            url=self._path,
            hint=f"Did you mean {near}? Give the id."
            if near
            else "It lists no archived ones, and no drafts of others: give the id.",
        )

    def _located(self, dashboard_id: int, deadline: Deadline) -> tuple[str, Dashboard]:
        """Return the path at which this server has a dashboard, and the dashboard.

        Servers since version 10 have it at its id, version 8 at its slug alone. The answer shows
        which of the two it is: version 8 guesses another route where it finds nothing, or answers
        with the dashboard that has the number for a slug.
        """
        path = f"{self._path}/{dashboard_id}"
        missing = None
        try:
            sent = self._request("GET", path, deadline)
            found = Dashboard.from_json(sent).of_server(self._transport.settings.url)
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
        path = self._slug_path(dashboard.slug)
        return path, self._object("GET", path, Dashboard, deadline, expected_id=dashboard_id)

    def _slug_path(self, slug: str) -> str:
        return f"{self._path}/{quote(slug, safe='')}"
