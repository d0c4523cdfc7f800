"""The key goes to its server, over a connection that nobody reads, and nowhere else."""

import json
import logging
import select
import signal
import socket
import socketserver
import ssl
import subprocess
import threading
import traceback

import pytest

from watchframe import Client
from watchframe.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectError,
    NotFoundError,
    ProtocolError,
    ServerError,
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


def test_redirect_to_another_host_is_refused_and_gets_no_key(tmp_path, server):
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


def test_redirect_to_the_login_page_is_an_authentication_error(tmp_path, server):
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
def test_answers_that_are_not_watchs_are_errors_with_the_servers_words(
    tmp_path, answer, error, words, server
):
    with (
        server(lambda _: answer) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(error, match=words) as caught,
    ):
        client.data_sources.list()
    assert caught.value.method == "GET"


def test_nothing_listening_is_a_connect_error_that_names_the_host(tmp_path, server):
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


def test_certificate_that_is_not_trusted_is_an_error_at_once_that_names_ca_bundle(
    tmp_path, tls_server, caplog
):
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
def test_ca_bundle_that_is_not_there_is_refused_and_nothing_is_sent(tmp_path, tls_server, given):
    with pytest.raises(ConfigurationError, match="ca_bundle"):
        client_of(tls_server.url, tmp_path, ca_bundle=given)
    assert tls_server.seen == []


def test_ca_bundle_of_the_environment_that_is_not_there_says_which(
    tmp_path, tls_server, monkeypatch
):
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
    assert tunnel.heads[0].startswith(b"CONNECT 127.0.0.1:")
    assert KEY.encode() not in b"".join(tunnel.heads)


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


class _Tunnel(socketserver.BaseRequestHandler):
    """A proxy that knows CONNECT only."""

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.request.recv(4096)
        self.server.heads.append(head)
        host, _, port = head.split()[1].decode().partition(":")
        with socket.create_connection((host, int(port))) as far:
            self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            other = {self.request: far, far: self.request}
            while True:
                for end in select.select(list(other), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)


@pytest.fixture
def tunnel():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Tunnel) as found:
        found.daemon_threads = True
        found.heads = []
        found.url = f"http://127.0.0.1:{found.server_address[1]}"
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def tls_server(tmp_path, server):
    """A server with a certificate that nobody signed."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    with server(lambda _: as_json([])) as found:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        found.socket = context.wrap_socket(found.socket, server_side=True)
        found.url = f"https://127.0.0.1:{found.server_port}"
        found.certificate = str(certificate)
        yield found
