"""Where a person's data stands on a server: what a request for it, or for its removal, asks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from watchframe.client import Client, current_client
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError
from watchframe.manage.body_search import BodySearch
from watchframe.manage.personal_places import Hit, in_dashboard, in_query
from watchframe.manage.personal_results import in_result
from watchframe.models import Dashboard, Query

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("kind", "id", "name", "place", "field", "count", "value", "result_id", "error")

#: Shorter ones are in every result.
SHORTEST = 3

Found = tuple[str, int, str, Hit]


def find_personal_data(
    value: str | Iterable[str],
    *,
    client: Client | None = None,
    queries: Iterable[int] | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Tell where a person's e-mail address, name or blockchain address stands on the server.

    Looked at are the texts, names, descriptions and tags of saved queries, the defaults of their
    parameters, the latest stored result of each query, and the names, tags, tiles and fixed
    parameters of dashboards. Capitals do not matter. Nothing is run. The values are compared here:
    they are not sent to the server, in whose logs they would stay, and not logged; the frame does
    not hold them either.

    Parameters
    ----------
    value : str or iterable of str
        One or several, such as all addresses of a person; each of at least three characters.
    client : Client, optional
        By default that of `watchframe.connect`. Only what its key may read is searched.
    queries : iterable of int, optional
        Only these, by their ids, and no dashboards. By default all that the server lists, archived
        ones too; it does not list other people's drafts.
    progress : bool or None
        Whether to show how far it is, where it takes over a second; None shows it where a person is
        watching.

    Returns
    -------
    pandas.DataFrame
        One row per place: kind (``query`` or ``dashboard``), id (Int64), name, place (``text``,
        ``name``, ``description``, ``tags``, ``parameter default``, ``result``; of dashboards also
        ``tile``, ``fixed parameter``), field (the parameter, the result's column, the tile's id),
        count (Int64: lines of the text, rows of the result), value (Int64: which of the values,
        counted from 0), result_id (Int64), error. Where a result could not be searched there is a
        row with the reason in ``error``; so there is for each query with parameters, whose results
        the server does not list.

    Raises
    ------
    ArgumentError
        A value is too short to mean anything, or there is none.
    ServerError
        One of its kinds, from the lists of queries and dashboards, a dashboard, or a query of
        `queries`.
    """
    import pandas as pd  # noqa: PLC0415 - not every job here makes a frame

    values = _values(value)
    asked = client or current_client()
    with ProgressLine("Searching queries", progress=progress) as line:
        found = [*_in_queries(asked, values, line.counted(_queries(asked, queries)))]
    if queries is None:
        with ProgressLine("Searching dashboards", progress=progress) as line:
            found += _in_dashboards(asked, values, line.counted(asked.dashboards.list()))
    rows = [
        (kind, number, name, hit.place, hit.field, hit.count, hit.value, hit.result_id, hit.error)
        for kind, number, name, hit in found
    ]
    numbers = dict.fromkeys(("id", "count", "value", "result_id"), "Int64")
    texts = dict.fromkeys(("kind", "name", "place", "field", "error"), "string")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers | texts)


def _values(value: str | Iterable[str]) -> list[str]:
    given = [value] if isinstance(value, str) else [*value]
    values = [item.strip() for item in given]
    if not values or min(map(len, values)) < SHORTEST:
        raise ArgumentError(
            f"There is no value, or one of fewer than {SHORTEST} characters: it would be found "
            "everywhere.",
            hint="Give whole e-mail addresses, names or blockchain addresses.",
        )
    return values


def _in_queries(client: Client, values: Sequence[str], queries: Iterable[Query]) -> Iterator[Found]:
    search = BodySearch(*values)
    for query in queries:
        for hit in (*in_query(query, values), *in_result(client, query, values, search)):
            yield "query", query.id, query.name, hit


def _queries(client: Client, wanted: Iterable[int] | None) -> Iterator[Query]:
    if wanted is not None:
        return (client.queries.get(number) for number in dict.fromkeys(wanted))
    return itertools.chain(client.queries.list(), client.queries.list(is_archived=True))


def _in_dashboards(
    client: Client, values: Sequence[str], dashboards: Iterable[Dashboard]
) -> Iterator[Found]:
    for listed in dashboards:
        dashboard = client.dashboards.get(listed.id)
        for hit in in_dashboard(dashboard, values):
            yield "dashboard", dashboard.id, dashboard.name, hit
