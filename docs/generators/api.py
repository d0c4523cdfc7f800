"""The parts of the pages `api*.md`: public names from their signatures and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial

import watchframe
from generators.coverage import routes_of
from generators.docstrings import Docstring, anchor, inline, markdown, table
from generators.entries import (
    class_entry,
    entries,
    error_names,
    function_entry,
    public_methods,
)
from watchframe import admin, charts, dask, errors, models
from watchframe.cache import CacheEntry, Provenance, PruneReport, VerifyReport
from watchframe.client import (
    Client,
    Deadline,
    DropdownOption,
    QueryResult,
    ResultBody,
    connect,
    current_client,
    disconnect,
)
from watchframe.client.data_sources import ConnectionTest
from watchframe.client.listing import Listing, WholeList

_ERRORS_OF_EVERY_METHOD = (
    ("AuthenticationError", "the key is wrong, or a query's key that may not do this"),
    ("AccessDeniedError", "the key's owner may not do this"),
    ("NotFoundError", "the server has no object of that id"),
    ("RateLimitError", "the server asked to slow down, more often than the setting `max_retries`"),
    ("ResponseError", "any other refusal, with `status` and the server's own words"),
    ("ConnectError, TransportTimeoutError, TransportError", "no whole answer came"),
    ("ProtocolError", "the answer is not Watch's"),
    ("JobTimeoutError", "the deadline is over"),
)


def _reading() -> str:
    return entries(
        (
            watchframe.read_watch_query,
            watchframe.read_watch_sql,
            watchframe.read_watch_queries,
            watchframe.read_watch_sweep,
            watchframe.watch_query,
            watchframe.WatchQuery,
            watchframe.draw_watch_query,
            watchframe.draw_frame,
            watchframe.Drawing,
            watchframe.save_chart,
            watchframe.read_watch_dashboard,
            watchframe.DashboardFrames,
            watchframe.Board,
            watchframe.submit_watch_query,
            watchframe.SubmittedQuery,
            watchframe.submit_watch_sweep,
            watchframe.explain_watch_query,
            watchframe.explain_watch_sql,
            watchframe.ReadPlan,
            watchframe.find_watch_queries,
            watchframe.QueryReference,
        )
    )


def _client_errors() -> str:
    return table(("error", ""), ((error_names(it), text) for it, text in _ERRORS_OF_EVERY_METHOD))


def _client() -> str:
    return "\n".join(
        [
            entries((connect, current_client, disconnect)),
            class_entry(Client, has_methods=False),
            *_methods("client", Client),
            *_resources(),
            entries((QueryResult, Listing, WholeList, ResultBody, Deadline)),
        ]
    )


def _resources() -> Iterator[str]:
    for name, kind in resources().items():
        yield f"## `client.{name}`\n\n{inline(Docstring.of(kind).text)}\n"
        yield from _methods(f"client.{name}", kind)


def resources() -> dict[str, type]:
    """Return the classes of a client's resources by their attributes, in the order of the code."""
    with Client("https://watch.invalid", "key") as client:
        return {
            name: type(value)
            for name, value in vars(client).items()
            if not name.startswith("_") and hasattr(value, "_transport")
        }


def _methods(owner: str, kind: type) -> Iterator[str]:
    for name in public_methods(kind):
        call = f"{owner}.{name}"
        method = inspect.getattr_static(kind, name)
        # The page says once that every method takes a deadline.
        yield function_entry(call, method, level=3, routes=routes_of(call), hidden=["deadline"])


def _managing() -> str:
    return entries(sorted(map(partial(getattr, admin), admin.__all__), key=inspect.isclass))


def _models() -> str:
    found = map(partial(getattr, models), models.__all__)
    return entries([*filter(inspect.isclass, found), ConnectionTest, DropdownOption])


def _errors() -> str:
    kinds: list[type] = [getattr(errors, name) for name in errors.__all__]
    kinds.sort(key=lambda kind: issubclass(kind, Warning))
    parts = (class_entry(kind, has_bases=True) for kind in kinds)
    return "\n".join([markdown(Docstring.of(errors).text) + "\n", *parts])


def _cache() -> str:
    return entries((watchframe.ResultCache, CacheEntry, Provenance, PruneReport, VerifyReport))


def _charts() -> str:
    return entries((charts.prepare, charts.plotly_spec, charts.after_drawing, charts.new_chart))


def _pickers() -> str:
    pickers = entries(
        (
            watchframe.pick,
            watchframe.ParameterPicker,
            watchframe.QueryPicker,
            watchframe.QueryGroup,
            watchframe.link_pickers,
            watchframe.show_watch_dashboard,
            watchframe.LiveBoard,
            watchframe.show_watch_table,
        )
    )
    return f"{pickers}\n{function_entry('dask.read_watch_query', dask.read_watch_query)}"


def _index(page: str, part: Callable[[], str]) -> str:
    """Return a table of a part's second-level entries, each with its first sentence."""
    rows = []
    for entry in f"\n{part()}".split("\n## `")[1:]:
        name, _, rest = entry.partition("`\n")
        prose = (
            text
            for block in rest.split("\n\n")
            if (text := block.strip()) and not text.startswith(("```", "`", "|", "#", "*", "<"))
        )
        rows.append((f"[`{name}`]({page}#{anchor(name)})", inline(next(prose, "").split("\n")[0])))
    return table(("", ""), rows)


#: By the names of their pages.
_ENTRIES = {
    "api-read": _reading,
    "api-client": _client,
    "api-admin": _managing,
    "api-models": _models,
    "api-errors": _errors,
    "api-cache": _cache,
    "api-pickers": _pickers,
    "api-charts": _charts,
}
PARTS: dict[str, Callable[[], str]] = {
    **_ENTRIES,
    "api-client-errors": _client_errors,
    **{f"index-{page}": partial(_index, f"{page}.md", part) for page, part in _ENTRIES.items()},
}
