"""Users and their groups."""

from __future__ import annotations

from collections.abc import Sequence

from watchframe.client.listing import Listing, WholeList
from watchframe.client.resource import Resource, without_none
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.models import DataSource, Group, User


class Users(Resource):
    """Who may use the server: ``/api/users``."""

    _path = "/api/users"

    def list(
        self,
        *,
        search: str | None = None,
        is_disabled: bool = False,
        is_pending: bool = False,
        order: str | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Listing[User]:
        """Return users, page by page as they are needed: by default all that are not disabled.

        Parameters
        ----------
        search : str, optional
            Only those in whose name or address the server finds this.
        is_disabled : bool
            Those that are disabled, instead.
        is_pending : bool
            Only those that were invited and have not accepted yet.
        order : str, optional
            ``name``, ``created_at``, ``active_at``; with ``-`` before it, descending.
        """
        query = {"disabled": "true" if is_disabled else "false"}
        if is_pending:
            query["pending"] = "true"
        if search:
            query["q"] = search
        if order:
            query["order"] = order
        return Listing(self._transport, self._path, User, query=query, deadline=deadline)

    def get(self, user_id: int, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Return a user."""
        path = f"{self._path}/{user_id}"
        return self._object("GET", path, User, deadline, expected_id=user_id)

    def invite(self, name: str, email: str, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Create a user, whom the server invites by mail.

        A server without mail answers with the invitation's link: ``more["invite_link"]``. Anyone
        who has it can set the password.
        """
        json = {"name": name, "email": email}
        return self._object("POST", self._path, User, deadline, json=json)

    def update(
        self,
        user_id: int,
        *,
        name: str | None = None,
        email: str | None = None,
        group_ids: Sequence[int] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> User:
        """Change what is passed, and return the user as the server has them then.

        `group_ids` are all groups that they are in from then on.
        """
        groups = None if group_ids is None else [*group_ids]
        json = without_none(name=name, email=email, group_ids=groups)
        path = f"{self._path}/{user_id}"
        return self._object("POST", path, User, deadline, expected_id=user_id, json=json)

    def enable(self, user_id: int, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Enable a disabled user again."""
        path = f"{self._path}/{user_id}/disable"
        return self._object("DELETE", path, User, deadline, expected_id=user_id)

    def disable(
        self, user_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> User:
        """Lock a user out, by password and by key; what they made stays.

        With `dry_run` nothing is changed, and the user is returned as they are.
        """
        if dry_run:
            return self.get(user_id, deadline=deadline)
        path = f"{self._path}/{user_id}/disable"
        return self._object("POST", path, User, deadline, expected_id=user_id)


class Groups(Resource):
    """Users with the same permissions: ``/api/groups``."""

    _path = "/api/groups"

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[Group]:
        """Return the groups, as a list with ``to_frame()``."""
        return self._whole_list(self._path, Group, deadline)

    def get(self, group_id: int, *, deadline: Deadline = NO_DEADLINE) -> Group:
        """Return a group."""
        path = f"{self._path}/{group_id}"
        return self._object("GET", path, Group, deadline, expected_id=group_id)

    def members(self, group_id: int, *, deadline: Deadline = NO_DEADLINE) -> WholeList[User]:
        """Return a group's users."""
        return self._whole_list(f"{self._path}/{group_id}/members", User, deadline)

    def data_sources(
        self, group_id: int, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[DataSource]:
        """Return the data sources that a group's members see."""
        return self._whole_list(f"{self._path}/{group_id}/data_sources", DataSource, deadline)

    def create(self, name: str, *, deadline: Deadline = NO_DEADLINE) -> Group:
        """Create a group, without members."""
        return self._object("POST", self._path, Group, deadline, json={"name": name})

    def delete(
        self, group_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Group:
        """Delete a group, not its members, and return it as it was.

        With `dry_run` nothing is deleted.
        """
        found = self.get(group_id, deadline=deadline)
        if not dry_run:
            self._send("DELETE", f"{self._path}/{group_id}", deadline)
        return found

    def add_member(self, group_id: int, user_id: int, *, deadline: Deadline = NO_DEADLINE) -> User:
        """Add a user to a group."""
        path, json = f"{self._path}/{group_id}/members", {"user_id": user_id}
        return self._object("POST", path, User, deadline, expected_id=user_id, json=json)

    def remove_member(
        self,
        group_id: int,
        user_id: int,
        *,
        dry_run: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> User | None:
        """Remove a user from a group, and return them; with `dry_run` they stay in it.

        None where they are not in it: then there is nothing to do.
        """
        members = self.members(group_id, deadline=deadline)
        found = next((user for user in members if user.id == user_id), None)
        if found is not None and not dry_run:
            self._send("DELETE", f"{self._path}/{group_id}/members/{user_id}", deadline)
        return found
