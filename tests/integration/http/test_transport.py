"""The key goes to its server, over a connection that nobody reads, and nowhere else."""

import contextlib
import json
import logging
import select
import signal
import socket
import threading
import traceback

import pytest
import requests

from watchframe import Client, connect
from watchframe.client import Deadline
from watchframe.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    JobTimeoutError,
    NotFoundError,
    ProtocolError,
    ServerError,
    TransportTimeoutError,
    WatchframeError,
)

KEY = "k-0123456789-secret"


def as_json(value, status=200):
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def client_of(url, tmp_path, **more):
    return Client(url, KEY, cache_dir=tmp_path, **{"max_retries": 0, **more})


def test_key_is_sent_in_its_header_and_not_in_the_url(tmp_path, server):
    with server(lambda _: as_json([])) as watch, client_of(watch.url, tmp_path) as client:
        assert client.data_sources.list() == []
    assert watch.seen == [("/api/data_sources", f"Key {KEY}")]


def test_netrc_does_not_replace_the_key(tmp_path, monkeypatch, server):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with server(lambda _: as_json([])) as watch, client_of(watch.url, tmp_path) as client:
        client.data_sources.list()
    assert watch.seen[0][1] == f"Key {KEY}"


def test_redirect_to_another_host_is_refused_without_key(tmp_path, server):
    with server(lambda _: as_json([])) as other:
        elsewhere = {"Location": f"{other.url}/api/data_sources"}
        with (
            server(lambda _: (302, elsewhere, b"")) as watch,
            client_of(watch.url, tmp_path) as client,
            pytest.raises(ProtocolError, match="redirects"),
        ):
            client.data_sources.list()
        assert other.seen == []


def test_redirect_on_the_same_server_is_followed(tmp_path, server):
    def answer(path):
        if path == "/api/data_sources":
            return 301, {"Location": "/moved"}, b""
        return as_json([])

    with server(answer) as watch, client_of(watch.url, tmp_path) as client:
        assert client.data_sources.list() == []
    assert [path for path, _ in watch.seen] == ["/api/data_sources", "/moved"]


@pytest.mark.parametrize(
    "path",
    [
        "/other/api",
        "/watch/../other",
        "/watch/%2e%2E/other",
        "/watch/..%2fother",
        "/watch/..%5Cother",
        "/watchful",
        "/",
    ],
)
def test_redirect_out_of_the_servers_path_gets_no_key(tmp_path, server, path):
    """Another application may live beside the server's, on the same host."""

    def answer(asked):
        return (302, {"Location": path}, b"") if asked.endswith("sources") else as_json([])

    with server(answer) as watch:
        with (
            client_of(f"{watch.url}/watch", tmp_path) as client,
            pytest.raises(ProtocolError, match=f"redirects to {watch.url}") as caught,
        ):
            client.data_sources.list()
        assert [asked for asked, _ in watch.seen] == ["/watch/api/data_sources"]
    assert "The key is not sent there" in caught.value.hint


@pytest.mark.parametrize("path", ["/watch/default/api/x", "../y", "/watch"])
def test_redirect_below_the_servers_path_is_followed(tmp_path, server, path):
    def answer(asked):
        return (302, {"Location": path}, b"") if asked.endswith("sources") else as_json([])

    with server(answer) as watch, client_of(f"{watch.url}/watch", tmp_path) as client:
        assert client.data_sources.list() == []


@pytest.mark.parametrize(
    "there", ["https://127.0.0.1:{port}/", "http://127.0.0.1/", "http://me:pw@127.0.0.1:{port}/"]
)
def test_redirect_to_other_scheme_port_or_user_is_refused(tmp_path, server, there):
    def answer(_):
        return 302, {"Location": there.format(port=watch.url.rpartition(":")[2])}, b""

    with (
        server(answer) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(ProtocolError, match="redirects to") as caught,
    ):
        client.data_sources.list()
    assert len(watch.seen) == 1
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("login", ["/login?next=x", "/default/login"])
def test_redirect_to_login_beside_the_servers_path(tmp_path, server, login):
    with (
        server(lambda _: (302, {"Location": login}, b"")) as watch,
        client_of(f"{watch.url}/watch", tmp_path) as client,
        pytest.raises(AuthenticationError, match="login"),
    ):
        client.data_sources.list()


