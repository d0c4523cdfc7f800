"""The page about `Client`: its own methods, then each resource's, with the routes they ask."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from watchframe.api_pages.docstring import Docstring
from watchframe.api_pages.entry import class_entry, error_names, function_entry, public_methods
from watchframe.api_pages.markdown import inline, table
from watchframe.api_pages.routes import routes_of
from watchframe.client import (
    Client,
    Deadline,
    Jobs,
    Queries,
    QueryResult,
    QueryResults,
    ResultBody,
    connect,
    current_client,
    disconnect,
)
from watchframe.client.alerts import Alerts, Destinations
from watchframe.client.dashboards import Dashboards, Widgets
from watchframe.client.data_sources import DataSources
from watchframe.client.listing import Listing, WholeList
from watchframe.client.query_snippets import QuerySnippets
from watchframe.client.users import Groups, Users
from watchframe.client.visualizations import Visualizations

#: Attribute of a client -> what it is.
RESOURCES: dict[str, type] = {
    "queries": Queries,
    "query_results": QueryResults,
    "jobs": Jobs,
    "dashboards": Dashboards,
    "widgets": Widgets,
    "visualizations": Visualizations,
    "data_sources": DataSources,
    "alerts": Alerts,
    "destinations": Destinations,
    "users": Users,
    "groups": Groups,
    "query_snippets": QuerySnippets,
}

_HEAD = """\
# Client

Everything that a server's API has, typed. The functions of [Reading](api-read.md) do more for a
query's rows; this is for the rest: what is saved, who may use it, and single requests.

```python
from watchframe import Client

with Client("https://app.inverse.watch", api_key) as client:
    catalogue = client.queries.list().to_frame()
```

- **Lists** are read page by page as they are iterated, or come whole; either way `to_frame()` gives
  a DataFrame with one row an object.
- **Whatever deletes or disables** takes `dry_run=True`: it tells what would go, and nothing goes.
- **`deadline`**: every method but `close` and `jobs.cancel` also takes `deadline=`, a
  [`Deadline`](#deadline); by default there is none. It is left out below.
- **Fields of newer servers** are in each object's `more`.

## Errors of every method

"""
_AFTER_ERRORS = """
Below, only what a method raises besides is told. Reads are repeated by themselves where a
connection breaks or a proxy answers 502, 503 or 504; what writes is repeated only where the server
certainly did not get it; after 429 all requests of the client wait as long as the server asks, up
to ten minutes.
"""
_ERRORS = (
    ("AuthenticationError", "the key is wrong, or a query's key that may not do this"),
    ("AccessDeniedError", "the key's owner may not do this"),
    ("NotFoundError", "the server has no object of that id"),
    ("RateLimitError", "the server asked to slow down, more often than the setting `max_retries`"),
    ("ResponseError", "any other refusal, with `status` and the server's own words"),
    ("ConnectError, TransportTimeoutError, TransportError", "no whole answer came"),
    ("ProtocolError", "the answer is not Watch's"),
    ("JobTimeoutError", "the deadline is over"),
)
_HIDDEN = ("deadline",)
_FURTHER = (QueryResult, Listing, WholeList, ResultBody, Deadline)


def client_page() -> str:
    """Give the page, as Markdown."""
    errors = table(("error", ""), ((error_names(names), words) for names, words in _ERRORS))
    head = _HEAD + errors + _AFTER_ERRORS
    return "\n".join([head, *_connections(), *_client(), *_resources(), *_further()])


def _connections() -> Iterator[str]:
    yield function_entry("connect", connect, level=2)
    # These two are of `watchframe.client`.
    yield function_entry("current_client", current_client, level=2)
    yield function_entry("disconnect", disconnect, level=2)


def _client() -> Iterator[str]:
    yield class_entry(Client, level=2, is_with_methods=False)
    for name in public_methods(Client):
        yield _method("client", Client, name)


def _resources() -> Iterator[str]:
    for resource, kind in RESOURCES.items():
        yield f"## `client.{resource}`\n\n{inline(Docstring.of(kind).text)}\n"
        for name in public_methods(kind):
            yield _method(f"client.{resource}", kind, name)


def _method(owner: str, kind: type, name: str) -> str:
    call = f"{owner}.{name}"
    method = inspect.getattr_static(kind, name)
    return function_entry(call, method, level=3, routes=routes_of(call), hidden=_HIDDEN)


def _further() -> Iterator[str]:
    for kind in _FURTHER:
        yield class_entry(kind, level=2)
