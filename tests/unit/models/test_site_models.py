"""Users, alerts, data sources and the session, from what a real server sent."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchframe.errors import ProtocolError
from watchframe.models import (
    Alert,
    AlertSubscription,
    DataSource,
    Destination,
    Group,
    Job,
    QuerySnippet,
    Session,
    User,
)
from watchframe.models.results import records_frame

WIRE = Path(__file__).parents[2] / "data" / "wire"


def body(name):
    (path,) = WIRE.glob(f"{name}_*.json")
    return json.loads(path.read_text())["response"]["body"]


def test_user_of_list_and_session_has_the_same_groups():
    (listed,) = body("145")["results"]
    user = User.from_json(listed)
    session = Session.from_json(body("001"))
    assert user.group_ids == session.user.group_ids == (1, 2)
    assert (user.id, user.email) == (session.user.id, session.user.email)
    assert user.created_at == datetime(2026, 11, 23, 21, 59, 34, 202000, tzinfo=UTC)
    assert (user.is_disabled, user.is_pending, user.active_at) == (False, False, None)
    assert user.more["auth_type"] == "password"


def test_session_from_recording():
    session = Session.from_json(body("001"))
    assert session.server_version == "26.08.0-dev"
    assert session.permissions[0] == "admin"
    assert session.more["client_config"]["pageSize"] == 20


def test_recorded_alert_names_its_query_and_drops_key():
    (listed,) = body("146")
    alert = Alert.from_json(listed)
    assert (alert.query_id, alert.query_name, alert.state) == (2, "plain", "ok")
    assert alert.options == {"op": ">", "value": 1, "column": "id"}
    assert alert.last_triggered_at == datetime(2026, 11, 23, 22, 10, 24, 209000, tzinfo=UTC)
    assert (alert.rearm, alert.is_muted, alert.owner) == (None, False, "Admin")
    assert "QUERY-2-KEY" not in f"{alert!r} {alert.more}"


def test_alert_of_a_list_without_queries_has_its_id():
    alert = Alert.from_json({"id": 1, "name": "a", "query_id": 7, "options": {"muted": True}})
    assert (alert.query_id, alert.query_name, alert.is_muted) == (7, "", True)


def test_fields_of_newer_servers_are_kept_and_keys_are_not():
    sent = {"id": 1, "name": "a", "api_key": "KEY", "new": {"api_key": "KEY", "kept": [1]}}
    for kind in (User, Group, DataSource, Destination, Alert):
        found = kind.from_json(sent)
        assert found.more == {"new": {"kept": [1]}}
        assert "KEY" not in repr(found)


@pytest.mark.parametrize("kind", [User, Group, Destination, QuerySnippet, Alert, AlertSubscription])
@pytest.mark.parametrize("sent", [None, [], "x", {}, {"id": "1"}, {"id": True}])
def test_what_is_not_of_the_shape_is_a_protocol_error(kind, sent):
    with pytest.raises(ProtocolError):
        kind.from_json(sent)


@pytest.mark.parametrize("kind", [User, Group, Destination, QuerySnippet, Alert, AlertSubscription])
def test_frame_without_rows_has_the_typed_columns(kind):
    frame = records_frame([], kind)
    assert frame.empty
    assert str(frame["id"].dtype) == "Int64"


def test_schema_job_has_tables_and_no_result_id():
    tables = [{"name": "t", "columns": []}]
    sent = {"id": "j", "status": 3, "error": "", "result": tables, "query_result_id": tables}
    job = Job.from_json(sent)
    assert (job.result, job.query_result_id) == (tables, None)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("relation does not exist", "relation does not exist"),
        ({"code": 1, "message": "No schema"}, "No schema"),
        ({"code": 2, "message": "No schema", "details": "refused"}, "No schema: refused"),
        ("", ""),
    ],
)
def test_reason_of_a_failed_job_is_text(error, reason):
    assert Job.from_json({"id": "j", "status": 4, "error": error}).reason == reason
