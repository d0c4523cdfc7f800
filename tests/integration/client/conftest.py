"""A demo server that the tests of this folder may change, and servers that are not Watch at all."""

import contextlib
import http.server
import re
import socketserver
import ssl
import subprocess
import threading

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer

#: Seconds between two looks of a server at whether it is to end.
LOOK = 0.01


@pytest.fixture(scope="module")
def own_server():
    with DemoServer(events=50) as server:
        yield server


@pytest.fixture
def site(own_server, tmp_path):
    """The client of that server's administrator."""
    own_server.faults.clear()
    own_server.requests.clear()
    with Client(own_server.url, own_server.user_key, cache_dir=tmp_path / "cache") as found:
        yield found
    own_server.faults.clear()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        status, headers, body = self.server.answer(self.path)
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


@contextlib.contextmanager
def _server(answer):
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.seen, found.answer = [], answer
    found.url = f"http://127.0.0.1:{found.server_port}"
    thread = threading.Thread(target=found.serve_forever, args=(LOOK,))
    thread.start()
    try:
        yield found
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


@pytest.fixture
def server():
    """Makes a server of a function: path to status, headers and body (bytes, or pieces of it).

    ``server(answer)`` is for a ``with`` statement; ``.seen`` holds paths and keys.
    """
    return _server


class _RawHandler(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError):  # the client may have had enough
            while request := self.rfile.readline():
                head = request
                while (line := self.rfile.readline()).strip():
                    head += line
                length = re.search(rb"(?i)content-length: *([0-9]+)", head)
                self.rfile.read(int(length[1]) if length else 0)
                method, path, _ = request.decode().split()
                self.server.seen.append((method, path))
                pieces = self.server.answer(method, path)
                for piece in [pieces] if isinstance(pieces, bytes) else pieces:
                    self.wfile.write(piece)
                if not self.server.keeps_alive:
                    return


@contextlib.contextmanager
def _raw_server(answer, *, keeps_alive=False, context=None):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _RawHandler) as found:
        found.daemon_threads, found.block_on_close = True, False
        found.seen, found.answer, found.keeps_alive = [], answer, keeps_alive
        port = found.server_address[1]
        found.url = f"http://127.0.0.1:{port}"
        if context is not None:
            found.url = f"https://127.0.0.1:{port}"
            found.socket = context.wrap_socket(found.socket, server_side=True)
        thread = threading.Thread(target=found.serve_forever, args=(LOOK,))
        thread.start()
        try:
            yield found
        finally:
            found.shutdown()
            thread.join()


@pytest.fixture
def raw_server():
    """Makes a server of a function: method and path to the bytes that are sent, or pieces of them.

    ``raw_server(answer)`` is for a ``with`` statement; ``.seen`` holds methods and paths. A
    connection is closed after each answer, unless ``keeps_alive=True``.
    """
    return _raw_server


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
