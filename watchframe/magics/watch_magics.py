"""The magic itself: `WatchMagics`, with its settings under ``%config``."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

import pandas as pd
import traitlets
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)

from watchframe.magics.asked import SavedQuery, Sql, asked
from watchframe.magics.calling_cell import is_value_kept
from watchframe.magics.known_secrets import known_secrets
from watchframe.magics.reading_options import (
    ANY_AGE,
    NO_TIMEOUT,
    Defaults,
    ReadArguments,
    read_arguments,
    seconds,
)
from watchframe.magics.request import Request, help_text, parse_line
from watchframe.magics.short_errors import Rendering
from watchframe.magics.showing import RowLimit, show_provenance, show_text
from watchframe.read import read_watch_query, read_watch_sql


@magics_class
class WatchMagics(Magics):
    """``%watch`` and ``%%watch``.

    Parameters
    ----------
    shell : InteractiveShell
        The shell that runs the cells.
    """

    max_age = traitlets.Union(
        [traitlets.Float(), traitlets.Unicode()],
        default_value=None,
        allow_none=True,
        help="How old the data may be where --max-age is not given: seconds, or '15m', '1h', '7d'.",
    ).tag(config=True)
    dtype_backend = traitlets.Enum(
        ("numpy_nullable", "pyarrow"),
        default_value="numpy_nullable",
        help="The family of dtypes where --dtype-backend is not given.",
    ).tag(config=True)
    timeout = traitlets.Union(
        [traitlets.Float(), traitlets.Unicode()],
        default_value=300.0,
        allow_none=True,
        help="How long a read may take where --timeout is not given; None waits for ever.",
    ).tag(config=True)
    source = traitlets.Unicode(
        None,
        allow_none=True,
        help="The data source of SQL cells where --source is not given.",
    ).tag(config=True)
    display_rows = traitlets.Int(
        None,
        allow_none=True,
        min=1,
        help="How many rows of a frame are shown at most; None leaves it to pandas.",
    ).tag(config=True)
    full_traceback = traitlets.Bool(
        default_value=False,
        help="Whether errors show the whole traceback instead of the short form.",
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell=shell)
        self._shell = shell
        self._row_limit = RowLimit(shell)

    @traitlets.validate("max_age", "timeout")
    def _is_duration(self, proposal: Mapping[str, object]) -> object:
        name = proposal["trait"].name  # type: ignore[attr-defined]  # a Bunch of traitlets
        value = proposal["value"]
        try:
            seconds(value, ANY_AGE if name == "max_age" else NO_TIMEOUT, name)  # type: ignore[arg-type]
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return value

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def watch(
        self,
        line: str,
        cell: str | None = None,
        local_ns: MutableMapping[str, object] | None = None,
    ) -> pd.DataFrame | None:
        """Read a saved query, or run SQL; ``%watch --help`` says how."""
        with self._errors_shown_short(cell):
            line = line.rstrip()
            request = parse_line(line.removesuffix(";"))
            if request.help:
                show_text(help_text())
                return None
            namespace = ChainMap(dict(local_ns or {}), self._shell.user_ns)
            what = asked(request, cell, namespace, source=self.source)
            frame = self._read(what, read_arguments(request, self._defaults))
            return self._hand_over(frame, request, is_line=cell is None, is_quiet=line[-1:] == ";")

    @property
    def _defaults(self) -> Defaults:
        return Defaults(
            max_age=self.max_age,
            dtype_backend=self.dtype_backend,
            timeout=self.timeout,
            source=self.source,
        )

    def _read(self, what: SavedQuery | Sql, arguments: ReadArguments) -> pd.DataFrame:
        if isinstance(what, SavedQuery):
            return read_watch_query(what.query, what.params, **arguments)
        return read_watch_sql(what.sql, what.source, what.params, **arguments)

    def _hand_over(
        self, frame: pd.DataFrame, request: Request, *, is_line: bool, is_quiet: bool
    ) -> pd.DataFrame | None:
        """Bind the frame or give it to the cell, with the line on where it came from."""
        if request.out is not None:
            self._shell.user_ns[request.out] = frame
        if not request.no_display:
            show_provenance(frame)
        is_kept = is_line and is_value_kept()
        if request.out is not None or ((request.no_display or is_quiet) and not is_kept):
            return None
        if self.display_rows is not None:
            self._row_limit.limit(self.display_rows)
        return frame

    @contextmanager
    def _errors_shown_short(self, sql: str | None) -> Iterator[None]:
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            error._render_traceback_ = Rendering(  # type: ignore[union-attr]
                error=error,
                shell=self._shell,
                is_full=lambda: bool(self.full_traceback),
                secrets=known_secrets,
                sql=sql,
            )
            raise
