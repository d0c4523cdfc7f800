"""Running something on the server: ask, wait for the job, open the result's body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from watchframe.client.answers import parse_json, require_json
from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.jobs import CANCEL_TIMEOUT, Jobs, OnStatus, cancel_quietly, finished_job
from watchframe.client.refusals import NO_RESULT
from watchframe.client.result_body import ResultBody
from watchframe.client.transport import Method, Transport
from watchframe.client.uninterrupted import uninterrupted
from watchframe.errors import JobFailedError, NotFoundError, ProtocolError
from watchframe.models import Job, JobStatus
from watchframe.models.json_fields import as_object

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
