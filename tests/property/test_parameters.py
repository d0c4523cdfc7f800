"""What holds for every parameter value that gets through."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from parameter_strategies import DEFINED_VALUES

from watchframe import Client
from watchframe.client import ResultBody
from watchframe.demo import DemoServer
from watchframe.models import Query
from watchframe.parameters import normalise_parameters

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def normalised(definition, value):
    text = "{{ p.start }}{{ p.end }}" if definition.type.endswith("range") else "{{ p }}"
    query = Query(id=1, name="q", text=text, parameters=(definition,))
    return normalise_parameters(query, {"p": value}, now=NOW, timezone=UTC)


@given(DEFINED_VALUES)
def test_normalising_twice_changes_nothing_more(defined):
    definition, value = defined
    once = normalised(definition, value)
    assert normalised(definition, once["p"]) == once


@given(DEFINED_VALUES)
def test_what_is_sent_is_json_and_comes_back_the_same(defined):
    once = normalised(*defined)
    assert json.loads(json.dumps(once, allow_nan=False)) == once


@pytest.fixture(scope="module")
def small_client():
    with (
        DemoServer(events=10, workers=1) as server,
        Client(server.url, server.user_key) as client,
    ):
        yield client


@settings(max_examples=60, deadline=None)
@given(defined=DEFINED_VALUES)
def test_what_gets_through_is_accepted_by_the_server(small_client, defined):
    definition, value = defined
    sent = normalised(definition, value)
    text = "{{ p.start }}{{ p.end }}" if definition.type.endswith("range") else "{{ p }}"
    saved = small_client.queries.create("any", text, 1, parameters=[definition])
    answer = small_client.queries.execute(saved.id, sent, max_age=0)  # an error would say no
    if isinstance(answer, ResultBody):
        answer.close()
