"""What belongs to the site: people, groups, destinations, snippets, options of data sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

USER_ID = 1
EMAIL = "analyst@example.com"
ADMIN_GROUP, DEFAULT_GROUP = 1, 2
#: What the server shows instead of a secret; sent back, it means: as it is.
MASK = "--------"
_SECRETS = ("password", "token", "secret", "key")

Record = dict[str, Any]


class Site:
    """The records, by their ids, in the server's shapes.

    Parameters
    ----------
    started : str
        When the server was started, as it writes times.
    """

    def __init__(self, started: str) -> None:
        self.users: dict[int, Record] = {}
        for name, email in (
            ("Admin", EMAIL),
            ("Ada Moreau", "ada@example.com"),
            ("Ben Okafor", "ben@example.com"),
            ("Cora Lind", "cora@example.com"),
        ):
            self.add_user(name, email, started)
        self.users[USER_ID]["groups"] = [ADMIN_GROUP, DEFAULT_GROUP]
        self.users[3] |= {"is_disabled": True, "disabled_at": started}
        self.users[4]["is_invitation_pending"] = True
        self.groups: dict[int, Record] = {}
        for name, permissions in (("admin", ["admin", "super_admin"]), ("default", MEMBERS)):
            self.add_group(name, started, permissions=permissions, type_="builtin")
        self.destinations: dict[int, Record] = {}
        self.snippets: dict[int, Record] = {}
        self.subscriptions: dict[int, Record] = {}
        #: Of the data sources that were made here.
        self.source_options: dict[int, Record] = {}
        #: Those whose schema the server knows without asking them.
        self.known_schemas: set[int] = set()

    def add_user(self, name: str, email: str, now: str) -> Record:
        """Keep a new user, of the default group."""
        number = next_id(self.users)
        self.users[number] = {
            "id": number,
            "name": name,
            "email": email,
            "profile_image_url": "",
            "groups": [DEFAULT_GROUP],
            "updated_at": now,
            "created_at": now,
            "disabled_at": None,
            "is_disabled": False,
            "active_at": None,
            "is_invitation_pending": False,
            "is_email_verified": True,
            "auth_type": "password",
        }
        return self.users[number]

    def add_group(
        self, name: str, now: str, *, permissions: list[str], type_: str = "regular"
    ) -> Record:
        """Keep a new group."""
        number = next_id(self.groups)
        self.groups[number] = {
            "id": number,
            "name": name,
            "permissions": permissions,
            "type": type_,
            "created_at": now,
        }
        return self.groups[number]


#: What the members of a new group may do.
MEMBERS = [
    "create_dashboard",
    "create_query",
    "edit_dashboard",
    "edit_query",
    "view_query",
    "view_source",
    "execute_query",
    "list_users",
    "schedule_query",
    "list_dashboards",
    "list_alerts",
    "list_data_sources",
]


def next_id(records: Mapping[int, object]) -> int:
    """Give the id of a new record."""
    return max(records, default=0) + 1


def masked(options: Mapping[str, Any]) -> Record:
    """Give the options as the server shows them."""
    return {
        name: MASK if any(word in name.lower() for word in _SECRETS) else value
        for name, value in options.items()
    }


def unmasked(options: Mapping[str, Any], known: Mapping[str, Any]) -> Record:
    """Give the options as they are kept: a mask that came back is what was there before."""
    return {name: known.get(name) if value == MASK else value for name, value in options.items()}
