"""Saved visualizations drawn from a server: which one is meant, and what the server is asked."""

import pandas as pd
import pytest

from watchframe import (
    Client,
    draw_frame,
    draw_watch_query,
    read_watch_query,
    read_watch_sql,
    watch_query,
)
from watchframe.demo import DemoServer
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    CacheWarning,
    UnknownParameterError,
)
from watchframe.models import Visualization
from watchframe.read import ReadOptions
from watchframe.read.documents import document_key

#: A query of the demo server, with one parameter.
KIND = 13
LINE = {"globalSeriesType": "line", "columnMapping": {"day": "x", "amount": "y"}}


@pytest.fixture(scope="module")
def small_server():
    """A server on which these tests save visualizations."""
    with DemoServer(events=2_000) as server:
        yield server


@pytest.fixture(scope="module")
def events(small_server):
    """Return the id of a query that these tests may change."""
    with Client(small_server.url, small_server.user_key) as client:
        known = client.queries.get(KIND)
        query = client.queries.create(
            "Our events", known.text, known.data_source_id, parameters=known.parameters
        )
        for name, type_ in [
            ("Events by month", "CHART"),
            ("Events by year", "CHART"),
            ("How many", "COUNTER"),
            ("17", "DETAILS"),
        ]:
            options = {"countRow": True} if type_ == "COUNTER" else LINE
            client.visualizations.create(query.id, type=type_, name=name, options=options)
    return query.id


@pytest.fixture(scope="module")
def saved(small_server, events):
    """Return the ids of its visualizations by name; a TABLE is among them."""
    with Client(small_server.url, small_server.user_key) as client:
        return {item.name: item.id for item in client.queries.get(events).visualizations}


@pytest.fixture
def demo(small_server, saved):
    small_server.faults.clear()
    small_server.requests.clear()
    yield small_server
    small_server.faults.clear()


@pytest.fixture
def asked(demo):
    """Return the methods of what the server was asked since the last call, but for jobs."""

    def asked():
        found = [item.method for item in demo.requests if "/jobs/" not in item.path]
        demo.requests.clear()
        return found

    return asked


def name_of(*args, **kwargs):
    return draw_watch_query(*args, **kwargs).visualization.name


def test_first_chart_is_drawn_and_the_others_are_named(events, client, saved):
    drawing = draw_watch_query(events, client=client)
    assert drawing.visualization.name == "Events by month"
    (note,) = [note for note in drawing.notes if note.startswith("Also saved")]
    assert note == (
        f"Also saved: 'Table' (TABLE, id {saved['Table']}), 'Events by year' (CHART, id "
        f"{saved['Events by year']}), 'How many' (COUNTER, id {saved['How many']}), '17' (DETAILS, "
        f"id {saved['17']})."
    )
    assert draw_watch_query(events, "How many", client=client).notes == ()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("Events by month", "Events by month"),
        ("  events BY  year ", "Events by year"),
        ("month", "Events by month"),
        ("MANY", "How many"),
        ("table", "Table"),
        ("17", "17"),
    ],
)
def test_name_or_a_part_of_it_is_enough(events, wanted, expected, client):
    assert name_of(events, wanted, client=client) == expected


def test_id_is_one_of_the_query(events, client, saved):
    number = saved["How many"]
    assert name_of(events, number, client=client) == "How many"
    assert name_of(events, str(number), client=client) == "How many"
    with pytest.raises(ArgumentError, match=r"Query [0-9]+ .* has no visualization of id 999\."):
        draw_watch_query(events, 999, client=client)


def test_wrong_name_tells_the_near_one_and_all(events, client, demo, asked):
    with pytest.raises(ArgumentError, match=r"has no visualization 'Event by mont'\.") as error:
        draw_watch_query(events, "Event by mont", client=client)
    assert error.value.hint.startswith("Did you mean 'Events by month'? It has: 'Table' (TABLE, id")
    assert "'How many' (COUNTER, id" in error.value.hint
    assert asked() == ["GET"]  # nothing was executed
    with pytest.raises(
        ArgumentError, match=r"2 visualizations of query [0-9]+ .* 'Events by year'"
    ):
        draw_watch_query(events, "events", client=client)


def test_address_names_the_visualization(events, client, demo, saved):
    number = saved["How many"]
    for address in (
        f"{demo.url}/queries/{events}#{number}",
        f"{demo.url}/queries/{events}/source?p_kind=repay#{number}",
        f"{demo.url}/embed/query/{events}/visualization/{number}?p_kind=repay",
    ):
        assert name_of(address, client=client) == "How many"
        assert name_of(address, "month", client=client) == "Events by month"
    drawing = draw_watch_query(address, client=client)
    assert drawing.provenance["parameters"] == {"kind": "repay"}
    with pytest.raises(ArgumentError, match="has no visualization of id 999"):
        draw_watch_query(f"{demo.url}/queries/{events}#999", client=client)


