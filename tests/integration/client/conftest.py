"""A demo server that the tests of this folder may change, and servers that are not Watch at all."""

import contextlib
import re
import socketserver
import ssl
import subprocess

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
