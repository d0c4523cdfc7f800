"""Warnings about a result, pointing at the user's line."""

from __future__ import annotations

import inspect
import os
import warnings
from pathlib import Path

from watchframe.decode import Conversions, deviations_of
from watchframe.errors import (
    CacheWarning,
    ColumnTypeWarning,
    ResultTruncatedWarning,
    UnprovenResultWarning,
)
from watchframe.read.answer import Answer
from watchframe.read.guards import AUTO_LIMIT, is_probably_cut

_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_IPYTHON = f"{os.sep}IPython{os.sep}core{os.sep}"


def warn_of_answer(answer: Answer, *, dtype: object = None, parse_dates: object = None) -> None:
    """Warn of columns that are not what the server declared, and of a result that seems cut.

    A copy from the local cache warns as the first read did. Of a column that `dtype` or
    `parse_dates` name, a caller knows.
    """
    converted = Conversions.of(dtype, parse_dates, (), has_rows=False).columns
    if answer.unproven is not None:
        warnings.warn(UnprovenResultWarning(answer.unproven), stacklevel=users_level())
    for deviation in deviations_of(answer.table):
        if deviation.column not in converted:
            warnings.warn(ColumnTypeWarning(str(deviation)), stacklevel=users_level())
    if is_probably_cut(
        may_be_cut=answer.may_be_cut,
        rows=answer.table.num_rows,
        ran=answer.provenance.query_text,
    ):
        warnings.warn(
            ResultTruncatedWarning(
                f"Query {answer.provenance.query_id} gave exactly {AUTO_LIMIT:,} rows, and the "
                f"server appends LIMIT {AUTO_LIMIT} to it: there are probably more. Switch off "
                "its auto limit on its page, or give it a LIMIT of its own."
            ),
            stacklevel=users_level(),
        )


def warn_stale(label: str, copy: str, error: Exception) -> None:
    """Warn that a copy too old for the policy was taken because the server is away."""
    warnings.warn(
        CacheWarning(f"{label}: a {copy}, from the local cache, because: {error}"),
        stacklevel=users_level(),
    )


def users_level() -> int:
    """Give the stack level of the nearest caller outside this package, seen from our caller.

    Between a magic and the cell that it stands in lies IPython, which is nobody's own line either.
    """
    here = inspect.currentframe()
    frame, level = here and here.f_back, 1
    while frame is not None and _is_inner(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    return level


def _is_inner(filename: str) -> bool:
    return filename.startswith(_PACKAGE) or _IPYTHON in filename
