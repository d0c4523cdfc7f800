"""``%watch_freeze`` and ``%watch_replay``: the magics of a lock, on a line or around a cell."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import publish_display_data

from watchframe.display.tracebacks import Rendering
from watchframe.errors import ArgumentError, LockError
from watchframe.magics.line import without_remark
from watchframe.plain_text import plain_text
from watchframe.read import freeze, replay


@magics_class
class LockMagics(Magics):
    """``%watch_freeze`` and ``%watch_replay``.

    Parameters
    ----------
    shell : InteractiveShell
        The shell that runs the cells.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell=shell)
        self._shell = shell
        self._begun: dict[str, tuple[str, freeze | replay]] = {}

    @no_var_expand
    @line_cell_magic
    def watch_freeze(self, line: str, cell: str | None = None) -> None:
        """Note which results are read, and write them down as a lock.

        %watch_freeze report.lock    begins, for the cells that follow
        %watch_freeze --end          ends, and writes report.lock
        %%watch_freeze report.lock   notes what this cell reads
        """
        self._do("watch_freeze", line, cell, freeze)

    @no_var_expand
    @line_cell_magic
    def watch_replay(self, line: str, cell: str | None = None) -> None:
        """Answer reads with the results that a lock names, and with no others.

        %watch_replay report.lock    begins, for the cells that follow
        %watch_replay --end          ends: reads are as usual again
        %%watch_replay report.lock   answers what this cell reads
        """
        self._do("watch_replay", line, cell, replay)

    def give_up(self) -> None:
        """End what has begun; a freeze is not written."""
        for _, session in self._begun.values():
            if isinstance(session, freeze):
                session.give_up()
            else:
                session.end()
        self._begun.clear()

    def _do(
        self, name: str, line: str, cell: str | None, make: Callable[[str], freeze | replay]
    ) -> None:
        try:
            path = _path_in(name, line, is_cell=cell is not None)
            if cell is not None:
                self._around(make(str(path)), cell)
            elif path is None:
                self._end(name)
            else:
                self._begin(name, path, make(path))
        except (Exception, KeyboardInterrupt) as error:
            # So IPython shows it in its short form, as those of %watch.
            error._render_traceback_ = Rendering(error, "cell")  # type: ignore[union-attr]
            raise

    def _around(self, session: freeze | replay, cell: str) -> None:
        with session:
            ran = self._shell.run_cell(cell)  # type: ignore[no-untyped-call]
            if not ran.success:
                raise LockError(
                    "The cell ended with the error above, so that its reads were not frozen."
                    if isinstance(session, freeze)
                    else "The cell ended with the error above."
                )

    def _begin(self, name: str, path: str, session: freeze | replay) -> None:
        if name in self._begun:
            raise ArgumentError(
                f"%{name} {self._begun[name][0]} has begun and not ended.",
                hint=f"End it first: %{name} --end",
            )
        session.begin()
        self._begun[name] = path, session
        word = "noted for" if isinstance(session, freeze) else "answered from"
        _show(f"What is read from now on is {word} {path}, until %{name} --end.")

    def _end(self, name: str) -> None:
        if name not in self._begun:
            raise ArgumentError(f"No %{name} has begun.", hint=f"Begin one: %{name} report.lock")
        path, session = self._begun.pop(name)
        count = session.end()
        if isinstance(session, freeze):
            _show(f"{path} names {count:,} {'result' if count == 1 else 'results'}.")


def _path_in(name: str, line: str, *, is_cell: bool) -> str | None:
    """Return the file that a line names; None for ``--end``."""
    try:
        words = shlex.split(without_remark(line))
    except ValueError as error:
        raise ArgumentError(f"%{name} cannot be read: {error}.") from None
    if words == ["--end"] and not is_cell:
        return None
    if len(words) != 1 or words[0].startswith("-"):
        raise ArgumentError(
            f"%{name} takes the name of one file" + ("." if is_cell else ", or --end."),
            hint=f"%{name} report.lock",
        )
    return words[0]


def _show(text: str) -> None:
    publish_display_data({"text/plain": plain_text(text)})  # type: ignore[no-untyped-call]
