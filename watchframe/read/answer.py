"""What a read gives: the table, and what is known of where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from watchframe.cache import Provenance
from watchframe.decode import pandas_metadata

Source = Literal["local cache", "server cache", "executed"]

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
        Its origin, as it is stored.
    source : {"local cache", "server cache", "executed"}
        Where this read had it from.
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
    unproven : str or None
        Why it is not certain that these are the rows that were asked for; None where nothing speaks
        against it.
    """

    table: pa.Table
    provenance: Provenance
    source: Source
    cache_key: str
    may_be_cut: bool = False
    parameter_types: Mapping[str, str] = field(default_factory=dict)
    is_stored: bool = False
    known_kinds: Mapping[str, str] = field(default_factory=dict)
    unproven: str | None = None

    def take_table(self) -> pa.Table:
        """Give the table and let go of it: its memory is free as soon as it was read."""
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

    They stand there for pandas too, with the dtypes of the columns, so that ``table.to_pandas()``
    and `pandas.read_parquet` restore both.
    """
    metadata = {
        **(table.schema.metadata or {}),
        ATTRIBUTE.encode(): json.dumps(attributes).encode(),
        **pandas_metadata(table.schema, {ATTRIBUTE: attributes}),
    }
    if not table.num_columns:  # Arrow would forget how many rows there are
        return pa.table({"none": pa.nulls(table.num_rows)}, metadata=metadata).select([])
    return table.replace_schema_metadata(metadata)
