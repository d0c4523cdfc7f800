"""One result from the server: asked for, received, decoded, checked, stored."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Literal, Protocol

from watchframe.cache import Provenance, ResultWriter
from watchframe.client import ResultBody
from watchframe.decode import DecodedResult, decode_query_result
from watchframe.display import ProgressLine
from watchframe.errors import AccessDeniedError, JobFailedError, NotFoundError, ProtocolError
from watchframe.http.retries import read_or_refetch
from watchframe.models import QueryResultInfo
from watchframe.parameters import has_same_hash, is_same_sql
from watchframe.read.answer import Answer, Source
from watchframe.read.options import RUN, ReadOptions
from watchframe.read.plan import ReadPlan
from watchframe.read.question import Question, ResultQuestion

logger = logging.getLogger(__name__)

#: What a result proves of its rows: they are those that were asked for; they are, or may be, those
#: of another text or other values that the server confuses with them; they are of another question;
#: or nothing.
Proof = Literal["proven", "confused", "other", "uncertain"]


class QueryEditedError(Exception):
    """The query is another one than the plan asked for; `plan` asks for what it is now."""

    def __init__(self, plan: ReadPlan) -> None:
        super().__init__(plan.label)
        self.plan = plan


#: An answer, and the plan that it answers: the definition may have turned out to be another one.
Fetched = tuple[ReadPlan, Answer]


class NewPlan(Protocol):
    """Returns the plan under the definition that the server has now."""

    def __call__(self, *, is_shared: bool) -> ReadPlan:
        """Return it; by a definition that concurrent reads have just read, if `is_shared`."""


def fetch_answer(plan: ReadPlan, options: ReadOptions, new_plan: NewPlan) -> Fetched:
    """Return the server's rows for the plan's question, stored if the options have a cache.

    Raises
    ------
    QueryEditedError
        The query was edited, so that other values have to be sent, or nothing tells whether the
        rows are of the text before or after.
    ProtocolError
        The rows are of another question, or new executions too gave another value's rows.
    """
    fetch = _Fetch(plan, options, new_plan)
    run = partial(fetch.answer, RUN)
    # Run twice: the first may share the job of another value that is still running.
    for attempt in (partial(fetch.answer, plan.server_max_age), fetch.latest, run, run):
        answer = attempt()
        if answer is not None:
            return fetch.plan, answer
        logger.debug("%s: the rows are, or may be, of another text or value", plan.label)
    raise ProtocolError(
        f"The server answered {plan.label} again and again with rows that are, or may be, "
        "those of an earlier text or of other parameter values.",
        hint="Its cache ignores white space in values (up to version 10.1 also case), and "
        "another caller is running the query now: try again in a moment, or with a user's key, "
        "with which the server says what it ran.",
    )


class _Fetch:
    """One result, asked for as often as it takes; `plan` is the one that the rows answer."""

    def __init__(self, plan: ReadPlan, options: ReadOptions, new_plan: NewPlan) -> None:
        self.plan = plan
        self._beside: ReadPlan | None = None
        #: When the server had the rows that it sent last, if they may be others and hide their SQL.
        self._hidden_at: datetime | None = None
        self._options = options
        self._new_plan = new_plan

    def answer(self, max_age: int) -> Answer | None:
        """Return the server's rows; None if they are, or may be, of another text or value."""
        plan, options = self.plan, self._options
        requested_at = options.clock()
        self._beside = None
        # A default that was changed since does not show in the SQL, nor, where the server's cache
        # answers, an edit that its hash does not see: they are looked up meanwhile.
        is_shown = plan.has_all_values and max_age == RUN
        looks_up = plan.is_to_be_checked and not is_shown
        with ProgressLine(plan.label, progress=options.progress) as line:
            failure = None
            try:
                body = plan.question.ask(
                    options.client,
                    max_age=max_age,
                    deadline=options.deadline,
                    on_status=options.on_status or line.on_status,
                    meanwhile=self._look_up if looks_up else None,
                )
            except JobFailedError as error:
                failure = error.replace(sql=plan.question.rendered)
            if failure is not None:  # raised here, its context is what the caller was handling
                raise failure
            read = partial(self._read, requested_at=requested_at, line=line)
            return read_or_refetch(body, read, ResultBody.reopen)

    def latest(self) -> Answer | None:
        """Return the rows that did not tell their SQL, with it; None if that cannot be had.

        A query's key may read the query's latest result by its id, and that tells.
        """
        state, options = self.plan.question.server_state, self._options
        query_id = self.plan.question.facts.get("query_id")
        if self._hidden_at is None or not state.tells_latest or state.latest_result_id is None:
            return None
        requested_at = options.clock()
        with ProgressLine(self.plan.label, progress=options.progress) as line:
            try:
                body = options.client.query_results.open(
                    state.latest_result_id, query_id=query_id, deadline=options.deadline
                )
            except (AccessDeniedError, NotFoundError):
                return None
            body.from_server_cache = True
            read = partial(
                self._read, requested_at=requested_at, line=line, retrieved_at=self._hidden_at
            )
            return read_or_refetch(body, read, ResultBody.reopen)

    def _read(
        self,
        body: ResultBody,
        *,
        requested_at: datetime,
        line: ProgressLine,
        retrieved_at: datetime | None = None,
    ) -> Answer | None:
        """Return the rows of a body, if they are those of `retrieved_at`, where that is given."""
        options, key = self._options, self.plan.cache_key
        with body, _writer(key, options) as writer:
            decoded = decode_query_result(
                line.on_received(body),
                columns=options.columns if options.cache is None else None,
                on_batch=writer.write if writer is not None else None,
            )
            body.require_result(decoded.info)
            if retrieved_at not in (None, decoded.info.retrieved_at):
                return None
            proof = self._proof(decoded.info, body)
            if proof == "confused" or (retrieved_at is not None and proof != "proven"):
                is_hidden = body.from_server_cache and decoded.info.query_text is None
                self._hidden_at = decoded.info.retrieved_at if is_hidden else None
                return None
            provenance = _provenance(self.plan, options, decoded, body, requested_at)
            source: Source = "server cache" if body.from_server_cache else "executed"
            logger.info(
                "%s: %d rows, %s, %s s on the data source",
                self.plan.label,
                decoded.table.num_rows,
                source,
                provenance.runtime_s,
            )
            answer = self.plan.answer(decoded.table, provenance, source)
            if proof == "uncertain":
                return replace(answer, unproven=_unproven(self.plan.question))
            if writer is None or options.cache is None or not self.plan.is_kept:
                return answer
            if self.plan.cache_key == key:
                is_stored = writer.finish(provenance, table=decoded.table)
            else:
                is_stored = options.cache.put(self.plan.cache_key, decoded.table, provenance)
            return replace(answer, is_stored=is_stored)

    def _look_up(self) -> None:
        """Read the definition as it is now; raise QueryEditedError if it asks something else."""
        new = self._new_plan(is_shared=True)
        # A name may be another query's by now.
        is_other = new.question.facts.get("query_id") != self.plan.question.facts.get("query_id")
        if is_other or new.parameters != self.plan.parameters:
            raise QueryEditedError(new)
        self._beside = new

    def _proof(self, info: QueryResultInfo, body: ResultBody) -> Proof:
        """Return what the result proves of its rows, under the definition as it is now.

        Raises
        ------
        QueryEditedError
            They are of another text, or may be, and the query was edited.
        ProtocolError
            They are of another question.
        """
        asked, known = self.plan, self._beside or self.plan
        proof = _proof(known.question, info, body)
        tells_sql = info.query_text is not None
        is_known = self._beside is not None or not asked.is_to_be_checked
        # Without SQL, only a definition that is the same before and after says of which text.
        if tells_sql:
            is_settled = proof == "proven" and (is_known or not body.is_of_running_job)
        else:
            is_settled = is_known and known.cache_key == asked.cache_key
        if is_settled:
            self.plan = known
            return proof
        new = self._new_plan(is_shared=False)
        proof = _proof(new.question, info, body)
        if new.cache_key != asked.cache_key:
            # The server put the values that were sent into the text that it has.
            is_answered = tells_sql and new.parameters == asked.parameters
            if not is_answered or proof != "proven":
                raise QueryEditedError(new)
        self.plan = new
        if proof == "other":
            other = "another data source" if _is_elsewhere(new.question, info) else "other SQL"
            raise ProtocolError(
                f"The server answered {new.label} with the rows of {other} than was asked for.",
                hint="Nothing was stored. Try again; if it stays so, compare with the query's "
                "page, and tell the server's administrator.",
            )
        return proof


