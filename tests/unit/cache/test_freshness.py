from datetime import UTC, datetime, timedelta

import pytest

from watchframe.cache import (
    Policy,
    Provenance,
    ServerState,
    data_age,
    decide,
    decide_after_error,
    decide_document,
)
from watchframe.errors import ArgumentError

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def entry(age: float = 0, **known) -> Provenance:
    """A result whose data are `age` seconds old, stored when it was retrieved."""
    moment = NOW - seconds(age)
    facts = {"server": "s", "retrieved_at": moment, "stored_at": moment, "query_result_id": 7}
    return Provenance(**(facts | known))


def verdict(provenance, mode="use", max_age=None, **known):
    decision = decide(provenance, Policy(mode=mode, max_age=max_age), now=NOW, **known)
    return decision.action, decision.reason


@pytest.mark.parametrize("max_age", [None, 0, 60])
def test_decision_nothing_stored_is_to_fetch(max_age):
    assert verdict(None, max_age=max_age) == ("fetch", "not-stored")


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, ("use", "fresh")),
        (59, ("use", "fresh")),
        (60, ("use", "fresh")),
        (60.001, ("fetch", "too-old")),
        (1e9, ("fetch", "too-old")),
    ],
)
def test_decision_max_age_bounds_the_age(age, expected):
    assert verdict(entry(age), max_age=60) == expected


@pytest.mark.parametrize("age", [0, 1000])
def test_decision_max_age_zero_is_to_fetch(age):
    assert verdict(entry(age), max_age=0) == ("fetch", "max-age-zero")


@pytest.mark.parametrize("max_age", [None, 0, 60])
def test_decision_refreshing_is_to_fetch(max_age):
    assert verdict(entry(), "refresh", max_age) == ("fetch", "cache-refresh")


@pytest.mark.parametrize("max_age", [None, 0, 60])
@pytest.mark.parametrize("provenance", [None, entry()])
def test_decision_cache_off_is_to_fetch(provenance, max_age):
    assert verdict(provenance, "off", max_age) == ("fetch", "cache-off")


@pytest.mark.parametrize("max_age", [None, 0, 60])
@pytest.mark.parametrize("age", [0, 1e6, -1e6])
def test_decision_cache_only_takes_any_age(age, max_age):
    assert verdict(entry(age), "only", max_age) == ("use", "cache-only")


def test_decision_cache_only_and_empty_fails():
    assert verdict(None, "only") == ("fail", "nothing-stored")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, ("check", "definition-unchecked")),
        (ServerState(latest_result_id=7, tells_latest=True), ("use", "latest-result")),
        (ServerState(latest_result_id=8, tells_latest=True), ("fetch", "newer-result")),
        (
            ServerState(latest_result_id=None, tells_latest=True),
            ("fetch", "newer-result-unknown"),
        ),
        (ServerState(latest_result_id=None, tells_latest=False), ("use", "not-edited")),
        (ServerState(latest_result_id=8, tells_latest=False), ("use", "not-edited")),
    ],
)
def test_decision_without_max_age_uses_server_state(state, expected):
    assert verdict(entry(1e6), server_state=state) == expected


def test_decision_for_a_result_without_id():
    """Under a query key the server tells no result's id (recording 020)."""
    state = ServerState(latest_result_id=7, tells_latest=True)
    stored = entry(query_result_id=None)
    assert verdict(stored, server_state=state) == ("fetch", "newer-result-unknown")


@pytest.mark.parametrize("max_age", [None, 60])
def test_decision_entry_from_the_future_is_to_fetch(max_age):
    state = ServerState(latest_result_id=7, tells_latest=True)
    stored = entry(-3600)
    assert verdict(stored, max_age=max_age, server_state=state) == ("fetch", "from-the-future")


@pytest.mark.parametrize("skew", [-3600, -30, 0, 30, 3600])
def test_age_with_differing_clocks_is_that_of_the_data(skew):
    """The server's clock is `skew` ahead; the data were 20 s old on arrival, 40 s ago."""
    arrival = NOW - seconds(40)
    stored = entry(
        stored_at=arrival,
        server_time=arrival + seconds(skew),
        retrieved_at=arrival + seconds(skew - 20),
    )
    assert data_age(stored, NOW) == seconds(60)


