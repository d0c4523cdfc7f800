"""When an alert changes its state, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest

from watchframe.demo.alert_checks import check_alerts
from watchframe.demo.catalogue_types import Catalogue, SavedQuery
from watchframe.demo.dialects import DIALECTS
from watchframe.demo.store import Store

TEXT = "select 1 as n"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Site:
    """A store with an alert and a subscriber, and a clock of its own."""

    def __init__(self, **options):
        self.now = NOON
        catalogue = Catalogue(queries=(SavedQuery(id=1, name="Q", text=TEXT),), dashboards=())
        self.store = Store(catalogue, lambda: self.now, DIALECTS["fork"])
        values = {"name": "A", "state": "unknown", "last_triggered_at": None, "rearm": None}
        options = {"column": "n", "op": ">", "value": 10} | options
        self.alert = self.store.add(
            self.store.alerts, {**values, "options": options, "query_id": 1, "user_id": 1}
        )
        subscription = {"alert_id": 1, "destination_id": None, "user_id": 2}
        self.store.add(self.store.subscriptions, subscription)

    def told(self, *rows):
        """Keep a result with these values, and return the states that were told so far."""
        data = {"columns": [], "rows": [{"n": value} for value in rows]}
        check_alerts(self.store, self.store.add_result(TEXT, data, 1, 0.1))
        return [event["state"] for event in self.store.alert_events.values()]


@pytest.mark.parametrize(
    ("op", "value", "state"),
    [
        (">", 11, "triggered"),
        (">", "9", "ok"),
        ("<=", 10, "triggered"),
        ("!=", "x", "triggered"),
        ("==", "10.0", "triggered"),
        ("like", 10, "ok"),
    ],
)
def test_state_is_that_of_the_first_row(op, value, state):
    site = Site(op=op)
    site.told(value, None)
    assert site.alert["state"] == state


def test_change_is_told_once():
    site = Site()
    assert site.told(1) == []  # from unknown to ok
    assert site.told(11) == site.told(12) == ["triggered"]
    assert site.told(1) == ["triggered", "ok"]
    assert site.told() == ["triggered", "ok", "unknown"]


def test_alert_is_told_again_after_its_seconds():
    site = Site()
    site.alert["rearm"] = 60
    site.told(11)
    site.now += timedelta(seconds=60)
    assert site.told(11) == ["triggered"]
    site.now += timedelta(seconds=1)
    assert site.told(11) == ["triggered"] * 2


def test_muted_alert_changes_and_is_not_told():
    site = Site(muted=True)
    assert site.told(11) == []
    assert site.alert["state"] == "triggered"
