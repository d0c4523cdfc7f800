"""Who may use the server."""

from __future__ import annotations

from collections.abc import Sequence

from watchframe.client.listing import Listing, WholeList, whole_list
from watchframe.client.queries import given
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_object
from watchframe.http.transport import Method, Transport
from watchframe.models import DataSource, Group, QuerySnippet, User


class Users:
    """Who may use the server: ``/api/users``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        search: str | None = None,
        is_disabled: bool = False,
        is_pending: bool = False,
        order: str | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Listing[User]:
        """Give users, page by page as they are asked for: by default all that are not disabled.

        Parameters
        ----------
        search : str, optional
            Only those in whose name or address the server finds this.
        is_disabled : bool
            Those that are disabled, instead.
        is_pending : bool
            Only those that were invited and have not come yet.
        order : str, optional
            ``name``, ``created_at``, ``active_at``; with ``-`` before it, downwards.
        """
        asked = {"disabled": "true" if is_disabled else "false"}
        if is_pending:
            asked["pending"] = "true"
        if search:
            asked["q"] = search
        if order:
            asked["order"] = order
        return Listing(
            self._transport, "/api/users", User, User.from_json, query=asked, deadline=deadline
        )

    def get(self, user_id: int, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Return a user."""
        return self._user("GET", f"/api/users/{user_id}", user_id, deadline)

    def invite(self, name: str, email: str, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Make a new user, whom the server invites by mail.

        A server without mail gives the invitation's link instead: ``more["invite_link"]``. Whoever
        has it can set the password.
        """
        return self._user("POST", "/api/users", None, deadline, {"name": name, "email": email})

    def update(
        self,
        user_id: int,
        *,
        name: str | None = None,
        email: str | None = None,
        group_ids: Sequence[int] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> User:
        """Change what is given, and return the user as the server has them then.

        `group_ids` are all groups that they are in from then on.
        """
        groups = None if group_ids is None else [*group_ids]
        payload = given(name=name, email=email, group_ids=groups)
        return self._user("POST", f"/api/users/{user_id}", user_id, deadline, payload)

    def enable(self, user_id: int, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Let a disabled user in again."""
        return self._user("DELETE", f"/api/users/{user_id}/disable", user_id, deadline)

    def disable(
        self, user_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> User:
        """Let a user in no more, neither by password nor by key; what they made stays.

        With `dry_run` nothing is changed, and the user is given as they are.
        """
        if dry_run:
            return self.get(user_id, deadline=deadline)
        return self._user("POST", f"/api/users/{user_id}/disable", user_id, deadline)

    def _user(
        self,
        method: Method,
        path: str,
        wanted: int | None,
        deadline: Deadline,
        payload: object = None,
    ) -> User:
        return ask_object(
            self._transport,
            method,
            path,
            User.from_json,
            wanted=wanted,
            deadline=deadline,
            json=payload,
        )


class Groups:
    """Users who may do the same: ``/api/groups``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[Group]:
        """Give the groups, as a list with ``to_frame()``."""
        return whole_list(self._transport, "/api/groups", Group, Group.from_json, deadline=deadline)

    def get(self, group_id: int, *, deadline: Deadline = NO_DEADLINE) -> Group:
        """Return a group."""
        path = f"/api/groups/{group_id}"
        return ask_object(
            self._transport, "GET", path, Group.from_json, wanted=group_id, deadline=deadline
        )

    def members(self, group_id: int, *, deadline: Deadline = NO_DEADLINE) -> WholeList[User]:
        """Give the users that are in it."""
        path = f"/api/groups/{group_id}/members"
        return whole_list(self._transport, path, User, User.from_json, deadline=deadline)

    def data_sources(
        self, group_id: int, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[DataSource]:
        """Give the data sources that its members see."""
        path = f"/api/groups/{group_id}/data_sources"
        return whole_list(
            self._transport, path, DataSource, DataSource.from_json, deadline=deadline
        )

    def create(self, name: str, *, deadline: Deadline = NO_DEADLINE) -> Group:
        """Make a new group, without members."""
        return ask_object(
            self._transport,
            "POST",
            "/api/groups",
            Group.from_json,
            wanted=None,
            deadline=deadline,
            json={"name": name},
        )

    def delete(
        self, group_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Group:
        """Delete a group, not its members; give it as it was. With `dry_run` nothing is deleted."""
        found = self.get(group_id, deadline=deadline)
        if not dry_run:
            self._transport.request("DELETE", f"/api/groups/{group_id}", deadline=deadline).close()
        return found

    def add_member(self, group_id: int, user_id: int, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Put a user into it."""
        path = f"/api/groups/{group_id}/members"
        return ask_object(
            self._transport,
            "POST",
            path,
            User.from_json,
            wanted=user_id,
            deadline=deadline,
            json={"user_id": user_id},
        )

    def remove_member(
        self,
        group_id: int,
        user_id: int,
        *,
        dry_run: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> User | None:
        """Take a user out of it, and give them; with `dry_run` they stay in it.

        None where they are not in it: then there is nothing to do.
        """
        members = self.members(group_id, deadline=deadline)
        found = next((user for user in members if user.id == user_id), None)
        if found is not None and not dry_run:
            path = f"/api/groups/{group_id}/members/{user_id}"
            self._transport.request("DELETE", path, deadline=deadline).close()
        return found


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
