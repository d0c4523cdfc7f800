"""The pages: what stands on which."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator

import watchframe
from watchframe import admin, dask, errors, models
from watchframe.api_pages.client_page import client_page
from watchframe.api_pages.docstring import Docstring
from watchframe.api_pages.entry import ERRORS_PAGE, class_entry, function_entry
from watchframe.api_pages.markdown import anchor, inline, markdown, table
from watchframe.cache import CacheEntry, Provenance, PruneReport, VerifyReport
from watchframe.client import DropdownOption
from watchframe.client.data_sources import ConnectionTest

_MADE = """\
<!-- Made by `python -m watchframe.api_pages docs/reference`; a test compares. Do not edit. -->

"""
_READ_HEAD = """\
# Reading

What `watchframe` itself has: each name is imported from there.
[How to connect](../howto/connect.md) tells where the server and the key come from.
"""
_MANAGE_HEAD = """\
# Looking after a server

`from watchframe.admin import ...`. Queries as files and the names of tables need
`pip install "watchframe[manage]"`.
"""
_MODELS_HEAD = """\
# The server's objects

What the methods of a [`Client`](api-client.md) give; `from watchframe.models import ...`. They are
frozen: an edit goes through the client, which gives the new object. Times are UTC. `from_json`
reads what the server sent. `more` has what a newer server sent besides, without API keys; it is
no column of `to_frame()`.
"""
_ERRORS_HEAD = """\
# Errors and warnings

`from watchframe.errors import ...`.
"""
_CACHE_HEAD = """\
# The local cache

Reads use it by themselves ([how to](../howto/caching.md)); this is for looking into it.
"""
_PICKERS_HEAD = """\
# Pickers and Dask

[What pickers look like](pickers.md), and [how to use them](../howto/pickers.md). Dask:
`from watchframe import dask` ([how to](../howto/dask.md)).
"""
_READ = (
    watchframe.read_watch_query,
    watchframe.read_watch_sql,
    watchframe.read_watch_queries,
    watchframe.read_watch_sweep,
    watchframe.read_watch_dashboard,
    watchframe.DashboardFrames,
    watchframe.submit_watch_query,
    watchframe.SubmittedQuery,
    watchframe.submit_watch_sweep,
    watchframe.explain_watch_query,
    watchframe.explain_watch_sql,
    watchframe.ReadPlan,
    watchframe.QueryReference,
)
_PICKERS = (
    watchframe.pick,
    watchframe.ParameterPicker,
    watchframe.QueryPicker,
    watchframe.link_pickers,
)
_MANAGE = sorted((getattr(admin, name) for name in admin.__all__), key=inspect.isclass)
_CACHE = (watchframe.ResultCache, CacheEntry, Provenance, PruneReport, VerifyReport)
_ERRORS = sorted(
    (getattr(errors, name) for name in errors.__all__), key=lambda kind: issubclass(kind, Warning)
)
_MODELS = (
    *(value for name in models.__all__ if inspect.isclass(value := getattr(models, name))),
    ConnectionTest,
    DropdownOption,
)


def api_pages() -> dict[str, str]:
    """Give the pages by the names of their files, as Markdown."""
    tree = markdown(Docstring.of(errors).text)
    dask_read = function_entry("dask.read_watch_query", dask.read_watch_query, level=2)
    pages = {
        "api-read.md": _page(_READ_HEAD, _entries(_READ)),
        "api-client.md": _MADE + client_page(),
        "api-manage.md": _page(_MANAGE_HEAD, _entries(_MANAGE)),
        "api-models.md": _page(_MODELS_HEAD, _entries(_MODELS)),
        ERRORS_PAGE: _page(
            f"{_ERRORS_HEAD}\n{tree}\n",
            (class_entry(kind, level=2, is_with_bases=True) for kind in _ERRORS),
        ),
        "api-cache.md": _page(_CACHE_HEAD, _entries(_CACHE)),
        "api-pickers.md": _page(_PICKERS_HEAD, [*_entries(_PICKERS), dask_read]),
    }
    return {"api.md": _index(pages), **pages}


def _page(head: str, entries: Iterable[str]) -> str:
    return "\n".join([_MADE + head, *entries])


def _entries(things: Iterable[Callable[..., object]]) -> Iterator[str]:
    for thing in things:
        if inspect.isclass(thing):
            yield class_entry(thing, level=2)
        else:
            yield function_entry(thing.__name__, thing, level=2)


def _index(pages: dict[str, str]) -> str:
    parts = [
        _MADE,
        "# Programming interface\n\n",
        "Made from the code's own signatures and docstrings.\n",
    ]
    for file, text in pages.items():
        title = next(line for line in text.splitlines() if line.startswith("# "))
        rows = [
            (f"[`{name}`]({file}#{anchor(name)})", summary) for name, summary in _summaries(text)
        ]
        parts.append(f"\n## [{title.removeprefix('# ')}]({file})\n\n" + table(("", ""), rows))
    return "".join(parts)


def _summaries(page: str) -> Iterator[tuple[str, str]]:
    """Give the things of a page, and the first line that says what each of them is."""
    for part in page.split("\n## `")[1:]:
        name, _, rest = part.partition("`\n")
        words = (
            line
            for block in rest.split("\n\n")
            if (line := block.strip()) and not line.startswith(("```", "`", "|", "#", "*", "<"))
        )
        yield name, inline(next(words, "").split("\n")[0])
