"""Many users disabled at once, on a demo server."""

from __future__ import annotations

import pytest

from watchframe.admin import disable_users
from watchframe.errors import ArgumentError


@pytest.fixture
def people(client):
    return [client.users.invite(f"P{n}", f"P{n}@example.org") for n in range(3)]


def disabled(client, people):
    return [client.users.get(item.id).is_disabled for item in people]


def test_users_dry_run(client, server, people):
    server.requests.clear()
    found = disable_users(
        ["p0@EXAMPLE.org", people[1].id, "nobody@example.org", 999], client=client
    )
    assert found["action"].tolist() == ["would disable", "would disable", "not found", "not found"]
    assert found["user_id"].tolist()[:2] == [people[0].id, people[1].id]
    assert {item.method for item in server.requests} == {"GET"}
    assert disabled(client, people) == [False, False, False]


def test_users_disabled_twice(client, people):
    asked = ["p0@example.org", people[1].id]
    assert disable_users(asked, client=client, dry_run=False)["action"].tolist() == ["disabled"] * 2
    assert disabled(client, people) == [True, True, False]
    again = disable_users(asked, client=client, dry_run=False)
    assert again["action"].tolist() == ["is disabled already"] * 2


def test_users_one_refused(client, server, people):
    server.faults.add(rf"POST /api/users/{people[0].id}/disable", status=403)
    found = disable_users([item.id for item in people], client=client, dry_run=False)
    assert found["action"].tolist() == ["failed", "disabled", "disabled"]
    assert found["error"].notna().tolist() == [True, False, False]
    assert disabled(client, people) == [False, True, True]


@pytest.mark.slow
@pytest.mark.parametrize("dry_run", [True, False])
def test_users_own_key(client, people, dry_run):
    own = client.session().user
    for item in (own.id, own.email.upper()):
        with pytest.raises(ArgumentError, match="owner of the key"):
            disable_users([people[0].id, item], client=client, dry_run=dry_run)
    assert disabled(client, people) == [False, False, False]


def test_users_single_text(client, server):
    with pytest.raises(ArgumentError):
        disable_users("p0@example.org", client=client)
    assert not server.requests
