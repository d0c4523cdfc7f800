"""What each tab below a picker has, and the result that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import ipywidgets
import pandas as pd
import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a picker's last run that succeeded.

    Attributes
    ----------
    table : pyarrow.Table
    frame : pandas.DataFrame
        The same rows.
    query : int or str
        The query's id, or the address of its page.
    code : str
        The Python that reads these rows into ``df``, and imports `draw_frame`.
    """

    table: pa.Table
    frame: pd.DataFrame
    query: int | str = 0
    code: str = ""


class Tab(Protocol):
    """What is shown of a result in one of the tabs.

    Attributes
    ----------
    widget : Widget
    """

    widget: ipywidgets.Widget

    def show(self, result: Result) -> None:
        """Show another result."""

    def static_html(self, rows: str) -> str:
        """Return what is shown as HTML, for where no kernel is; `rows` is the table's."""

    def close(self) -> None:
        """Close the tab's widgets."""
