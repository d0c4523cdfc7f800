"""The server's nouns, read from recordings and from what no server should send."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchframe.errors import ProtocolError
from watchframe.models import (
    Column,
    DataSource,
    Job,
    JobStatus,
    MultiValues,
    Query,
    QueryResultInfo,
)

WIRE = Path(__file__).parents[2] / "data" / "wire"


def body(name):
    (path,) = WIRE.glob(f"{name}_*.json")
    return json.loads(path.read_text())["response"]["body"]


def test_recorded_query_keeps_definition_and_drops_key():
    query = Query.from_json(body("011"))
    assert (query.id, query.name, query.data_source_id) == (24, "multi_params", 1)
    assert query.updated_at == datetime(2026, 11, 23, 22, 2, 45, 562000, tzinfo=UTC)
    markets, period, min_id = query.parameters
    assert markets.enum_options == ("WETH", "WBTC", "CRV", "INV", "DOLA")
    assert markets.multi == MultiValues(prefix="'", suffix="'", separator=",")
    assert period.default == {"start": "2024-01-01", "end": "2024-01-31"}
    assert (min_id.type, min_id.default) == ("number", 1)
    assert "QUERY-24-KEY" not in repr(query)


def test_query_with_dropdown_names_its_query():
    (parameter,) = Query.from_json(body("116")).parameters
    assert (parameter.type, parameter.dropdown_query_id) == ("query", 1)


@pytest.mark.parametrize(
    ("recording", "status"),
    [("016", JobStatus.PENDING), ("017", JobStatus.SUCCESS), ("123", JobStatus.STARTED)],
)
def test_job_from_recording_has_its_status(recording, status):
    job = Job.from_json(body(recording)["job"])
    assert job.status is status
    assert job.status.is_finished is (status is JobStatus.SUCCESS)


def test_job_cancelled_reads_status_4_and_is_cancelled():
    job = Job.from_json(body("125")["job"])
    assert job.status is JobStatus.FAILURE
    assert job.is_cancelled


@pytest.mark.parametrize(
    ("error", "is_cancelled"),
    [
        ("revoked", True),
        ("terminated", True),
        ("Query cancelled by user. ", True),
        ("", False),
        ("terminated by the data source: out of memory", False),
        ({"code": 1, "message": "No schema"}, False),
    ],
)
def test_job_cancelled_on_an_older_server_is_cancelled(error, is_cancelled):
    assert Job.from_json({"id": "j", "status": 4, "error": error}).is_cancelled is is_cancelled
    assert not Job.from_json({"id": "j", "status": 3, "error": error}).is_cancelled


def test_job_failed_is_not_cancelled():
    assert not Job.from_json(body("036")["job"]).is_cancelled


@pytest.mark.parametrize(
    ("sent", "may_be_unknown"),
    [
        ({"status": 1}, True),
        ({"status": 1, "result": None}, False),
        ({"status": 2}, False),
    ],
)
def test_job_that_version_8_calls_pending_may_be_unknown(sent, may_be_unknown):
    assert Job.from_json({"id": "j", **sent}).may_be_unknown is may_be_unknown


def test_query_result_from_recording_has_provenance():
    info = QueryResultInfo.from_json(body("018")["query_result"])
    assert (info.id, info.data_source_id) == (52, 1)
    assert info.retrieved_at.tzinfo is UTC
    assert info.query_text.startswith("select id,big_id")


def test_query_result_under_query_key_has_only_its_time():
    info = QueryResultInfo.from_json(body("020")["query_result"])
    assert info.id is info.query_text is info.runtime is None
    assert info.retrieved_at is not None


def test_data_source_from_recording():
    assert DataSource.from_json(body("129")[0]) == DataSource(
        id=5, name="duckdb", type="duckdb", syntax="sql"
    )


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (Query.from_json, []),
        (Query.from_json, {"id": True, "query": "select 1"}),
        (Query.from_json, {"id": 1}),
        (Query.from_json, {"id": 1, "query": "", "options": {"parameters": {"a": 1}}}),
        (Query.from_json, {"id": 1, "query": "", "updated_at": "yesterday"}),
        (Job.from_json, {"id": "a", "status": 99}),
        (Job.from_json, {"status": 3}),
        (Column.from_json, {"type": "integer"}),
        (QueryResultInfo.from_json, {"retrieved_at": 5}),
    ],
)
def test_model_of_another_shape_is_a_protocol_error(read, value):
    with pytest.raises(ProtocolError):
        read(value)


QUERIES = [
    path.stem[:3]
    for path in sorted(WIRE.glob("*.json"))
    if isinstance(found := json.loads(path.read_text())["response"].get("body"), dict)
    and isinstance(found.get("query"), str)
    and isinstance(found.get("options"), dict)
]


@pytest.mark.parametrize("recording", QUERIES)
def test_query_as_json_reads_back_equal_without_key(recording):
    query = Query.from_json(body(recording))
    written = json.loads(json.dumps(query.to_json()))
    assert Query.from_json(written) == query
    assert "api_key" not in written


def test_recorded_queries_cover_all_definitions():
    types = {item.type for name in QUERIES for item in Query.from_json(body(name)).parameters}
    assert {"text-pattern", "number", "enum", "query", "date-range"} <= types


def test_data_source_written_as_json_reads_back_equal():
    source = DataSource(id=3, name="Ethereum", type="pg")
    assert DataSource.from_json(source.to_json()) == source
