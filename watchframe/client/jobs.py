"""Running something on the server: ask, wait for the job, open the result's body."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from msgspec.structs import replace

from watchframe.client.result_body import ResultBody
from watchframe.errors import (
    JobCancelledError,
    JobError,
    JobFailedError,
    JobTimeoutError,
    NotFoundError,
    ProtocolError,
    ResponseError,
    WatchframeError,
)
from watchframe.http.adapter import uninterrupted
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_document, parse_json, require_json, require_same_id
from watchframe.http.refusals import NO_RESULT
from watchframe.http.retries import pause
from watchframe.http.transport import Method, Transport
from watchframe.models import Job, JobStatus
from watchframe.models.json_fields import as_object

logger = logging.getLogger(__name__)

OnStatus = Callable[[Job | None], None]

#: Seconds that a cancellation may take.
CANCEL_TIMEOUT = 5.0
#: Seconds after which a job is asked for again that the server answered 500 for.
ASK_AGAIN = (0.1, 0.3, 1.0)
#: Seconds for which a job may stay pending where nothing but its id is known.
UNKNOWN_AFTER = 60.0

_GOES_ON = (
    "The query goes on on the server, for it could not be cancelled (a query's key may not do "
    "that): read it again later, or give a longer timeout=."
)


class Jobs:
    """Executions on the server: ``/api/jobs``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(
        self, job_id: str, *, query_id: int | None = None, deadline: Deadline = NO_DEADLINE
    ) -> Job:
        """Return a job's state; `query_id` takes the path that a query key may use as well.

        Raises
        ------
        ResponseError
            With the status 500, several times: the server does not know the job, or not any more
            (recording 028).
        ProtocolError
            The server answered with another job.
        """
        path = f"/api/jobs/{job_id}"
        if query_id is not None:
            path = f"/api/queries/{query_id}{path.removeprefix('/api')}"
        with _explained(job_id):
            found = self._ask(path, deadline)
        job = Job.from_json(as_object(found, "job").get("job"), query_id=query_id)
        require_same_id(job, job_id, method="GET", url=path)
        return job

    def _ask(self, path: str, deadline: Deadline) -> object:
        for pause_before_next in ASK_AGAIN:
            try:
                return ask_document(self._transport, "GET", path, deadline=deadline)
            except ResponseError as error:
                # So the server also answers once in a while for a job that is just failing, while
                # it stores the failure: asked again, it has the data source's words.
                if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
            deadline.sleep(pause_before_next)
        return ask_document(self._transport, "GET", path, deadline=deadline)

    def cancel(self, job_id: str) -> None:
        """Cancel a job, for everybody who waits for it.

        Raises
        ------
        ResponseError
            With the status 500: the server does not know the job, it was cancelled already, or
            the key is a query's, which may not cancel.
        """
        deadline = Deadline.after(CANCEL_TIMEOUT)
        with _explained(job_id):
            self._transport.request("DELETE", f"/api/jobs/{job_id}", deadline=deadline).close()

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
            As `Queries.execute` gives it, or its id.
        query_id : int, optional
            Takes the path that a query's key may use; a job of `execute` knows it.
        on_status : callable, optional
            Called with the job as it is, again and again.

        Raises
        ------
        JobFailedError, JobCancelledError
            ``.job_id`` is its id, as in the next.
        JobTimeoutError
            The deadline is over. The hint says where the key may not cancel the job.
        JobError
            A job that neither `Queries.execute` gave nor the server is known to have queued stayed
            pending for a minute, on a server of version 8: it says so of jobs that it does not
            know, or has forgotten.
        ServerError
            The server could not be asked any more, or answered with another job; the job is left
            alone.
        """
        latest: Job | None = job if isinstance(job, Job) else None

        def note(state: Job | None) -> None:
            nonlocal latest
            latest = state
            if on_status is not None:
                on_status(state)

        try:
            return finished_job(
                self._transport, job, query_id=query_id, deadline=deadline, on_status=note
            )
        except Exception:
            raise
        except BaseException:  # an interrupt
            if latest is None or not latest.status.is_finished:
                cancel_quietly(self, job if isinstance(job, str) else job.id)
            raise


def finished_job(
    transport: Transport,
    job: Job | str,
    *,
    query_id: int | None,
    deadline: Deadline,
    on_status: OnStatus,
) -> Job:
    """Return the job once it has succeeded; as `Jobs.wait`, but an interrupt does not cancel it.

    That is for the caller to do, who has `on_status` told how the job stood.
    """
    jobs = Jobs(transport)
    if isinstance(job, str):
        job = jobs.get(job, query_id=query_id, deadline=deadline)
    query_id = job.query_id if query_id is None else query_id
    try:
        for state in _states(transport, job, query_id, deadline=deadline):
            job = state
            on_status(job)
    except (JobTimeoutError, JobCancelledError) as error:  # the deadline's
        is_cancelled = cancel_quietly(jobs, job.id)
        error.job_id = job.id
        if isinstance(error, JobTimeoutError) and not is_cancelled:
            error.hint = _GOES_ON
        raise
    return _succeeded(job)


def _states(
    transport: Transport, job: Job, query_id: int | None, *, deadline: Deadline
) -> Iterator[Job]:
    """Yield the job as it is now and each time it is asked for, until it is finished."""
    began, times = time.monotonic(), transport.job_times
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
        deadline.sleep(pause(unfinished - began, expected))
        job = Jobs(transport).get(job.id, query_id=query_id, deadline=deadline)
        yield job
    if query_id is not None:
        # It ended somewhere between the last two answers. To take the moment at which that was
        # noticed would have each job wait for what the one before it waited.
        times.add(query_id, (unfinished + time.monotonic()) / 2 - began)


def cancel_quietly(jobs: Jobs, job_id: str) -> bool:
    """Cancel a job if that can be done, and tell whether it could.

    A query key may not: its job goes on.
    """
    try:
        jobs.cancel(job_id)
    except WatchframeError as error:
        logger.info("could not cancel job %r: %s", job_id, error.message)
        return False
    logger.info("cancelled job %r", job_id)
    return True


@contextlib.contextmanager
def _explained(job_id: str) -> Iterator[None]:
    """Say what the server's 500 means here: it has no better answer."""
    try:
        yield
    except ResponseError as error:
        if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            error.hint = (
                f"So the server answers for a job that it does not know (any more): {job_id}; "
                "jobs are forgotten some time after they ended. A query's key may not cancel."
            )
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


