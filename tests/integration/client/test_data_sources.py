"""Data sources: made, tried, and their tables as a frame, however the server answers."""

import signal
import threading
import time

import pandas as pd
import pytest

from watchframe.errors import JobFailedError, NotFoundError, ProtocolError, ResponseError

LENDING, PYTHON = 1, 2
SECRET = "hunter2-0123456789"
WORDS = 'connection to server at "db.invalid" failed: Connection refused'


def unreachable(site, name):
    options = {"host": "db.invalid", "dbname": "lend", "password": SECRET}
    return site.data_sources.create(name, "pg", options)


def asked(server):
    return [f"{item.method} {item.path}" for item in server.requests]


def test_list_as_frame_has_a_row_each_and_typed_columns(site):
    frame = site.data_sources.list().to_frame()
    assert frame["type"].tolist()[:2] == ["pg", "duckdb"]
    assert frame.dtypes.astype(str).to_dict() == {
        "id": "Int64",
        "name": "string",
        "type": "string",
        "syntax": "string",
        "is_paused": "boolean",
        "is_view_only": "boolean",
    }


def test_get_masks_passwords_and_hides_options_in_repr(site):
    made = unreachable(site, "masked")
    found = site.data_sources.get(made.id)
    assert (found.name, found.type) == ("masked", "pg")
    assert found.options == {"host": "db.invalid", "dbname": "lend", "password": "--------"}
    assert found.more["queue_name"] == "queries"
    assert "db.invalid" not in repr(found) + repr(made)


def test_password_unmasked_by_the_server_is_in_no_repr(site, own_server):
    own_server.faults.add(
        "GET /api/data_sources/1$",
        status=200,
        body=b'{"id": 1, "name": "a", "type": "pg", "options": {"pw": "%s"}}' % SECRET.encode(),
        headers={"Content-Type": "application/json"},
    )
    found = site.data_sources.get(1)
    assert found.options["pw"] == SECRET
    assert SECRET not in repr(found)


def test_refused_creation_does_not_say_the_password(site):
    unreachable(site, "twice")
    with pytest.raises(ResponseError, match="twice already exists") as caught:
        unreachable(site, "twice")
    assert SECRET not in str(caught.value) + repr(caught.value.__dict__)


def test_test_says_whether_the_data_source_answers(site):
    assert site.data_sources.test(LENDING).is_ok
    tried = site.data_sources.test(unreachable(site, "tried").id)
    assert (tried.is_ok, tried.message) == (False, WORDS)


def test_schema_that_the_server_knows_comes_at_once(site, own_server):
    frame = site.data_sources.schema(LENDING)
    assert asked(own_server) == ["GET /api/data_sources/1/schema"]
    assert [*frame.columns] == ["table", "column", "type"]
    assert set(frame.dtypes.astype(str)) == {"string"}
    markets = frame[frame["table"] == "markets"]
    assert len(markets) > 1
    assert markets["column"].is_unique
    assert markets["type"].notna().all()


def test_schema_unknown_to_the_server_comes_by_a_job(site, own_server):
    made = site.data_sources.create("known later", "duckdb", {})
    own_server.requests.clear()
    by_job = site.data_sources.schema(made.id)
    assert any("/api/jobs/" in line for line in asked(own_server))
    own_server.requests.clear()
    at_once = site.data_sources.schema(made.id)
    assert asked(own_server) == [f"GET /api/data_sources/{made.id}/schema"]
    pd.testing.assert_frame_equal(by_job, at_once)
    pd.testing.assert_frame_equal(by_job, site.data_sources.schema(LENDING))


def test_refresh_asks_the_data_source_again(site, own_server):
    before = site.data_sources.schema(LENDING)
    own_server.requests.clear()
    pd.testing.assert_frame_equal(site.data_sources.schema(LENDING, refresh=True), before)
    assert own_server.requests[0].query == "refresh=true"
    assert any("/api/jobs/" in line for line in asked(own_server))


def test_schema_without_tables_has_the_typed_columns(site):
    frame = site.data_sources.schema(PYTHON)
    assert frame.empty
    assert frame.dtypes.astype(str).to_dict() == dict.fromkeys(
        ("table", "column", "type"), "string"
    )


def test_failing_schema_job_says_what_the_data_source_said(site):
    made = unreachable(site, "refusing")
    with pytest.raises(JobFailedError, match="Connection refused") as caught:
        site.data_sources.schema(made.id)
    assert caught.value.reason == f"Error retrieving schema: {WORDS}"
    assert caught.value.job_id
    assert "test" in caught.value.hint


def faulty(server, body):
    headers = {"Content-Type": "application/json"}
    server.faults.add("GET /api/data_sources/1/schema", status=200, body=body, headers=headers)


def test_failure_without_a_job_is_the_same_error(site, own_server):
    faulty(own_server, b'{"error": {"code": 1, "message": "no schemas here"}}')
    with pytest.raises(JobFailedError) as caught:
        site.data_sources.schema(LENDING)
    assert caught.value.reason == "no schemas here"


def test_columns_by_name_and_tables_without_any_are_rows(site, own_server):
    faulty(
        own_server,
        b'{"schema": [{"name": "t", "columns": ["a", {"name": "b"}]},'
        b' {"name": "bare", "columns": []}]}',
    )
    frame = site.data_sources.schema(LENDING)
    assert frame["table"].tolist() == ["t", "t", "bare"]
    assert frame["column"].tolist() == ["a", "b", pd.NA]
    assert frame["type"].isna().all()
    assert set(frame.dtypes.astype(str)) == {"string"}


@pytest.mark.parametrize("body", [b'{"schema": 5}', b"[]", b'{"schema": [{"columns": []}]}', b"{}"])
def test_answer_of_another_shape_is_a_protocol_error(site, own_server, body):
    faulty(own_server, body)
    with pytest.raises(ProtocolError):
        site.data_sources.schema(LENDING)


def test_types_name_the_options_that_they_need(site):
    needed = {item.type: item.required for item in site.data_sources.types()}
    assert needed["pg"] == ("dbname",)
    assert site.data_sources.types()[0].more["configuration_schema"]["type"] == "object"


def test_unknown_data_source_is_not_found(site):
    for ask in (site.data_sources.get, site.data_sources.test, site.data_sources.schema):
        with pytest.raises(NotFoundError):
            ask(999)


def test_interrupt_while_schema_job_id_arrives_cancels(site, own_server):
    own_server.faults.add("GET .*/schema", chunk=16, chunk_delay=0.05)

    def is_asked():
        return any(item.path.endswith("/schema") for item in own_server.requests)

    def interrupt():
        while not is_asked():
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            site.data_sources.schema(LENDING, refresh=True)
    finally:
        interrupter.join()
        signal.signal(signal.SIGINT, before)
    assert any(line.startswith("DELETE /api/jobs/") for line in asked(own_server))
