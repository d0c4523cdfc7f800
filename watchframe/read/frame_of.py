"""From an answer to the frame that people get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from watchframe.decode import DtypeBackend, to_frame
from watchframe.read.answer import ATTRIBUTE, Answer
from watchframe.read.recent_frames import RecentFrames

if TYPE_CHECKING:
    import pandas as pd

_recent = RecentFrames()


def frame_of(
    answer: Answer,
    *,
    dtype_backend: DtypeBackend = "numpy_nullable",
    index_col: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    dtype: object = None,
    parse_dates: object = None,
    takes_table: bool = False,
) -> pd.DataFrame:
    """Return the answer's frame with its provenance in ``attrs``; as of `read_watch_query`.

    With `takes_table` the answer has no table any more: column by column its memory becomes the
    frame's, and the two are never there as a whole beside each other.
    """
    if answer.source == "local cache" and columns is dtype is parse_dates is index_col is None:
        frame = _recent.frame(answer.table, dtype_backend)
    else:
        frame = to_frame(
            answer.take_table() if takes_table else answer.table,
            dtype_backend=dtype_backend,
            columns=columns,
            dtype=dtype,
            parse_dates=parse_dates,
            index_col=index_col,
            known_kinds=answer.known_kinds,
        )
    frame.attrs[ATTRIBUTE] = answer.attributes
    return frame


def needed_columns(
    columns: Sequence[str] | None, index_col: str | Sequence[str] | None
) -> list[str] | None:
    """Return the columns that a frame is made of; None for all, or where none are asked for."""
    if columns is None:
        return None
    index = [index_col] if isinstance(index_col, str) else list(index_col or ())
    return list(dict.fromkeys([*index, *columns])) or None


def known_kinds(answers: Sequence[Answer]) -> dict[str, str]:
    """Return the types that are known of the columns of one query, by all of its answers."""
    return {name: kind for answer in answers for name, kind in answer.known_kinds.items()}
