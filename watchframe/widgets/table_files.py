"""What a table gives away: one cell, rows as text for the clipboard, rows as a file."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from watchframe.errors import WatchframeError
from watchframe.file_formats import write_table
from watchframe.plain_text import plain_text
from watchframe.reprs.words import counted, size_words
from watchframe.widgets.table_cells import copied_texts, panel_text, taken, tsv
from watchframe.widgets.table_columns import Rows
from watchframe.widgets.table_order import RowNumbers
from watchframe.widgets.table_state import Question, TableState, View

#: Cells that go to the clipboard, and bytes that go to a browser as a file, at most.
MOST_CELLS, LARGEST_FILE = 500_000, 100_000_000
_CODE = {
    "csv": 'df.to_csv("{}", index=False)',
    "parquet": 'df.to_parquet("{}")',
    "xlsx": 'df.to_excel("{}", index=False)',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a front end asks for, and the rows as they were then.

    Attributes
    ----------
    message : mapping
        Its ``type`` is one of `ANSWERS`.
    rows : Rows
    view : View
    state : TableState
    """

    message: Mapping[str, Any]
    rows: Rows
    view: View
    state: TableState

    def answer(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the content and the buffers of the message that answers."""
        request = {"request": self.message.get("request")}
        try:
            content, data = ANSWERS[self.message["type"]](self)
        except _ProblemError as problem:
            return {"type": "error", "note": str(problem), "code": problem.code, **request}, []
        except Exception as error:  # noqa: BLE001 - else the browser would wait for ever
            return {"type": "error", "note": failure_words(error), **request}, []
        return {**content, **request}, [data]

    @property
    def numbers(self) -> RowNumbers:
        """The rows that are asked for, in the order that is shown."""
        scope = self.message.get("scope")
        if scope == "page":
            return self.view.page(self.state)
        if scope == "all" and len(self.view.rows) < self.rows.table.num_rows:
            return View.of(self.rows.table, Question(sort=self.view.question.sort)).rows
        return self.view.rows


def failure_words(error: Exception) -> str:
    """Return what a table says of an unexpected error."""
    return plain_text(f"It failed: {type(error).__name__}: {error}", keep="")


class _ProblemError(Exception):
    """It is not given away; `code` is Python that makes it."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


def _cell(asked: Asked) -> tuple[dict[str, Any], bytes]:
    table, row, column = asked.rows.table, asked.message.get("row"), asked.message.get("column")
    if row not in range(table.num_rows) or column not in range(table.num_columns):
        raise _ProblemError("There is no such cell.")
    text = panel_text(table.schema[column], table.column(column).slice(row, 1))
    return {"type": "cell"}, text.encode()


def _copy(asked: Asked) -> tuple[dict[str, Any], bytes]:
    """Return rows with tabs between their columns, without the columns that are hidden."""
    table, state, numbers = asked.rows.table, asked.state, asked.numbers
    shown = [column for column in range(table.num_columns) if column not in state.hidden]
    note = f"{counted(len(numbers), 'row')} copied."
    if len(numbers) * len(shown) > MOST_CELLS:
        page = asked.view.page(state)
        note = (
            f"{counted(len(page), 'row')} copied, which are this page: "
            f"{counted(len(numbers), 'row')} are too much for the clipboard. Download them."
        )
        numbers = page
    columns = []
    for column in shown:
        values = taken(table.column(column), numbers)
        texts = copied_texts(table.schema[column], values, state.amounts.get(column, 0))
        columns.append((table.schema[column].name, texts))
    text = tsv(columns).encode()
    if len(text) > LARGEST_FILE:
        raise _ProblemError(
            f"The rows are over {size_words(LARGEST_FILE)}, which is too much for the clipboard. "
            "Download them."
        )
    return {"type": "text", "note": note}, text


def _download(asked: Asked) -> tuple[dict[str, Any], bytes]:
    table, format_ = asked.rows.table, asked.message.get("format")
    if format_ not in _CODE:
        raise _ProblemError("There is no such format.")
    numbers = asked.numbers
    if not np.array_equal(numbers, np.arange(table.num_rows)):
        table = table.take(pa.array(numbers))
    name = f"{_stem(asked.rows.provenance)}.{format_}"
    file = _LimitedFile()
    try:
        remark = write_table(format_, table, file)
    except _TooLargeError:
        raise _ProblemError(
            f"The file would be over {size_words(LARGEST_FILE)}, which is too much for a browser. "
            "Write it in a cell:",
            _CODE[format_].format(name),
        ) from None
    except WatchframeError as error:
        raise _ProblemError(str(error)) from None
    said = f"{counted(table.num_rows, 'row')} in {name}, {size_words(file.tell())}. {remark}"
    note = plain_text(said.strip(), keep="")
    return {"type": "file", "name": name, "note": note}, file.getvalue()


#: By the type of the message.
ANSWERS: dict[str, Callable[[Asked], tuple[dict[str, Any], bytes]]] = {
    "cell": _cell,
    "copy": _copy,
    "download": _download,
}


class _TooLargeError(Exception):
    pass


class _LimitedFile(io.BytesIO):
    """A file in memory that refuses what makes it too large."""

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        if self.tell() + size > LARGEST_FILE:
            raise _TooLargeError
        return super().write(data)


def _stem(provenance: Mapping[str, object]) -> str:
    """Return the name of a file without its ending: the query's name, and when it was run."""
    name = unicodedata.normalize("NFKD", str(provenance.get("query_name") or ""))
    words = re.sub(r"[^a-z0-9]+", "-", name.encode("ascii", "ignore").decode().lower())
    day = str(provenance.get("retrieved_at") or datetime.now(UTC).isoformat())[:10]
    return f"{words.strip('-')[:60].strip('-') or 'rows'}-{day}"
