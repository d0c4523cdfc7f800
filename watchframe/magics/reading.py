"""What a cell asks: a saved query with parameters, or SQL on a data source."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict, cast

import pandas as pd

from watchframe.cache import Mode
from watchframe.client import current_client
from watchframe.display import age_words, provenance_line
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.magics.body import parse_body
from watchframe.magics.line import HELP_HINT, Request
from watchframe.magics.saving import save_sql
from watchframe.parameters.text_syntax import Namespace, read_assignments
from watchframe.read import (
    Explanation,
    ReadOptions,
    explain_query,
    explain_sql,
    read_watch_query,
    read_watch_sql,
)
from watchframe.read.options import ANY_AGE, NO_TIMEOUT, Duration, data_source, seconds


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


DtypeBackend = Literal["numpy_nullable", "pyarrow"]


class ReadArguments(TypedDict):
    """Keyword arguments that every read function takes."""

    max_age: float | None
    cache: Mode
    dtype_backend: DtypeBackend
    timeout: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What ``%config WatchMagics`` says of reads."""

    max_age: Duration = None
    dtype_backend: DtypeBackend = "numpy_nullable"
    timeout: Duration = 300.0
    source: str | None = None


def read_arguments(request: Request, defaults: Defaults) -> ReadArguments:
    """Give the arguments of a read; what was typed wins over what is configured.

    Raises
    ------
    ArgumentError
        An age or a timeout that is none.
    """
    backend = cast("DtypeBackend", request.dtype_backend or defaults.dtype_backend)
    timeout = defaults.timeout if request.timeout is None else request.timeout
    return ReadArguments(
        max_age=_max_age(request, defaults),
        cache="refresh" if request.refresh else "only" if request.offline else "use",
        dtype_backend=backend,
        timeout=seconds(timeout, NO_TIMEOUT, "--timeout"),
    )


def _max_age(request: Request, defaults: Defaults) -> float | None:
    if request.max_age is not None:
        return seconds(request.max_age, ANY_AGE, "--max-age")
    # A default that asks for fresh rows is no reason to refuse the only ones there are.
    fresh = request.refresh or request.offline
    return None if fresh else seconds(defaults.max_age, ANY_AGE, "max_age")


_REASONS = {
    "cache-only": "it is the only thing that may be used",
    "cache-refresh": "a new run is asked for",
    "fresh": "it is young enough",
    "from-the-future": "by the clocks it is from the future",
    "latest-result": "the server has no newer result",
    "max-age-zero": "a new run is asked for",
    "newer-result": "the server has a newer one",
    "newer-result-unknown": "the server does not say whether it has a newer one",
    "not-edited": "the query has not been edited since",
    "too-old": "it is too old",
}


def explanation_text(explanation: Explanation) -> str:
    """Give an explanation as lines of text."""
    parts = {
        "asks": f"{explanation.label}, on {explanation.server}",
        "page": explanation.url,
        "parameters": "\n".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in explanation.parameters.items()
        )
        or "none",
        "SQL": explanation.sql.rstrip(),
        "local cache": _cache_words(explanation),
        "then": _outcome(explanation),
    }
    width = max(map(len, parts)) + 2
    return "\n".join(
        f"{name + ':':<{width}}" + textwrap.indent(text, " " * width).strip()
        for name, text in parts.items()
        if text is not None
    )


def _cache_words(explanation: Explanation) -> str:
    decision = explanation.decision
    if decision.reason == "never-kept":
        return "the settings keep its results out of it"
    if decision.age is None:
        return f"no result under {explanation.cache_key[:12]}..."
    reason = _REASONS.get(decision.reason, decision.reason)
    age = f"{age_words(decision.age)} old" if decision.age >= 0 else "of unknown age"
    return f"a result {age}; {reason}"


def _outcome(explanation: Explanation) -> str:
    if explanation.decision.action == "use":
        return "takes the local copy; executes nothing"
    if explanation.decision.action == "fail":
        return "fails: there is no local copy, and no request may be made"
    if explanation.server_max_age == 0:
        return "has the server run it"
    if explanation.server_max_age < 0:
        return "takes any result that the server has of it, or has it run"
    age = age_words(explanation.server_max_age)
    return f"takes the server's result if it is at most {age} old, or has it run"


def read(what: SavedQuery | Sql, arguments: ReadArguments) -> pd.DataFrame:
    """Give the rows; raises as the read functions do."""
    if isinstance(what, SavedQuery):
        return read_watch_query(what.query, what.params, **arguments)
    return read_watch_sql(what.sql, what.source, what.params, **arguments)


def provenance(frame: pd.DataFrame) -> str:
    """Give the line on where a frame came from."""
    return provenance_line(frame.shape, frame.attrs["watchframe"])


def explained(what: SavedQuery | Sql, arguments: ReadArguments) -> str:
    """Give what `read` would do, in words."""
    options = ReadOptions(
        max_age=arguments["max_age"], cache=arguments["cache"], timeout=arguments["timeout"]
    )
    return explanation_text(_explanation(what, options))


def refused_sql(what: SavedQuery | Sql) -> str | None:
    """Give the SQL as the server rendered it, from what is known here; None where it is not."""
    try:
        return _explanation(what, ReadOptions(cache="only")).sql
    except WatchframeError:
        return what.sql if isinstance(what, Sql) else None


def saved(what: SavedQuery | Sql, title: str) -> str:
    """Save SQL that has run, and say what was done."""
    ran = _explanation(what, ReadOptions(cache="only"))
    if isinstance(what, SavedQuery) or ran.data_source_id is None:
        raise ArgumentError("--save needs SQL in the cell's body.")
    return str(save_sql(current_client(), title, what.sql, ran.data_source_id, ran.parameters))


def picker(what: SavedQuery | Sql, arguments: ReadArguments) -> object:
    """Give inputs for a saved query's parameters."""
    from watchframe.widgets import pick  # noqa: PLC0415 - only who picks pays for the widgets

    if isinstance(what, Sql):
        raise ArgumentError("--pick needs a saved query.")
    return pick(
        what.query,
        what.params,
        max_age=arguments["max_age"],
        timeout=arguments["timeout"],
    )


def query_search() -> object:
    """Give a search for the query, whose inputs are shown when one is chosen."""
    from watchframe.widgets import pick  # noqa: PLC0415 - as above

    return pick()


def _explanation(what: SavedQuery | Sql, options: ReadOptions) -> Explanation:
    if isinstance(what, SavedQuery):
        return explain_query(what.query, what.params, options)
    return explain_sql(what.sql, what.source, what.params, options)
