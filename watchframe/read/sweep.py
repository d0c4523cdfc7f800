"""One query read many times: for each of several parameter sets, in pieces, or page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Literal, Self, TypedDict, Unpack, overload

import pandas as pd
import pyarrow as pa

from watchframe.cache import Mode
from watchframe.client import Client
from watchframe.decode import DtypeBackend, concat_results
from watchframe.errors import ArgumentError
from watchframe.parameters.moments import TIMESPEC
from watchframe.read.answer import Answer
from watchframe.read.append import Appended, append_sweep, check_append
from watchframe.read.options import (
    MaxAge,
    Params,
    QueryLike,
    ReadArguments,
    ReadOptions,
    of_query,
)
from watchframe.read.output import FrameArguments, Output, OutputKind
from watchframe.read.paging import Page, answers_of_pages
from watchframe.read.pieces import Inclusive, pieces_of
from watchframe.read.schema_contract import Expected
from watchframe.read.side_by_side import CONCURRENCY, ReadRequest, answers_side_by_side
from watchframe.references import QueryReference, parse_reference, require_query

if TYPE_CHECKING:
    import polars as pl

ParamSet = Mapping[str, object]
#: Several parameter sets; or, with `split` and `page`, the one of all reads.
ParamSets = Sequence[ParamSet] | pd.DataFrame | Params


class ManyArguments(TypedDict, total=False):
    """Keyword arguments that make many reads of one."""

    split: Mapping[str, object] | None
    inclusive: Inclusive | None
    page: Page | None
    append_to: str | PathLike[str] | None
    again: int
    concurrency: int


class SweepTableArguments(ReadArguments, ManyArguments, total=False):
    """Keyword arguments of `read_watch_sweep`."""


class SweepArguments(FrameArguments, ManyArguments, total=False):
    """Those, with the ones that are for pandas alone."""


@overload
def read_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    output: Literal["pandas"] = ...,
    **arguments: Unpack[SweepArguments],
) -> pd.DataFrame: ...
@overload
def read_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    output: Literal["arrow"],
    **arguments: Unpack[SweepTableArguments],
) -> pa.Table: ...
@overload
def read_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    output: Literal["polars"],
    **arguments: Unpack[SweepTableArguments],
) -> pl.DataFrame: ...
@of_query
def read_watch_sweep(
    query: QueryLike,
    params: ParamSets = None,
    *,
    split: Mapping[str, object] | None = None,
    inclusive: Inclusive | None = None,
    page: Page | None = None,
    append_to: str | PathLike[str] | None = None,
    again: int = 0,
    concurrency: int = CONCURRENCY,
    max_age: MaxAge = None,
    cache: Mode = "use",
    output: OutputKind = "pandas",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    expect: Expected = None,
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame | pa.Table | pl.DataFrame:
    """Return the rows of one query, read many times, as one frame.

    Parameters
    ----------
    query : int, str or QueryReference
        As of `read_watch_query`.
    params : sequence of mappings, DataFrame, or mapping
        One parameter set for each read; the names in them become columns in front of the
        result's own. With `split` or `page`: the parameters of all reads.
    split : mapping, optional
        A range parameter and the length of a piece in pandas' offset words, ``{"period": "1M"}``:
        the range is read in consecutive pieces, which neither overlap nor leave a gap and begin
        where the calendar does. Pieces that are over are kept as long as the query is not edited,
        whatever `max_age` says; the last one is read by it. ``cache="refresh"`` runs all again.
    inclusive : {"both", "left", "right"}, optional
        Which ends of a split range the query's SQL takes in, as of `pandas.Series.between`. By
        default that is read from the SQL: ``<`` before the end leaves it out.
    page : mapping, optional
        ``{"limit": "rows", "offset": "start", "size": 100_000}``: which parameters page the query,
        and how many rows a page has. Pages are read one after the other until one is short.
    append_to : path, optional
        A Parquet file, with `split`: of the pieces that are over, those that it lacks are read and
        appended, in one step that an interruption undoes. A piece that is not over is not read.
    again : int
        How many of the last pieces in that file are read again, with all corrections since, and
        take the place of the old ones.
    max_age, cache, output, client
        As of `read_watch_query`.
    index_col, columns, dtype, parse_dates, dtype_backend
        As of `read_watch_query`, for the whole frame; the parameters in front count as columns.
    expect : Schema, str or path, optional
        As of `read_watch_query`, of all rows together; the parameters in front are columns of it.
    timeout : float or None
        Seconds for each read, from when its turn comes.
    concurrency : int
        How many reads run at the same time; pages come one after the other.
    progress : bool or None
        Whether to show one bar for all; None shows it where a person is watching.

    Returns
    -------
    pandas.DataFrame, pyarrow.Table or polars.DataFrame
        The rows in the order of the reads, typed over all of them. A parameter that is a date or a
        time is one here; a range is two columns, ``period.start`` and ``period.end``; one with the
        name of a column of the result becomes ``<name>_parameter``. The provenance holds
        ``"reads"``, the provenance of each. With `append_to`: the rows of those pieces of the range
        that are in the file now.

    Raises
    ------
    ArgumentError
        `params`, `split` and `page` do not go together; the query has no such range; its order is
        not one in which pages fit together; or results with rows have different columns. With
        `append_to`: the file holds another read, or another process appends to it; the file is as
        it was.
    SchemaDriftError
        The rows are not as `expect` says.
    OSError
        That file cannot be written; it holds what it held before.
    ExceptionGroup
        Of the errors of `read_watch_query`, once all other reads have finished. What was read is in
        the local cache: calling again continues.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     frame = read_watch_sweep(
    ...         13, [{"kind": "borrow"}, {"kind": "repay"}], cache="off", client=client
    ...     )
    >>> sorted(frame["kind"].unique())
    ['borrow', 'repay']
    """
    query = parse_reference(query)
    shown = Output(output, columns, index_col, dtype, parse_dates, dtype_backend, expect)
    sweep = Sweep.of(
        query,
        params,
        split=split,
        inclusive=inclusive,
        page=page,
        append_to=append_to,
        again=again,
        concurrency=concurrency,
    )
    options = ReadOptions.resolve(query, client, max_age, cache, timeout, progress=progress)
    if sweep.append_to is not None:
        return append_sweep(sweep, options, shown.warn).rows(shown)
    answers = sweep.answers(options)
    shown.warn(*answers)
    return shown.of_many(sweep.table(answers), answers)


def append_to_file(
    query: QueryLike,
    params: ParamSets = None,
    *,
    split: Mapping[str, object] | None,
    append_to: str | PathLike[str] | None,
    again: int = 0,
    concurrency: int = CONCURRENCY,
    max_age: MaxAge = None,
    cache: Mode = "use",
    timeout: float | None = 300.0,
    progress: bool | None = None,
    client: Client | None = None,
) -> Appended:
    """Append pieces to a file as `read_watch_sweep` does, and return what was done, without rows.

    Parameters
    ----------
    query, params, split, append_to, again, concurrency, max_age, cache, timeout, progress, client
        As of `read_watch_sweep`.

    Raises
    ------
    ArgumentError, OSError, ExceptionGroup
        As of `read_watch_sweep`.
    """
    query = parse_reference(query)
    sweep = Sweep.of(
        query, params, split=split, append_to=append_to, again=again, concurrency=concurrency
    )
    options = ReadOptions.resolve(query, client, max_age, cache, timeout, progress=progress)
    return append_sweep(sweep, options, Output().warn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The reads of `read_watch_sweep`.

    Attributes
    ----------
    query : QueryReference
    sets : list of mappings
        A read for each; empty with `split` and `page`.
    params : mapping or None
        Of all reads, with `split` and `page`.
    split, inclusive, page, append_to, again, concurrency
        As of `read_watch_sweep`.
    """

    query: QueryReference
    sets: list[ParamSet]
    params: Params
    split: Mapping[str, object] | None
    inclusive: Inclusive | None
    page: Page | None
    append_to: str | PathLike[str] | None
    again: int
    concurrency: int

    @classmethod
    def of(
        cls,
        query: QueryReference,
        params: ParamSets,
        *,
        split: Mapping[str, object] | None,
        inclusive: Inclusive | None = None,
        page: Page | None = None,
        append_to: str | PathLike[str] | None = None,
        again: int = 0,
        concurrency: int,
    ) -> Self:
        """Return the sweep of these arguments.

        Raises
        ------
        ArgumentError
            They do not go together.
        QueryReferenceError
            The query is one result.
        """
        require_query(query)
        check_append(append_to, again, split)
        one = params if params is None or isinstance(params, Mapping | str) else None
        sets = [] if one is params else parameter_sets(params)
        if sets == [] and one is not params:
            raise ArgumentError(
                "The list of parameter sets is empty.", hint="Give at least one set to read with."
            )
        if sum((bool(sets), split is not None, page is not None)) != 1:
            raise ArgumentError(
                "A sweep needs exactly one of: a list of parameter sets, split, page.",
                hint="For a single read use read_watch_query.",
            )
        for word, value in (("split", split), ("page", page)):
            if value is not None and not isinstance(value, Mapping):
                raise ArgumentError(
                    f"{word} is {value!r}.",
                    hint='Give split={"period": "1M"}, or page={"limit": "rows", "offset": '
                    '"start", "size": 100_000}, with names of the query\'s parameters.',
                )
        if inclusive not in (None, "both", "left", "right"):
            raise ArgumentError(
                f"inclusive is {inclusive!r}.", hint='It is one of "both", "left", "right".'
            )
        return cls(
            query=query,
            sets=sets,
            params=one,
            split=split,
            inclusive=inclusive,
            page=page,
            append_to=append_to,
            again=again,
            concurrency=concurrency,
        )

    def answers(self, options: ReadOptions) -> list[Answer]:
        """Read, and return the answers in order."""
        if self.page is not None:
            return answers_of_pages(self.query, self.params, self.page, options)
        if self.split is not None:
            requests = pieces_of(self.query, self.params, self.split, self.inclusive, options)
        else:
            requests = [
                ReadRequest(query=self.query, params=item, options=options) for item in self.sets
            ]
        return answers_side_by_side(
            requests, concurrency=self.concurrency, progress=options.progress
        )

    def table(self, answers: Sequence[Answer]) -> pa.Table:
        """Return the rows of all answers, with the parameters of the sets in front."""
        return one_table(answers, dict.fromkeys(name for params in self.sets for name in params))


