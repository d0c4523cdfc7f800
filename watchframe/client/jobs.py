"""Executions on the server: asking after them, waiting for them, cancelling them."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable

from watchframe.client.answers import read_json
from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.job_times import pause
from watchframe.client.transport import Transport
from watchframe.errors import JobCancelledError, JobFailedError, ResponseError, ServerError
from watchframe.models import Job, JobStatus
from watchframe.models.json_fields import as_object

logger = logging.getLogger(__name__)

OnStatus = Callable[[Job | None], None]

#: Seconds that a cancellation may take.
CANCEL_TIMEOUT = 5.0


class Jobs:
    """``/api/jobs``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(
        self, job_id: str, *, query_id: int | None = None, deadline: Deadline = NO_DEADLINE
    ) -> Job:
        """Give a job's state; `query_id` takes the path that a query key may use as well."""
        path = f"/api/jobs/{job_id}"
        if query_id is not None:
            path = f"/api/queries/{query_id}{path.removeprefix('/api')}"
        response = self._transport.request("GET", path, deadline=deadline)
        answer = as_object(read_json(response, method="GET", url=path), "job")
        return Job.from_json(answer.get("job"))

    def cancel(self, job_id: str) -> None:
        """Cancel a job, for everybody who waits for it."""
        deadline = Deadline.after(CANCEL_TIMEOUT)
        self._transport.request("DELETE", f"/api/jobs/{job_id}", deadline=deadline).close()

    def wait(
        self,
        job: Job,
        *,
        query_id: int | None = None,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
    ) -> Job:
        """Give the job once it has succeeded; an interrupt or the deadline cancels it.

        Raises
        ------
        JobFailedError, JobCancelledError, JobTimeoutError
        ServerError
        """
        began, times = time.monotonic(), self._transport.job_times
        expected = times.expected(query_id)
        try:
            if on_status is not None:
                on_status(job)
            while not job.status.is_finished:
                deadline.sleep(pause(time.monotonic() - began, expected))
                job = self.get(job.id, query_id=query_id, deadline=deadline)
                if on_status is not None:
                    on_status(job)
        except ServerError:
            raise
        except BaseException:
            self._cancel_quietly(job.id)
            raise
        if query_id is not None:
            times.add(query_id, time.monotonic() - began)
        return _succeeded(job)

    def _cancel_quietly(self, job_id: str) -> None:
        # A query key may not, and then nothing more can be done: its job goes on.
        with contextlib.suppress(ServerError, ResponseError):
            self.cancel(job_id)
            logger.info("cancelled job %s", job_id)


def _succeeded(job: Job) -> Job:
    if job.is_cancelled:
        raise JobCancelledError("The execution was cancelled on the server.", job_id=job.id)
    if job.status is JobStatus.SUCCESS:
        return job
    reason = job.reason
    raise JobFailedError(
        f"The query failed: {reason}"
        if reason
        else "The query ran, but the server could not store its result.",
        reason=reason,
        job_id=job.id,
    )