_RESULT = re.compile(rb'\s*\{\s*"query_result"\s*:')
#: Bytes that tell an answer with a job from one with a result.
_ENOUGH = 64
ANY_RESULT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One thing to run.

    Attributes
    ----------
    execute_path : str
        Where to ask for it.
    payload : dict
        What to ask, without ``max_age``.
    query_id : int or None
        The saved query; None for ad-hoc SQL.
    """

    transport: Transport
    execute_path: str
    payload: dict[str, object]
    query_id: int | None

    def result(self, max_age: int, *, deadline: Deadline, on_status: OnStatus | None) -> ResultBody:
        """Return the body of the server's cached result, or of the new one once it is there."""
        latest: Job | None = None

        def note(job: Job | None) -> None:
            nonlocal latest
            latest = job
            if on_status is not None:
                on_status(job)

        def finished(answer: ResultBody | Job) -> tuple[ResultBody | Job, Job | None]:
            if isinstance(answer, ResultBody):
                return answer, None
            return answer, finished_job(
                self.transport,
                answer,
                query_id=self.query_id,
                deadline=deadline,
                on_status=note,
            )

        answer, job = uninterrupted(
            lambda: self._execute(max_age, deadline),
            finished,
            undo=lambda answer: self._undo(latest or answer),
            deadline=deadline,
            grace=CANCEL_TIMEOUT,
        )
        if isinstance(answer, ResultBody):
            return answer
        if job is None or job.query_result_id is None:
            raise ProtocolError("The server's job succeeded without a result.")
        body = self._open(job.query_result_id, deadline=deadline)
        body.is_of_running_job = answer.status is JobStatus.STARTED
        return body

    def execute(self, max_age: int, *, deadline: Deadline) -> ResultBody | Job:
        """Ask once; return the cached result or the job that was started.

        An interrupt meanwhile cancels the job, if one was started.
        """
        return uninterrupted(
            lambda: self._execute(max_age, deadline),
            lambda answer: answer,
            undo=self._undo,
            deadline=deadline,
            grace=CANCEL_TIMEOUT,
        )

    def _undo(self, answer: ResultBody | Job) -> None:
        if isinstance(answer, ResultBody):
            answer.close()
        elif not answer.status.is_finished:  # to cancel what has ended turns it into a failure
            cancel_quietly(Jobs(self.transport), answer.id)

    def _execute(self, max_age: int, deadline: Deadline) -> ResultBody | Job:
        body = self._post(max_age, deadline)
        # Read also where the deadline is over by now: a job that was started has to be cancelled,
        # and its id stands in the answer.
        body.deadline = NO_DEADLINE
        if body.begins_with(_RESULT, enough=_ENOUGH):
            body.deadline = deadline
            return body
        content = body.read()
        answer = as_object(
            parse_json(content, method="POST", url=self.execute_path), "result or job"
        )
        if "query_result" in answer:
            body.unread(content)
            body.deadline = deadline
            return body
        body.close()
        return _job(answer, self.query_id)

    def _post(self, max_age: int, deadline: Deadline) -> ResultBody:
        return open_body(
            self.transport,
            "POST",
            self.execute_path,
            deadline,
            again=lambda: self._cached(deadline),
            json={**self.payload, "max_age": max_age},
            from_server_cache=True,
        )

    def _cached(self, deadline: Deadline) -> ResultBody:
        """Ask for the cached result again."""
        again = self.execute(ANY_RESULT, deadline=deadline)
        if isinstance(again, Job):
            if again.status is not JobStatus.STARTED:  # one that ran already is another caller's
                cancel_quietly(Jobs(self.transport), again.id)
            raise ProtocolError("The server has lost the result that it was sending.")
        return again

    def _open(self, result_id: int, *, deadline: Deadline) -> ResultBody:
        try:
            return open_result(self.transport, result_id, query_id=self.query_id, deadline=deadline)
        except NotFoundError as error:
            if self.query_id is None or not error.server_message.startswith(NO_RESULT):
                raise
        # So a query key is told. It gets a result that was run with parameters only as the answer
        # to the same question asked again (docs of the server: none; recordings 021 to 023).
        body = self._cached(deadline)
        body.from_server_cache = False
        return body


