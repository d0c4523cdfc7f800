"""``watchframe freeze``, ``replay`` and ``pack``: notebooks that can be made again."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.connection import GlobalOptions, connect, profile_of
from watchframe.cli.messages import note
from watchframe.config.files import atomic_file, check_writable
from watchframe.errors import ArgumentError, ConfigurationError, LockError
from watchframe.plain_text import shell_text
from watchframe.reprs import size_words
from watchframe.reprs.words import counted

if TYPE_CHECKING:
    from nbformat import NotebookNode

_NOTEBOOK = click.argument("notebook", metavar="NOTEBOOK", type=click.Path(dir_okay=False))
_LOCK_TYPE = click.Path(dir_okay=False)
_EXECUTED = click.option(
    "--executed", type=_LOCK_TYPE, metavar="FILE", help="Where the executed notebook is written."
)

#: Run behind the notebook's own cells, in its kernel.
_END = "from watchframe.read.lock_environment import end\nend()"


@command(short_help="Execute a notebook, and note which results it read.")
@_NOTEBOOK
@click.option(
    "-o",
    "--output",
    type=_LOCK_TYPE,
    metavar="LOCK",
    help="The lock; by default it has the notebook's name, with .lock at its end.",
)
@_EXECUTED
@click.pass_obj
def freeze(
    options: GlobalOptions, *, notebook: str, output: str | None, executed: str | None
) -> None:
    """Execute a notebook, and note which results it read.

    watchframe replay then makes it again from the same rows. The lock is written when the last cell
    has ended; after an error in any cell, an older lock is unchanged. NOTEBOOK itself is too.
    """
    source = _existing(notebook)
    target = source.with_suffix(".lock") if output is None else Path(output)
    check_writable(target)
    found = _executed(
        source, options, {"WATCHFRAME_FREEZE": str(target.absolute())}, executed=executed, last=_END
    )
    _keep(found, executed)
    from watchframe.read.lock_file import parse_lock, read_lock_bytes  # noqa: PLC0415 - heavy

    lock = parse_lock(read_lock_bytes(target), target.name)
    if not options.is_quiet:
        count = len({(it.server, it.query_result_id, it.row_hash) for it in lock.answers})
        note(f"{target}: {counted(count, 'result')} of {counted(len(lock.reads), 'read')}")


@command(short_help="Execute a notebook with the results that a lock names.")
@_NOTEBOOK
@click.option(
    "--lock",
    type=_LOCK_TYPE,
    metavar="LOCK",
    help="The lock, or its pack; by default the lock with the notebook's name.",
)
@_EXECUTED
@click.pass_obj
def replay(
    options: GlobalOptions, *, notebook: str, lock: str | None, executed: str | None
) -> None:
    """Execute a notebook with the results that a lock names, and with no others.

    They come from the local cache or the pack, else from the server by their ids; nothing is run
    there. With the rows at hand, no server and no key are needed. Where a result is gone, the error
    says which.
    """
    source = _existing(notebook)
    found = source.with_suffix(".lock") if lock is None else Path(lock)
    from watchframe.read.lock_replay import Replay  # noqa: PLC0415 - help needs no reading

    Replay.of(found)  # before a kernel starts
    made = _executed(
        source, options, {"WATCHFRAME_REPLAY": str(found.absolute())}, executed=executed
    )
    _keep(made, executed)
    if not options.is_quiet:
        written = "" if executed is None else f"; written to {executed}"
        note(f"{notebook}: each read had the rows of {found}{written}")


@command("pack", short_help="Put a lock and its rows into one file, to pass on.")
@click.argument("lock", metavar="LOCK", type=_LOCK_TYPE)
@click.option(
    "-o",
    "--output",
    type=_LOCK_TYPE,
    metavar="FILE",
    help="The pack; by default it has the lock's name, with .tar at its end.",
)
@click.pass_obj
def pack_command(options: GlobalOptions, *, lock: str, output: str | None) -> None:
    """Put a lock and its rows into one file, to pass on.

    Whoever has it makes the report again without a server or a key: watchframe replay NOTEBOOK
    --lock FILE. What the local cache has no more is fetched by its id.
    """
    from watchframe.read import pack  # noqa: PLC0415 - help needs no reading

    with contextlib.suppress(ConfigurationError):  # the rows may all be here
        connect(options)
    written = pack(lock, output)
    if not options.is_quiet:
        note(f"{written}: {size_words(written.stat().st_size)}")


def _existing(notebook: str) -> Path:
    path = Path(notebook)
    if not path.is_file():
        raise ArgumentError(f"There is no notebook {notebook}.", hint="Give the file's name.")
    if path.suffix != ".ipynb":
        name = shell_text(notebook)
        raise ArgumentError(
            f"{notebook} is no notebook (.ipynb).",
            hint=f"For a script, set the variable: WATCHFRAME_FREEZE=report.lock python {name}, "
            "or WATCHFRAME_REPLAY=report.lock.",
        )
    return path


def _executed(
    path: Path,
    options: GlobalOptions,
    variables: dict[str, str],
    *,
    executed: str | None,
    last: str | None = None,
) -> NotebookNode:
    """Return a notebook after all its cells were executed, in its folder and with its kernel.

    Raises
    ------
    ArgumentError
        It is no notebook, or nbclient is not installed.
    LockError
        A cell ended with an error, or the kernel died.
    """
    try:
        import nbformat  # noqa: PLC0415 - is not needed by anything else
        from nbclient import NotebookClient  # noqa: PLC0415 - likewise
        from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: PLC0415
    except ImportError as error:
        raise ArgumentError(
            f"To execute notebooks takes nbclient, which cannot be loaded: {error}.",
            hint="Install it: pip install nbclient ipykernel, or begin the notebook with "
            "%watch_freeze.",
        ) from None
    if executed is not None:
        check_writable(Path(executed))
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError) as error:
        words = str(error).splitlines()[0]
        raise ArgumentError(f"{path} cannot be read as a notebook: {words}") from None
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what an earlier run has left says nothing of this one
            cell.execution_count, cell.outputs = None, []
    if last is not None:
        end = nbformat.v4.new_code_cell(last)  # type: ignore[no-untyped-call]
        notebook.cells.append(end)
    folder = {"metadata": {"path": str(path.absolute().parent)}}
    client = NotebookClient(notebook, timeout=None, resources=folder)
    try:
        client.execute(env={**os.environ, **_connection(options), **variables})
    except CellExecutionError as error:
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        number = sum(bool(cell.execution_count) for cell in cells)
        raise LockError(
            f"Cell {number} of {path.name} ended with an error: {error.ename}: {error.evalue}"
        ) from None
    except DeadKernelError:
        raise LockError(f"The kernel of {path.name} died.") from None
    if last is not None:
        notebook.cells.pop()
    return notebook


def _connection(options: GlobalOptions) -> dict[str, str]:
    """Return the variables with which the kernel connects as this command would."""
    found: dict[str, Any] = {
        "WATCHFRAME_URL": options.url,
        "WATCHFRAME_PROFILE": profile_of(options),
    }
    return {name: value for name, value in found.items() if value}


def _keep(notebook: NotebookNode, path: str | None) -> None:
    if path is None:
        return
    import nbformat  # noqa: PLC0415 - as above

    with atomic_file(Path(path)) as file:
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        file.write(f"{text}\n".encode())
