"""Small servers in threads: of functions, and of what real servers answered; the browser."""

import contextlib
import http.server
import json
import os
import re
import shutil
import socketserver
import ssl
import subprocess
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest

RECORDINGS = Path(__file__).parents[1] / "data" / "wire_versions"
#: What the client may ask otherwise than the one who recorded did, and be answered the same.
FIRST_PAGE = "1"
#: Seconds within which a server notices that it must end.
POLL = 0.01


class Exchange:
    """One recorded request and its answer."""

    def __init__(self, path):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        self.name = path.stem[4:]
        self.request, self.response = recorded["request"], recorded["response"]
        self.body = self.response["body"]
        self.question = question(
            self.request["method"],
            self.request["path"],
            self.request["authorization"],
            self.request["json"],
        )
        self.is_served = False

    @property
    def key(self):
        """The key that was sent; None where there was none."""
        return (self.request["authorization"] or "").removeprefix("Key ") or None


def question(method, path, authorization, sent):
    """Return what tells one request from another, whoever sends it.

    A job has two paths, a page may be of any size, and no parameters are as good as none.
    """
    address = urlsplit(path)
    query = parse_qs(address.query, keep_blank_values=True)
    place = address.path
    if "/jobs/" in place:
        place = "/api/jobs/" + place.rpartition("/")[2]
    said = dict(sent or {})
    if place.endswith("/results"):
        said.setdefault("parameters", {})
    return (
        method,
        place,
        "legacy" in query,
        query.get("page", [FIRST_PAGE])[0] != FIRST_PAGE,
        query.get("api_key"),
        authorization,
        json.dumps(said, sort_keys=True),
    )


