"""A demo server that the tests of this folder may change, and servers that are not Watch at all."""

import contextlib
import http.server
import threading

import pytest

from watchframe.client import Client
from watchframe.demo import DemoServer


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
    thread = threading.Thread(target=found.serve_forever)
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
