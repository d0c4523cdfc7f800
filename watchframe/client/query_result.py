"""A stored result, decoded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchframe.client.result_body import ResultBody
from watchframe.decode import ColumnDeviation, DtypeBackend, decode_query_result, to_frame
from watchframe.errors import TransportError
from watchframe.models import QueryResultInfo

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

logger = logging.getLogger(__name__)

#: How often a result that breaks off is fetched again: it never changes.
FETCHES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """A stored result of the server: it never changes.

    Attributes
    ----------
    info : QueryResultInfo
        What the server says of it: its id, when it was made, the SQL that was run.
    table : pyarrow.Table
        The rows, with every value as it was sent.
    deviations : tuple of ColumnDeviation
        The columns whose values are not of the type that the server declared.
    """

    info: QueryResultInfo
    table: pa.Table
    deviations: tuple[ColumnDeviation, ...] = ()

    def __repr__(self) -> str:
        # Not the table's own, which has names and values as the server sent them.
        shape = f"{self.table.num_rows:,} rows x {self.table.num_columns:,} columns"
        return f"QueryResult(info={self.info!r}, {shape})"

    def to_frame(
        self,
        *,
        dtype_backend: DtypeBackend = "numpy_nullable",
        columns: Sequence[str] | None = None,
        index_col: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Give the rows as a typed DataFrame.

        Parameters
        ----------
        dtype_backend, columns, index_col
            As of `watchframe.read_watch_query`.

        Raises
        ------
        ArgumentError
            A column is not in the result, or `dtype_backend` is another word.
        """
        return to_frame(
            self.table, dtype_backend=dtype_backend, columns=columns, index_col=index_col
        )


def read_result(open_body: Callable[[], ResultBody]) -> QueryResult:
    """Decode a result's body; one that breaks off is fetched again.

    Raises
    ------
    TransportError
        It broke off each time.
    DecodeError
        It is not a result.
    ProtocolError
        It is another result than was asked for.
    """
    body = open_body()
    for fetches_left in range(FETCHES - 1, -1, -1):
        with body:
            try:
                found = decode_query_result(body)
                body.require_result(found.info)
            except TransportError as error:
                if not fetches_left:
                    raise
                logger.info("Fetching the result again after: %s", error.message)
            else:
                return QueryResult(info=found.info, table=found.table, deviations=found.deviations)
        body = body.reopen()
    raise AssertionError("unreachable")
