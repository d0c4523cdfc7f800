"""Finding the rows of a result that a lock names: here, in a pack, on the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from watchframe.cache import KeyParts, Provenance, cache_key
from watchframe.decode import with_kinds
from watchframe.decode.row_hash import row_hash
from watchframe.errors import ResultGoneError, ServerError, WatchframeError
from watchframe.hints import Hint, Kind
from watchframe.read.answer import Answer, Source
from watchframe.read.lock_file import LockedAnswer
from watchframe.read.lock_pack import Pack
from watchframe.read.options import ReadOptions
from watchframe.read.question import ResultQuestion

logger = logging.getLogger(__name__)

#: Returns the server's answer to the question for one result, by its id.
Fetch = Callable[[ResultQuestion], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a locked result, and where they were.

    Attributes
    ----------
    table : pyarrow.Table
    source : str
        As of `Answer`.
    stored_at : datetime or None
        When they arrived here.
    query_text : str or None
        The SQL that the server ran.
    """

    table: pa.Table
    source: Source
    stored_at: datetime | None = None
    query_text: str | None = None

    def answer(self, locked: LockedAnswer, options: ReadOptions, sql: str | None) -> Answer:
        """Return the answer that the read had when it was frozen; `sql` is the caller's own."""
        parts = parts_of(locked, options)
        provenance = Provenance(
            server=locked.server,
            parameters=locked.parameters,
            retrieved_at=locked.retrieved_at,
            stored_at=self.stored_at or options.clock(),
            query_id=locked.query_id,
            query_name=locked.query_name,
            query_result_id=locked.query_result_id,
            runtime_s=locked.runtime_s,
            data_source_id=locked.data_source_id,
            data_source=locked.data_source,
            sql=sql,
            query_text=self.query_text,
            is_truncated=locked.is_truncated,
        )
        return Answer(
            table=self.table,
            provenance=provenance,
            source=self.source,
            cache_key=cache_key(parts),
            key_parts=parts,
            may_be_cut=locked.may_be_cut,
            parameter_types=locked.parameter_types,
            is_stored=self.source == "local cache",
            known_kinds=locked.kinds,
            unproven=locked.unproven,
        )


def find_result(
    locked: LockedAnswer, options: ReadOptions, pack: Pack | None, fetch: Fetch | None
) -> Found:
    """Return the rows of a locked result: of the local cache, of the pack, or of the server.

    Rows with another hash than the lock's are never returned.

    Parameters
    ----------
    locked : LockedAnswer
    options : ReadOptions
        Of the read; ``cache="only"`` makes no request, ``cache="off"`` looks into no cache.
    pack : Pack or None
    fetch : callable or None
        None makes no request.

    Raises
    ------
    ResultGoneError
        They are in none of these places.
    """
    reasons: list[str] = []
    has_others = False
    for found in _kept(locked, options):
        if (right := _right(found, locked)) is not None:
            return right
        has_others = True
    if has_others:
        reasons.append("the local cache has a newer result in its place")
    else:
        reasons.append("it is not in the local cache")
    if pack is not None:
        table = pack.rows(locked.row_hash)
        right = None if table is None else _right(Found(table=table, source="pack"), locked)
        if right is not None:
            return right
        reasons.append("it is not in the pack")
    right, reason = _of_server(locked, options, fetch)
    if right is not None:
        return right
    reasons.append(reason)
    *firsts, last = reasons
    raise ResultGoneError(
        f"{locked.label} is gone: {', '.join(firsts)}, and {last}.",
        hint=Hint(Kind.RESULT_GONE),
        query_id=locked.query_id,
        query_result_id=locked.query_result_id,
    )


def _kept(locked: LockedAnswer, options: ReadOptions) -> Iterator[Found]:
    """Yield what the local cache has in this result's place."""
    if options.cache is None:
        return
    keys = [cache_key(parts_of(locked, options))]
    if locked.query_result_id is not None:  # as it was read by its id, since
        question = _by_id(locked.query_result_id, locked.key_query_id)
        principal = options.principal_of(locked.key_query_id)
        keys.append(cache_key(question.key_parts(server=locked.server, principal=principal)))
    for key in keys:
        # With the setting `history` there are past results too.
        for moment in (None, locked.retrieved_at):
            cache = options.cache
            entry = cache.get(key) if moment is None else cache.get_past(key, moment)
            if entry is not None:
                known = entry.provenance
                yield Found(
                    table=entry.table,
                    source="local cache",
                    stored_at=known.stored_at,
                    query_text=known.query_text,
                )


def _right(found: Found, locked: LockedAnswer) -> Found | None:
    """Return the rows, typed as they were then; None if they are not the lock's."""
    if found.table.num_rows != locked.rows:
        return None
    table = with_kinds(found.table, locked.kinds)
    if row_hash(table) != locked.row_hash:
        return None
    return Found(
        table=table,
        source=found.source,
        stored_at=found.stored_at,
        query_text=found.query_text,
    )


def _of_server(
    locked: LockedAnswer, options: ReadOptions, fetch: Fetch | None
) -> tuple[Found | None, str]:
    """Return the server's rows by the result's id, or None and the reason why there are none."""
    if locked.query_result_id is None:
        return None, "the server told no id to read it by"
    if fetch is None or options.policy.mode == "only":
        return None, "the server may not be asked"
    if not options.client.has_key:
        return None, f"no key is known to ask {locked.server} with"
    if options.client.server != locked.server:
        return None, f"it is of another server, {locked.server}"
    try:
        answer = fetch(_by_id(locked.query_result_id, locked.key_query_id))
    except ServerError as error:
        logger.debug("%s: %r", locked.label, error)
        return None, f"the server does not send it: {_clause(error)}"
    found = Found(
        table=answer.table,
        source=answer.source,
        stored_at=answer.provenance.stored_at,
        query_text=answer.provenance.query_text,
    )
    right = _right(found, locked)
    return right, "" if right is not None else "the server has other rows under its id"


def _clause(error: WatchframeError) -> str:
    """Return an error's message as the end of a sentence."""
    return error.message.rstrip(".").splitlines()[0]


def _by_id(result_id: int, query_id: int | None) -> ResultQuestion:
    return ResultQuestion(result_id=result_id, query_id=query_id)


def parts_of(locked: LockedAnswer, options: ReadOptions) -> KeyParts:
    """Return what the key is made of under which these options' cache keeps the result."""
    return KeyParts(
        server=locked.server,
        principal=options.principal_of(locked.key_query_id),
        query_id=locked.key_query_id,
        data_source_id=locked.data_source_id,
        text_hash=locked.text,
        parameters=locked.parameters,
    )
