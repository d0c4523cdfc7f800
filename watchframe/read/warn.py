"""Warnings about a result, pointing at the user's line."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Container
from pathlib import Path

from watchframe.decode import Conversions, column_warnings
from watchframe.errors import (
    CacheWarning,
    ResultTruncatedWarning,
    UnprovenResultWarning,
    WatchframeWarning,
)
from watchframe.read.answer import Answer
from watchframe.read.guards import AUTO_LIMIT, is_probably_cut

_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_IPYTHON = f"{os.sep}IPython{os.sep}core{os.sep}"


def warn_of_answer(answer: Answer, *, dtype: object = None, parse_dates: object = None) -> None:
    """Warn of what `answer_warnings` finds.

    The declared type of a column that `dtype` or `parse_dates` convert does not matter.
    """
    converted = Conversions.of(dtype, parse_dates, (), has_rows=False).columns
    for warning in answer_warnings(answer, converted=converted):
        warnings.warn(warning, stacklevel=users_level())


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
