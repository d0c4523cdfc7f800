"""What a shell offers on Tab: queries, dashboards, data sources, parameters, their values.

The server is asked for at most two seconds, and whatever goes wrong is an empty list: on Tab there
is nobody to tell.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from click.shell_completion import CompletionItem

from watchframe.cli.connection import GlobalOptions, connect
from watchframe.plain_text import plain_text

if TYPE_CHECKING:
    import click

    from watchframe.client import Client, Deadline
    from watchframe.models import ParameterDefinition

T = TypeVar("T")

#: Seconds.
_PATIENCE = 2.0
#: Queries that are asked for.
_FIRST = 250


def complete_query(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Give the ids of queries, with their names."""

    def ask(client: Client, deadline: Deadline) -> Iterable[CompletionItem]:
        wanted = "" if incomplete.isdigit() else incomplete
        found = client.queries.list(search=wanted or None, deadline=deadline)
        for query in islice(found, _FIRST):
            if wanted or str(query.id).startswith(incomplete):
                yield _item(str(query.id), query.name)

    return _from_server(ctx, ask)


def complete_dashboard(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Give the ids of dashboards, with their names."""

    def ask(client: Client, deadline: Deadline) -> Iterable[CompletionItem]:
        wanted = "" if incomplete.isdigit() else incomplete
        found = client.dashboards.list(search=wanted or None, deadline=deadline)
        for dashboard in islice(found, _FIRST):
            if wanted or str(dashboard.id).startswith(incomplete):
                yield _item(str(dashboard.id), dashboard.name)

    return _from_server(ctx, ask)


def complete_data_source(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Give the names of data sources."""

    def ask(client: Client, deadline: Deadline) -> Iterable[CompletionItem]:
        for source in client.data_sources.list(deadline=deadline):
            if source.name.casefold().startswith(incomplete.casefold()):
                yield _item(source.name, source.type)

    return _from_server(ctx, ask)


def complete_parameter(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Give ``name=`` of the query's parameters and, behind that, the values that are known."""
    # Behind a -p without its value, click has not told the words apart yet.
    given = ctx.params.get("reference") or next(iter(ctx.args), None)
    if given is None:
        return []

    def ask(client: Client, deadline: Deadline) -> Iterable[CompletionItem]:
        from watchframe.references import parse_reference  # noqa: PLC0415 - only on Tab

        query = client.queries.get(parse_reference(given).query_id, deadline=deadline)
        name, sign, beginning = incomplete.partition("=")
        for definition in query.parameters:
            if not sign and definition.name.startswith(name):
                yield _item(f"{definition.name}=", definition.type)
            elif sign and definition.name == name:
                for value, meaning in _values(definition):
                    if value.startswith(beginning):
                        yield _item(f"{name}={value}", meaning)

    return _from_server(ctx, ask)


def _values(definition: ParameterDefinition) -> Iterator[tuple[str, str]]:
    from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES  # noqa: PLC0415 - only on Tab
    from watchframe.parameters.text_syntax import write_value  # noqa: PLC0415 - likewise

    if "range" in definition.type:
        yield from ((name, item.label) for name, item in DYNAMIC_RANGES.items())
    elif definition.type.startswith("date"):
        yield from DYNAMIC_DATES.items()
    yield from ((write_value(option), "") for option in definition.enum_options if option)


def _item(value: str, meaning: str) -> CompletionItem:
    return CompletionItem(value, help=plain_text(meaning, keep="") or None)


def _from_server(
    ctx: click.Context, ask: Callable[[Client, Deadline], Iterable[CompletionItem]]
) -> list[CompletionItem]:
    from watchframe.client import Deadline  # noqa: PLC0415 - only on Tab

    given = ctx.find_root().params
    options = GlobalOptions(url=given.get("url"), profile=given.get("profile"))
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        client = connect(options, max_retries=0, connect_timeout=_PATIENCE)
        return list(ask(client, Deadline.after(_PATIENCE)))
    return []
