"""Shared dashboards, read by the token in their address and by no other key."""

import logging
import pickle
import traceback

import pandas as pd
import pytest

from watchframe import Client, connect, read_watch_dashboard
from watchframe.cache import ResultCache
from watchframe.demo import DemoServer
from watchframe.errors import (
    AccessDeniedError,
    AuthenticationError,
    CacheMissError,
    ConfigurationError,
    ConnectError,
    NotFoundError,
    ParameterValueError,
    ResponseError,
    ServerError,
    UnknownParameterError,
)
from watchframe.keys import HIDDEN
from watchframe.models import ParameterDefinition

TITLES = ["Borrowed a day, in dollars", "Events by day", "Price", "Events by market"]
TOKEN = "aB3dE6gH9kLmN0pQ"
#: The query whose values the dropdown of the dashboard takes.
FEED = 20


@pytest.fixture(scope="module")
def sharing():
    with DemoServer(events=500) as server:
        yield server


@pytest.fixture
def shared(sharing, monkeypatch, tmp_path):
    """That server, with nothing set but where results are kept."""
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "cache"))
    sharing.faults.clear()
    sharing.requests.clear()
    yield sharing
    sharing.faults.clear()


@pytest.fixture
def owner(shared, tmp_path):
    with Client(shared.url, shared.user_key, cache_dir=tmp_path / "owner") as found:
        yield found


def parameters(frames):
    return {title: frame.attrs["watchframe"]["parameters"] for title, frame in frames.items()}


def asked(server):
    return [f"{item.method} {item.path}" for item in server.requests]


def test_address_alone_gives_what_the_owner_reads(shared, owner):
    frames = read_watch_dashboard(shared.public_url(1))
    assert list(frames) == TITLES
    assert frames.dashboard.name == "Lending overview"
    whole = read_watch_dashboard(1, client=owner)
    assert parameters(frames) == parameters(whole)
    for title in TITLES:
        pd.testing.assert_frame_equal(frames[title], whole[title])


@pytest.mark.slow
@pytest.mark.parametrize("version", ["8.0", "10.1", "25.8", "26.8", "fork"])
def test_every_version_is_read_by_address_name_and_slug(version, tmp_path):
    with DemoServer(events=300, version=version) as server:
        keys = {"api_key": server.user_key, "cache_dir": tmp_path}
        with Client(server.url, **keys) as client:
            page = f"{server.url}/dashboards/1-lending/overview/edit?fullscreen"
            for given in ("lending Overview", "lending-overview", page, server.public_url(1)):
                frames = read_watch_dashboard(given, cache="off", client=client)
                assert list(frames) == TITLES
                assert frames.dashboard.name == "Lending overview"
            with pytest.raises(NotFoundError, match="the slug or the name 'Nothing like that'"):
                read_watch_dashboard("Nothing like that", client=client)
        wrong = server.public_url(1).replace("dashboards/", f"dashboards/{TOKEN}")
        with pytest.raises(AuthenticationError, match="No dashboard is shared") as caught:
            read_watch_dashboard(wrong)
        assert TOKEN not in str(vars(caught.value))


@pytest.mark.slow
def test_dashboard_of_the_fork_keeps_whole_amounts(tmp_path):
    with DemoServer(events=50, version="fork") as server:
        connect(server.url, "unused", cache_dir=tmp_path)
        url = server.public_url(20)
        frames = read_watch_dashboard(url, dtype={"value": "integer"})
    values = {title: frame["value"] for title, frame in frames.items() if "value" in frame}
    assert values
    assert all(isinstance(item, int) for found in values.values() for item in found.dropna())
    assert max(item for found in values.values() for item in found.dropna()) > 2**64


def test_values_of_the_address_are_the_parameters(shared):
    url = f"{shared.public_url(1)}&p_w4_market=WBTC&p_period=2026-02-01--2026-02-03&fullscreen#x"
    found = parameters(read_watch_dashboard(url, {"markets": ["INV"]}))
    period = {"start": "2026-02-01", "end": "2026-02-03"}
    assert found == {
        TITLES[0]: {"markets": ["INV"], "period": period, "min_amount": 1},
        TITLES[1]: {"period": period},
        TITLES[2]: {"market": "WBTC"},
        TITLES[3]: {},
    }


def test_parameters_are_checked_as_on_other_dashboards(shared):
    url = shared.public_url(1)
    with pytest.raises(UnknownParameterError, match="shared dashboard 'Lending overview' has no"):
        read_watch_dashboard(url, {"colour": "red"})
    with pytest.raises(ParameterValueError, match="fixes the parameter 'min_amount'"):
        read_watch_dashboard(url, {"min_amount": 2})


