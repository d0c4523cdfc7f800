"""Users, groups, and whose key it is."""

import pytest

from watchframe import Client
from watchframe.errors import AccessDeniedError, AuthenticationError, NotFoundError, ResponseError

ADMIN, DEFAULT = 1, 2


def names(users):
    return {user.name for user in users}


def test_users_are_listed_by_their_state(site):
    assert {"Admin", "Ada Moreau", "Cora Lind"} <= names(site.users.list())
    assert names(site.users.list(is_disabled=True)) == {"Ben Okafor"}
    assert names(site.users.list(is_pending=True)) >= {"Cora Lind"}
    assert "Admin" not in names(site.users.list(is_pending=True))


def test_users_are_found_and_ordered(site):
    assert names(site.users.list(search="ada@")) == {"Ada Moreau"}
    found = [user.name for user in site.users.list(order="-name")]
    assert found == sorted(found, reverse=True)
    assert site.users.list(search="nobody").count() == 0


def test_frame_of_users_is_typed_and_has_no_key(site):
    frame = site.users.list().to_frame()
    types = frame.dtypes.astype(str)
    assert (types["id"], types["email"], types["is_pending"]) == ("Int64", "string", "boolean")
    assert types["disabled_at"] == "datetime64[us, UTC]"
    assert frame.set_index("id").loc[ADMIN, "group_ids"] == (ADMIN, DEFAULT)
    assert not [name for name in frame.columns if "key" in name]


def test_user_has_the_fields_not_known_here_and_no_key(site, own_server):
    found = site.users.get(ADMIN)
    assert found.more["auth_type"] == "password"
    assert own_server.user_key not in f"{found!r} {dict(found.more)!r}"
    assert "api_key" not in found.more


def test_invited_user_is_pending_with_link_in_no_repr(site):
    user = site.users.invite("Dan Roy", "dan@example.com")
    assert (user.is_pending, user.email) == (True, "dan@example.com")
    assert user.more["invite_link"].rpartition("/")[2] not in repr(user)
    with pytest.raises(ResponseError, match="Email already taken"):
        site.users.invite("Dan Roy", "dan@example.com")


def test_update_changes_only_what_is_given(site):
    user = site.users.invite("Eve Hall", "eve@example.com")
    changed = site.users.update(user.id, name="Eve Hall-Stone")
    assert (changed.name, changed.email) == ("Eve Hall-Stone", "eve@example.com")
    assert changed.group_ids == (DEFAULT,)
    assert site.users.update(user.id, group_ids=[ADMIN]).group_ids == (ADMIN,)
    assert site.users.get(user.id).name == "Eve Hall-Stone"


def test_disabling_and_enabling(site, own_server):
    user = site.users.invite("Fay Nunn", "fay@example.com")
    own_server.requests.clear()
    assert not site.users.disable(user.id, dry_run=True).is_disabled
    assert {item.method for item in own_server.requests} == {"GET"}
    gone = site.users.disable(user.id)
    assert gone.is_disabled
    assert gone.disabled_at is not None
    assert user.id in [item.id for item in site.users.list(is_disabled=True)]
    back = site.users.enable(user.id)
    assert (back.is_disabled, back.disabled_at) == (False, None)


def test_nobody_disables_themselves(site):
    with pytest.raises(AccessDeniedError, match="ask another admin"):
        site.users.disable(ADMIN)


def test_groups_and_their_members(site):
    group = site.groups.create("desk")
    user = site.users.invite("Gus Pell", "gus@example.com")
    assert site.groups.get(group.id) == group
    assert group.type == "regular"
    assert "execute_query" in group.permissions
    assert site.groups.members(group.id) == []
    assert group.id in site.groups.add_member(group.id, user.id).group_ids
    assert [item.id for item in site.groups.members(group.id)] == [user.id]
    assert site.groups.remove_member(group.id, user.id, dry_run=True).id == user.id
    assert [item.id for item in site.groups.members(group.id)] == [user.id]
    assert site.groups.remove_member(group.id, user.id).id == user.id
    assert site.groups.remove_member(group.id, user.id) is None
    assert site.groups.members(group.id) == []


def test_deleting_a_group_leaves_its_members(site):
    group = site.groups.create("short-lived")
    site.groups.add_member(group.id, 2)
    assert site.groups.delete(group.id, dry_run=True) == group
    assert group in site.groups.list()
    assert site.groups.delete(group.id) == group
    with pytest.raises(NotFoundError):
        site.groups.get(group.id)
    assert group.id not in site.users.get(2).group_ids


def test_frame_of_groups_is_typed(site):
    types = site.groups.list().to_frame().dtypes.astype(str)
    assert (types["id"], types["type"], types["created_at"]) == (
        "Int64",
        "string",
        "datetime64[us, UTC]",
    )


def test_data_sources_of_a_group(site):
    seen = {source.name: source.is_view_only for source in site.groups.data_sources(DEFAULT)}
    assert seen == {"Lending": False, "Lending (DuckDB)": False, "Python": True}
    own = {source.name: source.is_view_only for source in site.groups.data_sources(ADMIN)}
    assert own == {"Lending (SQLite)": False, "Python": False}


def test_session_says_whose_key_it_is(site):
    session = site.session()
    assert (session.user.name, session.user.group_ids) == ("Admin", (ADMIN, DEFAULT))
    assert "execute_query" in session.permissions
    assert session.server_version == "26.08.0-dev"
    assert session.organization == "default"
    assert session.more["client_config"]["dateFormat"] == "DD/MM/YY"


def test_session_of_a_querys_key_is_refused(own_server, tmp_path):
    with (
        Client(own_server.url, own_server.query_key(1), cache_dir=tmp_path) as client,
        pytest.raises(AuthenticationError),
    ):
        client.session()