def _proof(question: Question, info: QueryResultInfo, body: ResultBody) -> Proof:
    """Return what a result itself proves of its rows."""
    if isinstance(question, ResultQuestion):
        return "proven"  # its id was compared
    may_be_others = (body.from_server_cache or body.is_of_running_job) and question.is_confusable
    if info.query_text is None:  # under a query key: what was run is not told
        return "confused" if may_be_others or _may_be_older(question, info, body) else "proven"
    is_elsewhere = _is_elsewhere(question, info)
    if not is_elsewhere:
        sqls, auto_limit = (question.rendered, info.query_text), question.has_auto_limit
        if is_same_sql(*sqls, auto_limit=auto_limit):
            return "proven"
        if has_same_hash(*sqls, auto_limit=auto_limit):
            return "confused"
    if is_elsewhere or question.doubt is None:
        return "other"
    return "confused" if may_be_others else "uncertain"


def _may_be_older(question: Question, info: QueryResultInfo, body: ResultBody) -> bool:
    """Whether the rows of another caller's run may be of the text before the query's last edit.

    An edit of white space or comments alone, which the server's hash does not see, may be one
    within quotes; and `edited_at` does not tell an edit of the text from one of the name.
    """
    edited_at = question.edited_at
    if edited_at is None or not (body.from_server_cache or body.is_of_running_job):
        return False
    made_at = info.retrieved_at if body.from_server_cache else body.running_since
    return made_at is None or made_at < edited_at


