"""One query read many times, in one of three ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self, TypeGuard

import pandas as pd
import pyarrow as pa

from watchframe.cache import parse_max_age
from watchframe.client import Deadline
from watchframe.decode import DtypeBackend, concat_results, to_frame
from watchframe.display import progress_bar
from watchframe.errors import ArgumentError, JobCancelledError
from watchframe.hints import Hint, Kind
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.moments import TIMESPEC
from watchframe.parameters.normalize import definitions_of
from watchframe.read.answer import ATTRIBUTE, Answer, known_kinds, with_attributes
from watchframe.read.documents import SharedDocuments
from watchframe.read.options import client_for
from watchframe.read.paging import Page, answers_of_pages
from watchframe.read.pieces import STEPS, Inclusive, inclusive_of, over_since, range_pieces
from watchframe.read.pipeline import Params, ReadOptions, answer_query, wire_sets
from watchframe.references import QueryReference, parse_reference

#: How many reads run at the same time, unless told otherwise.
CONCURRENCY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """One of several reads."""

    query: int | str | QueryReference
    params: Params
    options: ReadOptions
    label: str = ""

    @property
    def words(self) -> str:
        """How a note on an error calls it."""
        query = self.query.query_id if isinstance(self.query, QueryReference) else self.query
        words = f"query {query!r} with {self.params or {}!r}"
        return f"{self.label}, {words}" if self.label else words


def answers_side_by_side(
    requests: Sequence[ReadRequest], *, concurrency: int, progress: bool | None
) -> list[Answer]:
    """Return the answers in the order of `requests`.

    Each result goes into the local cache as it comes, so a second call continues where a first one
    failed or was interrupted. All dynamic dates are counted from one moment.

    Raises
    ------
    ExceptionGroup
        Of what went wrong, raised after the others have finished. Each error has a note that says
        which read it was.
    JobCancelledError
        A request's own deadline was cancelled.
    ArgumentError
        `concurrency` is less than 1.
    """
    if concurrency < 1:
        raise ArgumentError(f"concurrency is {concurrency}.", hint="Give 1 or more.")
    run = _Run(requests)
    pool = ThreadPoolExecutor(concurrency, "watchframe-read")
    try:
        with progress_bar(unit="read", total=len(requests), progress=progress) as bar:
            running = {pool.submit(run.answer, number): number for number in range(len(requests))}
            # Not wait(): with each of many reads it would look at all that are left.
            for future in as_completed(running):
                run.gather(running[future], future)
                bar.set_postfix_str(f"{len(run.errors)} failed" if run.errors else "")
                bar.update()
    except BaseException:
        # What runs is cancelled on the server too; what is done stays in the cache.
        run.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return run.result()


class _Run:
    """All reads of one call."""

    def __init__(self, requests: Sequence[ReadRequest]) -> None:
        self.errors: dict[int, Exception] = {}
        self._requests = requests
        self._answers: dict[int, Answer] = {}
        self._shared = SharedDocuments()
        self._now = datetime.now(UTC)
        self._deadlines = [
            request.options.deadline or Deadline.after(request.options.timeout)
            for request in requests
        ]

    def answer(self, number: int) -> Answer:
        request = self._requests[number]
        options = replace(
            request.options,
            progress=False,
            # The time of a read begins when its turn comes, not when it is put into the queue.
            deadline=self._deadlines[number].restarted(),
            shared=self._shared,
            now=request.options.now or self._now,
        )
        return answer_query(request.query, request.params, options)

    def gather(self, number: int, future: Future[Answer]) -> None:
        try:
            self._answers[number] = future.result()
        except Exception as error:  # noqa: BLE001 - a full disk, too, is told after the others
            error.add_note(f"in read {number}: {self._requests[number].words}")
            self.errors[number] = error

    def cancel(self) -> None:
        for deadline in self._deadlines:
            deadline.cancel()

    def result(self) -> list[Answer]:
        if self.errors:
            if any(deadline.is_cancelled for deadline in self._deadlines):
                raise JobCancelledError("The reads were cancelled.")
            raise ExceptionGroup(
                f"{len(self.errors)} of {len(self._requests)} reads failed",
                [self.errors[number] for number in sorted(self.errors)],
            )
        return [self._answers[number] for number in range(len(self._requests))]


QueryLike = int | str | QueryReference
ParamSet = Mapping[str, object]


def answers_of_sweep(
    query: QueryLike, params: Sequence[ParamSet], options: ReadOptions, *, concurrency: int
) -> list[Answer]:
    """Give one answer for each parameter set, in order."""
    # What would be wrong with each of them alike is said once, before any is read.
    reference = parse_reference(query)
    client = client_for(reference, options.client)
    parse_max_age(options.max_age)
    for number, item in enumerate(params):
        if not isinstance(item, Mapping):
            raise ArgumentError(
                f"Parameter set {number} is a {type(item).__name__}, not a mapping.",
                hint='Give a list of dicts: [{"market": "WETH"}, {"market": "INV"}].',
            )
    options = replace(options, client=client)
    requests = [ReadRequest(query=reference, params=item, options=options) for item in params]
    return answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)


def answers_of_pieces(
    query: QueryLike,
    params: ParamSet | None,
    split: Mapping[str, object],
    options: ReadOptions,
    *,
    inclusive: Inclusive | None,
    concurrency: int,
) -> list[Answer]:
    """Give one answer for each piece of a long range, in order.

    A piece that is over, but for the last one, does not change: any copy of it will do that was
    made after its end, whatever `max_age` says, unless the query was edited.
    """
    if len(split) != 1:
        raise ArgumentError(
            f"split is {split!r}.", hint='Give one range and a length: split={"period": "1M"}.'
        )
    ((name, every),) = split.items()
    now = options.now or datetime.now(UTC)
    options = replace(options, now=now)
    definition, (wire,) = wire_sets(query, [params], options)
    parameter = _range_parameter(definition, name)
    value = wire[name]
    assert isinstance(value, dict)  # noqa: S101 - a range's wire form
    pieces = range_pieces(
        {side: str(moment) for side, moment in value.items()},
        parameter.type,
        every,
        inclusive=inclusive or _inclusive(definition, name),
    )
    requests = []
    for piece in pieces:
        its = replace(options, exact={name: dict(piece)})
        over = None if piece is pieces[-1] else over_since(piece, parameter.type, now)
        if over is not None and options.cache != "refresh":
            its = replace(its, result_max_age=max(over, parse_max_age(options.max_age) or 0))
        requests.append(ReadRequest(query=query, params={**wire, name: piece}, options=its))
    return answers_side_by_side(requests, concurrency=concurrency, progress=options.progress)


def _range_parameter(query: Query, name: str) -> ParameterDefinition:
    ranges = [item for item in definitions_of(query, used_only=True) if item.type in STEPS]
    for item in ranges:
        if item.name == name:
            return item
    known = ", ".join(repr(item.name) for item in ranges) or "none"
    raise ArgumentError(
        f"Query {query.id} {query.name!r} has no range parameter {name!r} to split.",
        hint=f"Its ranges: {known}.",
    )


def _inclusive(query: Query, name: str) -> Inclusive:
    found = inclusive_of(query.text, name)
    if found is None:
        raise ArgumentError(
            f"Query {query.id} {query.name!r} does not say clearly which ends of {name!r} belong "
            "to it: pieces might overlap or leave a gap.",
            hint=Hint(Kind.RANGE_ENDS, name=name),
        )
    return found


#: What is put behind a parameter's name where the result has a column of that name.
_SUFFIX = "_parameter"


def one_table(answers: Sequence[Answer], names: Iterable[str] = ()) -> pa.Table:
    """Give the rows of all answers, and in front of them the parameters of those names.

    Dates and times are that, a range is two columns (``period.start``, ``period.end``), several
    values are one text. What is called like a column of the result stands as ``<name>_parameter``.
    """
    whole = concat_results([answer.table for answer in answers])
    taken = set(whole.column_names)
    for place, (label, values) in enumerate(_columns(answers, names)):
        while label in taken:
            label += _SUFFIX  # noqa: PLW2901 - until nothing is called so
        taken.add(label)
        parts = [
            pa.repeat(pa.scalar(value), answer.table.num_rows)
            for answer, value in zip(answers, values, strict=True)
        ]
        whole = whole.add_column(place, label, pa.chunked_array(_of_one_type(parts)))
    return whole


def _columns(answers: Sequence[Answer], names: Iterable[str]) -> Iterable[tuple[str, list[object]]]:
    """Give each column's name, and its value in each answer."""
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
    """Give arrays of one type, which holds the values of all exactly."""
    types = {part.type for part in parts if part.type != pa.null()}
    final = types.pop() if len(types) == 1 else pa.string()
    if types == {pa.int64(), pa.float64()}:
        final = pa.float64()
    try:
        return [part.cast(final) for part in parts]
    except pa.ArrowInvalid:  # an integer that no float64 is
        return [part.cast(pa.string()) for part in parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What `read_watch_sweep` is to read.

    Attributes
    ----------
    query : int, str or QueryReference
    sets : sequence of mappings
        A read for each; empty with `split` and `page`.
    params : mapping or None
        Of all reads, with `split` and `page`.
    split, inclusive, page, concurrency
        As of `read_watch_sweep`.
    """

    query: QueryLike
    sets: Sequence[ParamSet]
    params: Params
    split: Mapping[str, object] | None
    inclusive: Inclusive | None
    page: Page | None
    concurrency: int

    @classmethod
    def of(
        cls,
        query: QueryLike,
        params: Sequence[ParamSet] | Params,
        *,
        split: Mapping[str, object] | None,
        inclusive: Inclusive | None,
        page: Page | None,
        concurrency: int,
    ) -> Self:
        """Make one of what a caller gives.

        Raises
        ------
        ArgumentError
            That does not go together.
        """
        single = params if is_single(params) else None
        sets = [] if is_single(params) else _sets(params)
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
            params=single,
            split=split,
            inclusive=inclusive,
            page=page,
            concurrency=concurrency,
        )

    def answers(self, options: ReadOptions) -> list[Answer]:
        """Read, and give the answers in order."""
        if self.split is not None:
            return answers_of_pieces(
                self.query,
                self.params,
                self.split,
                options,
                inclusive=self.inclusive,
                concurrency=self.concurrency,
            )
        if self.page is not None:
            return answers_of_pages(self.query, self.params, self.page, options)
        return answers_of_sweep(self.query, self.sets, options, concurrency=self.concurrency)

    def frame(
        self,
        answers: Sequence[Answer],
        *,
        index_col: str | Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        dtype: object = None,
        parse_dates: object = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Return the answers as one frame, as of `read_watch_sweep`."""
        frame = to_frame(
            self._rows(answers),
            dtype_backend=dtype_backend,
            columns=columns,
            dtype=dtype,
            parse_dates=parse_dates,
            index_col=index_col,
            known_kinds=known_kinds(answers),
        )
        frame.attrs[ATTRIBUTE] = _attributes(answers)
        return frame

    def table(self, answers: Sequence[Answer]) -> pa.Table:
        """Return the answers as one table, with where they came from in the schema's metadata."""
        return with_attributes(self._rows(answers), _attributes(answers))

    def _rows(self, answers: Sequence[Answer]) -> pa.Table:
        return one_table(answers, dict.fromkeys(name for params in self.sets for name in params))


def _attributes(answers: Sequence[Answer]) -> dict[str, object]:
    return {"reads": [answer.attributes for answer in answers]}


def is_single(params: Sequence[ParamSet] | Params) -> TypeGuard[Params]:
    """Whether these are the parameters of one read; a text is none, and the read says so."""
    return params is None or isinstance(params, Mapping | str)


def _sets(params: Any) -> list[ParamSet]:
    """Give parameter sets; a row of a DataFrame is one."""
    if hasattr(params, "to_dict"):
        found: list[ParamSet] = params.to_dict("records")
        return found
    if not isinstance(params, Iterable):
        raise ArgumentError(
            f"params is a {type(params).__name__}.",
            hint='Give a dict, such as {"market": "WETH"}, or a list of them.',
        )
    return list(params)
