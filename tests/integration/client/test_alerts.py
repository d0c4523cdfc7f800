"""Alerts, and the destinations that they are sent to."""

import pytest

from watchframe.errors import NotFoundError, ResponseError

TOKEN = "s3cr3t-0123456789"
RULE = {"column": "id", "op": ">", "value": 1}


@pytest.fixture
def alert(site):
    query = next(iter(site.queries.list()))
    return site.alerts.create("too many", query.id, RULE, rearm=60)


def test_created_alert_reads_back_as_it_was_made(site, alert):
    found = site.alerts.get(alert.id)
    assert found == alert
    assert (found.name, found.state, found.rearm, found.owner) == (
        "too many",
        "unknown",
        60,
        "Admin",
    )
    assert found.options == RULE
    assert found.query_name == site.queries.get(found.query_id).name
    assert alert.id in [item.id for item in site.alerts.list()]


def test_frame_of_alerts_is_typed(site, alert):
    types = site.alerts.list().to_frame().dtypes.astype(str)
    assert types["rearm"] == types["query_id"] == "Int64"
    assert types["created_at"] == types["last_triggered_at"] == "datetime64[us, UTC]"
    assert types["is_muted"] == "boolean"


def test_update_changes_only_what_is_given(site, alert):
    changed = site.alerts.update(alert.id, name="far too many", options={"value": 10})
    assert changed.name == "far too many"
    assert changed.options == {**RULE, "value": 10}
    assert (changed.query_id, changed.rearm) == (alert.query_id, 60)
    assert site.alerts.update(alert.id, rearm=None).rearm is None


def test_update_of_the_rule_leaves_a_muted_alert_muted(site, alert):
    site.alerts.mute(alert.id)
    assert site.alerts.update(alert.id, options={"value": 2}).is_muted
    site.alerts.unmute(alert.id)
    assert not site.alerts.get(alert.id).is_muted


def test_dry_run_deletes_nothing_and_deletion_does(site, alert, own_server):
    own_server.requests.clear()
    assert site.alerts.delete(alert.id, dry_run=True) == alert
    assert {item.method for item in own_server.requests} == {"GET"}
    assert site.alerts.delete(alert.id) == alert
    with pytest.raises(NotFoundError):
        site.alerts.get(alert.id)


def test_subscriptions_come_and_go(site, alert):
    channel = site.destinations.create("desk", "slack", {"url": "https://chat.invalid/x"})
    mine = site.alerts.subscribe(alert.id)
    theirs = site.alerts.subscribe(alert.id, destination_id=channel.id)
    assert (mine.user.name, mine.destination) == ("Admin", None)
    assert theirs.destination.name == "desk"
    assert site.alerts.subscriptions(alert.id) == [mine, theirs]
    assert site.alerts.unsubscribe(alert.id, mine.id, dry_run=True) == mine
    assert mine.id in [item.id for item in site.alerts.subscriptions(alert.id)]
    assert site.alerts.unsubscribe(alert.id, mine.id) == mine
    assert site.alerts.unsubscribe(alert.id, mine.id) is None
    assert site.alerts.subscriptions(alert.id) == [theirs]
    site.destinations.delete(channel.id)
    assert site.alerts.subscriptions(alert.id) == []


def test_keys_of_the_watched_query_are_in_no_alert(site, alert, own_server):
    key = own_server.query_key(alert.query_id)
    assert key not in f"{alert!r} {dict(alert.more)!r}"


@pytest.fixture
def destination(site):
    options = {"url": "https://chat.invalid/hook", "token": TOKEN}
    made = site.destinations.create("desk", "webhook", options)
    yield made
    for item in site.destinations.list():
        site.destinations.delete(item.id)


def test_destination_shows_its_secret_to_nobody(site, destination):
    found = site.destinations.get(destination.id)
    assert (found.name, found.type) == ("desk", "webhook")
    assert found.options == {"url": "https://chat.invalid/hook", "token": "--------"}
    assert found.more == {"icon": "fa-bolt"}
    assert "chat.invalid" not in repr(found)


def test_update_of_one_option_keeps_others_and_secret(site, destination, own_server):
    changed = site.destinations.update(destination.id, options={"url": "https://chat.invalid/b"})
    assert (changed.name, changed.options["url"]) == ("desk", "https://chat.invalid/b")
    kept = own_server._store.destinations[destination.id]["options"]
    assert kept == {"url": "https://chat.invalid/b", "token": TOKEN}
    assert site.destinations.update(destination.id, name="night desk").name == "night desk"


def test_destination_types_name_their_needed_options(site):
    frame = site.destinations.types().to_frame().set_index("type")
    assert frame.loc["webhook", "required"] == ("url",)


def test_incomplete_destination_is_refused(site):
    with pytest.raises(ResponseError):
        site.destinations.create("nowhere", "webhook", {})


def test_destination_is_deleted_but_not_by_a_dry_run(site, destination):
    assert site.destinations.delete(destination.id, dry_run=True).name == "desk"
    assert [item.id for item in site.destinations.list()] == [destination.id]
    site.destinations.delete(destination.id)
    with pytest.raises(NotFoundError):
        site.destinations.get(destination.id)


def test_frame_of_no_destinations_is_typed(site):
    frame = site.destinations.list().to_frame()
    assert frame.empty
    assert (str(frame.dtypes["id"]), str(frame.dtypes["name"])) == ("Int64", "string")
