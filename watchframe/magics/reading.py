"""What a cell asks: a saved query with parameters, or SQL on a data source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pandas as pd

from watchframe.cache import Mode
from watchframe.client import current_client
from watchframe.decode import DtypeBackend
from watchframe.display import provenance_html, provenance_line
from watchframe.drawing import Drawing
from watchframe.errors import ArgumentError
from watchframe.magics.body import parse_body
from watchframe.magics.line import HELP_HINT, Request
from watchframe.magics.saving import save_sql
from watchframe.models import Visualization
from watchframe.parameters.text_syntax import (
    Namespace,
    look_up,
    read_assignments,
    split_assignment,
    variable_name,
)
from watchframe.read import (
    FrameArguments,
    MaxAge,
    Output,
    ReadPlan,
    draw_watch_query,
    explain_watch_query,
    explain_watch_sql,
    read_past,
    read_watch_local,
    read_watch_query,
    read_watch_sql,
)
from watchframe.read.options import ANY_AGE, NO_TIMEOUT, Duration, data_source, seconds
from watchframe.references import parse_reference
from watchframe.vocabulary import cache_mode, column_names


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A saved query, by id, name or page URL, with the parameters that were typed.

    Attributes
    ----------
    query : int or str
    params : mapping of str to object
    visualization : int, str, Visualization or None
        What ``--chart`` draws; None for the first chart.
    filters : mapping of str to object
        What the drawing shows of columns that are filters.
    run_locally : bool
        Whether its SQL is run on this machine.
    """

    query: int | str
    params: Mapping[str, object]
    visualization: int | str | Visualization | None = None
    filters: Mapping[str, object] = field(default_factory=dict)
    run_locally: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sql:
    """SQL from a cell's body. Its parameters stay beside it; they are never put into it here."""

    sql: str
    source: int | str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSql:
    """SQL from a cell's body that is run on this machine, over results."""

    sql: str
    params: Mapping[str, object]


Asked = SavedQuery | Sql | LocalSql


def asked(request: Request, cell: str | None, namespace: Namespace, *, source: str | None) -> Asked:
    """Return what the line and the body ask together.

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
    if request.local:
        return _local_sql(request, cell, params)
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
    return SavedQuery(
        query=_query(request.query, namespace),
        params={**within, **params},
        visualization=_visualization(request.chart or "", namespace),
        filters=read_assignments(request.filters, namespace, option="--filter"),
        run_locally=request.run_locally,
    )


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
            "Which query?",
            hint=f"Give its id, its name or its page's URL, as in %watch 42. {HELP_HINT}",
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
    if request.chart is not None:
        raise ArgumentError(
            "--chart draws what is saved with a query: SQL that is not saved has no chart.",
            hint="Save the SQL first: --save TITLE. save_chart makes a chart of the query then.",
        )
    if not cell.strip():
        raise ArgumentError("There is no SQL in the cell's body.", hint=HELP_HINT)
    return Sql(sql=cell.strip(), source=data_source(name), params=params)


def _local_sql(request: Request, cell: str | None, params: Mapping[str, object]) -> LocalSql:
    if request.query is not None:
        raise ArgumentError(
            f"Both the query {request.query} and --local are given.",
            hint=f"The SQL in the cell's body names its results, such as query_{request.query}.",
        )
    if cell is None or not cell.strip():
        raise ArgumentError("There is no SQL.", hint="It stands below a line %%watch --local.")
    return LocalSql(sql=cell.strip(), params=params)


def _query(text: str, namespace: Namespace) -> int | str:
    """Return the query that was typed: an id, a name, an address, or a variable that is one."""
    found = _typed(text, namespace)
    if isinstance(found, int | str):
        return found
    raise ArgumentError(
        f"The variable {variable_name(text)!r} is a {type(found).__name__}, which names no query.",
        hint="It may be an id, a name or an address.",
    )


def _visualization(text: str, namespace: Namespace) -> int | str | Visualization | None:
    """Return the visualization that was typed; None where only the option was."""
    found = _typed(text, namespace) if text.strip() else None
    if found is None or isinstance(found, int | str | Visualization):
        return found
    raise ArgumentError(
        f"The variable {variable_name(text)!r} is a {type(found).__name__}, which names no "
        "visualization.",
        hint="It may be a name, an id, or one of watch_query(...).charts.",
    )


def _typed(text: str, namespace: Namespace) -> object:
    """Return a text, an id, or the value of a variable."""
    name = variable_name(text)
    if name is not None:
        return look_up(name, namespace)
    return int(text) if text.isascii() and text.isdigit() else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What ``%config WatchMagics`` says of reads."""

    max_age: Duration = None
    dtype_backend: DtypeBackend = "numpy_nullable"
    timeout: Duration = 300.0
    source: str | None = None


def read_arguments(request: Request, defaults: Defaults) -> FrameArguments:
    """Return the arguments of a read; what was typed wins over what is configured.

    Raises
    ------
    ArgumentError
        An age or a timeout that is not a duration.
    """
    backend = cast("DtypeBackend", request.dtype_backend or defaults.dtype_backend)
    timeout = defaults.timeout if request.timeout is None else request.timeout
    return FrameArguments(
        max_age=_max_age(request, defaults),
        cache=cache_mode(
            refresh=request.refresh, offline=request.offline, no_cache=request.no_cache
        ),
        columns=column_names(request.columns) or None,
        dtype=_dtypes(request.dtype) or None,
        parse_dates=_date_formats(request.parse_dates) or None,
        dtype_backend=backend,
        expect=request.expect,
        timeout=seconds(timeout, NO_TIMEOUT, "--timeout"),
    )


