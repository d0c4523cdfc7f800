"""The server itself: a thread with uvicorn, data, keys, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import uvicorn

from watchframe.demo.application import make_application
from watchframe.demo.catalogue import CATALOGUE
from watchframe.demo.catalogue_types import LENDING_SOURCE, PYTHON_SOURCE, Catalogue
from watchframe.demo.connections import TrackedProtocol
from watchframe.demo.execution import Executor
from watchframe.demo.faults import Faults, LoggedRequest
from watchframe.demo.jobs import JobQueue
from watchframe.demo.lending import DEFAULT_EVENTS, build_lending_database
from watchframe.demo.python_source import PythonSource
from watchframe.demo.sql_engine import DataSource, SqlSource
from watchframe.demo.store import Clock, Store, machine_time
from watchframe.demo.stored_dashboards import save_dashboard

HOST = "127.0.0.1"
SQLITE_SOURCE, DUCKDB_SOURCE = 3, 4
START_TIMEOUT = 30.0


class DemoServer:
    """A Watch-compatible server on this machine's loopback, with invented lending data.

    It starts when it is made or entered, and ends with `close` or its ``with`` block.

    Parameters
    ----------
    state_dir : path, optional
        Where the database lies; a temporary folder by default.
    port : int
        0 takes a free one.
    events : int
        Rows of the largest table.
    workers : int
        How many queries run at the same time.
    clock : callable, optional
        Gives the server's time, aware, in place of this machine's: when results were retrieved, how
        old they are, and the ``Date`` of answers go by it.

    Attributes
    ----------
    url : str
        The base URL.
    user_key : str
        The user's API key: everything is allowed.
    faults : Faults
        Misbehaviour on demand.
    requests : list of LoggedRequest
        What was asked, without keys.
    """

    def __init__(
        self,
        state_dir: Path | str | None = None,
        port: int = 0,
        *,
        events: int = DEFAULT_EVENTS,
        workers: int = 4,
        catalogue: Catalogue = CATALOGUE,
        clock: Clock = machine_time,
    ) -> None:
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        self._own_folder = tempfile.TemporaryDirectory() if state_dir is None else None
        self.state_dir = Path(state_dir or self._own_folder.name)  # type: ignore[union-attr]
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self._database = _open_database(self.state_dir / "lending.duckdb", events)
        self._store = Store(catalogue, clock)
        for saved in catalogue.dashboards:
            save_dashboard(self._store, saved)
        self._jobs = JobQueue(workers)
        self._executor = Executor(self._store, self._jobs, self._sources())
        self._socket = _listen(port)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(self._config())
        self._thread: threading.Thread | None = None

    @property
    def user_key(self) -> str:
        """The user's API key."""
        return self._store.user_key

    def query_key(self, query_id: int) -> str:
        """Give the key of one query."""
        return self._store.queries[query_id].api_key

    def running_jobs(self) -> list[str]:
        """Give the ids of the jobs that are not finished."""
        return [job.id for job in self._jobs.running()]

    def start(self) -> Self:
        """Answer requests from now on."""
        if self._thread is not None:
            return self
        self._thread = threading.Thread(target=self._serve, name="watch-demo", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The demo server did not start.")
            time.sleep(0.005)
        return self

    def serve_forever(self) -> None:
        """Answer requests in this thread until Ctrl-C, then close."""
        try:
            self._server.run([self._socket])
        finally:
            self.close()

    def close(self) -> None:
        """Cancel what runs, answer nothing more, remove the temporary folder."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._socket.close()
        self._jobs.close()
        self._database.close()
        if self._own_folder is not None:
            self._own_folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _sources(self) -> dict[int, DataSource]:
        sources: list[DataSource] = [
            SqlSource(id=LENDING_SOURCE, name="Lending", type="pg", connection=self._database),
            PythonSource(id=PYTHON_SOURCE, name="Python"),
            SqlSource(
                id=SQLITE_SOURCE, name="Lending (SQLite)", type="sqlite", connection=self._database
            ),
            SqlSource(
                id=DUCKDB_SOURCE, name="Lending (DuckDB)", type="duckdb", connection=self._database
            ),
        ]
        return {source.id: source for source in sources}

    def _config(self) -> uvicorn.Config:
        application = make_application(self._store, self._executor, self.faults, self.requests)
        return uvicorn.Config(
            application,
            http=TrackedProtocol,
            log_level=logging.CRITICAL,
            access_log=False,
            date_header=False,  # the application gives it, by the server's own clock
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
        )

    def _serve(self) -> None:
        asyncio.run(self._server.serve([self._socket]))


def _open_database(path: Path, events: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    # In a notebook DuckDB would show a bar of its own for what takes over two seconds.
    connection.execute("set enable_progress_bar = false")
    tables = connection.execute("select count(*) from information_schema.tables").fetchall()
    if tables == [(0,)]:
        build_lending_database(connection, events=events)
    return connection


def _listen(port: int) -> socket.socket:
    """Give a listening socket.

    It names its protocol, for asyncio switches Nagle's algorithm off only for sockets that do; with
    it, each answer waits 40 ms for an acknowledgement.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((HOST, port))
    found.listen()
    return found
