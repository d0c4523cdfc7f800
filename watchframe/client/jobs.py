"""Jobs, the server's executions: polled until they end, and cancelled on an interrupt."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TypeVar

from msgspec.structs import replace

from watchframe.client.resource import Resource
from watchframe.client.result_body import ResultBody
from watchframe.errors import (
    JobCancelledError,
    JobError,
    JobFailedError,
    JobTimeoutError,
    ResponseError,
    WatchframeError,
)
from watchframe.hints import Hint, Kind
from watchframe.http.deadline import NO_DEADLINE, Deadline, uninterrupted
from watchframe.http.documents import require_same_id
from watchframe.http.retries import pause_before_poll
from watchframe.http.transport import Transport
from watchframe.models import Job, JobStatus
from watchframe.models.json_fields import as_object

logger = logging.getLogger(__name__)

T = TypeVar("T")
OnStatus = Callable[[Job | None], None]

#: Seconds that a cancellation may take.
CANCEL_TIMEOUT = 5.0
#: Seconds after which a job is polled again that the server answered 500 for.
PAUSES_AFTER_500 = (0.1, 0.3, 1.0)
#: Seconds for which a job may stay pending where nothing but its id is known.
UNKNOWN_AFTER = 60.0


class Jobs(Resource):
    """Executions on the server: ``/api/jobs``."""

    _path = "/api/jobs"

    def get(
        self, job_id: str, *, query_id: int | None = None, deadline: Deadline = NO_DEADLINE
    ) -> Job:
        """Return a job's state; `query_id` takes the path that a query's key may use as well.

        Raises
        ------
        ResponseError
            With the status 500, several times: the server does not know the job, or not any more
            (recording 028).
        ProtocolError
            The server answered with another job.
        """
        path = f"{self._path}/{job_id}"
        if query_id is not None:
            path = f"/api/queries/{query_id}/jobs/{job_id}"
        with _explained(job_id):
            found = self._poll(path, deadline)
        job = Job.from_json(as_object(found, "job").get("job"), query_id=query_id)
        require_same_id(job, job_id, method="GET", url=path)
        return job

    def _poll(self, path: str, deadline: Deadline) -> object:
        for pause in PAUSES_AFTER_500:
            try:
                return self._request("GET", path, deadline)
            except ResponseError as error:
                # The server also answers 500 now and then for a job that is just failing, while it
                # stores the failure; a moment later it has the data source's words.
                if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
            deadline.sleep(pause)
        return self._request("GET", path, deadline)

    def cancel(self, job_id: str) -> None:
        """Cancel a job, for all who wait for it.

        Raises
        ------
        ResponseError
            With the status 500: the server does not know the job, it was cancelled already, or
            the key is a query's, which may not cancel.
        """
        with _explained(job_id):
            self._send("DELETE", f"{self._path}/{job_id}", Deadline.after(CANCEL_TIMEOUT))

    def wait(
        self,
        job: Job | str,
        *,
        query_id: int | None = None,
        deadline: Deadline = NO_DEADLINE,
        on_status: OnStatus | None = None,
    ) -> Job:
        """Return the job once it has succeeded; an interrupt or the deadline cancels it.

        Nothing else cancels it, for others may wait for the same job.

        Parameters
        ----------
        job : Job or str
            As `Queries.execute` returned it, or its id.
        query_id : int, optional
            Takes the path that a query's key may use; a job of `execute` knows it.
        on_status : callable, optional
            Called with the job at each poll.

        Raises
        ------
        JobFailedError, JobCancelledError
            ``.job_id`` is its id, as in the next.
        JobTimeoutError
            The deadline is over. The hint says where the key may not cancel the job.
        JobError
            A job that neither `Queries.execute` returned nor the server is known to have queued
            stayed pending for a minute, on a server of version 8: it says so of jobs that it does
            not know, or has forgotten.
        ServerError
            The server could not be asked any more, or answered with another job; the job is left
            alone.
        """

        def start(_for_the_answer: Deadline) -> Job:
            if isinstance(job, str):
                return self.get(job, query_id=query_id, deadline=deadline)
            return job if query_id is None else replace(job, query_id=query_id)

        started, finished = run_job(self._transport, start, deadline=deadline, on_status=on_status)
        return finished or started


def run_job(
    transport: Transport,
    start: Callable[[Deadline], T],
    *,
    deadline: Deadline,
    on_status: OnStatus | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[T, Job | None]:
    """Return what `start` returned and, where that is a job, the job once it has succeeded.

    `start` is given the deadline for reading the answer, which is later (see `uninterrupted`).
    An interrupt cancels the job, also one that strikes before the job's id has arrived; so does
    what `meanwhile` raises, which is called while `start` goes on.
    """
    latest: Job | None = None

    def note(job: Job | None) -> None:
        nonlocal latest
        latest = job
        if on_status is not None:
            on_status(job)

    def wait(answer: T) -> tuple[T, Job | None]:
        if not isinstance(answer, Job):
            return answer, None
        return answer, _finished(transport, answer, deadline, note)

    return uninterrupted(
        start,
        wait,
        undo=lambda answer: undo_start(transport, latest or answer),
        deadline=deadline,
        grace=CANCEL_TIMEOUT,
        meanwhile=meanwhile,
    )


def undo_start(transport: Transport, answer: object) -> None:
    """Cancel the job that was started, or close the result that came instead of one."""
    if isinstance(answer, ResultBody):
        answer.close()
    # To cancel a job that has ended would turn it into a failure.
    elif isinstance(answer, Job) and not answer.status.is_finished:
        try_cancel(transport, answer.id)


def _finished(transport: Transport, job: Job, deadline: Deadline, on_status: OnStatus) -> Job:
    """Return the job once it has succeeded; the deadline cancels it, but not an interrupt."""
    try:
        for state in _states(transport, job, deadline):
            job = state
            on_status(job)
    except JobCancelledError as error:  # the deadline's
        try_cancel(transport, job.id)
        raise error.replace(job_id=job.id) from None
    except JobTimeoutError as error:  # likewise
        is_cancelled = try_cancel(transport, job.id)
        hint = error.hint if is_cancelled else Hint(Kind.STILL_RUNNING)
        raise error.replace(job_id=job.id, is_cancelled=is_cancelled, hint=hint) from None
    return _succeeded(job)


def _states(transport: Transport, job: Job, deadline: Deadline) -> Iterator[Job]:
    """Yield the job as it is now and after each poll, until it is finished."""
    began, times, query_id = time.monotonic(), transport.job_times, job.query_id
    unfinished = known_at = began
    expected = times.expected(query_id)
    is_queued = not job.may_be_unknown
    yield job
    while not job.status.is_finished:
        unfinished = time.monotonic()
        if job.status is not JobStatus.PENDING:
            # Called pending without a result after this, it is forgotten, not queued.
            is_queued, known_at = False, unfinished
        elif not job.may_be_unknown:
            is_queued = True
        if not is_queued and unfinished - known_at > UNKNOWN_AFTER:
            raise _unknown(job.id)
        deadline.sleep(pause_before_poll(unfinished - began, expected))
        job = Jobs(transport).get(job.id, query_id=query_id, deadline=deadline)
        yield job
    if query_id is not None:
        # It ended somewhere between the last two polls. Were the last one taken for its end, each
        # job would be waited for as long as the one before it.
        times.add(query_id, (unfinished + time.monotonic()) / 2 - began)


def try_cancel(transport: Transport, job_id: str) -> bool:
    """Cancel a job if possible, and return whether it was; a query's key may not."""
    try:
        Jobs(transport).cancel(job_id)
    except WatchframeError as error:
        logger.info("could not cancel job %r: %s", job_id, error.message)
        return False
    logger.info("cancelled job %r", job_id)
    return True