def _max_age(request: Request, defaults: Defaults) -> float | None:
    if request.max_age is not None:
        return seconds(request.max_age, ANY_AGE, "--max-age")
    # A default that asks for fresh rows is no reason to refuse the only ones there are.
    fresh = request.refresh or request.offline
    return None if fresh else seconds(defaults.max_age, ANY_AGE, "max_age")


def _dtypes(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        pair = split_assignment(text)
        if pair is None or not pair[1].strip():
            raise ArgumentError(
                f"--dtype {text} is not a column and its dtype.",
                hint="Write --dtype NAME=DTYPE, such as --dtype amount='decimal(38, 18)'.",
            )
        found[pair[0]] = pair[1].strip().strip("'\"")
    return found


def _date_formats(texts: Sequence[str]) -> dict[str, str | None]:
    """Return the format of each column that is to be parsed; None for ISO 8601."""
    names = column_names(texts)
    return dict(split_assignment(name) or (name, None) for name in names)


def read(what: Asked, arguments: FrameArguments) -> pd.DataFrame:
    """Return the rows; raises as the read functions do."""
    if isinstance(what, LocalSql):
        return read_watch_local(what.sql, what.params, **arguments)
    if isinstance(what, SavedQuery):
        return read_watch_query(what.query, what.params, run_locally=what.run_locally, **arguments)
    return read_watch_sql(what.sql, what.source, what.params, **arguments)


def past(what: SavedQuery | Sql, moment: str, arguments: FrameArguments) -> pd.DataFrame:
    """Return the rows of the result that was the newest at a moment; raises as `read_past`."""
    if not isinstance(what, SavedQuery):
        raise ArgumentError(
            "--at is of a saved query, and the cell's body is SQL.", hint="Leave --at out."
        )
    output = Output(
        "pandas",
        arguments["columns"],
        dtype=arguments["dtype"],
        parse_dates=arguments["parse_dates"],
        dtype_backend=arguments["dtype_backend"],
        expect=arguments["expect"],
    )
    frame: pd.DataFrame = read_past(parse_reference(what.query), moment, what.params, output=output)
    return frame


def drawn(what: SavedQuery, arguments: FrameArguments) -> Drawing:
    """Return what is saved of a query, drawn; raises as `draw_watch_query`."""
    return draw_watch_query(
        what.query,
        what.visualization,
        what.params,
        filters=what.filters,
        max_age=arguments["max_age"],
        cache=arguments["cache"],
        timeout=arguments["timeout"],
    )


def provenance(shown: pd.DataFrame | Drawing) -> dict[str, str]:
    """Return the line on where rows came from, as text and as HTML with a link."""
    known = shown.attrs["watchframe"] if isinstance(shown, pd.DataFrame) else shown.provenance
    return {
        "text/plain": provenance_line(shown.shape, known),
        "text/html": provenance_html(shown.shape, known),
    }


def explained(what: SavedQuery | Sql, arguments: FrameArguments) -> str:
    """Return the plan of `read`, in words."""
    max_age, cache, timeout = arguments["max_age"], arguments["cache"], arguments["timeout"]
    return str(_plan(what, max_age=max_age, cache=cache, timeout=timeout))


def saved(what: SavedQuery | Sql, title: str) -> str:
    """Save SQL that has run, and return a line about it."""
    ran = _plan(what)  # not cache="only": with --no-cache nothing is kept
    if isinstance(what, SavedQuery) or ran.data_source_id is None:
        raise ArgumentError("--save needs SQL in the cell's body.")
    return str(save_sql(current_client(), title, what.sql, ran.data_source_id, ran.parameters))


def _plan(
    what: SavedQuery | Sql,
    *,
    max_age: MaxAge = None,
    cache: Mode = "use",
    timeout: float | None = 300.0,
) -> ReadPlan:
    if isinstance(what, SavedQuery):
        return explain_watch_query(
            what.query, what.params, max_age=max_age, cache=cache, timeout=timeout
        )
    return explain_watch_sql(
        what.sql, what.source, what.params, max_age=max_age, cache=cache, timeout=timeout
    )


def picker(what: SavedQuery | Sql, arguments: FrameArguments) -> object:
    """Return inputs for a saved query's parameters."""
    from watchframe.widgets import pick  # noqa: PLC0415 - the widgets load only for a picker

    if isinstance(what, Sql):
        raise ArgumentError("--pick needs a saved query.")
    return pick(
        what.query,
        what.params,
        max_age=arguments["max_age"],
        timeout=arguments["timeout"],
    )


def table_of(frame: pd.DataFrame) -> object:
    """Return the rows as a table with pages, order and filters."""
    from watchframe.widgets import show_watch_table  # noqa: PLC0415 - as above

    return show_watch_table(frame)


def query_search() -> object:
    """Return a search for the query, whose inputs are shown when one is chosen."""
    from watchframe.widgets import pick  # noqa: PLC0415 - as above

    return pick()
