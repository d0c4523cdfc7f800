"""The people of the site: users, their groups and keys, and which data sources they may use."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from watchframe.demo.records import Clock, Record, add, moment_text, new_key

#: The account that made everything of the catalogue, an administrator; and one that is none.
ADMIN_ID, MEMBER_ID = 1, 2
ADMIN_GROUP, DEFAULT_GROUP = 1, 2
#: What the members of a new group may do.
MEMBER_PERMISSIONS = (
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
)
_ADMIN_PERMISSIONS = ("admin", "super_admin")

#: Group -> whether its members may only look at what is saved on a data source.
SourceGroups = Mapping[int, bool]
FOR_EVERYBODY: SourceGroups = {DEFAULT_GROUP: False}
VIEWED_BY_MEMBERS: SourceGroups = {ADMIN_GROUP: False, DEFAULT_GROUP: True}
FOR_ADMINISTRATORS: SourceGroups = {ADMIN_GROUP: False}


class People:
    """All users and groups; four and two at first."""

    def __init__(self, clock: Clock) -> None:
        self._now = clock
        self.users: dict[int, Record] = {}
        self.groups: dict[int, Record] = {}
        self.keys: dict[int, str] = {}
        #: Those of the data sources that not everybody may use.
        self.source_groups: dict[int, SourceGroups] = {}
        self.add_group("admin", permissions=_ADMIN_PERMISSIONS, type_="builtin")
        self.add_group("default", type_="builtin")
        user = self.add_user("Admin", "analyst@example.com")
        user["groups"] = [ADMIN_GROUP, DEFAULT_GROUP]
        self.add_user("Ada Moreau", "ada@example.com")
        disabled = self.add_user("Ben Okafor", "ben@example.com")
        disabled |= {"is_disabled": True, "disabled_at": moment_text(clock())}
        self.add_user("Cora Lind", "cora@example.com")["is_invitation_pending"] = True

    def add_user(self, name: str, email: str) -> Record:
        """Keep a new user, of the default group."""
        now = moment_text(self._now())
        user = add(
            self.users,
            {
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
            },
        )
        self.keys[user["id"]] = new_key()
        return user

    def add_group(
        self,
        name: str,
        *,
        permissions: Sequence[str] = MEMBER_PERMISSIONS,
        type_: str = "regular",
    ) -> Record:
        """Keep a new group, without members."""
        group = {"name": name, "permissions": list(permissions), "type": type_}
        return add(self.groups, {**group, "created_at": moment_text(self._now())})

    def user_of_key(self, key: str) -> Record | None:
        """Return the user that has this key; one who is disabled has none."""
        for number, own in self.keys.items():
            if secrets.compare_digest(own.encode(), key.encode()):
                user = self.users[number]
                return None if user["is_disabled"] else user
        return None

    def permissions_of(self, user: Record) -> list[str]:
        """Return what the user may do, by all groups."""
        groups = [self.groups[number] for number in user["groups"] if number in self.groups]
        return list(dict.fromkeys(word for group in groups for word in group["permissions"]))

    def is_admin(self, user: Record) -> bool:
        """Return whether the user may do everything."""
        return "admin" in self.permissions_of(user)

    def groups_of_source(self, source_id: int) -> SourceGroups:
        """Return the groups whose members may use a data source."""
        return self.source_groups.get(source_id, FOR_EVERYBODY)

    def may_use(self, user: Record, source_id: int | None, *, only_view: bool) -> bool:
        """Return whether the user may look at what is on a data source, or run anything there."""
        if self.is_admin(user):
            return True
        if source_id is None:
            return False
        groups = self.groups_of_source(source_id)
        found = [groups[number] for number in user["groups"] if number in groups]
        return bool(found) and (only_view or not all(found))

    def is_view_only(self, user: Record, source_id: int) -> bool:
        """Return what the server calls a data source for this user."""
        return not self.may_use(user, source_id, only_view=False)
