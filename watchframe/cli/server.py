"""Commands for a whole server: copies, people's data, users, moves; and the demo server."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_dashboard
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import FAILED, note
from watchframe.cli.options import WholeNumber, ids_option, json_option
from watchframe.cli.output import write_frame, write_report
from watchframe.errors import ArgumentError, ConfigurationError
from watchframe.references import parse_dashboard_reference

if TYPE_CHECKING:
    import pandas as pd

#: Actions of which a single one makes the exit code 1.
_NOT_DONE = frozenset({"failed", "conflict", "not found"})


@command(short_help="Copy a dashboard with its queries.")
@click.argument("reference", metavar="DASHBOARD", shell_complete=complete_dashboard)
@click.option("--name", metavar="NAME", help="The copy's; 'Copy of ...' by default.")
@click.option(
    "--same-queries", is_flag=True, help="Show the original's queries instead of copies of them."
)
@json_option
@click.pass_obj
def clone(
    options: GlobalOptions, *, reference: str, name: str | None, same_queries: bool, is_json: bool
) -> None:
    """Copy a dashboard: its tiles, their places and parameters, and its queries.

    DASHBOARD is its id, its slug, or the URL of its page. The copy and its queries are drafts.
    """
    from watchframe.admin import clone_dashboard  # noqa: PLC0415 - help needs none of it

    client = connect(options, parse_dashboard_reference(reference))
    made = clone_dashboard(reference, name, with_queries=not same_queries, client=client)
    record = {
        "id": made.id,
        "name": made.name,
        "url": f"{client.server}/dashboards/{made.id}-{made.slug}",
    }
    write_report(("id", "name", "url"), [record], is_json=is_json)


@command("find-personal-data", short_help="Find where a person's data stand.")
@click.argument("values", metavar="VALUE...", nargs=-1, required=True)
@ids_option
@json_option
@click.pass_obj
def find_personal_data_command(
    options: GlobalOptions, *, values: tuple[str, ...], ids: tuple[int, ...], is_json: bool
) -> None:
    """Find where a person's addresses or names stand: queries, stored results, dashboards.

    Each VALUE is compared on this machine and not sent; the column value says which of them it is,
    counted from 0. - reads them from standard input, one a line, so that they are not kept in the
    shell's history. Nothing is run.
    """
    from watchframe.admin import find_personal_data  # noqa: PLC0415 - help needs none of it

    wanted = sys.stdin.read().splitlines() if values == ("-",) else values
    found = find_personal_data(
        wanted,
        client=connect(options),
        queries=ids or None,
        progress=options.progress,
    )
    write_frame(found, is_json=is_json)
    if not options.is_quiet:
        places = int(found["error"].isna().sum())
        unread = len(found) - places
        note(f"{places:,} places" + (f"; {unread:,} results not searched" if unread else ""))


@command("disable-users", short_help="Disable users in bulk.")
@click.argument("users", metavar="USER...", nargs=-1, required=True)
@click.option(
    "--yes", "is_meant", is_flag=True, help="Do it; without this, only say what would be done."
)
@json_option
@click.pass_context
def disable_users_command(
    ctx: click.Context, *, users: tuple[str, ...], is_meant: bool, is_json: bool
) -> None:
    """Disable users: neither their password nor their key is accepted from then on.

    USER is an e-mail address or an id; - reads them from standard input, one a line. Without --yes
    nothing is done. The key must be an administrator's.
    """
    from watchframe.admin import disable_users  # noqa: PLC0415 - help needs none of it

    options: GlobalOptions = ctx.obj
    typed = sys.stdin.read().split() if users == ("-",) else users
    wanted = [int(user) if user.isascii() and user.isdigit() else user for user in typed]
    done = disable_users(wanted, client=connect(options), dry_run=not is_meant)
    write_frame(done, is_json=is_json)
    if not is_meant and not options.is_quiet:
        is_any = done["action"].eq("would disable").any()
        note("Nothing was done: --yes does it." if is_any else "There is nothing to do.")
    _exit_by_actions(ctx, done)


@command(short_help="Move queries and dashboards to another server.")
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@click.option(
    "--state",
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Records what is done: the same command goes on from there.",
)
@click.option(
    "--data-source",
    "data_sources",
    multiple=True,
    required=True,
    metavar="ID=ID",
    help="Which data source of the target stands for one of the source; several times.",
)
@click.option(
    "--id", "ids", type=int, multiple=True, metavar="ID", help="Only this query; several times."
)
@click.option(
    "--dashboard",
    "dashboards",
    type=int,
    multiple=True,
    metavar="ID",
    help="Only this dashboard, with what it shows; several times.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
@click.pass_context
def move(
    ctx: click.Context,
    *,
    source: str,
    target: str,
    state: str,
    data_sources: tuple[str, ...],
    ids: tuple[int, ...],
    dashboards: tuple[int, ...],
    dry_run: bool,
    is_json: bool,
) -> None:
    """Make the queries, visualizations and dashboards of one server on another.

    SOURCE and TARGET are profiles: watchframe login --profile NAME makes one. A second run writes
    only what has changed since. Without --id and --dashboard everything is moved.
    """
    from watchframe.admin import move_workspace  # noqa: PLC0415 - likewise
    from watchframe.client import Client  # noqa: PLC0415 - help needs no client

    numbers = dict(map(_pair, data_sources))
    chosen: dict[str, Any] = {}
    if ids or dashboards:
        chosen = {"queries": ids, "dashboards": dashboards}
    with Client(profile=source) as here, Client(profile=target) as there:
        done = move_workspace(
            here,
            there,
            state=state,
            data_sources=numbers,
            dry_run=dry_run,
            progress=ctx.obj.progress,
            **chosen,
        )
    write_frame(done, is_json=is_json)
    _exit_by_actions(ctx, done)


def _pair(text: str) -> tuple[int, int]:
    one, _, other = text.partition("=")
    if not (one.strip().isdecimal() and other.strip().isdecimal()):
        raise ArgumentError(
            f"--data-source {text} is not a pair of ids.", hint="Write --data-source 1=3."
        )
    return int(one), int(other)


def _exit_by_actions(ctx: click.Context, done: pd.DataFrame) -> None:
    """Exit with an error's code where something could not be done."""
    if _NOT_DONE.intersection(done["action"].dropna()):
        ctx.exit(FAILED)


#: What the extra ``demo`` brings. The server is started by name: nothing here knows its code.
_DEMO_NEEDS = ("duckdb", "starlette", "uvicorn", "xlsxwriter")
_DEMO = "watchframe.demo"


@command(short_help="Run a server with invented data to try things on.")
@click.option(
    "--port", type=WholeNumber(0, 65535), default=0, metavar="N", help="0 takes a free one."
)
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Where its data lie; a temporary folder by default.",
)
def demo(*, port: int, state_dir: str | None) -> None:
    """Run a Watch server with invented lending data on this machine, until Ctrl-C.

    It prints its address and its key. pip install 'watchframe[demo]' brings what it needs.
    """
    missing = [name for name in _DEMO_NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"The demo server needs {', '.join(missing)}.",
            hint="pip install 'watchframe[demo]'",
        )
    words = [_DEMO, "--port", str(port)]
    if state_dir is not None:
        words += ["--state-dir", state_dir]
    before, sys.argv = sys.argv, words
    try:
        runpy.run_module(_DEMO, run_name="__main__")
    finally:
        sys.argv = before
