"""A plan in words: every decision has some, and hostile names are plain text."""

from datetime import UTC, datetime, timedelta

import pytest

from watchframe.cache import Decision, KeyParts, Policy, Provenance, ServerState, decide
from watchframe.models import DataSource
from watchframe.read.plan import NEVER_KEPT, ReadPlan
from watchframe.read.question import SqlQuestion

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def plan(decision, *, server_max_age=-1, source="Lending"):
    question = SqlQuestion(
        sql="select 1", data_source=DataSource(id=1, name=source, type=""), parameters={}
    )
    parts = question.key_parts(server="https://watch.example", principal="")
    assert isinstance(parts, KeyParts)
    return ReadPlan(
        question=question,
        key_parts=parts,
        server="https://watch.example",
        cache_key="0123456789abcdef",
        decision=decision,
        server_max_age=server_max_age,
    )


def stored(age, result_id=7):
    moment = NOW - timedelta(seconds=age)
    return Provenance(
        server="https://watch.example",
        parameters={},
        retrieved_at=moment,
        stored_at=moment,
        query_result_id=result_id,
    )


@pytest.mark.parametrize(
    ("policy", "age", "state", "words"),
    [
        (Policy(mode="off"), 60, None, "neither looked into nor written"),
        (Policy(mode="only"), None, None, "no result under 0123456789ab..."),
        (Policy(), None, None, "no result under 0123456789ab..."),
        (Policy(mode="only"), 60, None, "it is the only thing that may be used"),
        (Policy(mode="refresh"), 60, None, "a new run is asked for"),
        (Policy(max_age=0), 60, None, "a new run is asked for"),
        (Policy(max_age=90), 60, None, "it is young enough"),
        (Policy(max_age=30), 60, None, "it is too old"),
        (Policy(max_age=30), -60, None, "of unknown age; by the clocks it is from the future"),
        (Policy(), 60, (None, False), "the query has not been edited since"),
        (Policy(), 60, (7, True), "the server has no newer result"),
        (Policy(), 60, (8, True), "the server has a newer one"),
        (Policy(), 60, (None, True), "the server does not say whether it has a newer one"),
    ],
)
def test_plan_words_every_decision(policy, age, state, words):
    decision = decide(
        None if age is None else stored(age),
        policy,
        now=NOW,
        server_state=None
        if state is None
        else ServerState(latest_result_id=state[0], tells_latest=state[1]),
    )
    text = str(plan(decision))
    assert words in text
    assert decision.reason not in text


@pytest.mark.parametrize(
    ("action", "server_max_age", "words"),
    [
        ("use", -1, "takes the local copy; executes nothing"),
        ("fail", -1, "fails: there is no local copy, and no request may be made"),
        ("fetch", 0, "has the server run it"),
        ("fetch", -1, "takes any result that the server has of it, or has it run"),
        ("fetch", 7200, "takes the server's result if it is at most 2 h old, or has it run"),
    ],
)
def test_plan_words_what_follows(action, server_max_age, words):
    decision = Decision(action=action, reason=NEVER_KEPT)
    lines = str(plan(decision, server_max_age=server_max_age)).splitlines()
    assert lines[-2].endswith("the settings keep its results out of it")
    assert lines[-1].removeprefix("then:").strip() == words


def test_plan_shows_control_characters_of_names():
    text = repr(plan(Decision(action="fetch", reason="not-stored"), source="Lend\x1b[2Jing\u202e"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "page:" not in text