@pytest.mark.parametrize("how", ["connect", "client"])
def test_token_is_the_only_key_that_is_used(shared, tmp_path, how):
    """A wrong key of the user's own does not matter, nor does a key of a query on the dashboard."""
    keys = {"query_keys": {2: "wrong"}, "cache_dir": tmp_path / "cache"}
    client = Client(shared.url, "wrong", **keys) if how == "client" else None
    if how == "connect":
        connect(shared.url, "wrong", **keys)
    assert list(read_watch_dashboard(shared.public_url(1), client=client)) == TITLES


def test_page_of_another_server_is_refused(shared):
    with Client("https://other.example", "key") as other, pytest.raises(ConfigurationError):
        read_watch_dashboard(shared.public_url(1), client=other)
    assert shared.requests == []


def test_second_read_is_from_the_cache_of_this_token(shared, owner):
    url = shared.public_url(1)
    first = read_watch_dashboard(url, max_age="1h")
    shared.requests.clear()
    for again in (read_watch_dashboard(url, max_age="1h"), read_watch_dashboard(url, cache="only")):
        assert parameters(again) == parameters(first)
        assert {frame.attrs["watchframe"]["source"] for frame in again.values()} == {"local cache"}
    assert shared.requests == []
    # It is another principal than the token of another dashboard, or than a user.
    token = owner.dashboards.share(2).partition("?")[0]
    for other in (token, 1):
        client = None if other == token else Client(shared.url, shared.user_key)
        with pytest.raises(CacheMissError):
            read_watch_dashboard(other, cache="only", client=client)


def test_text_parameter_is_refused_with_what_a_token_may_do(shared, owner):
    board = owner.dashboards.create("With a text")
    query = owner.queries.create(
        "Free text",
        "select '{{ t }}' as t",
        1,
        parameters=[ParameterDefinition(name="t", title="t", type="text", default="x")],
    )
    for number in (query.id, 2):
        shown = owner.queries.get(number).visualizations[0]
        owner.widgets.create(board.id, visualization_id=shown.id)
    with pytest.raises(ExceptionGroup, match="1 of 2 reads failed") as caught:
        read_watch_dashboard(owner.dashboards.share(board.id))
    (error,) = caught.value.exceptions
    assert isinstance(error, AccessDeniedError)
    assert "unsafe parameters" in error.message
    assert "none with a text parameter" in error.hint
    assert "Free text" in error.__notes__[0]


def test_identity_proxy_is_not_taken_for_the_token(shared):
    login = {"Content-Type": "text/html"}
    page = b"<title>Sign in</title>"
    shared.faults.add("POST /api/queries/2/results", status=403, body=page, headers=login)
    with pytest.raises(ExceptionGroup, match="1 of 4 reads failed") as caught:
        read_watch_dashboard(shared.public_url(1))
    assert "identity proxy" in caught.value.exceptions[0].hint


def test_dropdown_without_values_says_who_can_run_its_query(tmp_path):
    with DemoServer(events=50) as server:
        with Client(server.url, server.user_key, cache_dir=tmp_path) as owner:
            owner.queries.update(FEED, text="select 'INV' as value")  # of which there is no result
        connect(server.url, "unused", cache_dir=tmp_path)
        with pytest.raises(ExceptionGroup) as caught:
            read_watch_dashboard(server.public_url(1))
    (error,) = caught.value.exceptions
    assert isinstance(error, ResponseError)
    assert f"those of query {FEED}, which never ran" in error.hint


def test_definition_that_is_refused_comes_from_the_dashboard(shared, owner):
    """So it is where a proxy lets through only what the public page asks."""
    url = f"{shared.public_url(1)}&p_period=2026-02-01--2026-02-03"
    expected = read_watch_dashboard(url)
    shared.faults.add(r"GET /api/queries/\d+$", times=1000, status=403, body=b"{}")
    for _ in range(2):  # without its text, nobody knows whether it was edited: it is asked again
        shared.requests.clear()
        found = read_watch_dashboard(url)
        assert parameters(found) == parameters(expected)
        executed = {item for item in asked(shared) if item.startswith("POST ")}
        assert executed == {f"POST /api/queries/{number}/results" for number in (1, 2, 23, 33)}
        for title in TITLES:
            pd.testing.assert_frame_equal(found[title], expected[title])


def test_server_under_a_path_keeps_it(server):
    """So a server of several organizations has them: their slug is in the path."""

    def answer(path):
        body = b'{"name": "Ours", "widgets": []}'
        return 200, {"Content-Type": "application/json"}, body

    with server(answer) as watch:
        page = f"{watch.url}/acme/public/dashboards/{TOKEN}?org_slug=acme"
        found = read_watch_dashboard(page, cache="off")
    assert found.dashboard.name == "Ours"
    assert watch.seen == [(f"/acme/api/dashboards/public/{TOKEN}", f"Key {TOKEN}")]


