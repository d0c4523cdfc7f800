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
    takes_table: bool = False,
) -> pd.DataFrame:
    """Give the answer's frame with its provenance in ``attrs``; as of `read_watch_query`.

    With `takes_table` the answer has no table any more: column by column its memory becomes the
    frame's, and the two are never there as a whole beside each other.
    """
    if answer.source == "local cache" and columns is dtype is index_col is None:
        frame = _recent.frame(answer.table, dtype_backend)
    else:
        frame = to_frame(
            answer.take_table() if takes_table else answer.table,
            dtype_backend=dtype_backend,
            columns=columns,
            dtype=dtype,
            index_col=index_col,
        )
    frame.attrs[ATTRIBUTE] = answer.attributes
    return frame
