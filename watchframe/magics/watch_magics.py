"""The magic itself: `WatchMagics`, with its settings under ``%config``."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import cast

import traitlets
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)

from watchframe.display.known_secrets import known_secrets
from watchframe.errors import JobFailedError
from watchframe.magics.asked import SavedQuery, Sql, asked
from watchframe.magics.calling_cell import check_backslash_was_not_taken, is_value_kept
from watchframe.magics.doing import (
    explained,
    picker,
    provenance,
    query_search,
    read,
    refused_sql,
    saved,
)
from watchframe.magics.reading_options import Defaults, DtypeBackend, read_arguments
from watchframe.magics.request import Request, help_text, parse_line
from watchframe.magics.short_errors import Rendering
from watchframe.magics.showing import RowLimit, show_text
from watchframe.magics.words import without_remark
from watchframe.read.written_options import ANY_AGE, NO_TIMEOUT, seconds


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
        type(self).watch.__doc__ = help_text()  # what %watch? shows
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
    ) -> object:
        """Read a saved query, or run SQL; ``%watch --help`` says how."""
        what: SavedQuery | Sql | None = None
        line = without_remark(line)
        is_kept = cell is None and is_value_kept()
        try:
            if cell is None:
                check_backslash_was_not_taken(line)
            request = parse_line(line.removesuffix(";"))
            if request.help:
                show_text(help_text())
                return None
            if cell is None and request == Request(pick=True, out=request.out):
                value = self._bound(query_search(), request.out)
            else:
                namespace = self._variables(local_ns or {})
                what = asked(request, cell, namespace, source=self.source)
                value = self._do(what, request)
        except (Exception, KeyboardInterrupt) as error:
            self._show_short(error, what)
            raise
        is_shown = request.pick or (
            request.out is None and not request.no_display and line[-1:] != ";"
        )
        if is_shown and not is_kept and self.display_rows is not None:
            self._row_limit.limit(self.display_rows)
        return value if is_shown or is_kept else None

    def _variables(self, local: Mapping[str, object]) -> dict[str, object]:
        """Give the variables that a cell sees, without what IPython itself has put there."""
        hidden = self._shell.user_ns_hidden
        return {
            name: value
            for name, value in {**self._shell.user_ns, **local}.items()
            if name not in hidden or hidden[name] is not value
        }

    @property
    def _defaults(self) -> Defaults:
        return Defaults(
            max_age=self.max_age,
            dtype_backend=cast("DtypeBackend", self.dtype_backend),
            timeout=self.timeout,
            source=self.source,
        )

    def _do(self, what: SavedQuery | Sql, request: Request) -> object:
        """Do what is asked; bind the outcome where it has a name, and give it."""
        arguments = read_arguments(request, self._defaults)
        if request.explain:
            show_text(explained(what, arguments))
            return None
        if request.pick:
            return self._bound(picker(what, arguments), request.out)
        frame = read(what, arguments)
        notes = [] if request.no_display else [provenance(frame)]
        if request.save is not None:
            notes.append(saved(what, request.save))
        value = self._bound(frame, request.out)
        for note in notes:
            show_text(note)
        return value

    def _bound(self, value: object, name: str | None) -> object:
        if name is not None:
            self._shell.user_ns[name] = value
        return value

    def _show_short(self, error: BaseException, what: SavedQuery | Sql | None) -> None:
        """Have IPython show an error in its short form, whoever catches and shows it."""
        error._render_traceback_ = Rendering(  # type: ignore[attr-defined]
            error=error,
            shell=self._shell,
            is_full=lambda: bool(self.full_traceback),
            secrets=known_secrets,
            sql=refused_sql(what) if isinstance(error, JobFailedError) and what else None,
        )
