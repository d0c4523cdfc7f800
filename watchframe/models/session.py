"""Whose key it is, and on which server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchframe.models.json_fields import as_object, other_fields
from watchframe.models.user import User

_READ = ("user", "org_slug")


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
            more=other_fields(obj, _READ),
        )
