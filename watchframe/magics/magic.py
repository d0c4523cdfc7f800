"""The magic `WatchMagics`, with its settings under ``%config``, and its loading into a shell."""

from __future__ import annotations

import contextlib
import dis
import re
import shlex
import sys
from collections.abc import Mapping, MutableMapping
from types import FrameType
from typing import cast

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
from IPython.display import display, publish_display_data

from watchframe.decode import DtypeBackend
from watchframe.display.tracebacks import Rendering
from watchframe.drawing import Drawing
from watchframe.errors import ArgumentError
from watchframe.magics.completion import offer_completions, withdraw_completions
from watchframe.magics.line import Request, help_text, parse_line, without_remark
from watchframe.magics.reading import (
    Asked,
    Defaults,
    LocalSql,
    SavedQuery,
    asked,
    drawn,
    explained,
    picker,
    provenance,
    query_search,
    read,
    read_arguments,
    saved,
    table_of,
)
from watchframe.plain_text import plain_text
from watchframe.read.documents import parameters_for_hint
from watchframe.read.options import ANY_AGE, NO_TIMEOUT, seconds


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
        help="How long a read may take where --timeout is not given; None is no limit.",
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
        self._row_limit = _RowLimit(shell)

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
        line = without_remark(line)
        is_used = cell is None and is_value_used()
        try:
            if cell is None:
                _check_no_line_is_joined(line)
            request = parse_line(
                line.removesuffix(";"),
                magic="%watch" if cell is None else "%%watch",
                parameters_of=parameters_for_hint,
            )
            if request.help:
                _show_text(help_text())
                return None
            if cell is None and request == Request(pick=True, out=request.out):
                value = self._bound(query_search(), request.out)
            else:
                namespace = self._variables(local_ns or {})
                what = asked(request, cell, namespace, source=self.source)
                value = self._outcome(what, request)
        except (Exception, KeyboardInterrupt) as error:
            # So IPython shows it in its short form, wherever it is caught and shown.
            error._render_traceback_ = Rendering(error, "cell")  # type: ignore[union-attr]
            raise
        is_shown = request.pick or (
            request.out is None and not request.no_display and line[-1:] != ";"
        )
        if request.table and isinstance(value, pd.DataFrame) and line[-1:] != ";":
            display(table_of(value))  # type: ignore[no-untyped-call]
            is_shown = False
        if is_shown and not is_used and self.display_rows is not None:
            self._row_limit.set(self.display_rows)
        return value if is_shown or is_used else None

    def _variables(self, local: Mapping[str, object]) -> dict[str, object]:
        """Return the variables that a cell sees, without what IPython itself has put there."""
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

    def _outcome(self, what: Asked, request: Request) -> object:
        """Explain, show inputs or read; return the outcome, bound where it has a name."""
        arguments = read_arguments(request, self._defaults)
        if isinstance(what, LocalSql):  # what it does not go with is refused in the line
            return self._shown(read(what, arguments), request, [])
        if request.explain:
            _show_text(explained(what, arguments))
            return None
        if request.pick:
            return self._bound(picker(what, arguments), request.out)
        if isinstance(what, SavedQuery) and request.chart is not None:
            found: pd.DataFrame | Drawing = drawn(what, arguments)
        else:
            found = read(what, arguments)
        notes = []
        if request.save is not None:
            notes.append({"text/plain": plain_text(saved(what, request.save))})
        return self._shown(found, request, notes)

    def _shown(
        self, found: pd.DataFrame | Drawing, request: Request, notes: list[dict[str, str]]
    ) -> object:
        """Bind what was read, and say where it came from, with the notes below that."""
        value = self._bound(found, request.out)
        for note in [*([] if request.no_display else [provenance(found)]), *notes]:
            publish_display_data(note)  # type: ignore[no-untyped-call]
        return value

    def _bound(self, value: object, name: str | None) -> object:
        if name is not None:
            self._shell.user_ns[name] = value
        return value


def load(shell: InteractiveShell) -> None:
    """Register the magic, its settings and its completions; a second time changes nothing."""
    if not _settings(shell):
        # Its constructor puts it into shell.configurables, where %config finds it.
        shell.register_magics(WatchMagics(shell))
    offer_completions(shell)


def unload(shell: InteractiveShell) -> None:
    """Remove what `load` registered."""
    withdraw_completions(shell)
    for magics in _settings(shell):
        cast("list[object]", shell.configurables).remove(magics)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("watch", None)


def _settings(shell: InteractiveShell) -> list[WatchMagics]:
    return [item for item in shell.configurables if isinstance(item, WatchMagics)]


class _RowLimit:
    """The most rows that frames show, until the cell that runs now is finished."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._options = contextlib.ExitStack()

    def set(self, rows: int) -> None:
        """Show at most `rows` rows."""
        self._options.enter_context(
            pd.option_context("display.max_rows", rows, "display.min_rows", rows)
        )
        self._shell.events.register("post_execute", self._restore)  # once, however often

    def _restore(self) -> None:
        self._shell.events.unregister("post_execute", self._restore)
        self._options.close()


def _show_text(text: str) -> None:
    """Show a text: under the cell in a notebook, with a terminal's colors, or printed."""
    publish_display_data({"text/plain": plain_text(text)})  # type: ignore[no-untyped-call]


#: What follows a call whose value goes nowhere, or (3.11; from 3.12 on) to the display.
_DISCARDED = frozenset({("POP_TOP", None), ("PRINT_EXPR", None), ("CALL_INTRINSIC_1", 1)})


def is_value_used() -> bool:
    """Whether the cell that runs a line magic uses its value.

    ``df = %watch 42`` does, ``%watch 42`` alone on its line does not. IPython tells a magic nothing
    about that, but the instruction after the call does.
    """
    magic = _calling_frame("run_line_magic")
    frame = magic.f_back if magic is not None else None
    if frame is None:
        return True
    following = (item for item in dis.get_instructions(frame.f_code) if item.offset > frame.f_lasti)
    instruction = next(following, None)
    return instruction is None or (instruction.opname, instruction.arg) not in _DISCARDED


#: A line of a magic that ends in a backslash right behind something.
_CONTINUED = re.compile(r"%watch\s+(.*\S)\\$", re.MULTILINE)


def _check_no_line_is_joined(line: str) -> None:
    r"""Refuse a line whose last value ends with a backslash, which joins the next line to it.

    Of ``-p dir=C:\data\`` IPython leaves ``C:\data``, without a word where an empty line or a
    remark follows. It tells a magic nothing about that, but the cell as it was typed does.
    """
    shell = _calling_frame("run_cell_async")
    cell = shell.f_locals.get("raw_cell") if shell is not None else None
    if not isinstance(cell, str):
        return
    # The last line has no next one.
    for found in _CONTINUED.finditer(cell.rstrip("\n").rpartition("\n")[0]):
        word = found[1].split()[-1]
        if "=" in word and f"{line.strip()} ".startswith(f"{found[1]} "):
            typed = f"{word}\\"
            raise ArgumentError(
                f"The backslash at the end of {typed} joins the next line to this one.",
                hint="A value that ends with a backslash goes into quotes: "
                f"{shlex.quote(typed)}. With a space before it, the backslash goes on in "
                "the next line.",
            )


def _calling_frame(function: str) -> FrameType | None:
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - Python's own way up the stack
    while frame is not None and frame.f_code.co_name != function:
        frame = frame.f_back
    return frame
