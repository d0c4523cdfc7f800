"""Asynchronous executions: a queue, worker threads, states, and cancellation for real."""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchframe.demo.sql_engine import CancelledError, Interrupt, SchemaError, SourceError

logger = logging.getLogger(__name__)

PENDING, STARTED, SUCCESS, FAILURE = 1, 2, 3, 4
CANCELLED_BY_USER = "Query cancelled by user."

#: Runs something and gives its result's id; asking for a schema gives that itself.
Work = Callable[[Interrupt], Any]


@dataclass(slots=True, kw_only=True)
class Job:
    """One execution."""

    work: Work
    key: tuple[int, str]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int = PENDING
    error: str | dict[str, Any] = ""
    query_result_id: Any = None
    started_at: datetime | None = None
    interrupt: Interrupt = field(default_factory=lambda: Interrupt(threading.Event()))

    @property
    def is_finished(self) -> bool:
        """Whether it will not change any more."""
        return self.status in (SUCCESS, FAILURE)

    def to_json(self) -> dict[str, Any]:
        """Give it in the server's shape: recordings 016, 017, 036, 123, 125."""
        moment = self.started_at if self.status == STARTED else None
        return {
            "id": self.id,
            "updated_at": moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] if moment else 0,
            "status": self.status,
            "error": self.error,
            "result": self.query_result_id,
            "query_result_id": self.query_result_id,
        }


class JobQueue:
    """All jobs, and the threads that run them.

    Parameters
    ----------
    workers : int
        How many run at the same time.
    """

    def __init__(self, workers: int) -> None:
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
        """Give the job that runs `work`; what is in flight under the same `key` is shared."""
        with self._lock:
            for job in self._jobs.values():
                if job.key == key and not job.is_finished:
                    return job
            job = Job(work=work, key=key)
            self._jobs[job.id] = job
        self._waiting.put(job)
        return job

    def get(self, job_id: str) -> Job | None:
        """Give the job of that id."""
        with self._lock:
            return self._jobs.get(job_id)

    def cancel(self, job: Job) -> None:
        """Cancel a job for everybody; a finished one turns to a failure, as on the real server."""
        with self._lock:
            job.status, job.error, job.query_result_id = FAILURE, CANCELLED_BY_USER, None
        job.interrupt.set()

    def running(self) -> list[Job]:
        """Give the jobs that are not finished."""
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
                job.status, job.started_at = STARTED, datetime.now(UTC)
            self._finish(job, *self._outcome(job))

    def _outcome(self, job: Job) -> tuple[Any, str | dict[str, Any]]:
        try:
            return job.work(job.interrupt), ""
        except CancelledError:
            return None, CANCELLED_BY_USER
        except SchemaError as error:
            words = {"code": 2, "message": "Error retrieving schema", "details": str(error)}
            return None, words
        except SourceError as error:
            return None, str(error)
        except Exception as error:
            logger.exception("job %s", job.id)
            return None, str(error)

    def _finish(self, job: Job, result_id: Any, error: str | dict[str, Any]) -> None:
        with self._lock:
            if job.is_finished:  # cancelled meanwhile
                return
            job.query_result_id, job.error = result_id, error
            job.status = FAILURE if result_id is None else SUCCESS