def test_embedded_chart_is_drawn_with_the_key_of_its_address(
    events, demo, saved, tmp_path, monkeypatch
):
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path))
    page = f"{demo.url}/embed/query/{events}/visualization/{saved['How many']}"
    drawing = draw_watch_query(f"{page}?api_key={demo.query_key(events)}")
    assert drawing.visualization.name == "How many"
    assert demo.query_key(events) not in f"{drawing!r} {drawing.notes} {drawing.provenance}"


def test_visualization_need_not_be_saved(events, client):
    given = Visualization(id=0, type="COUNTER", name="All", options={"countRow": True})
    mapping = {"type": "COUNTER", "options": {"countRow": True}}
    for visualization in (given, mapping):
        drawing = draw_watch_query(events, visualization, client=client)
        assert drawing.value == len(drawing.frame)


@pytest.mark.parametrize("wrong", [{"kind": "repay"}, {"type": "CHART", "options": []}, 1.5, [1]])
def test_what_is_no_visualization_says_what_to_give(events, wrong, client, asked):
    with pytest.raises(ArgumentError, match="visualization is ") as error:
        draw_watch_query(events, wrong, client=client)
    assert error.value.hint.endswith("Values of parameters come after it: (None, {...}).")
    with pytest.raises(ArgumentError, match="visualization is ") as error:
        draw_frame(pd.DataFrame(), wrong)
    assert "parameters" not in error.value.hint
    assert asked() == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"filters": ["kind"]}, "filters is a list"),
        ({"filters": "kind"}, "filters is a str"),
        ({"max_points": "10"}, "max_points is '10'"),
        ({"max_points": 0}, "max_points is 0"),
        ({"max_points": True}, "max_points is True"),
        ({"max_points": 1.5}, "max_points is 1.5"),
    ],
)
def test_arguments_of_other_types_are_refused_before_a_request(
    events, wrong, message, client, asked
):
    with pytest.raises(ArgumentError, match=message):
        draw_watch_query(events, "month", client=client, **wrong)
    with pytest.raises(ArgumentError, match=message):
        draw_frame(pd.DataFrame(), {"type": "TABLE"}, **wrong)
    assert asked() == []


def test_address_in_place_of_a_name_says_where_it_goes(events, client, demo, saved):
    address = f"{demo.url}/queries/{events}#{saved['How many']}"
    with pytest.raises(ArgumentError, match="An address is given where a visualization") as error:
        draw_watch_query(events, address, client=client)
    assert "draw_watch_query(address)" in error.value.hint


def test_note_names_some_of_many_others(client):
    query = client.queries.create("Much saved", "select 1 as n", 1)
    for number in range(9):
        client.visualizations.create(query.id, type="DETAILS", name=f"Chart {number}", options={})
    (note,) = draw_watch_query(query.id, client=client).notes
    assert "'Chart 5'" in note
    assert note.endswith(" and 3 more.")


def test_query_without_visualizations_is_a_table(client, demo):
    query = client.queries.create("Nothing saved", "select 1 as n", 1)
    for item in query.visualizations or client.queries.get(query.id).visualizations:
        client.visualizations.delete(item.id)
    drawing = draw_watch_query(query.id, client=client)
    assert (drawing.kind, drawing.prepared["cells"][0][0]["text"]) == ("TABLE", "1")
    with pytest.raises(ArgumentError, match="has no visualization 'x'") as error:
        draw_watch_query(query.id, "x", client=client)
    assert error.value.hint == "It has: none."


def test_rows_are_those_of_the_read(events, client):
    params = {"kind": "repay"}
    drawing = draw_watch_query("our events", "month", params, client=client)
    frame = read_watch_query(events, params, cache="only", client=client)
    assert drawing.frame.equals(frame)
    drawing.provenance.pop("source")
    assert drawing.provenance.items() <= {**frame.attrs["watchframe"], "from_cache": False}.items()


