"""What a shell offers on Tab: queries, visualizations, dashboards, data sources, parameters.

What the local cache has from the last hour is offered at once. Else the server may take two
seconds, and where it fails, what is older will do. Tab has no place for messages.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from click.shell_completion import CompletionItem

from watchframe.cli.connection import GlobalOptions, connect
from watchframe.plain_text import plain_text
from watchframe.references.pages import is_address

if TYPE_CHECKING:
    import click

    from watchframe.read.saved_names import SavedNames
    from watchframe.references import QueryReference

T = TypeVar("T")
U = TypeVar("U")

_TIMEOUT = 2.0  # seconds
_MAX_AGE = timedelta(hours=1)


def complete_query(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the ids of saved queries, by id or by a part of the name."""
    if is_address(incomplete):  # it may hold a key, and is no name to search for
        return []

    def items(saved: SavedNames) -> Iterator[CompletionItem]:
        from watchframe.client.listing import PAGE_SIZE  # noqa: PLC0415 - only on Tab

        known = _latest(saved.queries(), [])
        found = {query.id: query.name for query in known}
        is_word = bool(incomplete) and not incomplete.isdigit()
        if is_word and len(known) % PAGE_SIZE == 0:  # there may be more of them
            more = _latest(saved.search(incomplete), [])
            found = {**{query.id: query.name for query in more}, **found}
        return _by_id_or_name(found, incomplete)

    return _from_server(ctx, items)


def complete_visualization(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the ids of what is saved of the query, by id or by a part of the name."""
    reference = _reference(ctx)
    if reference is None:
        return []

    def items(saved: SavedNames) -> Iterator[CompletionItem]:
        known = _latest(saved.visualizations(reference), ())
        return _by_id_or_name({item.id: item.name for item in known}, incomplete)

    return _from_server(ctx, items, reference)


def complete_dashboard(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the ids of dashboards, by id or by a part of the name."""
    if is_address(incomplete):
        return []

    def items(saved: SavedNames) -> Iterator[CompletionItem]:
        known = _latest(saved.dashboards(), [])
        return _by_id_or_name({item.id: item.name for item in known}, incomplete)

    return _from_server(ctx, items)


def complete_data_source(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return the names of data sources, with their types."""

    def items(saved: SavedNames) -> Iterator[CompletionItem]:
        for source in _latest(saved.data_sources(), []):
            if source.name.casefold().startswith(incomplete.casefold()):
                yield _item(source.name, source.type)

    return _from_server(ctx, items)


def complete_parameter(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem]:
    """Return ``name=`` of the query's parameters and, behind that, the values that are known."""
    reference = _reference(ctx)
    if reference is None:
        return []

    def items(saved: SavedNames) -> Iterator[CompletionItem]:
        from watchframe.parameters.text_syntax import write_value  # noqa: PLC0415 - only on Tab
        from watchframe.parameters.types import known_values  # noqa: PLC0415 - only on Tab

        query = _latest(saved.query(reference), None)
        name, equals, beginning = incomplete.partition("=")
        if query is None:
            return
        for definition in query.parameters:
            if not equals and definition.name.startswith(name):
                yield _item(f"{definition.name}=", definition.type)
            elif equals and definition.name == name:
                known = known_values(definition)
                for value, meaning in known or _latest(
                    saved.dropdown_values(query.id, definition), []
                ):
                    written = write_value(value)
                    if written.startswith(beginning):
                        yield _item(f"{name}={written}", meaning)

    return _from_server(ctx, items, reference)


def _reference(ctx: click.Context) -> QueryReference | None:
    """Return the query that is typed before the cursor."""
    # Behind a -p without its value, click has not told the words apart yet.
    typed: Any = ctx.params.get("reference") or next(iter(ctx.args), None)
    with contextlib.suppress(Exception):
        from watchframe.references import parse_reference  # noqa: PLC0415 - only on Tab

        return parse_reference(typed)
    return None


def _by_id_or_name(names: Mapping[int, str], incomplete: str) -> Iterator[CompletionItem]:
    for number, name in names.items():
        is_wanted = incomplete.casefold() in name.casefold()
        if str(number).startswith(incomplete) or (is_wanted and not incomplete.isdigit()):
            yield _item(str(number), name)


def _item(value: str, meaning: str) -> CompletionItem:
    return CompletionItem(value, help=plain_text(meaning, keep="") or None)


def _latest(stages: Iterator[T], nothing: U) -> T | U:
    """Return the last that comes, each of which is better than the one before."""
    found: T | U = nothing
    with contextlib.suppress(Exception):
        for stage in stages:
            found = stage
    return found


def _from_server(
    ctx: click.Context,
    items: Callable[[SavedNames], Iterable[CompletionItem]],
    reference: QueryReference | None = None,
) -> list[CompletionItem]:
    from watchframe.client import client_of_server  # noqa: PLC0415 - only on Tab
    from watchframe.read.saved_names import SavedNames  # noqa: PLC0415 - only on Tab

    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        options = ctx.obj or GlobalOptions()
        server = None if reference is None else reference.server_url
        if reference is None or server is None:
            client = connect(options, connect_timeout=_TIMEOUT)
        else:
            query_id, key = reference.query_id, reference.api_key
            client = client_of_server(server, query_id=query_id, api_key=key)
        return list(items(SavedNames(client, max_age=_MAX_AGE, timeout=_TIMEOUT)))
    return []