def test_age_with_rounded_date_header_is_not_negative():
    stored = entry(retrieved_at=NOW + seconds(0.9), server_time=NOW, stored_at=NOW)
    assert data_age(stored, NOW) == seconds(0)


def test_age_with_clock_set_back_is_negative():
    stored = entry(stored_at=NOW + seconds(100), server_time=NOW, retrieved_at=NOW - seconds(500))
    assert data_age(stored, NOW) == seconds(-100)


def test_decision_says_the_age_of_what_it_judges():
    assert decide(entry(90), Policy(max_age=60), now=NOW).age == 90
    assert decide(None, Policy(max_age=60), now=NOW).age is None


@pytest.mark.parametrize(
    ("mode", "max_age", "requested", "stored", "expected"),
    [
        ("use", 60, -9, 5, ("use", "shared-flight")),
        ("use", None, -9, 5, ("use", "shared-flight")),
        ("use", 0.001, -9, 5, ("use", "shared-flight")),
        ("use", 60, -9, -5, ("use", "fresh")),
        ("use", 0, -9, 5, ("fetch", "max-age-zero")),
        ("use", 0, 1, 5, ("use", "shared-flight")),
        ("refresh", None, -9, 5, ("fetch", "cache-refresh")),
        ("refresh", None, 1, 5, ("use", "shared-flight")),
        ("refresh", None, None, 5, ("fetch", "cache-refresh")),
        ("off", None, 1, 5, ("fetch", "cache-off")),
    ],
)
def test_decision_after_waiting_uses_the_others_result(mode, max_age, requested, stored, expected):
    """`requested` and `stored` are seconds after the waiting began, 20 s ago.

    Who wants a new execution takes only one that began after the wish.
    """
    began = NOW - seconds(20)
    shared = entry(
        retrieved_at=began + seconds(stored),
        stored_at=began + seconds(stored),
        requested_at=None if requested is None else began + seconds(requested),
    )
    assert verdict(shared, mode, max_age, waited_since=began) == expected


@pytest.mark.parametrize(
    ("mode", "max_age", "age", "expected"),
    [
        ("use", 60, 60, ("use", "fresh")),
        ("use", 60, 61, ("fetch", "too-old")),
        ("use", 60, -61, ("fetch", "from-the-future")),
        ("use", 60, -1, ("use", "fresh")),
        ("use", None, 0, ("fetch", "check-asked")),
        ("use", 0, 0, ("fetch", "max-age-zero")),
        ("use", 60, None, ("fetch", "not-stored")),
        ("refresh", 60, 0, ("fetch", "cache-refresh")),
        ("off", 60, 0, ("fetch", "cache-off")),
        ("only", 60, 1e9, ("use", "cache-only")),
        ("only", None, None, ("fail", "nothing-stored")),
    ],
)
def test_document_decision_follows_the_same_rule(mode, max_age, age, expected):
    stored_at = None if age is None else NOW - seconds(age)
    decision = decide_document(stored_at, Policy(mode=mode, max_age=max_age), now=NOW)
    assert (decision.action, decision.reason) == expected


@pytest.mark.parametrize(
    ("provenance", "allowed", "expected"),
    [
        (None, True, ("fail", "nothing-stored", None)),
        (entry(90), True, ("use", "stale-if-error", 90)),
        (entry(90), False, ("fail", "only-stale", 90)),
    ],
)
def test_decision_after_an_error_names_the_stale_copy(provenance, allowed, expected):
    decision = decide_after_error(provenance, now=NOW, stale_if_error=allowed)
    assert (decision.action, decision.reason, decision.age) == expected


def test_policy_of_unknown_mode_is_refused():
    with pytest.raises(ArgumentError, match="'never'"):
        Policy(mode="never")


@pytest.mark.parametrize(
    ("mode", "reads", "writes"),
    [
        ("use", True, True),
        ("refresh", False, True),
        ("only", True, False),
        ("off", False, False),
    ],
)
def test_policy_says_whether_the_cache_is_read_and_written(mode, reads, writes):
    assert (Policy(mode=mode).reads, Policy(mode=mode).writes) == (reads, writes)
