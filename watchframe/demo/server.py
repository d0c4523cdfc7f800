"""The server itself: a thread with uvicorn, data, keys, and a clean end."""

from __future__ import annotations

import asyncio
import contextlib
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
from watchframe.demo.catalogue import CATALOGUE, FORK_CATALOGUE
from watchframe.demo.catalogue_types import PYTHON_SOURCE, Catalogue
from watchframe.demo.dialects import DIALECTS, NEWEST
from watchframe.demo.execution import Executor
from watchframe.demo.faults import Faults, LoggedRequest, TrackedProtocol
from watchframe.demo.jobs import JobQueue
from watchframe.demo.lending import DEFAULT_EVENTS, build_lending_database
from watchframe.demo.people import ADMIN_ID, FOR_ADMINISTRATORS, MEMBER_ID, VIEWED_BY_MEMBERS
from watchframe.demo.query_results_source import QueryResultsSource
from watchframe.demo.records import Clock
from watchframe.demo.sources import QUERY_RESULTS_SOURCE, SQLITE_SOURCE, sources_of
from watchframe.demo.sql_engine import close_off, is_closed_off
from watchframe.demo.store import Store, machine_time
from watchframe.demo.stored_dashboards import feeds_of_shared, public_url, save_dashboard

HOST = "127.0.0.1"
START_TIMEOUT = 30.0


class DemoServer:
    """A Watch-compatible server on this machine's loopback, with invented lending data.

    It has its address once it is made, and answers from `start`, or its ``with`` block, until
    `close`. Before and after that a connection to it is refused.

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
        Returns the server's time, aware, in place of this machine's: when things were made, changed
        and retrieved, how old they are, and the ``Date`` of answers go by it.
    version : {"26.8", "25.8", "10.1", "8.0", "fork"}
        The version whose answers it gives; "fork" is Inverse Watch's own.

    Attributes
    ----------
    url : str
        The base URL; the port is this server's from the beginning.
    user_key : str
        An administrator's API key: everything is allowed.
    member_key : str
        Another user's, who is no administrator: does not see *Lending (SQLite)*, runs on *Python*
        only queries that are safe, and edits nothing that others made.
    faults : Faults
        Misbehaviour on demand.
    requests : list of LoggedRequest
        The requests that came, without their keys.
    """

    def __init__(
        self,
        state_dir: Path | str | None = None,
        port: int = 0,
        *,
        events: int = DEFAULT_EVENTS,
        workers: int = 4,
        catalogue: Catalogue | None = None,
        clock: Clock = machine_time,
        version: str = NEWEST,
    ) -> None:
        if version not in DIALECTS:
            raise ValueError(f"version is one of {', '.join(DIALECTS)}, not {version!r}.")
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        dialect = DIALECTS[version]
        if catalogue is None:
            catalogue = FORK_CATALOGUE if dialect.is_fork else CATALOGUE
        self._store = Store(catalogue, clock, dialect)
        for saved in catalogue.dashboards:
            save_dashboard(self._store, saved)
        self._store.people.source_groups |= {
            SQLITE_SOURCE: FOR_ADMINISTRATORS,
            PYTHON_SOURCE: VIEWED_BY_MEMBERS,
        }
        with contextlib.ExitStack() as opened:
            if state_dir is None:
                state_dir = opened.enter_context(tempfile.TemporaryDirectory())
            self.state_dir = Path(state_dir)
            self.state_dir.mkdir(parents=True, exist_ok=True)
            self._socket = opened.enter_context(_bind(port))
            self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
            path = self.state_dir / "lending.duckdb"
            self._database = opened.enter_context(_open_database(path, events))
            self._jobs = JobQueue(workers, self._store.dialect.cancelled_words)
            opened.callback(self._jobs.close)
            sources = sources_of(self._store.dialect, self._database)
            self._executor = Executor(self._store, self._jobs, sources)
            if self._store.dialect.is_fork:
                load = self._executor.data_of
                sources[QUERY_RESULTS_SOURCE] = QueryResultsSource(
                    id=QUERY_RESULTS_SOURCE, load=load
                )
            # Who shares a dashboard has seen it; under its token no dropdown's query can be run.
            for feed in sorted(feeds_of_shared(self._store)):
                self._executor.run_at_once(self._store.queries[feed])
            self._server = uvicorn.Server(self._config())
            self._opened = opened.pop_all()  # nothing failed: all of it stays open until `close`
        self._thread: threading.Thread | None = None

    @property
    def user_key(self) -> str:
        """An administrator's API key."""
        return self._store.people.keys[ADMIN_ID]

    @property
    def member_key(self) -> str:
        """The API key of a user who is no administrator."""
        return self._store.people.keys[MEMBER_ID]

    def query_key(self, query_id: int) -> str:
        """Return the key of one query."""
        return self._store.queries[query_id].api_key

    def dashboard_token(self, dashboard_id: int) -> str:
        """Return the token of a shared dashboard: a key for it and for the queries on it."""
        return self._store.shares[dashboard_id]

    def public_url(self, dashboard_id: int) -> str:
        """Return the address of a shared dashboard's page, which everybody may see."""
        return public_url(self.url, self.dashboard_token(dashboard_id))

    def running_jobs(self) -> list[str]:
        """Return the ids of the jobs that are not finished."""
        return [job.id for job in self._jobs.running()]

    def listen(self) -> None:
        """Accept connections from now on; they wait until `start` or `serve_forever` answers them.

        Raises
        ------
        OSError
            Another program listens on the port; the server is closed then.
        """
        try:
            self._socket.listen()
        except OSError:
            self.close()
            raise

    def start(self) -> Self:
        """Answer requests from now on.

        Raises
        ------
        OSError
            Another program listens on the port.
        """
        if self._thread is not None:
            return self
        self.listen()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve([self._socket])),
            name="watch-demo",
            daemon=True,
        )
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
            self.listen()
            self._server.run([self._socket])
        finally:
            self.close()

    def close(self) -> None:
        """Cancel what runs, answer nothing more, remove the temporary folder."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._opened.close()

    def __repr__(self) -> str:
        return f"<DemoServer at {self.url}>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _config(self) -> uvicorn.Config:
        application = make_application(self._store, self._executor, self.faults, self.requests)
        return uvicorn.Config(
            application,
            http=TrackedProtocol,
            log_level=logging.CRITICAL,
            access_log=False,
            date_header=False,  # the application sets it, by the server's own clock
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
        )


def _open_database(path: Path, events: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path))
    if is_closed_off(connection):
        return connection  # another server of this process has made it, and has it open
    # For what takes over two seconds, as building may, DuckDB would print a bar of its own.
    connection.execute("set enable_progress_bar = false")
    tables = connection.execute("select count(*) from information_schema.tables").fetchall()
    if tables == [(0,)]:
        build_lending_database(connection, events=events)
    close_off(connection)
    return connection


def _bind(port: int) -> socket.socket:
    """Return a socket that has its port and does not listen: connections to it are refused.

    It names its protocol, for asyncio switches Nagle's algorithm off only for sockets that do; with
    it, each answer waits 40 ms for an acknowledgement.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            # Windows: else another program could take the port as well. A server that was just
            # closed may be started again there.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif port:
            # A server that was just closed may be started again. Not for a free port: with this,
            # two sockets that do not listen yet could get the same one.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
    except BaseException:
        found.close()
        raise
    return found
