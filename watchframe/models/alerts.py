"""A watch over a query's result, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watchframe.models.json_fields import as_object, optional, optional_time, other_fields, required
from watchframe.models.site import User

_READ = ("id", "name", "type", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where alerts are sent: a chat channel, a webhook, somebody's mail.

    Attributes
    ----------
    id : int
    name : str
    type : str
        The server's word for its kind: ``email``, ``slack``, ``webhook``, ...
    options : mapping of str to object
        How it is reached; empty in lists. Kept out of the repr, for it may hold passwords; the
        server masks those that it knows of.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    name: str
    type: str
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Destination:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "destination")
        return cls(
            id=required(obj, "id", int, "destination"),
            name=required(obj, "name", str, "destination"),
            type=optional(obj, "type", str, "destination") or "",
            options=optional(obj, "options", dict, "destination") or {},
            more=other_fields(obj, _READ),
        )


_READ_ALERT = (
    "id",
    "name",
    "state",
    "query",
    "query_id",
    "options",
    "rearm",
    "last_triggered_at",
    "created_at",
    "updated_at",
    "user",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A watch over a value of a query's result.

    Attributes
    ----------
    id : int
    name : str
    state : str
        ``ok``, ``triggered``, or ``unknown`` until the query ran.
    query_id : int or None
        The query whose result is watched.
    query_name : str
        May be empty.
    options : mapping of str to object
        What is compared: ``column``, ``op``, ``value``; and what the message says.
    is_muted : bool
        Whether nobody is told.
    rearm : int or None
        Seconds after which it tells again; None for once.
    last_triggered_at, created_at, updated_at : datetime or None
        UTC.
    owner : str
        The name of whose it is; may be empty.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    name: str
    state: str = ""
    query_id: int | None = None
    query_name: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    is_muted: bool = False
    rearm: int | None = None
    last_triggered_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner: str = ""
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Alert:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "alert")
        query = obj.get("query")
        if not isinstance(query, Mapping):
            query = {"id": obj.get("query_id")}  # in some lists
        options = optional(obj, "options", dict, "alert") or {}
        user = obj.get("user")
        return cls(
            id=required(obj, "id", int, "alert"),
            name=optional(obj, "name", str, "alert") or "",
            state=optional(obj, "state", str, "alert") or "",
            query_id=optional(query, "id", int, "alert's query"),
            query_name=optional(query, "name", str, "alert's query") or "",
            options=options,
            is_muted=options.get("muted") is True,
            rearm=optional(obj, "rearm", int, "alert"),
            last_triggered_at=optional_time(obj, "last_triggered_at", "alert"),
            created_at=optional_time(obj, "created_at", "alert"),
            updated_at=optional_time(obj, "updated_at", "alert"),
            owner=str(user.get("name") or "") if isinstance(user, Mapping) else "",
            more=other_fields(obj, _READ_ALERT),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSubscription:
    """Who is told of an alert.

    Attributes
    ----------
    id : int
    alert_id : int or None
    user : User or None
        Who subscribed; without a destination they are told by mail.
    destination : Destination or None
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    alert_id: int | None = None
    user: User | None = None
    destination: Destination | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> AlertSubscription:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "subscription")
        user, destination = obj.get("user"), obj.get("destination")
        return cls(
            id=required(obj, "id", int, "subscription"),
            alert_id=optional(obj, "alert_id", int, "subscription"),
            user=User.from_json(user) if user else None,
            destination=Destination.from_json(destination) if destination else None,
            more=other_fields(obj, ("id", "alert_id", "user", "destination")),
        )
