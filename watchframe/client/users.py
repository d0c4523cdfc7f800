"""Who may use the server."""

from __future__ import annotations

from collections.abc import Sequence

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_object
from watchframe.client.given import given
from watchframe.client.listing import Listing
from watchframe.client.transport import Method, Transport
from watchframe.models import User


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
