"""One query read many times, in one of three ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from watchframe.decode import DtypeBackend, to_frame
from watchframe.errors import ArgumentError
from watchframe.read.answer import ATTRIBUTE, Answer, with_attributes
from watchframe.read.ask import Params, ReadOptions
from watchframe.read.frame_of import known_kinds
from watchframe.read.many import ParamSet, QueryLike, answers_of_pieces, answers_of_sweep
from watchframe.read.one_table import one_table
from watchframe.read.paging import Page, answers_of_pages
from watchframe.read.range_ends import Inclusive

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


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
