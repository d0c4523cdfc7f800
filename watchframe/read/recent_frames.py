"""Frames of small results that this process has just shown, so that a repeated read is a copy."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING

from watchframe.decode import DtypeBackend, to_frame
from watchframe.decode.deviation import ENCODING
from watchframe.decode.typing_rules import JSON
from watchframe.locks import ProcessLock

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_Name = tuple[int, str]

#: Frames that are kept, and how large a table may be whose frame is.
KEPT, LARGEST = 32, 64 * 1024


class RecentFrames:
    """Frames by the very table that they show, and by the backend.

    What is kept is never handed out, and what is handed out is a deep copy: whoever changes a frame
    changes his own. A frame with lists or objects in its cells is not kept, for a copy would share
    those. A frame is forgotten with its table, which the local cache forgets when it is emptied.
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
