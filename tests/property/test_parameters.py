"""What holds for every parameter value that gets through."""

import contextlib
import json
import warnings
from datetime import UTC, datetime

import msgspec
import pytest
from example_counts import examples
from hypothesis import example, given, settings
from parameter_strategies import ANY_VALUE, DEFINED_VALUES, DEFINITIONS, DROPDOWN

from watchframe import Client
from watchframe.client import ResultBody
from watchframe.demo import DemoServer
from watchframe.errors import ParameterError, ParameterWarning
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import normalize_parameters

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def text_of(definition):
    return "{{ p.start }}{{ p.end }}" if definition.type.endswith("range") else "{{ p }}"


def normalized(definition, value):
    query = Query(id=1, name="q", text=text_of(definition), parameters=(definition,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)  # quotes in values are tested elsewhere
        return normalize_parameters(
            query, {"p": value}, now=NOW, timezone=UTC, dropdown_options=lambda _: DROPDOWN
        )


@given(DEFINED_VALUES)
def test_normalising_twice_changes_nothing_more(defined):
    definition, value = defined
    once = normalized(definition, value)
    assert normalized(definition, once["p"]) == once


@given(DEFINED_VALUES)
def test_what_is_sent_is_json_and_comes_back_the_same(defined):
    once = normalized(*defined)
    assert json.loads(json.dumps(once, allow_nan=False)) == once


@pytest.mark.slow
@settings(max_examples=examples(500))
@given(definition=DEFINITIONS, value=ANY_VALUE)
def test_any_value_is_refused_or_stays_as_sent(definition, value):
    with contextlib.suppress(ParameterError):
        once = normalized(definition, value)
        assert json.loads(json.dumps(once, allow_nan=False)) == once
        assert normalized(definition, once["p"]) == once


@pytest.fixture(scope="module")
def accepts():
    """Asks a demo server to run a query with a parameter; an error would say no."""
    with (
        DemoServer(events=10, workers=1) as server,
        Client(server.url, server.user_key) as client,
    ):
        values = ", ".join(f"('{option}')" for option in DROPDOWN)
        dropdown = client.queries.create("d", f"select v from (values {values}) as t(v)", 1)
        client.run_query(dropdown.id, {}, max_age=0).close()

        def run(definition, sent):
            if definition.type == "query":
                definition = msgspec.structs.replace(definition, dropdown_query_id=dropdown.id)
            saved = client.queries.create("any", text_of(definition), 1, parameters=[definition])
            answer = client.queries.execute(saved.id, sent, max_age=0)
            if isinstance(answer, ResultBody):
                answer.close()

        yield run


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(defined=DEFINED_VALUES)
def test_what_gets_through_is_accepted_by_the_server(accepts, defined):
    definition, value = defined
    accepts(definition, normalized(definition, value))


@settings(max_examples=examples(150), deadline=None)
@given(definition=DEFINITIONS, value=ANY_VALUE)
@example(definition=ParameterDefinition(name="p", type="date", title="P"), value="0001-01-01")
def test_value_that_gets_through_is_accepted_by_server(accepts, definition, value):
    with contextlib.suppress(ParameterError):
        sent = normalized(definition, value)
        accepts(definition, sent)