def test_redirect_to_login_is_an_authentication_error(tmp_path, server):
    login = {"Location": "/login?next=x"}
    with (
        server(lambda _: (302, login, b"")) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(AuthenticationError, match="login"),
    ):
        client.data_sources.list()


def test_redirect_for_ever_is_an_error(tmp_path, server):
    with (
        server(lambda path: (302, {"Location": path}, b"")) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(ProtocolError, match="5 times"),
    ):
        client.data_sources.list()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), ProtocolError, "text/html"),
        ((200, {"Content-Type": "application/json"}, b"{"), ProtocolError, "not JSON"),
        (as_json({"a": 1}), ProtocolError, "not a list"),
        (
            as_json({"message": "Couldn't find resource. Please login and try again."}, 404),
            AuthenticationError,
            "login",
        ),
        (as_json({"message": "gone"}, 404), NotFoundError, "gone"),
        ((500, {}, b"<h1>Oops</h1><p>disk full</p>"), ServerError, "Oops disk full"),
    ],
)
def test_foreign_answers_are_errors_in_the_server_words(tmp_path, answer, error, words, server):
    with (
        server(lambda _: answer) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(error, match=words) as caught,
    ):
        client.data_sources.list()
    assert caught.value.method == "GET"


def test_nothing_listening_is_a_connect_error_with_host(tmp_path, server):
    with server(lambda _: as_json([])) as watch:
        url = watch.url
    with client_of(url, tmp_path) as client, pytest.raises(ConnectError, match=r"127\.0\.0\.1"):
        client.data_sources.list()


def test_key_is_in_no_log_line_and_no_error(tmp_path, caplog, server):
    caplog.set_level(logging.DEBUG)
    with server(lambda _: as_json({"message": "no"}, 503)) as watch:
        with (
            client_of(watch.url, tmp_path, max_retries=1) as client,
            pytest.raises(ServerError) as caught,
        ):
            client.data_sources.list()
        assert len(watch.seen) == 2
    error = caught.value
    assert KEY not in f"{error} {error!r} {error.__dict__} {caplog.text} {client!r}"


def test_untrusted_certificate_is_an_error_with_ca_bundle(tmp_path, tls_server, caplog):
    caplog.set_level(logging.INFO, logger="watchframe")
    with (
        client_of(tls_server.url, tmp_path, max_retries=4) as client,
        pytest.raises(ConnectError, match="certificate") as caught,
    ):
        client.data_sources.list()
    assert "ca_bundle" in caught.value.hint
    assert "again in" not in caplog.text
    assert tls_server.seen == []


@pytest.mark.parametrize("given", ["", "/no/such.pem"])
def test_missing_ca_bundle_is_refused_and_nothing_sent(tmp_path, tls_server, given):
    with pytest.raises(ConfigurationError, match="ca_bundle"):
        client_of(tls_server.url, tmp_path, ca_bundle=given)
    assert tls_server.seen == []


