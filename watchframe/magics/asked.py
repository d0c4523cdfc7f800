"""What a cell asks: a saved query with parameters, or SQL on a data source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchframe.errors import ArgumentError
from watchframe.magics.body import parse_body
from watchframe.magics.request import HELP_HINT, Request
from watchframe.parameters.written_values import Namespace, read_assignments
from watchframe.read.written_options import data_source


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A saved query, by id or page URL, with the parameters that were typed."""

    query: int | str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sql:
    """SQL from a cell's body. Its parameters stay beside it; they are never put into it here."""

    sql: str
    source: int | str
    params: Mapping[str, object]


def asked(
    request: Request, cell: str | None, namespace: Namespace, *, source: str | None
) -> SavedQuery | Sql:
    """Give what the line and the body ask together.

    Parameters
    ----------
    request : Request
    cell : str or None
        The body; None for the line form.
    namespace : mapping of str to object
        The notebook's variables.
    source : str or None
        The configured data source.

    Raises
    ------
    ArgumentError
        Neither a query nor SQL is given, or both.
    """
    params = read_assignments(request.params, namespace)
    if request.query is None:
        return _sql(request, cell, params, source)
    if request.source is not None:
        raise ArgumentError(
            f"Both the query {request.query} and --source {request.source} are given.",
            hint="A saved query knows its data source; leave one of them out.",
        )
    if request.save is not None:
        raise ArgumentError(
            "--save needs SQL in the cell's body.", hint="%%watch --source NAME --save TITLE"
        )
    within = parse_body(cell, namespace) if cell is not None else {}
    twice = sorted(params.keys() & within.keys())
    if twice:
        raise ArgumentError(
            f"{twice[0]!r} is given in the line and in the body.", hint="Leave one of them out."
        )
    return SavedQuery(query=_query(request.query), params={**within, **params})


def _sql(
    request: Request, cell: str | None, params: Mapping[str, object], source: str | None
) -> Sql:
    if cell is None:
        if request.source is not None or request.save is not None:
            raise ArgumentError(
                "There is no SQL.",
                hint="It stands below a line %%watch --source NAME.",
            )
        raise ArgumentError(
            "Which query?", hint=f"Give its id or its page's URL, as in %watch 42. {HELP_HINT}"
        )
    name = request.source or source
    if name is None:
        raise ArgumentError(
            "Neither a query nor a data source is given.",
            hint="%%watch 42 takes parameters in its body, %%watch --source NAME takes SQL; "
            "%config WatchMagics.source = 'NAME' makes that the default.",
        )
    if request.pick:
        raise ArgumentError("--pick needs a saved query.", hint="Save the SQL first: --save TITLE.")
    if not cell.strip():
        raise ArgumentError("There is no SQL in the cell's body.", hint=HELP_HINT)
    return Sql(sql=cell.strip(), source=data_source(name), params=params)


def _query(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text
