"""The program ``watchframe``: its global options, its commands, and its exit codes."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

import click

from watchframe.cli.cache import cache
from watchframe.cli.chart import chart
from watchframe.cli.check import check
from watchframe.cli.command import Group
from watchframe.cli.connection import GlobalOptions
from watchframe.cli.dashboard import dashboard
from watchframe.cli.diff_results import diff_results
from watchframe.cli.history import history
from watchframe.cli.lists import dashboards, data_sources, queries, tables
from watchframe.cli.login import login, logout
from watchframe.cli.messages import (
    BROKEN_PIPE,
    INTERRUPTED,
    MEANINGS,
    TERMINATED,
    exit_code,
    note,
    show_error,
    shown_warnings,
)
from watchframe.cli.queries_as_code import diff_command, export_command, import_command
from watchframe.cli.query import local, query, show, sql
from watchframe.cli.reports import freeze, pack_command, replay
from watchframe.cli.server import (
    clone,
    demo,
    disable_users_command,
    find_personal_data_command,
    move,
)
from watchframe.keys import without_keys

#: The commands, as the help shows them.
_SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Read": (query, sql, local, chart, dashboard, show, history, diff_results, check),
    "Make a report again": (freeze, replay, pack_command),
    "Look around": (queries, dashboards, data_sources, tables),
    "Look after a server": (
        *(export_command, diff_command, import_command, clone),
        *(find_personal_data_command, disable_users_command, move),
    ),
    "This machine": (cache, login, logout, demo),
}


class Program(Group):
    """A group whose commands end with an exit code of `MEANINGS`, never with a traceback."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command line, and exit."""
        extra["standalone_mode"] = False
        with shown_warnings(), _exit_on_sigterm():
            try:
                code = super().main(*args, **extra)
            except click.Abort:
                note("Interrupted.")
                code = INTERRUPTED
            except click.exceptions.NoArgsIsHelpError as error:
                error.show()  # the help, and not as an error
                code = error.exit_code
            except click.ClickException as error:
                ctx = getattr(error, "ctx", None)
                click.UsageError(without_keys(error.format_message()), ctx).show()
                code = error.exit_code
        sys.exit(code if isinstance(code, int) else 0)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands under the heads of their sections."""
        for head, commands in _SECTIONS.items():
            with formatter.section(head):
                rows = [(str(item.name), item.get_short_help_str(80)) for item in commands]
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> None:
        """Run the command that was named; an error becomes a message and an exit code."""
        try:
            super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            note("Interrupted.")
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - every error becomes a message
            if _is_of_closed_pipe(error):
                code = BROKEN_PIPE
            else:
                show_error(error, is_debug=ctx.obj is not None and ctx.obj.is_debug)
                code = exit_code(error)
        else:
            return
        _flush_or_discard()
        raise click.exceptions.Exit(code)


@click.group(
    cls=Program,
    name="watchframe",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {code:<4}{_}" for code, _ in MEANINGS.items()),
)
@click.version_option(package_name="watchframe", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Read saved Inverse Watch queries from a terminal or a script.

    Rows go to standard output or to a file; all else goes to standard error. The API key comes from
    WATCHFRAME_API_KEY or from watchframe login; it is never an argument.
    """
    ctx.obj = ctx.obj or GlobalOptions()


for _command in (command for commands in _SECTIONS.values() for command in commands):
    program.add_command(_command)


def main() -> NoReturn:
    """Run the command line of this process, and exit."""
    program(prog_name="watchframe")
    raise AssertionError  # program() has exited


@contextlib.contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that the job is cancelled and unfinished files removed.

    On Windows no process can send that, but Ctrl-Break, which is also how a service is told to end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def exit_(number: int, frame: object) -> NoReturn:  # noqa: ARG001 - the system's signature
        sys.exit(TERMINATED)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before = {number: signal.signal(number, exit_) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_of_closed_pipe(error: Exception) -> bool:
    """Whether the program that read the output has stopped."""
    if isinstance(error, BrokenPipeError):
        return True
    # Windows says no more than that an argument is invalid; of a file it would say which.
    is_vague = isinstance(error, OSError) and error.filename is None and error.errno == errno.EINVAL
    return is_vague and os.name == "nt"


def _flush_or_discard() -> None:
    """Flush standard output; where that fails, discard it: Python would try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