def open_result(
    transport: Transport, result_id: int, *, query_id: int | None, deadline: Deadline
) -> ResultBody:
    """Return the body of a stored result; with `query_id` by the path that a query key may use."""
    path = (
        f"/api/query_results/{result_id}.json"
        if query_id is None
        else f"/api/queries/{query_id}/results/{result_id}.json"
    )
    return open_body(
        transport,
        "GET",
        path,
        deadline,
        again=lambda: open_result(transport, result_id, query_id=query_id, deadline=deadline),
        from_server_cache=False,
        result_id=result_id,
    )


def open_body(
    transport: Transport,
    method: Method,
    path: str,
    deadline: Deadline,
    *,
    again: Callable[[], ResultBody],
    from_server_cache: bool,
    json: object = None,
    result_id: int | None = None,
) -> ResultBody:
    """Send a request and give its answer's body, which is JSON and still to be read."""
    response = transport.request(method, path, deadline=deadline, json=json)
    require_json(response, method=method, url=path, deadline=deadline)
    return ResultBody(
        response,
        deadline=deadline,
        max_bytes=transport.settings.max_body_bytes,
        from_server_cache=from_server_cache,
        again=again,
        result_id=result_id,
    )


def _job(answer: Mapping[str, object], query_id: int | None) -> Job:
    """Give the job that was started; one that failed at once carries no id (recording 049)."""
    job = as_object(answer.get("job"), "job")
    if job.get("status") == JobStatus.FAILURE and job.get("id") is None:
        reason = str(job.get("error") or "")
        raise JobFailedError(f"The server refused to run it: {reason}", reason=reason)
    # It has just been queued, so that a server of version 8 means it when it calls it pending.
    return replace(Job.from_json(job, query_id=query_id), may_be_unknown=False)
