"""Keys of addresses and settings: in no message, log, file or frame, whatever fails."""

import contextlib
import io
import logging
from pathlib import Path

import pandas as pd
import pytest

import watchframe
from watchframe import (
    Client,
    ParameterPicker,
    QueryGroup,
    connect,
    draw_frame,
    draw_watch_query,
    explain_watch_query,
    pick,
    read_watch_dashboard,
    read_watch_queries,
    read_watch_query,
    submit_watch_query,
    watch_query,
)
from watchframe.config import load_settings
from watchframe.errors import (
    ArgumentError,
    ConfigurationError,
    QueryReferenceError,
    WatchframeError,
)
from watchframe.references import parse_reference

#: A query of the demo server with parameters.
BORROWS = 1


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    """Nothing is set but the folder of the cache."""
    monkeypatch.setenv("WATCHFRAME_CACHE_DIR", str(tmp_path / "cache"))


def address(demo, query_id=BORROWS, end="results.json", key=None, more=""):
    key = demo.query_key(query_id) if key is None else key
    return f"{demo.url}/api/queries/{query_id}/{end}?api_key={key}{more}"


def variables_of(traceback):
    """Return the variables of this library's frames."""
    frames = []
    while traceback is not None:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    package = str(Path(watchframe.__file__).parent)
    inside = [frame for frame in frames if frame.f_code.co_filename.startswith(package)]
    assert inside
    return [frame.f_locals for frame in inside]


def shown_variables(error):
    """Return what a traceback shows of the variables of this library's frames."""
    shown = ""
    for values in variables_of(error.__traceback__):
        for name, value in values.items():
            with contextlib.suppress(AttributeError):  # an object that is half made has no repr
                shown += f"{name}={value!r} "
    return shown


def test_key_is_nowhere_but_in_the_header(demo, tmp_path, caplog):
    """Neither in what is logged, shown, raised or stored, nor in the address of a request."""
    caplog.set_level(logging.DEBUG)
    key, url, shown = demo.query_key(BORROWS), address(demo), io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        frame = read_watch_query(url, progress=True)
        handle = submit_watch_query(url)
        handle.result()
        seen = [frame.attrs, explain_watch_query(url), parse_reference(url), handle]
        for wrong in ({"nothing": 1}, {"markets": 7}):
            with pytest.raises(watchframe.errors.ParameterError) as caught:
                read_watch_query(url, wrong)
            seen += [caught.value, str(caught.value), vars(caught.value), variables_of(caught.tb)]
        for wrong in (url.replace("/queries/", "/querys/"), url.replace("http", "ftp")):
            with pytest.raises(QueryReferenceError) as caught:
                read_watch_query(wrong)
            seen += [str(caught.value), variables_of(caught.tb)]
            with pytest.raises(QueryReferenceError) as caught:
                read_watch_queries([url, wrong])
            seen.append(str(caught.value))
    assert key not in f"{shown.getvalue()} {seen!r} {caplog.text}"
    assert not [item.path for item in demo.requests if key in item.path]
    stored = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if key.encode() in path.read_bytes()]


@pytest.mark.parametrize("kind", [str, lambda url: {url: 1}])
def test_what_is_no_list_of_addresses_is_shown_without_a_key(demo, kind):
    with pytest.raises(ArgumentError, match="is not a list") as caught:
        read_watch_queries(kind(address(demo)))
    assert demo.query_key(BORROWS) not in f"{caught.value} {variables_of(caught.tb)!r}"


@pytest.mark.parametrize("more", [None, ({},), ({}, 3)])
def test_addresses_of_which_one_is_wrong_are_in_no_frame(demo, more):
    url = address(demo)
    bad = url.replace("queries", "querys")
    bad = bad if more is None else (bad, *more)
    with pytest.raises((ArgumentError, QueryReferenceError)) as caught:
        read_watch_queries([url, bad])
    assert demo.query_key(BORROWS) not in f"{caught.value} {variables_of(caught.tb)!r}"


def test_keywords_that_hold_a_key_are_not_shown(demo):
    url, key = address(demo), demo.query_key(BORROWS)
    for keywords in ({"url": url}, {"api_key": key}, {"token": key}):
        with pytest.raises(ArgumentError, match="has no argument") as caught:
            read_watch_query(BORROWS, **keywords)
        assert key not in f"{caught.value} {variables_of(caught.tb)!r}"


