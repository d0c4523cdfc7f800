"""Running a query: request it, wait for its job, open the result's body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from msgspec.structs import replace

from watchframe.client.jobs import (
    CANCEL_TIMEOUT,
    OnStatus,
    run_job,
    try_cancel,
    undo_start,
)
from watchframe.client.result_body import ResultBody, open_body, open_result
from watchframe.errors import AccessDeniedError, JobFailedError, NotFoundError, ProtocolError
from watchframe.http.deadline import Deadline, uninterrupted
from watchframe.http.documents import parse_json
from watchframe.http.error_responses import NO_RESULT
from watchframe.http.transport import Transport
from watchframe.models import Job, JobStatus
from watchframe.models.json_fields import as_object, utc_time

#: An answer with a result; one with a job differs within the first so many bytes.
_RESULT, _ENOUGH = re.compile(rb'\s*\{\s*"query_result"\s*:'), 64
#: The server's ``max_age`` for a cached result of any age.
ANY_RESULT = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One query to run, with its parameters.

    Attributes
    ----------
    path : str
        Where it is requested.
    payload : mapping
        What is sent, without ``max_age``.
    query_id : int or None
        The saved query; None for SQL that is not saved.
    """

    transport: Transport
    path: str
    payload: Mapping[str, object]
    query_id: int | None

    @classmethod
    def of_query(
        cls, transport: Transport, query_id: int, parameters: Mapping[str, object]
    ) -> Self:
        """Return the execution of a saved query."""
        path, payload = f"/api/queries/{query_id}/results", {"parameters": dict(parameters)}
        return cls(transport=transport, path=path, payload=payload, query_id=query_id)

    @classmethod
    def of_sql(
        cls, transport: Transport, sql: str, data_source_id: int, parameters: Mapping[str, object]
    ) -> Self:
        """Return the execution of SQL that is not saved."""
        payload = {
            "query": sql,
            "data_source_id": data_source_id,
            "parameters": dict(parameters),
        }
        return cls(transport=transport, path="/api/query_results", payload=payload, query_id=None)

    def result(
        self,
        max_age: int,
        *,
        deadline: Deadline,
        on_status: OnStatus | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> ResultBody:
        """Return the body of the server's cached result, or of the new one once it is there.

        `meanwhile` is called while the server is asked; what it raises cancels the job.
        """
        answer, job = run_job(
            self.transport,
            lambda for_the_answer: self._request(max_age, deadline, for_the_answer),
            deadline=deadline,
            on_status=on_status,
            meanwhile=meanwhile,
        )
        if isinstance(answer, ResultBody):
            return answer
        if job is None or job.query_result_id is None:
            raise ProtocolError("The server's job succeeded without a result.")
        body = self._open(job.query_result_id, deadline)
        if answer.status is JobStatus.STARTED:
            body.is_of_running_job = True
            started = answer.more.get("updated_at")  # version 8 says 0
            body.running_since = utc_time(started, "job") if isinstance(started, str) else None
        return body

    def start(self, max_age: int, *, deadline: Deadline) -> ResultBody | Job:
        """Request it, and return the cached result or the job that was started.

        An interrupt meanwhile cancels the job, if one was started.
        """
        return uninterrupted(
            lambda for_the_answer: self._request(max_age, deadline, for_the_answer),
            lambda answer: answer,
            undo=lambda answer: undo_start(self.transport, answer),
            deadline=deadline,
            grace=CANCEL_TIMEOUT,
        )

    def _request(
        self, max_age: int, deadline: Deadline, for_the_answer: Deadline
    ) -> ResultBody | Job:
        body = open_body(
            self.transport,
            "POST",
            self.path,
            deadline,
            refetch=lambda: self._cached(deadline),
            json={**self.payload, "max_age": max_age},
            from_server_cache=True,
            # Read also where the deadline is over by now: a job that was started must be cancelled,
            # and its id is in the answer.
            answer_deadline=for_the_answer,
        )
        if body.begins_with(_RESULT, enough=_ENOUGH):
            body.deadline = deadline
            return body
        content = body.read()
        answer = as_object(
            parse_json(content, {"method": "POST", "url": self.path}), "result or job"
        )
        if "query_result" in answer:
            body.unread(content)
            body.deadline = deadline
            return body
        body.close()
        return _job(answer, self.query_id)

    def _cached(self, deadline: Deadline) -> ResultBody:
        """Request the cached result again."""
        again = self.start(ANY_RESULT, deadline=deadline)
        if isinstance(again, Job):
            if again.status is not JobStatus.STARTED:  # one that runs already is another caller's
                try_cancel(self.transport, again.id)
            raise ProtocolError("The server has lost the result that it was sending.")
        return again

    def _open(self, result_id: int, deadline: Deadline) -> ResultBody:
        try:
            return open_result(self.transport, result_id, query_id=self.query_id, deadline=deadline)
        except AccessDeniedError:
            if self.query_id is None:
                raise
            # The token of a shared dashboard gets no result by its id.
        except NotFoundError as error:
            if self.query_id is None or not error.server_message.startswith(NO_RESULT):
                raise
            # That is what a query's key is answered where the result was run with parameters (docs
            # of the server: none; recordings 021 to 023).
        # Both get it only as the answer to the same request again.
        body = self._cached(deadline)
        body.from_server_cache = False
        return body


def _job(answer: Mapping[str, object], query_id: int | None) -> Job:
    """Return the job that was started; one that failed at once has no id (recording 049)."""
    job = as_object(answer.get("job"), "job")
    if job.get("status") == JobStatus.FAILURE and job.get("id") is None:
        reason = str(job.get("error") or "")
        raise JobFailedError(f"The server refused to run it: {reason}", reason=reason)
    # It has just been queued, so that version 8 means it when it calls it pending.
    return replace(Job.from_json(job, query_id=query_id), may_be_unknown=False)