@contextlib.contextmanager
def _running(found, scheme="http"):
    """Run a server of `socketserver` in a thread for a ``with`` statement; it gets a ``url``."""
    found.url = f"{scheme}://127.0.0.1:{found.server_address[1]}"
    thread = threading.Thread(target=found.serve_forever, args=(POLL,))
    thread.start()
    try:
        yield found
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = self.headers.get("Authorization")
        status, headers, body = self.server.answer(self.command, self.path, key, sent)
        self.send_response(status)
        length = {"Content-Length": len(body)} if isinstance(body, bytes) else {}
        for name, value in {**length, **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the client may have had enough
            for piece in [body] if isinstance(body, bytes) else body:
                self.wfile.write(piece)

    do_POST = do_DELETE = do_GET  # noqa: N815 - http.server looks for these names

    def log_message(self, *args):
        pass


class _KeepAliveHandler(_Handler):
    protocol_version = "HTTP/1.1"


class _Server(http.server.ThreadingHTTPServer):
    """Answers with what a function makes of the path."""

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen, self._answer = [], answer

    def answer(self, method, path, key, sent):
        self.seen.append((path, key))
        return self._answer(path)


class Replay(http.server.ThreadingHTTPServer):
    """Answers from recordings; where one question has several, they come in their order.

    Attributes
    ----------
    recorded : dict of str to Exchange
        By the names of their files.
    requests : list of str
        What was asked, such as ``"GET /api/session"``.
    """

    def __init__(self, exchanges):
        super().__init__(("127.0.0.1", 0), _KeepAliveHandler)
        self.recorded = {item.name: item for item in exchanges}
        self.requests = []
        self._lock = threading.Lock()

    def answer(self, method, path, key, sent):
        asked = question(method, path, key, json.loads(sent or "null"))
        status, kind, body = self._found(asked, f"{method} {path}")
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return status, {"Content-Type": kind}, content

    def _found(self, asked, words):
        """Return the status, the content type and the body of the answer."""
        with self._lock:
            self.requests.append(words)
            fitting = [item for item in self.recorded.values() if item.question == asked]
            if not fitting:
                return 500, "application/json", {"message": f"Nobody has recorded {words}."}
            found = next((item for item in fitting if not item.is_served), fitting[-1])
            found.is_served = True
        return found.response["status"], found.response["headers"]["Content-Type"], found.body

    def not_served(self):
        """Return the names of the recordings that nobody asked for."""
        return [item.name for item in self.recorded.values() if not item.is_served]


@contextlib.contextmanager
def _replaying(folder, names):
    paths = sorted((RECORDINGS / folder).glob("*.json"))
    exchanges = [Exchange(path) for path in paths if path.stem[4:] in names]
    with _running(Replay(exchanges)) as found:
        yield found
    assert found.not_served() == []


def _same_rows(frame, sent):
    declared = [column["name"] for column in sent["columns"]]
    keys = [key for row in sent["rows"] for key in row]
    columns = list(dict.fromkeys(declared + keys))
    assert list(frame.columns) == columns
    assert len(frame) == len(sent["rows"])
    for index, row in enumerate(sent["rows"]):
        for name in columns:
            assert_same_value(frame[name].iloc[index], row.get(name))


def assert_same_value(found, sent):
    """Compare a cell with the JSON value that was sent: exactly, whatever it is."""
    if isinstance(found, pd.Timestamp):
        assert found == pd.Timestamp(sent)
    elif sent is None:
        assert found is None or found is pd.NA or found is pd.NaT
    else:
        assert found == sent
        assert isinstance(found, bool | np.bool_) == isinstance(sent, bool)


@pytest.fixture
def same_rows():
    """Compares a frame with the ``data`` of a recorded result, value by value.

    Keys of rows that no column declares are columns after the declared ones.
    """
    return _same_rows


@pytest.fixture
def replaying():
    """Makes a server of recordings, ``replaying("v8", {"session"})``, for a ``with`` statement.

    At the end of it, each of them must have been asked for.
    """
    return _replaying


@pytest.fixture
def running():
    """Runs a server of `socketserver`, ``running(server)``, for a ``with`` statement."""
    return _running


@pytest.fixture
def server():
    """Makes a server of a function: path to status, headers and body (bytes, or pieces of it).

    ``server(answer)`` is for a ``with`` statement; ``.seen`` holds paths and keys.
    """
    return lambda answer: _running(_Server(answer))


class _Connections(socketserver.ThreadingTCPServer):
    """Passes each connection to a function."""

    daemon_threads, block_on_close = True, False

    def __init__(self, handle):
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.seen, self._handle = [], handle

    def finish_request(self, request, address):
        with contextlib.suppress(OSError):  # the client may have had enough
            self._handle(request, self.seen)


@pytest.fixture
def tcp_server(running):
    """Makes a server of a function of a connection and of ``.seen``, where it may note things.

    ``tcp_server(handle)`` is for a ``with`` statement, with ``context=`` for TLS.
    """

    def serve(handle, context=None):
        found = _Connections(handle)
        if context is None:
            return running(found)
        found.socket = context.wrap_socket(found.socket, server_side=True)
        return running(found, "https")

    return serve


@pytest.fixture
def raw_server(tcp_server):
    """Makes a server of a function: method and path to the bytes that are sent, or pieces of them.

    ``raw_server(answer)`` is for a ``with`` statement; ``.seen`` holds methods and paths. A
    connection is closed after each answer, unless ``keeps_alive=True``.
    """

    def serve(answer, *, keeps_alive=False, context=None):
        def handle(connection, seen):
            with connection.makefile("rb") as requests:
                while request := requests.readline():
                    head = request
                    while (line := requests.readline()).strip():
                        head += line
                    length = re.search(rb"(?i)content-length: *([0-9]+)", head)
                    requests.read(int(length[1]) if length else 0)
                    method, path, _ = request.decode().split()
                    seen.append((method, path))
                    pieces = answer(method, path)
                    for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                        connection.sendall(piece)
                    if not keeps_alive:
                        return

        return tcp_server(handle, context)

    return serve


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate that nobody signed, and its key: two files."""
    folder = tmp_path_factory.mktemp("certificate")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext {names} "
        "-keyout key.pem -out cert.pem".split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def tls(certificate):
    """The server's side of TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def chromium():
    """The browser of the machine, by which images are drawn."""
    found = os.environ.get("WATCHFRAME_TEST_BROWSER") or shutil.which("chromium")
    if found is None:
        pytest.skip("no browser found: apt-get install chromium, or set WATCHFRAME_TEST_BROWSER")
    return found