@pytest.mark.parametrize("keywords", [{"headers": "A {}"}, {"query_keys": "{}"}, {"query_keys": 1}])
@pytest.mark.parametrize("make", [connect, Client])
def test_keys_of_a_wrong_type_are_refused_and_in_no_frame(make, keywords):
    key = "hunter2-0123456789"
    given = {name: [key] if value == 1 else value.format(key) for name, value in keywords.items()}
    with pytest.raises(ConfigurationError) as caught:
        make("https://host.example", key, **given)
    assert (
        key not in f"{caught.value} {[{**each, 'self': 0} for each in variables_of(caught.tb)]!r}"
    )


@pytest.mark.parametrize("make", [connect, Client])
def test_url_that_is_no_text_is_refused_and_in_no_frame(make):
    with pytest.raises(ConfigurationError, match="is not a server's URL") as caught:
        make(b"https://host.example?api_key=hunter2-0123456789")
    assert "hunter2" not in (
        f"{caught.value} {[{**each, 'self': 0} for each in variables_of(caught.tb)]!r}"
    )


@pytest.mark.parametrize("kind", [str.encode, lambda key: [key]])
def test_key_that_is_no_text_is_refused_and_in_no_frame(kind):
    key = "hunter2-0123456789"
    with pytest.raises(ConfigurationError, match="api_key") as caught:
        connect("https://host.example", kind(key))
    assert (
        key not in f"{caught.value} {[{**each, 'self': 0} for each in variables_of(caught.tb)]!r}"
    )


@pytest.mark.parametrize(
    "read", [read_watch_query, explain_watch_query, watchframe.watch_query, watchframe.pick]
)
def test_client_that_is_none_is_refused_and_not_shown(read):
    with pytest.raises(ArgumentError, match="client= takes a Client, not a str") as caught:
        read(BORROWS, client="hunter2-0123456789")
    assert "hunter2" not in str(caught.value)
    assert "connect(url, key)" in caught.value.hint
    with pytest.raises(ArgumentError, match="client= takes a Client"):
        watchframe.find_watch_queries(client="text")


#: Calls that fail, with an address of another server or a wrong one, with a key that is swapped
#: with the URL, or that cannot be sent.
FAILING = {
    "get": lambda client, bad, _key: client.queries.get(bad),
    "id_of": lambda client, bad, _key: client.queries.id_of(query=bad),
    "parameters": lambda client, bad, _key: client.queries.parameters(bad),
    "dashboard": lambda client, bad, _key: client.dashboards.get(bad),
    "keyword": lambda client, _bad, key: client.queries.get(BORROWS, api_key=key),
    "too many": lambda client, _bad, key: client.queries.get(BORROWS, key),
    "pick": lambda client, bad, _key: pick(bad, client=client),
    "pick of several": lambda client, bad, _key: pick([BORROWS, bad], client=client),
    "pick of no query": lambda client, bad, _key: pick([f"{bad}\nX"], client=client),
    "ParameterPicker": lambda client, bad, _key: ParameterPicker(bad, client=client),
    "QueryGroup": lambda client, bad, _key: QueryGroup(bad, client=client),
    "params": lambda client, _bad, key: read_watch_query(BORROWS, key, client=client),
    "draw": lambda client, bad, _key: draw_watch_query(bad, "Borrows by day", client=client),
    "draw address": lambda client, bad, _key: draw_watch_query(BORROWS, bad, client=client),
    "draw frame": lambda client, bad, _key: draw_frame(pd.DataFrame(), bad, client=client),
    "draw keyword": lambda _client, bad, _key: draw_frame(pd.DataFrame(), visualization=bad),
    "draw of a query": lambda client, bad, _key: watch_query(BORROWS, client=client).draw(bad),
    "draw by a name": lambda client, bad, _key: watch_query(BORROWS, client=client).draw(
        visualization=bad
    ),
    "call keyword": lambda client, _bad, key: watch_query(BORROWS, client=client)(api_key=key),
    "explain keyword": lambda client, _bad, key: watch_query(BORROWS, client=client).explain(
        apikey=key
    ),
    "submit keyword": lambda client, bad, _key: watch_query(BORROWS, client=client).submit(url=bad),
    "draw a keyword": lambda client, _bad, key: watch_query(BORROWS, client=client).draw(
        None, {"markets": []}, headers={"X": key}
    ),
    "call": lambda client, bad, _key: watch_query(BORROWS, client=client)(bad),
    "explain": lambda client, bad, _key: watch_query(BORROWS, client=client).explain(bad),
    "submit": lambda client, bad, _key: watch_query(BORROWS, client=client).submit(bad),
    "draw params": lambda client, _bad, key: draw_watch_query(BORROWS, None, key, client=client),
    "swapped": lambda client, _bad, key: connect(key, client.server),
    "swapped client": lambda client, _bad, key: Client(key, client.server),
    "URL": lambda _client, bad, _key: connect(f"{bad}%0aX"),
    "password": lambda _client, _bad, key: connect(f"https://me:{key}@host"),
    "get_shared": lambda client, _bad, key: client.dashboards.get_shared(f"{key}\nX: y"),
    "with_keys": lambda client, _bad, key: client.with_keys(f"{key}\u20ac"),
    "query key": lambda client, _bad, key: client.with_keys(None, {1: f"{key} x"}),
    "api_key": lambda client, _bad, key: connect(client.server, f"{key}\r\nX: y"),
    "query_keys": lambda client, _bad, key: connect(client.server, query_keys={1: f"{key}\u20ac"}),
    "headers": lambda client, _bad, key: connect(client.server, "k", headers={"X": f"{key}\nY"}),
}


