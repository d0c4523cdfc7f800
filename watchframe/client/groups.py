"""Groups of users: what their members may do, and which data sources they see."""

from __future__ import annotations

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_object
from watchframe.client.listing import WholeList, whole_list
from watchframe.client.transport import Transport
from watchframe.models import DataSource, Group, User


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
