"""Parameter values in the URL of a query's page, by the front end's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from watchframe.models import ParameterDefinition
from watchframe.parameters.values import JSON


def values_of_url(
    url_parameters: Mapping[str, str], definitions: Mapping[str, ParameterDefinition]
) -> dict[str, object]:
    """Return the values by parameter name; ranges also from their older ``.start`` and ``.end``.

    A name without a definition stays as it is, for the caller to refuse. A blank value is no value,
    as in the front end, except for a text and where a blank is an option.
    """
    values: dict[str, object] = {}
    for name, text in url_parameters.items():
        stem, dot, end = name.rpartition(".")
        if dot and end in ("start", "end") and name not in definitions:
            span = values.setdefault(stem, {})
            if isinstance(span, dict):
                span[end] = text
            continue
        definition = definitions.get(name)
        if definition is None:
            values[name] = text
        elif text or definition.type == "text" or "" in definition.enum_options:
            values[name] = _list(text) if definition.multi else text
    return values


def query_url(server_url: str, query_id: int, parameters: Mapping[str, JSON]) -> str:
    """Return the URL of a query's page with its parameters set.

    Parameters
    ----------
    server_url : str
    query_id : int
    parameters : mapping
        In wire form; a date or a range may also be a dynamic name. None is left out.
    """
    values = {
        f"p_{name}": _url_text(value) for name, value in parameters.items() if value is not None
    }
    page = f"{server_url.rstrip('/')}/queries/{query_id}"
    return f"{page}?{urlencode(values, quote_via=quote)}" if values else page


def _list(text: str) -> object:
    try:
        values = json.loads(text)
    except ValueError:
        return [text]
    return values if isinstance(values, list) else [text]


def _url_text(value: JSON) -> str:
    if isinstance(value, dict):
        return f"{value['start']}--{value['end']}"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
