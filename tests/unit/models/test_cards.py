"""What is shown of queries, their parameters, and dashboards."""

from datetime import UTC, datetime

import pytest

from watchframe.models import (
    Column,
    Dashboard,
    Job,
    JobStatus,
    MultiValues,
    ParameterDefinition,
    Query,
    User,
    Visualization,
    Widget,
)
from watchframe.models.queries import schedule_words

HOST = "https://host/org"
MARKETS = ParameterDefinition(
    name="markets",
    title="Markets",
    type="enum",
    default=["WETH", "USDC"],
    enum_options=("WETH", "USDC", "INV"),
    multi=MultiValues(),
)
QUERY = Query(
    id=42,
    name="Borrows",
    text="select 1",
    parameters=(MARKETS,),
    owner="Ada",
    tags=("lending",),
    is_draft=True,
    schedule={"interval": 86400, "time": "07:00"},
    retrieved_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    runtime=2.5,
    visualizations=(Visualization(id=7, type="CHART", name="By day"),),
    more={"api_key": "SECRET"},
)


def test_query_shows_what_it_is_and_takes():
    text = str(QUERY.of_server(HOST))
    assert text == (
        "Query 42 'Borrows' (draft)\n"
        "https://host/org/queries/42\n"
        "\n"
        "  owner     Ada\n"
        "  tags      lending\n"
        "  schedule  every day at 07:00 UTC\n"
        "  last run  2026-01-02 03:04 UTC, 2.5 s\n"
        "\n"
        "  parameters:\n"
        "  name     title    type           default       choices\n"
        "  markets  Markets  enum, several  [WETH, USDC]  WETH, USDC, INV\n"
        "\n"
        "  visualizations:\n"
        "  name    type\n"
        "  By day  CHART"
    )
    assert repr(QUERY) == "<Query 42 'Borrows'>"


def test_query_links_its_page_and_its_visualizations():
    html = QUERY.of_server(HOST)._repr_html_()
    assert 'href="https://host/org/queries/42"' in html
    assert 'href="https://host/org/queries/42#7"' in html
    assert "SECRET" not in html
    assert "<a " not in QUERY._repr_html_()


@pytest.mark.parametrize(
    ("definition", "line"),
    [
        (
            MARKETS,
            "<Parameter 'markets': enum, several, default [WETH, USDC], choices WETH, USDC, INV>",
        ),
        (
            ParameterDefinition(
                name="p", title="P", type="date-range", default={"start": "a", "end": "b"}
            ),
            "<Parameter 'p': date-range, default a..b>",
        ),
        (
            ParameterDefinition(name="p", title="P", type="query", dropdown_query_id=3),
            "<Parameter 'p': query, default none, choices the rows of query 3>",
        ),
        (
            ParameterDefinition(
                name="p", title="P", type="datetime-local", use_current_datetime=True
            ),
            "<Parameter 'p': datetime-local, default now>",
        ),
        (
            ParameterDefinition(name="p", title="P", type="text-pattern", regex="[a-z]+"),
            "<Parameter 'p': text-pattern, default none, choices what matches [a-z]+>",
        ),
    ],
)
def test_parameter_tells_what_it_takes(definition, line):
    assert repr(definition) == line


def test_many_choices_are_counted():
    many = ParameterDefinition(
        name="p", title="P", type="enum", enum_options=tuple(map(str, range(40)))
    )
    assert many.facts()["choices"].endswith("10, 11 and 28 more")


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (None, ""),
        ({}, ""),
        ({"interval": None}, ""),
        ({"interval": 60}, "every minute"),
        ({"interval": 90}, "every 90 seconds"),
        ({"interval": 43200}, "every 12 hours"),
        (
            {"interval": 604800, "day_of_week": "Monday", "time": "00:15", "until": "2027-01-01"},
            "every week on Monday at 00:15 UTC until 2027-01-01",
        ),
        ({"interval": "soon"}, ""),
    ],
)
def test_schedule_is_worded(schedule, words):
    assert schedule_words(schedule) == words


def test_dashboard_shows_its_widgets_in_the_order_of_the_page():
    chart = Visualization(id=7, type="CHART", name="By day", query=QUERY)
    widgets = (
        Widget(id=2, visualization=chart, options={"position": {"row": 1, "col": 0}}),
        Widget(id=1, text="# Hello", options={"position": {"row": 0, "col": 0}}),
    )
    board = Dashboard(
        id=5, slug="over-view", name="Overview", widgets=widgets, public_url="https://host/SECRET"
    ).of_server(HOST)
    assert str(board) == (
        "Dashboard 5 'Overview' (shared)\n"
        "https://host/org/dashboards/5-over-view\n"
        "\n"
        "  widgets:\n"
        "  widget  type   query       parameters\n"
        "  Hello   text\n"
        "  By day  CHART  42 Borrows  markets"
    )
    assert 'href="https://host/org/queries/42#7"' in board._repr_html_()
    assert "SECRET" not in board._repr_html_()
    assert board.widgets[0].query.url == "https://host/org/queries/42"


def test_server_is_no_part_of_a_noun():
    there = QUERY.of_server(HOST)
    assert there == QUERY
    assert hash(Query(id=1, text="").of_server(HOST)) == hash(Query(id=1, text=""))
    assert there.to_json() == QUERY.to_json()
    assert Query.from_json({"id": 1, "query": "", "server": "x"}).server is None


def test_noun_without_a_page_has_no_url():
    assert Column(name="a", friendly_name="a").of_server(HOST).url is None
    assert User(id=3, name="Ada").of_server(HOST).url == "https://host/org/users/3"
    assert User(id=3, name="Ada").url is None


def test_job_tells_its_status():
    job = Job(id="abc", status=JobStatus.FAILURE, error="no such table", query_id=3)
    assert repr(job) == "<Job abc: failure>"
    assert "error   no such table" in str(job)