def test_redirect_within_the_server_keeps_the_token(server, tmp_path):
    def answer(path):
        if path.startswith("/api/"):
            return 301, {"Location": f"/moved{path}"}, b""
        return 200, {"Content-Type": "application/json"}, b'{"name": "Ours", "widgets": []}'

    with server(answer) as watch:
        client = Client(watch.url, "unused", cache_dir=tmp_path)
        read_watch_dashboard(f"{watch.url}/public/dashboards/{TOKEN}", client=client)
    path = f"/api/dashboards/public/{TOKEN}"
    assert [sent for sent, _ in watch.seen] == [path, f"/moved{path}"]


GUESS = "You have requested this URI [%s] but did you mean /api/dashboards/public/<token> ?"
REPEATED = {
    "version 8": (404, {}, f'{{"message": "Couldn\'t find resource. Please login. {GUESS}"}}'),
    "not found": (404, {}, '{"message": "The requested URL was not found on the server. %s"}'),
    "disabled": (400, {}, '{"message": "Public URLs are disabled."}'),
    "failure": (500, {}, '{"message": "%s"}'),
    "login page": (200, {"Content-Type": "text/html"}, "<title>Sign in</title>%s"),
    "page": (200, {"Content-Type": "text/html"}, "%s"),
    "no JSON": (200, {}, "%s"),
    "no dashboard": (200, {}, '{"name": "%s", "widgets": 7}'),
    "moved": (302, {"Location": "https://elsewhere.example%s"}, ""),
    "login": (302, {"Location": "https://login.example/login%s"}, ""),
    "loop": (302, {"Location": "%s"}, ""),
}


@pytest.mark.parametrize(("status", "headers", "body"), REPEATED.values(), ids=REPEATED)
def test_no_error_shows_the_token(server, tmp_path, caplog, status, headers, body):
    """Whatever repeats the address that was asked for."""
    caplog.set_level(logging.DEBUG)

    def answer(path):
        sent = {"Content-Type": "application/json", **headers}
        sent = {name: value.replace("%s", path) for name, value in sent.items()}
        return status, sent, body.replace("%s", path).encode()

    with server(answer) as watch:
        client = Client(watch.url, "unused", cache_dir=tmp_path, max_retries=1)
        page = f"{watch.url}/public/dashboards/{TOKEN}?org_slug=default"
        with pytest.raises(ServerError) as caught:
            read_watch_dashboard(page, client=client)
    assert watch.seen[0] == (f"/api/dashboards/public/{TOKEN}", f"Key {TOKEN}")
    error = caught.value
    assert TOKEN not in f"{error!s} {error!r} {vars(error)} {pickle.dumps(error)!r} {caplog.text}"
    assert TOKEN not in f"{error.__cause__!r} {error.__context__!r}"
    assert "clear text" not in caplog.text  # it cannot be kept elsewhere


def test_no_frame_of_an_error_holds_the_token(tmp_path):
    """Some tracebacks show the variables of their frames."""
    client = Client("http://127.0.0.1:1", "unused", cache_dir=tmp_path, max_retries=0)
    with pytest.raises(ConnectError) as caught:
        read_watch_dashboard(f"http://127.0.0.1:1/public/dashboards/{TOKEN}", client=client)
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]
    assert len(frames) > 4
    assert TOKEN not in str([frame.f_locals for frame in frames])


def test_what_is_shown_of_it_has_no_token_and_no_made_up_page(shared):
    frames = read_watch_dashboard(shared.public_url(1))
    page = frames.board.to_html()
    for shown in (page, frames.dashboard._repr_html_(), repr(frames.dashboard)):
        assert "Lending overview" in shown
        assert shared.dashboard_token(1) not in shown
        assert "/dashboards/0" not in shown
        assert '#0"' not in shown
    assert "Shared dashboard" in repr(frames.dashboard)
    assert f"{shared.url}/queries/2" in frames.dashboard._repr_html_()


def test_token_appears_nowhere(shared, tmp_path, caplog, capfd):
    """Logs, frames, reprs, pickles, decisions, explanations and each file of the cache."""
    caplog.set_level(logging.DEBUG)
    token, url = shared.dashboard_token(1), shared.public_url(1)
    frames = read_watch_dashboard(url, progress=True)
    read_watch_dashboard(url, cache="refresh")
    cache = ResultCache()
    seen = [
        repr(frames),
        repr(frames.dashboard),
        str(frames.dashboard.to_json()),
        pickle.dumps(frames),
        [frame.attrs for frame in frames.values()],
        cache.decisions().to_csv(),
        cache.entries().to_csv(),
        caplog.text,
        *capfd.readouterr(),
    ]
    seen += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    seen += [str(path) for path in tmp_path.rglob("*")]
    assert len(seen) > 12
    assert f"/api/dashboards/public/{HIDDEN}" in caplog.text
    for item in seen:
        assert token not in str(item)
    assert any(token in item for item in asked(shared))