def parameter_sets(params: object) -> list[ParamSet]:
    """Return parameter sets as mappings; a row of a DataFrame is one.

    Raises
    ------
    ArgumentError
        They are not a sequence of mappings.
    """
    if isinstance(params, pd.DataFrame):
        params = params.to_dict("records")
    if not isinstance(params, Iterable):
        raise ArgumentError(
            f"params is a {type(params).__name__}.",
            hint='Give a dict, such as {"market": "WETH"}, or a list of them.',
        )
    sets = list(params)
    for number, item in enumerate(sets):
        if not isinstance(item, Mapping):
            raise ArgumentError(
                f"Parameter set {number} is a {type(item).__name__}, not a mapping.",
                hint='Give a list of dicts: [{"market": "WETH"}, {"market": "INV"}].',
            )
    return sets


#: What is appended to a parameter's name if the result has a column of that name.
_SUFFIX = "_parameter"


def one_table(answers: Sequence[Answer], names: Iterable[str] = ()) -> pa.Table:
    """Return the rows of all answers, and in front of them the parameters of those names.

    Dates and times keep their type, a range is two columns (``period.start``, ``period.end``),
    several values are one text. One with the name of a column of the result becomes
    ``<name>_parameter``.
    """
    whole = concat_results([answer.table for answer in answers])
    taken = set(whole.column_names)
    for place, (label, values) in enumerate(_columns(answers, names)):
        while label in taken:
            label += _SUFFIX  # noqa: PLW2901 - until the name is free
        taken.add(label)
        parts = [
            pa.repeat(pa.scalar(value), answer.table.num_rows)
            for answer, value in zip(answers, values, strict=True)
        ]
        whole = whole.add_column(place, label, pa.chunked_array(_of_one_type(parts)))
    return whole


