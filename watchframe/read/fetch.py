"""One result from the server: asked for, received, decoded, checked, stored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Literal

from watchframe.cache import Provenance, ResultWriter
from watchframe.client import ResultBody
from watchframe.decode import DecodedResult, decode_query_result
from watchframe.display import ProgressLine
from watchframe.errors import ProtocolError
from watchframe.http.retries import read_or_refetch
from watchframe.models import QueryResultInfo
from watchframe.parameters import has_same_hash, is_same_sql
from watchframe.read.answer import Answer, Source
from watchframe.read.options import RUN, ReadOptions
from watchframe.read.plan import ReadPlan
from watchframe.read.question import Question, ResultQuestion

logger = logging.getLogger(__name__)

#: What a result proves of its rows: they are those that were asked for; they are, or may be, those
#: of other values that the server confuses with them; or neither is certain.
Proof = Literal["proven", "confused", "uncertain"]


class QueryEditedError(Exception):
    """The query was edited between the reading of its definition and its execution."""


def fetch_answer(plan: ReadPlan, options: ReadOptions, is_edited: Callable[[], bool]) -> Answer:
    """Return the server's rows for the plan's question, stored if the options have a cache.

    Raises
    ------
    QueryEditedError
        The rows are of another text, and `is_edited` says why.
    ProtocolError
        The rows are of another question, or new executions too gave another value's rows.
    """
    # Twice more: the first may share the job of another value that is still running.
    for max_age in (plan.server_max_age, RUN, RUN):
        answer = _ask(plan, options, max_age, is_edited)
        if answer is not None:
            return answer
        logger.debug("%s: another value's rows; running it again", plan.label)
    if is_edited():  # in white space or comments alone
        raise QueryEditedError
    raise ProtocolError(
        f"The server answered {plan.label} again and again with rows that are, or may be, "
        "those of other parameter values.",
        hint="Its cache ignores white space in values (up to version 10.1 also case), and "
        "another caller is running the query now: try again in a moment, or with a user's key, "
        "with which the server says what it ran.",
    )


def _ask(
    plan: ReadPlan, options: ReadOptions, max_age: int, is_edited: Callable[[], bool]
) -> Answer | None:
    """Return the server's rows; None if they are, or may be, those of another value."""
    question = plan.question
    requested_at = options.clock()
    with ProgressLine(question.label, progress=options.progress) as line:
        body = question.ask(
            options.client,
            max_age=max_age,
            deadline=options.deadline,
            on_status=options.on_status or line.on_status,
        )

        def read(body: ResultBody) -> Answer | None:
            with body, _writer(plan, options) as writer:
                decoded = decode_query_result(
                    line.on_received(body),
                    columns=options.columns if options.cache is None else None,
                    on_batch=writer.write if writer is not None else None,
                )
                body.require_result(decoded.info)
                proof = _proof(question, decoded.info, body, is_edited)
                if proof == "confused":
                    return None
                provenance = _provenance(plan, options, decoded, body, requested_at)
                source: Source = "server cache" if body.from_server_cache else "executed"
                logger.info(
                    "%s: %d rows, %s, %s s on the data source",
                    plan.label,
                    decoded.table.num_rows,
                    source,
                    provenance.runtime_s,
                )
                answer = plan.answer(decoded.table, provenance, source)
                if proof == "uncertain":
                    return replace(answer, unproven=_unproven(question))
                is_stored = writer is not None and writer.finish(provenance, table=decoded.table)
                return replace(answer, is_stored=is_stored)

        return read_or_refetch(body, read, ResultBody.reopen)


def _proof(
    question: Question, info: QueryResultInfo, body: ResultBody, is_edited: Callable[[], bool]
) -> Proof:
    """Return what a result itself proves of its rows.

    Raises
    ------
    QueryEditedError
        They are of another text, and the query was edited.
    ProtocolError
        They are of another question.
    """
    if isinstance(question, ResultQuestion):
        return "proven"  # its id was compared
    may_be_others = (body.from_server_cache or body.is_of_running_job) and question.is_confusable
    if info.query_text is None:  # under a query key: what was run is not told
        return "confused" if may_be_others else "proven"
    source = question.facts.get("data_source_id")
    is_elsewhere = None not in (source, info.data_source_id) and source != info.data_source_id
    if not is_elsewhere:
        sqls, auto_limit = (question.rendered, info.query_text), question.has_auto_limit
        if is_same_sql(*sqls, auto_limit=auto_limit):
            return "proven"
        if has_same_hash(*sqls, auto_limit=auto_limit):
            return "confused"
    if is_edited():
        raise QueryEditedError
    if is_elsewhere or question.doubt is None:
        raise ProtocolError(
            f"The server answered {question.label} with the rows of "
            f"{'another data source' if is_elsewhere else 'other SQL'} than was asked for.",
            hint="Nothing was stored. Try again; if it stays so, compare with the query's page, "
            "and tell the server's administrator.",
        )
    return "confused" if may_be_others else "uncertain"


def _unproven(question: Question) -> str:
    """Return what the warning says of rows whose SQL cannot be compared."""
    return (
        f"Nothing proves that these are the rows that were asked for: {question.doubt}, and the "
        "server ran other SQL than expected. They were not stored; compare them with the query's "
        "page."
    )


def _writer(plan: ReadPlan, options: ReadOptions) -> AbstractContextManager[ResultWriter | None]:
    return nullcontext() if options.cache is None else options.cache.open_writer(plan.cache_key)


def _provenance(
    plan: ReadPlan,
    options: ReadOptions,
    decoded: DecodedResult,
    body: ResultBody,
    requested_at: datetime,
) -> Provenance:
    info = decoded.info
    stored_at = options.clock()
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
        **plan.question.facts,
    )
