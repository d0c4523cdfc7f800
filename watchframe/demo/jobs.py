"""Asynchronous executions: a queue, worker threads, states, and cancellation that interrupts."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.dialects import Dialect

logger = logging.getLogger(__name__)

#: Seconds after which a run that goes on is interrupted again.
_AGAIN_AFTER = 0.02

PENDING, STARTED, SUCCESS, FAILURE = 1, 2, 3, 4


class SourceError(Exception):
    """What a data source says of a query that failed."""


class SchemaError(SourceError):
    """What a data source says when it cannot list its tables."""


class CancelledError(Exception):
    """The query was interrupted."""


@dataclass(slots=True)
class Interrupt:
    """Stops one run."""

    is_set: threading.Event = field(default_factory=threading.Event)
    _stop: Callable[[], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Have `stop`, which interrupts an engine, called where the run is stopped in the block."""
        self._stop = stop
        try:
            yield
        finally:
            with self._lock:  # it is not called once the engine is gone
                self._stop = None

    def set(self) -> None:
        """Interrupt the run, or keep it from beginning."""
        self.is_set.set()
        if self._is_stopped():
            threading.Thread(target=self._insist, name="watch-demo-interrupt", daemon=True).start()

    def _insist(self) -> None:
        # DuckDB forgets an interrupt that comes just before its statement begins.
        while self._is_stopped():
            time.sleep(_AGAIN_AFTER)

    def _is_stopped(self) -> bool:
        with self._lock:
            if self._stop is not None:
                self._stop()
            return self._stop is not None


#: Runs a query and returns its result's id; for a schema, returns the schema itself.
Work = Callable[[Interrupt], Any]


@dataclass(slots=True, kw_only=True)
class Job:
    """One execution."""

    work: Work
    key: tuple[int, str]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int = PENDING
    error: str | dict[str, Any] = ""
    result: Any = None
    started_at: datetime | None = None
    is_cancelled: bool = False
    interrupt: Interrupt = field(default_factory=Interrupt)

    @property
    def is_finished(self) -> bool:
        """Whether the job will not change any more."""
        return self.status in (SUCCESS, FAILURE)

    def to_json(self, dialect: Dialect) -> dict[str, Any]:
        """Return the job in the server's shape (recordings 016, 017, 036, 123, 125)."""
        is_shown = (self.status == STARTED and dialect.has_start_of_job) or (
            self.is_cancelled and dialect.keeps_start_of_job
        )
        started = self.started_at if is_shown else None
        found = {
            "id": self.id,
            "updated_at": started.isoformat(timespec="milliseconds") if started else 0,
            "status": self.status,
            "error": self.error,
            "result": self.result,
            "query_result_id": self.result,
        }
        return {name: found[name] for name in found if name not in dialect.job_fields_missing}


class JobQueue:
    """All jobs, and the `workers` threads that run them.

    `cancelled_words` are the errors of a job that is cancelled while it waits, and while it runs.
    """

    def __init__(self, workers: int, cancelled_words: tuple[str, str]) -> None:
        self._cancelled_words = cancelled_words
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"watch-demo-worker-{n}", daemon=True)
            for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, key: tuple[int, str], work: Work) -> Job:
        """Return a job that runs `work`, or the unfinished job with the same `key`."""
        with self._lock:
            for job in self._jobs.values():
                if job.key == key and not job.is_finished:
                    return job
            job = Job(work=work, key=key)
            self._jobs[job.id] = job
        self._waiting.put(job)
        return job

    def get(self, job_id: str) -> Job | None:
        """Return the job with that id."""
        with self._lock:
            return self._jobs.get(job_id)

    def cancel(self, job: Job) -> None:
        """Cancel a job; a finished one turns into a failure, as on the real server."""
        with self._lock:
            job.error = self._cancelled_words[job.status != PENDING]
            job.status, job.result, job.is_cancelled = FAILURE, None, True
        job.interrupt.set()

    def running(self) -> list[Job]:
        """Return the jobs that are not finished."""
        with self._lock:
            return [job for job in self._jobs.values() if not job.is_finished]

    def close(self) -> None:
        """Cancel what runs and end the threads."""
        for job in self.running():
            self.cancel(job)
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while (job := self._waiting.get()) is not None:
            with self._lock:
                if job.is_finished:
                    continue
                # Without a zone: the server writes these times without one.
                job.status, job.started_at = STARTED, datetime.now(UTC).replace(tzinfo=None)
            result, error = self._outcome(job)
            with self._lock:
                if not job.is_finished:  # it may have been cancelled meanwhile
                    job.result, job.error = result, error
                    job.status = FAILURE if result is None else SUCCESS

    def _outcome(self, job: Job) -> tuple[Any, str | dict[str, Any]]:
        try:
            return job.work(job.interrupt), ""
        except CancelledError:
            return None, self._cancelled_words[1]
        except SchemaError as error:
            details = {"code": 2, "message": "Error retrieving schema", "details": str(error)}
            return None, details
        except SourceError as error:
            return None, str(error)
        except Exception as error:
            logger.exception("job %s", job.id)
            return None, str(error)
