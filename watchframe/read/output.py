"""What a read returns: a pandas or polars frame, or an Arrow table; the frames of recent hits."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pandas as pd
import pyarrow as pa

from watchframe.caller_warnings import warn_caller
from watchframe.decode import Conversions, DtypeBackend, column_warnings, to_frame, with_absent
from watchframe.decode.typing_rules import ENCODING, JSON
from watchframe.errors import (
    ArgumentError,
    ResultTruncatedWarning,
    UnprovenResultWarning,
    WatchframeWarning,
)
from watchframe.locks import ProcessLock
from watchframe.read.answer import ATTRIBUTE, Answer, with_attributes
from watchframe.read.options import ReadArguments
from watchframe.read.question import AUTO_LIMIT, is_probably_cut
from watchframe.read.schema_contract import Expected, Schema, result_label

if TYPE_CHECKING:
    import polars as pl

OutputKind = Literal["pandas", "arrow", "polars"]
#: A frame or a table, as of `output`.
Rows = TypeVar("Rows")


class FrameArguments(ReadArguments, total=False):
    """Those, with the ones that are for pandas alone."""

    index_col: str | Sequence[str] | None
    dtype: object
    parse_dates: object
    dtype_backend: DtypeBackend


@dataclass(frozen=True, slots=True)
class Output:
    """How the rows are returned, and what they have to be like, as of `read_watch_query`.

    Raises
    ------
    ArgumentError
        `kind` is another word; polars is not installed; or an argument is for pandas alone, and
        the rows are not for pandas.
    """

    kind: OutputKind = "pandas"
    columns: Sequence[str] | None = None
    index_col: str | Sequence[str] | None = None
    dtype: object = None
    parse_dates: object = None
    dtype_backend: DtypeBackend = "numpy_nullable"
    expect: Expected = None

    def __post_init__(self) -> None:
        # A file is read before anything is asked.
        object.__setattr__(self, "expect", Schema.given(self.expect))
        if self.kind not in ("pandas", "arrow", "polars"):
            raise ArgumentError(
                f"output is {self.kind!r}.", hint='It is "pandas", "arrow" or "polars".'
            )
        if isinstance(self.columns, str):
            raise ArgumentError(
                f"columns is the text {self.columns!r}.", hint=f"Give a list: [{self.columns!r}]."
            )
        for_pandas = {
            "index_col": self.index_col is not None,
            "dtype": self.dtype is not None,
            "parse_dates": self.parse_dates is not None,
            "dtype_backend": self.dtype_backend != "numpy_nullable",
        }
        for name, is_given in for_pandas.items():
            if is_given and self.kind != "pandas":
                raise ArgumentError(
                    f"{name} is for pandas alone, and output is {self.kind!r}.",
                    hint=f"Leave {name} out, and convert the columns afterwards.",
                )
        if self.kind == "polars":
            _polars()  # before anything is asked

    @property
    def decoded(self) -> list[str] | None:
        """The columns that the rows are made of; None for all, or if none are asked for."""
        if self.columns is None or self.expect is not None:  # a schema is of all columns
            return None
        index = [self.index_col] if isinstance(self.index_col, str) else self.index_col or ()
        return list(dict.fromkeys([*index, *self.columns])) or None

    @property
    def converted(self) -> frozenset[str]:
        """The columns that `dtype` and `parse_dates` name."""
        return self._conversions.columns

    @property
    def _conversions(self) -> Conversions:
        return Conversions.of(self.dtype, self.parse_dates, (), has_rows=False)

    def without_other_columns(self, answer: Answer) -> Output:
        """Return this without conversions of columns that the answer does not have."""
        if not self.converted:
            return self
        asked, names = self._conversions, answer.table.column_names
        dtypes = {name: dtype for name, dtype in asked.dtypes.items() if name in names}
        return replace(
            self,
            dtype=dtypes if isinstance(self.dtype, Mapping) else self.dtype,
            parse_dates={name: how for name, how in asked.dates.items() if name in names},
        )

    def of(self, answer: Answer) -> Any:
        """Return the rows of one answer, and warn of them.

        The answer has no table any more: column by column its memory becomes the frame's, so that
        the two are never in memory as a whole beside each other.
        """
        self.warn(answer)
        return self.rows(answer, takes_table=True)

    def rows(self, answer: Answer, *, takes_table: bool = False) -> Any:
        """Return the rows of one answer, without a warning of them.

        Raises
        ------
        SchemaDriftError
            They are not as `expect` says.
        """
        self._check(answer.table, answer.attributes)
        if self.kind != "pandas":
            return self._arrow(answer.table, answer.known_kinds, answer.attributes)
        return self.frame(answer, takes_table=takes_table)

    def frame(self, answer: Answer, *, takes_table: bool = False) -> pd.DataFrame:
        """Return the pandas frame of one answer; its provenance is in ``attrs``."""
        is_plain = self.columns is self.dtype is self.parse_dates is self.index_col is None
        if answer.source == "local cache" and is_plain:
            frame = _recent.frame(answer.table, self.dtype_backend)
        else:
            table = answer.take_table if takes_table else lambda: answer.table
            frame = self._pandas(table, answer.known_kinds)
        frame.attrs[ATTRIBUTE] = answer.attributes
        return frame

    def of_many(self, table: pa.Table, answers: Sequence[Answer]) -> Any:
        """Return the rows of one table that was made of several answers; raises as `rows`."""
        kinds = {name: kind for answer in answers for name, kind in answer.known_kinds.items()}
        return self.of_table(table, {"reads": [answer.attributes for answer in answers]}, kinds)

    def of_table(
        self, table: pa.Table, attributes: Mapping[str, object], kinds: Mapping[str, str] = {}
    ) -> Any:
        """Return the rows of a table with this provenance; `kinds` as in `to_frame`.

        Raises
        ------
        SchemaDriftError
            As `rows`.
        """
        self._check(table, attributes)
        if self.kind != "pandas":
            return self._arrow(table, kinds, attributes)
        frame = self._pandas(lambda: table, kinds)
        frame.attrs[ATTRIBUTE] = attributes
        return frame

    def warn(self, *answers: Answer) -> None:
        """Warn of what `answer_warnings` finds; converted columns' declared types do not matter."""
        for answer in answers:
            for warning in answer_warnings(answer, converted=self.converted):
                warn_caller(warning)

    def _check(self, table: pa.Table, provenance: Mapping[str, object]) -> None:
        if isinstance(self.expect, Schema):
            self.expect.check(table, result_label(provenance))

    def _pandas(self, table: Callable[[], pa.Table], kinds: Mapping[str, str]) -> pd.DataFrame:
        return to_frame(
            table(),  # in no variable: its memory is free as soon as a column was read
            dtype_backend=self.dtype_backend,
            columns=self.columns,
            dtype=self.dtype,
            parse_dates=self.parse_dates,
            index_col=self.index_col,
            known_kinds=kinds,
        )

    def _arrow(
        self, table: pa.Table, kinds: Mapping[str, str], attributes: Mapping[str, object]
    ) -> pa.Table | pl.DataFrame:
        if self.columns is not None:
            names = list(dict.fromkeys(self.columns))
            table = with_absent(table, names, kinds).select(names)
        if self.kind == "polars":
            return _polars().from_arrow(table)
        return with_attributes(table, attributes)


