"""Somebody who may use the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watchframe.models.json_fields import as_object, optional, optional_time, other_fields, required

_READ = (
    "id",
    "name",
    "email",
    "groups",
    "is_disabled",
    "is_invitation_pending",
    "active_at",
    "disabled_at",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may use the server, without their API key (the server sends that along).

    Attributes
    ----------
    id : int
    name : str
    email : str
        May be empty.
    group_ids : tuple of int
        The groups that they are in, in the server's order.
    is_disabled : bool
        Whether they may not log in, nor use their key.
    is_pending : bool
        Whether they were invited and have not come yet.
    active_at, disabled_at, created_at, updated_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    name: str
    email: str = ""
    group_ids: tuple[int, ...] = ()
    is_disabled: bool = False
    is_pending: bool = False
    active_at: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> User:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "user")
        return cls(
            id=required(obj, "id", int, "user"),
            name=optional(obj, "name", str, "user") or "",
            email=optional(obj, "email", str, "user") or "",
            group_ids=_group_ids(obj.get("groups")),
            is_disabled=obj.get("is_disabled") is True,
            is_pending=obj.get("is_invitation_pending") is True,
            active_at=optional_time(obj, "active_at", "user"),
            disabled_at=optional_time(obj, "disabled_at", "user"),
            created_at=optional_time(obj, "created_at", "user"),
            updated_at=optional_time(obj, "updated_at", "user"),
            more=other_fields(obj, _READ),
        )


def _group_ids(value: object) -> tuple[int, ...]:
    """Give the ids: a list of users has groups with names (recording 145), a user has ids."""
    found = []
    for item in value if isinstance(value, list) else ():
        number = item.get("id") if isinstance(item, Mapping) else item
        if isinstance(number, int):
            found.append(number)
    return tuple(found)


_READ_GROUP = ("id", "name", "type", "permissions", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
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
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Group:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "group")
        permissions = optional(obj, "permissions", list, "group") or ()
        return cls(
            id=required(obj, "id", int, "group"),
            name=required(obj, "name", str, "group"),
            type=optional(obj, "type", str, "group") or "",
            permissions=tuple(str(item) for item in permissions),
            created_at=optional_time(obj, "created_at", "group"),
            more=other_fields(obj, _READ_GROUP),
        )


_READ_SESSION = ("user", "org_slug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whose key it is, what they may do, and which version the server has.

    Attributes
    ----------
    user : User
    permissions : tuple of str
        ``admin``, ``create_query``, ``execute_query``, ...
    server_version : str
        Empty where the server does not say.
    organisation : str
        The organisation's name in URLs.
    more : mapping of str to object
        What the server sent besides: its front end's settings among it.
    """

    user: User
    permissions: tuple[str, ...] = ()
    server_version: str = ""
    organisation: str = ""
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Session:
        """Read what ``GET /api/session`` answers (recording 001)."""
        obj = as_object(value, "session")
        user = as_object(obj.get("user"), "session's user")
        permissions = user.get("permissions")
        settings = obj.get("client_config")
        version = settings.get("version") if isinstance(settings, Mapping) else None
        return cls(
            user=User.from_json(user),
            permissions=tuple(map(str, permissions)) if isinstance(permissions, list) else (),
            server_version=version if isinstance(version, str) else "",
            organisation=str(obj.get("org_slug") or ""),
            more=other_fields(obj, _READ_SESSION),
        )


_READ_DATA_SOURCE = ("id", "name", "type", "syntax", "paused", "view_only")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
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
    type: str
    syntax: str = ""
    is_paused: bool = False
    is_view_only: bool = False
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> DataSource:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "data source")
        return cls(
            id=required(obj, "id", int, "data source"),
            name=required(obj, "name", str, "data source"),
            type=optional(obj, "type", str, "data source") or "",
            syntax=optional(obj, "syntax", str, "data source") or "",
            is_paused=bool(obj.get("paused")),  # recorded as 0
            is_view_only=obj.get("view_only") is True,
            more=other_fields(obj, _READ_DATA_SOURCE),
        )

    @property
    def options(self) -> Mapping[str, object]:
        """How it is reached; empty in lists, and where the key may not see it."""
        found = self.more.get("options")
        return found if isinstance(found, Mapping) else {}

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "syntax": self.syntax,
            "paused": int(self.is_paused),
            "view_only": self.is_view_only,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionType:
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
    required: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> ConnectionType:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "type")
        type_ = required(obj, "type", str, "type")
        schema = optional(obj, "configuration_schema", dict, "type") or {}
        needed = schema.get("required")
        return cls(
            type=type_,
            name=optional(obj, "name", str, "type") or type_,
            required=tuple(map(str, needed)) if isinstance(needed, list) else (),
            more=other_fields(obj, ("type", "name")),
        )
