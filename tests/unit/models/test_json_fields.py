"""What every noun of the server has from its base: reading, writing, comparing, showing."""

import json
import pickle
from pathlib import Path

import msgspec
import pytest

from watchframe import models
from watchframe.errors import ProtocolError
from watchframe.models import (
    Alert,
    Column,
    Dashboard,
    Destination,
    Job,
    ParameterDefinition,
    Query,
    Session,
    User,
)
from watchframe.models.json_fields import Model

WIRE = Path(__file__).parents[2] / "data" / "wire"
NOUNS = [
    kind
    for name in models.__all__
    if isinstance(kind := getattr(models, name), type) and issubclass(kind, Model)
]


def objects(value):
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from objects(item)


@pytest.fixture(scope="module")
def recorded():
    """Every different JSON object that stands anywhere in the recordings."""
    bodies = [json.loads(path.read_text())["response"].get("body") for path in WIRE.glob("*.json")]
    found = (item for body in bodies if isinstance(body, dict | list) for item in objects(body))
    unrecorded = [{"id": 1, "trigger": "t", "snippet": "select 1", "user": {"name": "Ada"}}]
    by_text = {json.dumps(item, sort_keys=True): item for item in (*found, *unrecorded)}
    return list(by_text.values())


@pytest.mark.parametrize("kind", NOUNS)
def test_recorded_objects_are_written_pickled_and_hidden(kind, recorded):
    read = 0
    for sent in recorded:
        try:
            noun = kind.from_json(sent)
        except ProtocolError:
            continue
        read += 1
        written = kind.from_json(json.loads(json.dumps(noun.to_json())))
        if kind is Dashboard:
            assert pickle.loads(pickle.dumps(noun)) == written  # neither has the public URL
            noun = msgspec.structs.replace(noun, public_url=None)
        assert written == noun
        assert pickle.loads(pickle.dumps(noun)) == noun
        assert "api_key" not in f"{noun!r} {getattr(noun, 'more', '')}"
    assert read


@pytest.mark.parametrize(
    ("kind", "sent", "words"),
    [
        (Query, {"id": "1", "query": ""}, "a query whose 'id' is a JSON str, not int"),
        (Query, {"id": 1}, "a query whose 'query' is nothing, not str"),
        (Query, {"id": 1, "query": "", "name": 5}, "a query whose 'name' is a JSON int, not str"),
        (Query, {"id": 1, "query": "", "created_at": 0}, "'created_at' is a JSON int"),
        (
            Query,
            {"id": 1, "query": "", "options": {"parameters": {"a": 1}}},
            "a query whose 'options.parameters' is a JSON dict, not list",
        ),
        (Query, {"id": 1, "query": "", "visualizations": [{}]}, "a visualization whose 'id'"),
        (Job, {"id": "j", "status": 99}, "a job whose 'status' is the unknown 99"),
        (Job, {"id": "j", "status": "\ud800"}, "a job whose 'status' is a JSON str"),
        (Session, {}, "a session whose 'user' is nothing, not User"),
        (Alert, {"id": 1, "query": {"id": "x"}}, "an alert whose 'query.id' is a JSON str"),
        (ParameterDefinition, [1], "a JSON list where a parameter definition was expected"),
    ],
)
def test_error_names_the_noun_the_field_and_what_came(kind, sent, words):
    with pytest.raises(ProtocolError, match=words):
        kind.from_json(sent)


@pytest.mark.parametrize("wrong", [True, 0, 1.5, "", "x", [], [[]], {}, {"a": 1}, 2**70, "\ud800"])
def test_value_of_wrong_type_counts_as_not_sent(wrong):
    loose = {"tags": wrong, "schedule": wrong, "options": wrong, "user": wrong}
    if wrong is not True:
        loose["is_draft"] = wrong
    if not isinstance(wrong, int | float):
        loose["runtime"] = wrong
    kept = {"schedule": wrong} if isinstance(wrong, dict) else {}
    query = Query.from_json({"id": 1, "name": "q", "query": "", **loose})
    assert query == Query.from_json({"id": 1, "name": "q", "query": "", **kept})
    assert query.runtime is None or query.runtime == wrong


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 10**400])
def test_runtime_that_is_no_finite_number_is_unknown(seconds):
    assert Query.from_json({"id": 1, "query": "", "runtime": seconds}).runtime is None


def test_null_counts_as_not_sent():
    sent = {"id": 1, "query": "", **dict.fromkeys(("name", "options", "user", "updated_at"))}
    assert Query.from_json(sent) == Query(id=1, text="")


def test_rest_of_an_object_with_attributes_is_kept():
    sent = {"id": 1, "query": "", "user": {"id": 7, "name": "Ada", "api_key": "KEY"}}
    query = Query.from_json(sent)
    assert (query.owner, query.more) == ("Ada", {"user": {"id": 7}})


def test_field_called_more_is_no_attribute():
    assert User.from_json({"id": 1, "more": {"a": 1}}).more == {"more": {"a": 1}}


def test_what_the_repr_hides_is_hidden_from_rich_too():
    board = Dashboard(id=1, public_url="https://host/public/dashboards/SECRET")
    destination = Destination(id=1, name="n", options={"password": "SECRET"})
    for noun in (board, destination):
        assert "SECRET" not in f"{noun!r} {noun} {list(noun.__rich_repr__())}"


def test_comparison_leaves_out_what_only_lists_tell():
    one, other = Query(id=1, text=""), Query(id=1, text="", runtime=5.0, is_favorite=True)
    assert one == other
    assert hash(one) == hash(other)
    assert one != Query(id=2, text="")
    assert Column(name="a", friendly_name="a") != one


def test_definitions_differing_in_unknown_fields_differ():
    one = ParameterDefinition.from_json({"name": "n", "type": "number", "searchable": True})
    assert one != msgspec.structs.replace(one, more={})
    assert one.to_json() == {
        "searchable": True,
        "name": "n",
        "type": "number",
        "title": "n",
        "value": None,
    }


def test_nouns_cannot_be_changed():
    with pytest.raises(AttributeError):
        Query(id=1, text="").text = "select 1"