@contextlib.contextmanager
def _explained(job_id: str) -> Iterator[None]:
    """Add what the server's 500 means here: its own message does not say."""
    try:
        yield
    except ResponseError as error:
        if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            hint = (
                f"So the server answers for a job that it does not know (any more): {job_id}; "
                "jobs are forgotten some time after they ended. A query's key may not cancel."
            )
            raise error.replace(hint=hint) from None
        raise


def _succeeded(job: Job) -> Job:
    if job.is_cancelled:
        raise JobCancelledError("The execution was cancelled on the server.", job_id=job.id)
    if job.status is JobStatus.SUCCESS:
        return job
    if job.reason:
        raise JobFailedError(f"The query failed: {job.reason}", reason=job.reason, job_id=job.id)
    raise JobFailedError(
        "The job ended without a result, and the server does not say why.",
        reason="",
        job_id=job.id,
        hint="Either the server could not store its result, since JSON cannot hold a value in it; "
        "or, on a server of version 8, the job was cancelled.",
    )


def _unknown(job_id: str) -> JobError:
    return JobError(
        f"Job {job_id} stayed pending for {UNKNOWN_AFTER:g} s.",
        job_id=job_id,
        hint="This server, an older version, says that of jobs that it does not know (any more). "
        "Where it is only waiting in a long queue, wait again; or wait for the Job that execute "
        "returned, instead of its id. Of one that ran, the result may be stored: read the query "
        "again.",
    )