def _is_elsewhere(question: Question, info: QueryResultInfo) -> bool:
    """Whether the rows are of another data source."""
    source = question.facts.get("data_source_id")
    return None not in (source, info.data_source_id) and source != info.data_source_id


def _unproven(question: Question) -> str:
    """Return what the warning says of rows whose SQL cannot be compared."""
    return (
        f"Nothing proves that these are the rows that were asked for: {question.doubt}, and the "
        "server ran other SQL than expected. They were not stored; compare them with the query's "
        "page."
    )


def _writer(key: str, options: ReadOptions) -> AbstractContextManager[ResultWriter | None]:
    return nullcontext() if options.cache is None else options.cache.open_writer(key)


def _provenance(
    plan: ReadPlan,
    options: ReadOptions,
    decoded: DecodedResult,
    body: ResultBody,
    requested_at: datetime,
) -> Provenance:
    info = decoded.info
    stored_at = options.clock()
    # A user's key gets any query's result at the address of another query, and the result does not
    # say which query it is of.
    facts = {} if isinstance(plan.question, ResultQuestion) else plan.question.facts
    return Provenance(
        server=plan.server,
        parameters=plan.parameters,
        retrieved_at=info.retrieved_at or body.server_time or stored_at,
        stored_at=stored_at,
        server_time=body.server_time,
        requested_at=requested_at,
        query_result_id=info.id,
        runtime_s=info.runtime,
        query_text=info.query_text,
        is_truncated=info.is_truncated,
        **facts,
    )
