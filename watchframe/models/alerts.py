"""Alerts on a query's result, their subscribers, and the destinations they are sent to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from msgspec import field

from watchframe.models.json_fields import Model
from watchframe.models.site import User


class Destination(Model, frozen=True, kw_only=True):
    """Where alerts are sent: a chat channel, a webhook, an email address.

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
    type: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "destinations"
    _unshown: ClassVar[frozenset[str]] = frozenset({"options", "more"})


class Alert(Model, frozen=True, kw_only=True):
    """A condition on a value of a query's result.

    Attributes
    ----------
    id : int
    name : str
    state : str
        ``ok``, ``triggered``, or ``unknown`` until the query ran.
    query_id : int or None
        The query whose result is checked.
    query_name : str
        May be empty.
    options : mapping of str to object
        The condition (``column``, ``op``, ``value``) and the message.
    is_muted : bool
        Whether no notifications are sent.
    rearm : int or None
        Seconds after which it is sent again; None for once.
    last_triggered_at, created_at, updated_at : datetime or None
        UTC.
    owner : str
        The owner's name; may be empty.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    name: str = ""
    state: str = ""
    query_id: int | None = field(default=None, name="query.id")
    query_name: str = field(default="", name="query.name")
    options: Mapping[str, object] = field(default_factory=dict)
    is_muted: bool = field(default=False, name="options.muted")
    rearm: int | None = None
    last_triggered_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner: str = field(default="", name="user.name")
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "alerts"

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        rest = {name: item for name, item in sent.items() if name != "query_id"}
        if not isinstance(sent.get("query"), Mapping):
            rest["query"] = {"id": sent.get("query_id")}  # in some lists
        return rest


class AlertSubscription(Model, frozen=True, kw_only=True):
    """A subscriber of an alert.

    Attributes
    ----------
    id : int
    alert_id : int or None
    user : User or None
        Who subscribed; without a destination they are notified by email.
    destination : Destination or None
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    alert_id: int | None = None
    user: User | None = None
    destination: Destination | None = None
    more: Mapping[str, object] = field(default_factory=dict)