def _columns(answers: Sequence[Answer], names: Iterable[str]) -> Iterable[tuple[str, list[object]]]:
    """Return each column's name, and its value in each answer."""
    for name in names:
        values = [answer.provenance.parameters.get(name) for answer in answers]
        type_ = next(
            (answer.parameter_types[name] for answer in answers if name in answer.parameter_types),
            "",
        )
        if type_ in TIMESPEC and any(isinstance(value, Mapping) for value in values):
            for side in ("start", "end"):
                ends = [value[side] if isinstance(value, Mapping) else None for value in values]
                yield f"{name}.{side}", [_shown(end, type_) for end in ends]
        else:
            yield name, [_shown(value, type_) for value in values]


def _shown(value: object, type_: str) -> object:
    if isinstance(value, str) and type_ in TIMESPEC:
        moment = datetime.fromisoformat(value)
        return moment.date() if TIMESPEC[type_] == "days" else moment
    if isinstance(value, Mapping):
        return " to ".join(map(str, value.values()))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def _of_one_type(parts: Sequence[pa.Array]) -> list[pa.Array]:
    """Return arrays of one type, which holds the values of all exactly."""
    types = {part.type for part in parts if part.type != pa.null()}
    final = types.pop() if len(types) == 1 else pa.string()
    if types == {pa.int64(), pa.float64()}:
        final = pa.float64()
    try:
        return [part.cast(final) for part in parts]
    except pa.ArrowInvalid:  # an integer that float64 cannot hold
        return [part.cast(pa.string()) for part in parts]
