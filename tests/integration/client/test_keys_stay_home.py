"""The key goes to its server, over a connection that nobody reads, and nowhere else."""

import contextlib
import http.server
import json
import logging
import ssl
import subprocess
import threading

import pytest

from watchframe import Client
from watchframe.errors import (
    AuthenticationError,
    ConnectError,
    NotFoundError,
    ProtocolError,
    ServerError,
)

KEY = "k-0123456789-secret"


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        status, headers, body = self.server.answer(self.path)
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET  # noqa: N815 - http.server looks for these names

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def server(answer):
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.seen, found.answer = [], answer
    found.url = f"http://127.0.0.1:{found.server_port}"
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


def as_json(value, status=200):
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def client_of(url, tmp_path, **more):
    return Client(url, KEY, cache_dir=tmp_path, **{"max_retries": 0, **more})


def test_key_is_sent_in_its_header_and_not_in_the_url(tmp_path):
    with server(lambda _: as_json([])) as watch, client_of(watch.url, tmp_path) as client:
        assert client.data_sources.list() == []
    assert watch.seen == [("/api/data_sources", f"Key {KEY}")]


def test_netrc_does_not_replace_the_key(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with server(lambda _: as_json([])) as watch, client_of(watch.url, tmp_path) as client:
        client.data_sources.list()
    assert watch.seen[0][1] == f"Key {KEY}"


def test_redirect_to_another_host_is_refused_and_gets_no_key(tmp_path):
    with server(lambda _: as_json([])) as other:
        elsewhere = {"Location": f"{other.url}/api/data_sources"}
        with (
            server(lambda _: (302, elsewhere, b"")) as watch,
            client_of(watch.url, tmp_path) as client,
            pytest.raises(ProtocolError, match="redirects"),
        ):
            client.data_sources.list()
        assert other.seen == []


def test_redirect_on_the_same_server_is_followed(tmp_path):
    def answer(path):
        if path == "/api/data_sources":
            return 301, {"Location": "/moved"}, b""
        return as_json([])

    with server(answer) as watch, client_of(watch.url, tmp_path) as client:
        assert client.data_sources.list() == []
    assert [path for path, _ in watch.seen] == ["/api/data_sources", "/moved"]


def test_redirect_to_the_login_page_is_an_authentication_error(tmp_path):
    login = {"Location": "/login?next=x"}
    with (
        server(lambda _: (302, login, b"")) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(AuthenticationError, match="login"),
    ):
        client.data_sources.list()


def test_redirect_for_ever_is_an_error(tmp_path):
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
    tmp_path, answer, error, words
):
    with (
        server(lambda _: answer) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(error, match=words) as caught,
    ):
        client.data_sources.list()
    assert caught.value.method == "GET"


def test_nothing_listening_is_a_connect_error_that_names_the_host(tmp_path):
    with server(lambda _: as_json([])) as watch:
        url = watch.url
    with client_of(url, tmp_path) as client, pytest.raises(ConnectError, match=r"127\.0\.0\.1"):
        client.data_sources.list()


def test_key_is_in_no_log_line_and_no_error(tmp_path, caplog):
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


def test_certificate_that_is_not_trusted_is_an_error_that_names_ca_bundle(tmp_path, tls_server):
    with (
        client_of(tls_server.url, tmp_path) as client,
        pytest.raises(ConnectError, match="certificate") as caught,
    ):
        client.data_sources.list()
    assert "ca_bundle" in caught.value.hint


def test_ca_bundle_of_ones_own_is_trusted(tmp_path, tls_server):
    with client_of(tls_server.url, tmp_path, ca_bundle=tls_server.certificate) as client:
        assert client.data_sources.list() == []


@pytest.fixture
def tls_server(tmp_path):
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
