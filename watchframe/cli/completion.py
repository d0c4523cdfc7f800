"""What a shell offers on Tab: queries, dashboards, data sources, parameters, their values.

The server may take two seconds, and every failure is an empty list: Tab has no place for messages.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from click.shell_completion import CompletionItem

from watchframe.cli.connection import GlobalOptions, connect
from watchframe.plain_text import plain_text

if TYPE_CHECKING:
    import click

    from watchframe.client import Client, Deadline
    from watchframe.references import QueryReference

Complete = Callable[["click.Context", "click.Parameter", str], list[CompletionItem]]

_TIMEOUT = 2.0  # seconds
#: Queries, or dashboards, that are looked at.
_MOST = 250


def _complete_ids(resource: str) -> Complete:
    """Return a completion of the ids of ``client.queries`` or another resource, by id or name."""

    def complete(
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG001 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        words = "" if incomplete.isdigit() else incomplete

        def items(client: Client, deadline: Deadline) -> Iterator[CompletionItem]:
            found = getattr(client, resource).list(search=words or None, deadline=deadline)
            for item in islice(found, _MOST):
                if words or str(item.id).startswith(incomplete):
                    yield _item(str(item.id), item.name)

        return _from_server(ctx, items)

    return complete


complete_query = _complete_ids("queries")
complete_dashboard = _complete_ids("dashboards")


def complete_data_source(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the names of data sources, with their types."""

    def items(client: Client, deadline: Deadline) -> Iterator[CompletionItem]:
        for source in client.data_sources.list(deadline=deadline):
            if source.name.casefold().startswith(incomplete.casefold()):
                yield _item(source.name, source.type)

    return _from_server(ctx, items)


def complete_parameter(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return ``name=`` of the query's parameters and, behind that, the values that are known."""
    # Behind a -p without its value, click has not told the words apart yet.
    reference: Any = ctx.params.get("reference") or next(iter(ctx.args), None)
    if reference is None:
        return []

    from watchframe.references import parse_reference  # noqa: PLC0415 - only on Tab

    asked = parse_reference(reference)

    def items(client: Client, deadline: Deadline) -> Iterator[CompletionItem]:
        from watchframe.parameters.text_syntax import write_value  # noqa: PLC0415 - only on Tab
        from watchframe.parameters.types import known_values  # noqa: PLC0415 - only on Tab

        query = client.queries.get(asked, deadline=deadline)
        name, equals, beginning = incomplete.partition("=")
        for definition in query.parameters:
            if not equals and definition.name.startswith(name):
                yield _item(f"{definition.name}=", definition.type)
            elif equals and definition.name == name:
                for value, meaning in known_values(definition):
                    written = write_value(value)
                    if written.startswith(beginning):
                        yield _item(f"{name}={written}", meaning)

    return _from_server(ctx, items, asked)


def _item(value: str, meaning: str) -> CompletionItem:
    return CompletionItem(value, help=plain_text(meaning, keep="") or None)


def _from_server(
    ctx: click.Context,
    items: Callable[[Client, Deadline], Iterable[CompletionItem]],
    asked: QueryReference | None = None,
) -> list[CompletionItem]:
    from watchframe.client import Deadline  # noqa: PLC0415 - only on Tab

    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        options = ctx.obj or GlobalOptions()
        client = connect(options, asked, max_retries=0, connect_timeout=_TIMEOUT)
        return list(items(client, Deadline.after(_TIMEOUT)))
    return []