def test_query_object_draws_with_parameters_by_name(events, client):
    q = watch_query(events, client=client)
    by_name = q.draw("month", kind="repay", max_age="1h")
    assert by_name.provenance["parameters"] == {"kind": "repay"}
    assert q.draw("month", {"kind": "repay"}, cache="only").frame.equals(by_name.frame)
    assert q.draw().visualization.name == "Events by month"
    assert q.draw("Table", filters={}).kind == "TABLE"
    with pytest.raises(UnknownParameterError, match="kint"):
        q.draw("month", kint="repay")
    with pytest.raises(ArgumentError, match="given by its place") as error:
        q.draw(visualization="month")
    assert "q.draw(" in error.value.hint
    with pytest.raises(ArgumentError, match="no such argument") as error:
        q.draw("month", max_ages="1h")
    assert error.value.hint == "Did you mean max_age=?"


def test_requests_of_drawings_are_those_of_reads(events, client, asked):
    draw_watch_query(events, "month", cache="refresh", client=client)
    assert asked() == ["GET", "POST", "GET"]  # definition, execution, rows
    draw_watch_query(events, "year", client=client)
    assert asked() == ["GET"]  # the definition shows that the copy is the latest
    draw_watch_query(events, "many", max_age="1h", client=client)
    draw_watch_query(events, "many", cache="only", client=client)
    assert asked() == []
    draw_watch_query(events, "month", {"kind": "repay"}, max_age=0, client=client)
    assert asked() == ["GET", "POST", "GET"]


def test_visualization_that_was_changed_is_drawn_so(events, client, saved):
    number = saved["Events by year"]
    assert name_of(events, number, max_age="1h", client=client) == "Events by year"
    client.visualizations.update(number, name="Events by decade")
    try:
        assert name_of(events, number, client=client) == "Events by decade"
    finally:
        client.visualizations.update(number, name="Events by year")
    assert name_of(events, number, cache="refresh", client=client) == "Events by year"


def test_copy_of_before_visualizations_were_kept_is_read_again(events, client, asked):
    draw_watch_query(events, "month", client=client)
    options = ReadOptions.resolve(client=client)
    key = document_key(options, "query", events, query_id=events)
    kept = options.cache.get_document(key).value
    options.cache.put_document(key, {**kept, "visualizations": None})
    asked()
    assert name_of(events, "month", max_age="1h", client=client) == "Events by month"
    assert asked() == ["GET"]


def test_without_a_cache_the_visualization_is_read_each_time(events, demo, saved):
    with Client(demo.url, demo.user_key) as client:
        for name in ("Events by month", "Monthly events", "Events by month"):
            client.visualizations.update(saved["Events by month"], name=name)
            found = name_of(events, saved["Events by month"], cache="off", client=client)
            assert found == name


def test_server_that_is_away(events, demo, saved, tmp_path):
    options = {"cache_dir": tmp_path, "timezone": "UTC", "max_retries": 0}
    with Client(demo.url, demo.user_key, **options) as client:
        draw_watch_query(events, "month", client=client)
    demo.faults.add("/api/*", status=503, times=100)
    with Client(demo.url, demo.user_key, stale_if_error=True, **options) as client:
        with pytest.warns(CacheWarning, match="from the local cache"):
            assert name_of(events, "month", client=client) == "Events by month"
        with pytest.raises(CacheMissError):
            draw_watch_query(events, "month", {"kind": "repay"}, cache="only", client=client)


def test_frame_is_drawn_by_the_name_of_what_is_saved(events, client, asked):
    frame = read_watch_query(events, client=client)
    asked()
    drawing = draw_frame(frame, "many", client=client)
    assert drawing.value == len(frame)
    assert asked() == ["GET"]
    table = read_watch_query(events, output="arrow", client=client)
    assert draw_frame(table, "many", client=client).value == len(frame)
    with pytest.raises(ArgumentError, match="has no visualization 'x'"):
        draw_frame(frame, "x", client=client)


def test_frame_is_drawn_offline(events, client, demo, asked):
    frame = read_watch_query(events, client=client)
    asked()
    assert draw_frame(frame, {"type": "COUNTER", "options": {"countRow": True}}).value == len(frame)
    assert asked() == []
    draw_frame(frame, "many", client=client)
    demo.faults.add("/api/*", status=503, times=100)
    assert draw_frame(frame, "many", client=client).value == len(frame)


def test_frame_that_tells_no_query_has_no_names(events, client):
    for frame in (
        read_watch_query(events, client=client).reset_index(drop=True).copy(),
        read_watch_sql("select 1 as n", 1, client=client),
    ):
        frame.attrs.pop("watchframe") if "query_id" in frame.attrs["watchframe"] else None
        with pytest.raises(ArgumentError, match="does not tell which query") as error:
            draw_frame(frame, "many", client=client)
    assert "watch_query(42).charts" in error.value.hint
    with pytest.raises(ArgumentError, match="frame is a list"):
        draw_frame([1], "many", client=client)
