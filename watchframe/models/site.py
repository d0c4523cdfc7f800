"""Users, groups, the session of a key, and data sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from msgspec import field

from watchframe.models.json_fields import Model
from watchframe.reprs import Card, Link


class User(Model, frozen=True, kw_only=True):
    """A user of the server, without their API key (the server sends it along).

    Attributes
    ----------
    id : int
    name : str
    email : str
        May be empty.
    group_ids : tuple of int
        The groups that they are in, in the server's order.
    is_disabled : bool
        Whether they can neither log in nor use their key.
    is_pending : bool
        Whether they were invited and have not logged in yet.
    active_at, disabled_at, created_at, updated_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    name: str = ""
    email: str = ""
    group_ids: tuple[int, ...] = field(default=(), name="groups")
    is_disabled: bool = False
    is_pending: bool = field(default=False, name="is_invitation_pending")
    active_at: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "users"

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        """Take ids from groups: a list of users has them with names (recording 145)."""
        groups = sent.get("groups")
        ids = (
            item.get("id") if isinstance(item, Mapping) else item
            for item in (groups if isinstance(groups, list) else ())
        )
        return {**sent, "groups": [number for number in ids if isinstance(number, int)]}


class Group(Model, frozen=True, kw_only=True):
    """Users who may do the same, and see the same data sources.

    Attributes
    ----------
    id : int
    name : str
    type : str
        ``builtin`` for those that every server has, else ``regular``.
    permissions : tuple of str
        What its members may do: ``execute_query``, ``list_users``, ...
    created_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    name: str
    type: str = ""
    permissions: tuple[str, ...] = ()
    created_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "groups"


class Session(Model, frozen=True, kw_only=True):
    """Whose key it is, what they may do, and which version the server has.

    Attributes
    ----------
    user : User
    permissions : tuple of str
        ``admin``, ``create_query``, ``execute_query``, ...
    server_version : str
        Empty where the server does not say.
    organization : str
        The organization's name in URLs.
    more : mapping of str to object
        What the server sent besides: its front end's settings among it.
    """

    user: User
    permissions: tuple[str, ...] = field(default=(), name="user.permissions")
    server_version: str = field(default="", name="client_config.version")
    organization: str = field(default="", name="org_slug")
    more: Mapping[str, object] = field(default_factory=dict)

    def card(self) -> Card:
        """Return what is shown of it."""
        return Card(
            noun="Session",
            name=self.user.name,
            url=self.user.url,
            facts={
                "email": self.user.email,
                "server": Link(self.server, self.server) if self.server else "",
                "version": self.server_version,
                "organization": self.organization,
                "permissions": self.permissions,
            },
        )


class DataSource(Model, frozen=True, kw_only=True):
    """A database that the server can ask.

    Attributes
    ----------
    id : int
    name : str
    type : str
        The server's word for its kind: ``pg``, ``duckdb``, ...
    syntax : str
        What its queries are written in: ``sql``, ``python``, ...
    is_paused : bool
        Whether its scheduled queries wait.
    is_view_only : bool
        Whether this key may only read what is saved on it.
    more : mapping of str to object
        What the server sent besides, under the server's names.

    Notes
    -----
    `options` is how it is reached, where one data source was asked for: the server masks the
    passwords that it knows of, and nothing of it stands in the repr.
    """

    id: int
    name: str
    type: str = ""
    syntax: str = ""
    is_paused: bool = field(default=False, name="paused")
    is_view_only: bool = field(default=False, name="view_only")
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "data_sources"

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        return {**sent, "paused": bool(sent.get("paused"))}  # recorded as 0

    @property
    def options(self) -> Mapping[str, object]:
        """How it is reached; empty in lists, and where the key may not see it."""
        found = self.more.get("options")
        return found if isinstance(found, Mapping) else {}


class ConnectionType(Model, frozen=True, kw_only=True):
    """A kind of data source or destination that can be made on a server.

    Attributes
    ----------
    type : str
        The server's word, as `create` takes it: ``pg``, ``slack``, ...
    name : str
        As it is shown.
    required : tuple of str
        The options that it cannot do without.
    more : mapping of str to object
        What the server sent besides: ``configuration_schema`` describes all options.
    """

    type: str
    name: str
    # Sent as a part of the schema, which stays whole in `more`.
    required: tuple[str, ...] = field(default=(), name="watchframe.required")
    more: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        named = {**sent, "name": sent.get("name") or sent.get("type")}
        schema = sent.get("configuration_schema")
        return {**named, "watchframe": schema} if isinstance(schema, Mapping) else named