@pytest.mark.parametrize("key", ["Zq7A" * 10, "hunter2", "k" * 64])
@pytest.mark.parametrize("call", FAILING)
def test_key_of_a_call_that_fails_is_in_no_frame(client, call, key):
    bad = f"https://other.example/api/queries/1/results.json?api_key={key}"
    with pytest.raises((WatchframeError, TypeError)) as caught:
        FAILING[call](client, bad, key)
    error = caught.value
    assert error.__cause__ is error.__context__ is None
    assert key not in f"{error} {error.args} {shown_variables(error)}"
    if "swapped" in call:
        assert "seem to be swapped" in str(error)


def test_key_that_is_no_header_is_not_shown(demo):
    url = address(demo, key="hunter2-01%0d%0aX: 1")
    with pytest.raises(watchframe.errors.WatchframeError) as caught:
        read_watch_query(url)
    assert "hunter2" not in f"{caught.value} {variables_of(caught.tb)!r}"
    assert "hunter2" not in f"{caught.value.__cause__!r} {caught.value.__context__!r}"


@pytest.mark.parametrize("end", ["%0aabc", "%0d%0aX:%20y", "%20abc", "\u20ac", "%c3%a9"])
def test_key_that_cannot_be_sent_is_refused_and_not_shown(demo, end):
    token = f"{demo.url}/public/dashboards/{demo.dashboard_token(1)}{end}"
    calls = [(read_watch_query, address(demo, more=end)), (read_watch_dashboard, token)]
    for function, text in calls:
        with pytest.raises((QueryReferenceError, ArgumentError), match="cannot be one") as caught:
            function(text)
        shown = f"{caught.value} {shown_variables(caught.value)}"
        assert demo.query_key(BORROWS) not in shown
        assert demo.dashboard_token(1) not in shown


@pytest.mark.parametrize(
    "file",
    [
        'url = "{url}"\napi_key = "{key}"\nmax_retries = "x"',
        'url = "{url}"\napi_key = "{key} x"',
        'url = "{url}"\napi_key = "{key}é',
        'url = "{key}"\napi_key = "{url}"',
        'url = "{url}"\nquery_keys = {{1 = "{key} x"}}',
        'url = "{url}"\napi_key = "x"\nheaders = "{key}"',
    ],
)
@pytest.mark.parametrize("place", ["file", "environment"])
def test_settings_that_cannot_be_used_show_no_key(tmp_path, monkeypatch, file, place):
    key = "hunter2-0123456789"
    text = file.format(url="https://host.example", key=key)
    path = tmp_path / "config.toml"
    if place == "file":
        path.write_text(f"[default]\n{text}\n", encoding="utf-8")
        path.chmod(0o600)
    else:
        for line in text.splitlines():
            name, _, value = line.partition(" = ")
            name = "QUERY_KEY_1" if name == "query_keys" else name
            monkeypatch.setenv(f"WATCHFRAME_{name.upper()}", value.strip('"'))
    with pytest.raises(ConfigurationError) as caught:
        load_settings(config_file=path)
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert key not in f"{caught.value} {shown_variables(caught.value)}"
