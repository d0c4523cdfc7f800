"""What a read asks, in the words of its caller: as JSON, without a definition or a server.

A lock finds a read by this, so that it needs nothing but the call itself: a dynamic date is kept as
its name, and stands for the days that it meant when the lock was frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from watchframe.models import DataSource
from watchframe.parameters.values import is_null, shortened, to_python
from watchframe.read.lock_file import Asked, canonical
from watchframe.references import QueryReference


def asked_query(
    server: str, reference: QueryReference, params: Mapping[str, object], exact: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a read of a saved query, or of one result, asks.

    Parameters
    ----------
    server : str
        The server's base URL.
    reference : QueryReference
        Its key is left out.
    params : mapping
        The values as the caller gave them.
    exact : mapping
        Those that are sent unchanged.
    """
    asked: dict[str, Any] = {"server": server}
    if reference.result_id is not None:
        asked["result"] = reference.result_id
    if reference.query_id is not None:
        asked["query"] = reference.query_id
    elif reference.name is not None:
        asked["query"] = reference.name
    if reference.url_parameters:
        asked["address"] = dict(reference.url_parameters)
    asked["params"] = json_values({**params, **exact})
    return asked


def asked_sql(
    server: str, sql: str, data_source: int | str | DataSource, params: Mapping[str, object]
) -> dict[str, Any]:
    """Return what a read of ad-hoc SQL asks; of the SQL it holds a hash."""
    source = data_source.id if isinstance(data_source, DataSource) else data_source
    return {
        "server": server,
        "sql": text_hash(sql),
        "data_source": json_value(source),
        "params": json_values(params),
    }


def asked_sets(
    server: str, reference: QueryReference, sets: Iterable[Mapping[str, object] | None]
) -> dict[str, Any]:
    """Return what a sweep asks: parameter sets that become what is sent."""
    asked = asked_query(server, reference, {}, {})
    del asked["params"]
    return {**asked, "sets": [json_values(params or {}) for params in sets]}


def text_hash(text: str) -> str:
    """Return the hash of SQL as a lock has it."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def json_values(params: Mapping[str, object]) -> dict[str, Any]:
    """Return parameters as JSON."""
    return {str(name): json_value(value) for name, value in sorted(params.items())}


def json_value(value: object) -> Any:
    """Return a parameter's value as JSON: times by ISO 8601, ranges and lists as lists.

    Examples
    --------
    >>> json_value((date(2024, 3, 1), "d_today"))
    ['2024-03-01', 'd_today']
    """
    value = to_python(value)
    if is_null(value):
        return None
    if isinstance(value, Mapping):
        return json_values(value)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        items = [json_value(item) for item in value]
        return sorted(items, key=canonical) if isinstance(value, set | frozenset) else items
    if isinstance(value, date):  # a datetime and a Timestamp, too
        return value.isoformat()
    is_json = isinstance(value, int | str) or (isinstance(value, float) and isfinite(value))
    return value if is_json else str(value)


def asked_words(asked: Asked) -> str:
    """Return what messages say of a question: ``query 1 with {"markets": ["WETH"]}``."""
    if "result" in asked:
        return f"result {asked['result']}"
    if "sql" in asked:
        what = f"ad-hoc SQL on {asked['data_source']!r}"
    else:
        what = f"query {asked.get('query')!r}"
    given = {**asked.get("address", {}), **asked.get("params", {})}
    if not given:
        return f"{what} without parameters"
    return f"{what} with {shortened(canonical(given))}"