def test_missing_ca_bundle_of_environment_says_which(tmp_path, tls_server, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such.pem")
    with (
        client_of(tls_server.url, tmp_path) as client,
        pytest.raises(ConfigurationError, match=r"/no/such\.pem"),
    ):
        client.data_sources.list()


def test_ca_bundle_of_ones_own_is_trusted(tmp_path, tls_server):
    with client_of(tls_server.url, tmp_path, ca_bundle=tls_server.certificate) as client:
        assert client.data_sources.list() == []


def test_key_is_not_sent_through_a_proxy_in_the_open(tmp_path, server, monkeypatch):
    with server(lambda _: as_json([])) as proxy, server(lambda _: as_json([])) as watch:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with client_of(watch.url, tmp_path) as client:
            client.data_sources.list()
        with client_of("http://watch.invalid", tmp_path, allow_plain_http=True) as client:
            client.data_sources.list()  # the network is said to be one's own
    assert watch.seen == [("/api/data_sources", f"Key {KEY}")]
    assert proxy.seen == [("http://watch.invalid/api/data_sources", f"Key {KEY}")]


def test_proxy_of_the_environment_is_used_and_sees_no_key(
    tmp_path, tls_server, tunnel, monkeypatch
):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", tunnel.url)
    with client_of(tls_server.url, tmp_path, ca_bundle=tls_server.certificate) as client:
        assert client.data_sources.list() == []
    assert tls_server.seen == [("/api/data_sources", f"Key {KEY}")]
    assert tunnel.seen[0].startswith(b"CONNECT 127.0.0.1:")
    assert KEY.encode() not in b"".join(tunnel.seen)


def test_frames_of_an_interrupt_do_not_hold_the_key(tmp_path, server):
    """Such as IPython's Verbose mode, and pytest's --showlocals, show them."""

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    released = threading.Event()
    try:
        with server(lambda _: (released.wait(20) and None) or as_json([])) as watch:
            with client_of(watch.url, tmp_path) as client:
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                with pytest.raises(KeyboardInterrupt) as caught:
                    client.data_sources.list()
            released.set()
    finally:
        signal.signal(signal.SIGALRM, before)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    lines = "".join(told.format())
    assert "in _send" in lines
    assert KEY not in lines


def everything_about(error):
    """Texts of all that hangs on an error: its chain, its frames' locals, requests and headers."""
    left, seen, texts = [error], set(), []
    while left:
        item = left.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        with contextlib.suppress(AttributeError):  # a client that is only half made has no repr
            texts.append(repr(item))
        if isinstance(item, BaseException):
            left += [item.__cause__, item.__context__, *item.args, *vars(item).values()]
            for frame, _ in traceback.walk_tb(item.__traceback__):
                if "watchframe" in frame.f_code.co_filename.rpartition("tests")[2]:
                    left += frame.f_locals.values()
        elif isinstance(item, dict):
            left += item.values()
        elif isinstance(item, list | tuple):
            left += item
        elif type(item).__module__.partition(".")[0] in ("requests", "urllib3", "http"):
            left += getattr(item, "__dict__", {}).values()
    return "\n".join(texts)


BROKEN = {
    "no HTTP": [b"SSH-2.0\r\n"],
    "closed": [b""],
    "two lengths": [b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n"],
    "refusal": [b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"],
    "wrong key": [b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"],
    "outage": [b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"],
    "page": [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx"],
    "body that breaks off": [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"],
    "body that is no gzip": [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno"
    ],
    "bad chunks": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    "no JSON": [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"],
    "redirect elsewhere": [b"HTTP/1.1 302 No\r\nLocation: https://elsewhere.example/\r\n\r\n"],
    "redirect nowhere": [b"HTTP/1.1 302 No\r\nLocation: http://[::1\r\n\r\n"],
    "proxy's login": [b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"],
}


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "ask", [lambda client: client.queries.get(1), lambda client: client.run_query(1, {}, max_age=0)]
)
def test_nothing_of_an_error_holds_the_key(tmp_path, raw_server, ask, pieces):
    with (
        raw_server(lambda *_: pieces) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(WatchframeError) as caught,
    ):
        ask(client)
    assert KEY not in everything_about(caught.value)


@pytest.mark.parametrize("timeout", [None, 60])
def test_nothing_of_a_failed_connection_holds_the_key(tmp_path, server, tls_server, timeout):
    with server(lambda _: as_json([])) as gone:
        pass
    for url in (gone.url, tls_server.url, "https://a..b"):
        with client_of(url, tmp_path) as client, pytest.raises(ServerError) as caught:
            client.queries.get(1, deadline=Deadline.after(timeout))
        assert KEY not in everything_about(caught.value)


@pytest.mark.parametrize("make", [Client, connect])
@pytest.mark.parametrize(
    ("url", "end", "more"),
    [
        ("ftp://watch.example", "", {}),
        ("https://watch.example", " two", {}),
        ("https://watch.example", "", {"read_timeout": "soon"}),
        ("ftp://watch.example/queries/1?api_key={}", "", {}),
        ("https://watch.example/queries/1?api_key={}", "", {"read_timeout": "soon"}),
    ],
)
def test_nothing_of_a_wrong_setting_holds_the_key(make, url, end, more):
    with pytest.raises(ConfigurationError) as caught:
        make(url.format(KEY), KEY + end, **more)
    assert KEY not in everything_about(caught.value)


def test_nothing_of_a_timeout_holds_the_key(tmp_path, listener):
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with client_of(url, tmp_path, read_timeout=0.2) as client:
        with pytest.raises(TransportTimeoutError) as caught:
            client.queries.get(1)
        assert KEY not in everything_about(caught.value)
        with pytest.raises(JobTimeoutError) as caught:
            client.queries.get(1, deadline=Deadline.after(0.1))
        assert KEY not in everything_about(caught.value)


def test_interrupt_within_a_handler_holds_no_key(tmp_path, server, monkeypatch):
    """Where it strikes while an error is being handled, it has that as its context."""
    with server(lambda _: as_json([])) as watch, client_of(watch.url, tmp_path) as client:

        def fail(request):
            raise ValueError(request, session.headers)

        def interrupt(request):
            try:
                fail(request)
            except ValueError:
                raise KeyboardInterrupt from None

        session = client._transport.connections.session()
        session.headers["X"] = KEY
        monkeypatch.setattr(requests.Request, "prepare", interrupt)
        with pytest.raises(KeyboardInterrupt) as caught:
            client.queries.get(1)
    assert caught.value.__context__ is None
    assert KEY not in everything_about(caught.value)


@pytest.fixture
def listener():
    """A socket that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def test_https_to_silent_http_fails_by_connect_timeout(tmp_path, listener, caplog):
    caplog.set_level(logging.INFO, logger="watchframe")
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    with (
        client_of(url, tmp_path, connect_timeout=0.5, max_retries=4) as client,
        pytest.raises(ConnectError, match="does not answer in TLS") as caught,
    ):
        client.data_sources.list()
    assert "http://" in caught.value.hint
    assert "again in" not in caplog.text


def test_https_to_an_http_server_that_answers_says_so(tmp_path, tcp_server, caplog):
    def refuse(connection, _):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    caplog.set_level(logging.INFO, logger="watchframe")
    with (
        tcp_server(refuse) as plain,
        client_of(plain.url.replace("http:", "https:"), tmp_path, max_retries=4) as client,
        pytest.raises(ConnectError, match="does not answer in TLS") as caught,
    ):
        client.data_sources.list()
    assert "http://" in caught.value.hint
    assert "again in" not in caplog.text


def test_http_to_an_https_server_says_so(tmp_path, tls_server):
    url = tls_server.url.replace("https:", "http:")
    with client_of(url, tmp_path) as client, pytest.raises(ConnectError) as caught:
        client.data_sources.list()
    assert "https://" in caught.value.hint


def test_alert_of_tls_in_place_of_http_says_so(tmp_path, raw_server):
    with (
        raw_server(lambda *_: b"\x15\x03\x03\x00\x02\x02\x46") as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(ConnectError, match="answers in TLS") as caught,
    ):
        client.data_sources.list()
    assert caught.value.hint == "Write https:// in the server's URL."


def test_407_is_the_proxys(tmp_path, raw_server, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    refusal = b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
    with raw_server(lambda *_: refusal) as proxy:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url.replace("//", "//me:hunter2@"))
        for url in ("http://watch.invalid", "https://watch.invalid"):
            with (
                client_of(url, tmp_path, allow_plain_http=True, max_retries=3) as client,
                pytest.raises(ConnectError, match="wants a login of its own") as caught,
            ):
                client.data_sources.list()
            assert "HTTPS_PROXY" in caught.value.hint
            assert "watch.invalid" in caught.value.message
            assert "hunter2" not in everything_about(caught.value)
    assert [method for method, _ in proxy.seen] == ["GET", "CONNECT"]


def tunnel_to_the_host_of_connect(connection, seen):
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(4096)
    seen.append(head)
    host, _, port = head.split()[1].decode().partition(":")
    with socket.create_connection((host, int(port))) as far:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        other = {connection: far, far: connection}
        while True:
            for end in select.select(list(other), [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                other[end].sendall(data)


@pytest.fixture
def tunnel(tcp_server):
    """A proxy that knows CONNECT only."""
    with tcp_server(tunnel_to_the_host_of_connect) as found:
        yield found


@pytest.fixture
def tls_server(certificate, tls, server):
    """A server with a certificate that nobody signed."""
    with server(lambda _: as_json([])) as found:
        found.socket = tls.wrap_socket(found.socket, server_side=True)
        found.url = f"https://127.0.0.1:{found.server_port}"
        found.certificate = str(certificate[0])
        yield found