def _polars() -> Any:
    try:
        import polars as pl  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ArgumentError(
            'output="polars" needs polars.', hint='Install it: pip install "watchframe[polars]".'
        ) from error
    return pl


def answer_warnings(
    answer: Answer, *, converted: Container[str] = frozenset()
) -> list[WatchframeWarning]:
    """Return the warnings for an answer: of its rows' origin, of its columns, of missing rows.

    A copy from the local cache has those of the first read. The declared types of `converted`
    columns do not matter.
    """
    found: list[WatchframeWarning] = []
    if answer.unproven is not None:
        found.append(UnprovenResultWarning(answer.unproven))
    found += column_warnings(answer.table, converted=converted)
    known, rows = answer.provenance, answer.table.num_rows
    if known.is_truncated:
        what = "the SQL" if known.query_id is None else f"query {known.query_id}"
        found.append(
            ResultTruncatedWarning(
                f"The data source says that rows are missing: it gave {rows:,} rows of {what} and "
                "left out the others. Ask for less at once: fewer columns, a shorter period, or a "
                "LIMIT with an ORDER BY."
            )
        )
    if is_probably_cut(may_be_cut=answer.may_be_cut, rows=rows, ran=known.query_text):
        found.append(
            ResultTruncatedWarning(
                f"Query {known.query_id} gave exactly {AUTO_LIMIT:,} rows, and the "
                f"server appends LIMIT {AUTO_LIMIT} to it: there are probably more. Switch off "
                "its auto limit on its page, or give it a LIMIT of its own."
            )
        )
    return found


_Name = tuple[int, str]

#: Frames that are kept, and how large a table may be whose frame is.
KEPT, LARGEST = 32, 64 * 1024


class RecentFrames:
    """Frames by the table that they were made of, and by the backend.

    The caller gets a deep copy, and may change it. A frame with lists or objects in its cells is
    not kept, because a copy would share those. A frame is forgotten with its table, which the local
    cache forgets when it is emptied.
    """

    def __init__(self) -> None:
        self._guard = ProcessLock()  # the end of a table may come within any line of ours
        self._known: OrderedDict[_Name, tuple[weakref.ref[pa.Table], pd.DataFrame]] = OrderedDict()

    def frame(self, table: pa.Table, dtype_backend: DtypeBackend) -> pd.DataFrame:
        """Return the frame of the whole table, as `to_frame` does."""
        name = id(table), dtype_backend
        with self._guard.lock:
            known = self._known.get(name)
            if known is not None and known[0]() is table:
                self._known.move_to_end(name)
                return known[1].copy()
        frame = to_frame(table, dtype_backend=dtype_backend)
        if table.nbytes <= LARGEST and not _has_mutable_cells(table):
            self._keep(name, table, frame.copy())
        return frame

    def _keep(self, name: _Name, table: pa.Table, frame: pd.DataFrame) -> None:
        def forget(ended: weakref.ref[pa.Table]) -> None:
            with self._guard.lock:
                if name in self._known and self._known[name][0] is ended:
                    del self._known[name]

        with self._guard.lock:
            self._known[name] = weakref.ref(table, forget), frame
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


def _has_mutable_cells(table: pa.Table) -> bool:
    return any((field.metadata or {}).get(ENCODING) == JSON for field in table.schema)


_recent = RecentFrames()
