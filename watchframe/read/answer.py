"""The answer of a read: its table, where it came from, and what to warn of."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa

from watchframe.cache import KeyParts, Provenance, ResultCache
from watchframe.caller_warnings import warn_caller
from watchframe.decode import column_kinds, pandas_metadata, with_kinds
from watchframe.errors import CacheWarning, WatchframeError

Source = Literal["local cache", "server cache", "executed", "pack"]

#: Where a table's schema metadata and a frame's ``attrs`` carry it.
ATTRIBUTE = "watchframe"


@dataclass(slots=True, kw_only=True)
class Answer:
    """A typed table with its provenance.

    Attributes
    ----------
    table : pyarrow.Table
        All columns of the result, in the query's order; gone after `take_table`.
    provenance : Provenance
        Where the rows come from, as it is stored.
    source : {"local cache", "server cache", "executed", "pack"}
        Which of them answered this read; ``"pack"`` is that of a lock.
    cache_key : str
        Its name in the local cache.
    may_be_cut : bool
        Whether the server appends a limit of its own to this query.
    parameter_types : mapping of str to str
        The declared types of a saved query's parameters.
    is_stored : bool
        Whether the local cache holds it now.
    known_kinds : mapping of str to str
        The types that the query's columns had in other results, where some have no values here.
    key_parts : KeyParts or None
        What `cache_key` is made of.
    unproven : str or None
        Why these may not be the rows that were asked for; None if nothing speaks against it.
    text_hash : str
        Of the text that the query had, as of the cache's key.
    """

    table: pa.Table
    provenance: Provenance
    source: Source
    cache_key: str
    may_be_cut: bool = False
    parameter_types: Mapping[str, str] = field(default_factory=dict)
    is_stored: bool = False
    known_kinds: Mapping[str, str] = field(default_factory=dict)
    key_parts: KeyParts | None = None
    unproven: str | None = None
    text_hash: str = ""

    def take_table(self) -> pa.Table:
        """Return the table and let go of it: its memory is free as soon as it was read."""
        table = self.table
        del self.table
        return table

    @property
    def attributes(self) -> dict[str, object]:
        """What becomes ``df.attrs["watchframe"]``: JSON values only, so that it survives Parquet.

        ``from_cache`` tells whether the local cache answered; ``source`` tells the server's cache
        and a new execution apart as well. ``is_truncated`` is what the data source said of its
        rows: True means that some are missing.
        """
        known = self.provenance
        values: dict[str, object] = {
            "server": known.server,
            "query_id": known.query_id,
            "query_name": known.query_name,
            "query_result_id": known.query_result_id,
            "parameters": dict(known.parameters),
            "retrieved_at": known.retrieved_at.isoformat(),
            "runtime_s": known.runtime_s,
            "from_cache": self.source == "local cache",
            "source": self.source,
            "is_truncated": known.is_truncated,
            "cache_key": self.cache_key,
        }
        if known.sql is not None:
            values |= {"data_source": known.data_source, "sql": known.sql}
        return values

    @property
    def labelled_table(self) -> pa.Table:
        """The table with its `attributes`, as of `with_attributes`."""
        return with_attributes(self.table, self.attributes)


def with_attributes(table: pa.Table, attributes: Mapping[str, object]) -> pa.Table:
    """Return the table with `attributes` as JSON under ``schema.metadata[b"watchframe"]``.

    They stand there for pandas too, with the dtypes of the columns: ``table.to_pandas()`` and
    `pandas.read_parquet` restore both, but for the exceptions that the types page lists.
    """
    metadata = {
        **(table.schema.metadata or {}),
        ATTRIBUTE.encode(): json.dumps(attributes).encode(),
        **pandas_metadata(table.schema, {ATTRIBUTE: attributes}),
    }
    if not table.num_columns:  # Arrow would forget how many rows there are
        return pa.table({"none": pa.nulls(table.num_rows)}, metadata=metadata).select([])
    return table.replace_schema_metadata(metadata)


def warn_stale(label: str, copy: str, error: WatchframeError) -> None:
    """Warn that a copy too old for the policy was taken because the server is away."""
    warn_caller(CacheWarning(f"{label}: a {copy}, from the local cache, because: {error.message}"))


#: Columns that are remembered of a query: one that pivots may have other ones each day.
_MOST_COLUMNS = 1_000

#: Queries whose types this process has compared with the document: a hit need not read it again.
_taught: set[tuple[Path, str]] = set()
_MOST_TAUGHT = 10_000


def use_column_memory(
    answer: Answer, parts: KeyParts, cache: ResultCache, *, learns: bool = True
) -> None:
    """Remember the types of an answer's columns, and set those of its columns without values.

    Of two processes that write at the same moment, one may lose what it has learned, until it reads
    again: the document is always whole, and of one text of the query.

    Parameters
    ----------
    answer : Answer
        Its table, and what is known of the columns that the table lacks, are set.
    parts : KeyParts
        Of the question; types are remembered for all values of its parameters together.
    cache : ResultCache
    learns : bool
        Whether its types are remembered; False for a past result.
    """
    of_query = (parts.server, parts.principal, parts.query_id, parts.data_source_id)
    key = "/".join(map(str, ("columns", *of_query, parts.text_hash)))
    found = column_kinds(answer.table)
    lacks_values = len(found) < answer.table.num_columns or not answer.table.num_rows
    is_taught = answer.source == "local cache" and (cache.directory, key) in _taught
    if is_taught and not lacks_values:
        return
    document = cache.get_document(key)
    kept = document.value if document is not None else None
    known = {str(name): str(kind) for name, kind in kept.items()} if isinstance(kept, dict) else {}
    if lacks_values:
        answer.table = with_kinds(answer.table, known)
        answer.known_kinds = known
    if not learns:
        return
    merged = dict(itertools.islice({**found, **known, **found}.items(), _MOST_COLUMNS))
    if merged != known:
        cache.put_document(key, merged)
    if len(_taught) < _MOST_TAUGHT:
        _taught.add((cache.directory, key))
