"""``watchframe cache``: the results that this machine keeps: list, verify, prune, clear."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from watchframe.cli.command import Group
from watchframe.cli.connection import GlobalOptions, profile_of
from watchframe.cli.messages import FAILED, note
from watchframe.cli.options import json_option
from watchframe.cli.output import write_json, write_records
from watchframe.config import cache_in_use
from watchframe.errors import ArgumentError
from watchframe.reprs import size_words

if TYPE_CHECKING:
    from watchframe.cache import PruneReport, ResultCache

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?B|)\s*", re.ASCII | re.IGNORECASE)
_DAY = timedelta(days=1)
_SHOWN = ("query", "name", "parameters", "rows", "size", "age", "last used", "replaced")


@click.group(cls=Group, short_help="Look into the local cache, and make room in it.")
def cache() -> None:
    """Look into the local cache, and make room in it.

    None of these commands needs a server or a key.
    """


@cache.command("list", short_help="List the results that are kept.")
@click.option("--query", "query_id", type=int, metavar="ID", help="Only those of this query.")
@json_option
@click.pass_obj
def list_entries(options: GlobalOptions, *, query_id: int | None, is_json: bool) -> None:
    """List the results that are kept, the last used first."""
    with _opened(options) as results:
        frame = results.entries()
    if query_id is not None:
        frame = frame[frame["query_id"] == query_id]
    if is_json:
        click.echo(frame.to_json(orient="records", date_format="iso", indent=2))
        return
    records = [
        {
            "query": "SQL" if entry["sql"] is not None else str(entry["query_id"]),
            "name": " ".join(str(entry["sql"] or entry["query_name"]).split())[:40],
            "parameters": json.dumps(entry["parameters"], ensure_ascii=False),
            "rows": f"{entry['rows']:,}",
            "size": size_words(entry["bytes"]),
            "age": _age(entry["age"].total_seconds()),
            "last used": _minute(entry["last_used"]),
            "replaced": _minute(entry["replaced_at"]),
        }
        for entry in frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    ]
    write_records(_SHOWN, records, numbers=("query", "rows", "size", "age"))


@cache.command(short_help="Show where the cache lies and how full it is.")
@json_option
@click.pass_obj
def info(options: GlobalOptions, *, is_json: bool) -> None:
    """Show where the cache lies, how much it holds, and how much it may hold."""
    with _opened(options) as results:
        size, limit = results.size(), results.size_limit
        is_past = results.entries()["replaced_at"].notna()
        facts = {
            "directory": str(results.directory),
            "results": int((~is_past).sum()),
            "past_results": int(is_past.sum()),
            "bytes": size,
            "size_limit": limit,
            "unused_limit_days": results.unused_limit.days,
            "history_days": None if results.history is None else results.history / _DAY,
        }
    if is_json:
        write_json(facts)
        return
    click.echo(f"folder      {facts['directory']}")
    click.echo(f"results     {facts['results']:,}")
    click.echo(f"past ones   {facts['past_results']:,}")
    click.echo(f"size        {size_words(size)} of {size_words(limit)}")
    click.echo(f"kept unused {facts['unused_limit_days']} days")
    if facts["history_days"] is not None:
        click.echo(f"kept past   {facts['history_days']:g} days")


@cache.command(short_help="Remove results.")
@click.option("--query", "query_id", type=int, metavar="ID", help="Only those of this query.")
@click.pass_obj
def clear(options: GlobalOptions, *, query_id: int | None) -> None:
    """Remove every result; each is fetched again when it is needed."""
    with _opened(options) as results:
        _say_removed(results.clear(query_id=query_id))


@cache.command(short_help="Remove what was not used for longest.")
@click.option("--size", metavar="SIZE", help="Shrink the cache to this: 500MB, 1.5GB, or bytes.")
@click.option(
    "--unused-for", metavar="TIME", help="Remove what was not used for so long: 12h, 7d, 4w."
)
@click.pass_obj
def prune(options: GlobalOptions, *, size: str | None, unused_for: str | None) -> None:
    """Remove what was not used for longest, and what killed processes left behind.

    Without options, what is over the cache's own limits.
    """
    from watchframe.read.options import ANY_AGE, seconds  # noqa: PLC0415 - help needs no cache

    limit = None if size is None else _bytes(size)
    unused = seconds(unused_for, ANY_AGE, "--unused-for")
    with _opened(options) as results:
        _say_removed(
            results.prune(
                size_limit=limit, unused_for=None if unused is None else timedelta(seconds=unused)
            )
        )


@cache.command(short_help="Read every entry whole, and drop the damaged ones.")
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Read every entry whole, and drop the damaged ones: then the exit code is 1."""
    with _opened(ctx.obj) as results:
        report = results.verify()
    note(
        f"{report.checked:,} entries checked, {size_words(report.bytes)}; "
        f"{len(report.damaged):,} damaged"
    )
    for key in report.damaged:
        note(f"dropped: {key}")
    if report.damaged:
        ctx.exit(FAILED)


def _opened(options: GlobalOptions) -> ResultCache:
    from watchframe.cache import ResultCache  # noqa: PLC0415 - help needs no cache

    used = cache_in_use(profile_of(options))
    return ResultCache(used.folder, size_limit=used.size_limit, history=used.history)


def _say_removed(report: PruneReport) -> None:
    words = "entry" if report.entries == 1 else "entries"
    left = f", {report.left_overs} left-over files" if report.left_overs else ""
    note(f"{report.entries:,} {words} removed, {size_words(report.bytes)}{left}")


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _age(seconds: float) -> str:
    from watchframe.display import age_words  # noqa: PLC0415 - help needs no models

    return age_words(seconds) if seconds >= 0 else "unknown"  # a clock was set back


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ArgumentError(
            f"--size cannot be {text!r}.", hint="Write bytes, or a number with MB or GB."
        )
    return int(float(found[1]) * _UNITS[found[2].upper()])
