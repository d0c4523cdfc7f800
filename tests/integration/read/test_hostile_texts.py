"""A server whose every text holds escapes of a terminal: no message of ours passes them on."""

from __future__ import annotations

import io
import json
import re

import pytest

import watchframe
from tests.shown import displayed
from watchframe import Client, ResultCache, read_watch_dashboard, read_watch_query, read_watch_sql
from watchframe.demo import DemoServer
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.display import ProgressLine, progress, provenance_html, provenance_line
from watchframe.errors import (
    ColumnTypeWarning,
    ConfigurationError,
    JobFailedError,
    NotFoundError,
    ParameterValueError,
    ProtocolError,
    ResponseError,
    UnknownParameterError,
)
from watchframe.models import ParameterDefinition

#: Clears the screen, sets its title, is red by one sign of C1, and turns the order around.
EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WRITTEN = r"\x1b[2J"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    with (
        DemoServer(state_dir=tmp_path_factory.mktemp("hostile"), events=10, workers=1) as server,
        Client(server.url, server.user_key, cache_dir=tmp_path_factory.mktemp("cache")) as client,
    ):
        yield server, client


@pytest.fixture(scope="module")
def query(hostile):
    """A saved query with such a name, title, tag, choice and column."""
    choice = ParameterDefinition(
        name=f"p{EVIL}", type="enum", title=f"Title {EVIL}", enum_options=(f"a {EVIL}", "b")
    )
    _, client = hostile
    text = f'select 1 as "column {EVIL}" -- {{{{ p{EVIL} }}}}'
    return client.queries.create(f"Name {EVIL}", text, 1, parameters=[choice], tags=[f"t{EVIL}"])


def is_plain(*texts):
    assert any(WRITTEN in text for text in texts), texts
    return not any(CONTROL.search(text) for text in texts)


def raised(kind, ask, *args, **kwargs):
    """The texts of an error that is raised: its message, hint, notes, repr."""
    with pytest.raises(kind) as caught:
        ask(*args, **kwargs)
    error = caught.value
    return [
        str(error),
        repr(error),
        error.message,
        error.hint or "",
        *getattr(error, "__notes__", []),
    ]


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ResponseError), (404, NotFoundError), (500, ResponseError)]
)
@pytest.mark.parametrize("form", ["json", "html"])
def test_refusals_are_plain(hostile, status, kind, form):
    server, client = hostile
    body = json.dumps({"message": f"No {EVIL}"}) if form == "json" else f"<p>No {EVIL}</p>"
    headers = {"Content-Type": "application/json" if form == "json" else "text/html"}
    server.faults.add(
        "GET /api/queries/1$", status=status, body=body.encode(), headers=headers, times=9
    )
    with pytest.raises(kind) as caught:
        client.queries.get(1)
    server.faults.clear()
    assert is_plain(str(caught.value))
    assert "\x1b[2J" in caught.value.server_message


def test_answer_that_is_not_json_is_plain(hostile):
    server, client = hostile
    server.faults.add(
        "GET /api/queries/1$", status=200, body=EVIL.encode(), headers={"Content-Type": "x/\x9b31m"}
    )
    with pytest.raises(ProtocolError) as caught:
        client.queries.get(1)
    assert not CONTROL.search(str(caught.value))
    assert "\x1b[2J" in caught.value.excerpt


def test_failed_job_is_plain_and_keeps_its_lines(hostile):
    _, client = hostile
    with pytest.raises(JobFailedError) as caught:
        read_watch_sql(f"select error('no{EVIL}\r\n\tline 2')", 1, client=client)
    assert is_plain(str(caught.value), caught.value.message)
    assert "\n\tline 2" in caught.value.message
    assert EVIL in caught.value.reason


def test_errors_of_parameters_are_plain(hostile, query):
    _, client = hostile
    wrong = raised(UnknownParameterError, read_watch_query, query.id, {"other": 1}, client=client)
    assert is_plain(*wrong)
    unfit = {f"p{EVIL}": "c"}
    assert is_plain(*raised(ParameterValueError, read_watch_query, query.id, unfit, client=client))


def test_errors_of_many_reads_are_plain(hostile, query):
    _, client = hostile
    with pytest.raises(ExceptionGroup) as caught:
        watchframe.read_watch_queries([(query.id, {f"p{EVIL}": "c"}), 1], client=client)
    (error,) = caught.value.exceptions
    assert is_plain(str(error), *error.__notes__)


def test_error_that_lists_data_sources_is_plain(hostile):
    server, client = hostile
    sources = [
        {"id": number, "name": f"Source {number} {EVIL}", "type": "pg", "syntax": "sql"}
        for number in (1, 2)
    ]
    server.faults.add(
        "GET /api/data_sources$",
        status=200,
        body=json.dumps(sources).encode(),
        headers={"Content-Type": "application/json"},
        times=2,
    )
    listed = client.data_sources.list()
    assert is_plain(repr(listed), *displayed(listed).values())
    assert is_plain(*raised(ConfigurationError, read_watch_sql, "select 1", "Nope", client=client))
    server.faults.clear()


def test_dashboards_are_plain(hostile, query):
    _, client = hostile
    dashboard = client.dashboards.create(f"Board {EVIL}")
    visualization = client.queries.get(query.id).visualizations[0]
    client.widgets.create(dashboard.id, visualization_id=visualization.id)
    found = client.dashboards.get(dashboard.id)
    frames = read_watch_dashboard(found.id, client=client)
    assert is_plain(repr(frames), repr(found), str(found))
    assert is_plain(*displayed(frames).values(), *displayed(found).values())
    assert is_plain(*displayed(client.dashboards.list()).values())
    wrong = {"other": 1}
    assert is_plain(
        *raised(UnknownParameterError, read_watch_dashboard, found.id, wrong, client=client)
    )


def test_warning_of_a_column_is_plain(hostile):
    _, client = hostile
    name = f"c{EVIL}"
    script = (
        f"add_result_column(result, {name!r}, '', 'integer')\n"
        f"add_result_row(result, {{{name!r}: 'not {EVIL}'}})"
    )
    with pytest.warns(ColumnTypeWarning) as caught:
        read_watch_sql(f"result = {{}}\n{script}", PYTHON_SOURCE, client=client)
    assert is_plain(str(caught[0].message))


def test_reprs_lines_and_logs_are_plain(hostile, query, caplog, monkeypatch):
    _, client = hostile
    monkeypatch.setattr(progress, "DELAY", 0)
    with caplog.at_level("DEBUG", logger="watchframe"):
        frame = read_watch_query(query.id, client=client)
    handle = watchframe.submit_watch_query(query.id, client=client)
    handle.result(timeout=60)
    plan = watchframe.explain_watch_query(query.id, {}, client=client)
    screen = io.StringIO()
    with ProgressLine(f"query 1 {EVIL}", progress=True, file=screen) as line:
        line.on_status(None)
    drawn = screen.getvalue().replace("\r", "")
    result = client.query_results.get(frame.attrs["watchframe"]["query_result_id"])
    assert is_plain(
        repr(query), repr(handle), repr(result), repr(next(iter(client.queries.list()))), drawn
    )
    assert is_plain(provenance_line(frame.shape, frame.attrs["watchframe"]), repr(plan), str(plan))
    assert is_plain(provenance_html(frame.shape, frame.attrs["watchframe"]))
    cache = ResultCache(client.settings.cache_dir)
    for value in (query, result, plan, client.queries.list(), cache):
        assert is_plain(*displayed(value).values())
    assert is_plain(*[record.getMessage() for record in caplog.records])
