"""A saved query as a function: its parameters are the arguments, its rows what it returns."""

from __future__ import annotations

import difflib
import inspect
import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast, overload

import pandas as pd
import pyarrow as pa

from watchframe.client import Client
from watchframe.client.listing import WholeList
from watchframe.drawing import Drawing
from watchframe.errors import ArgumentError
from watchframe.models import ParameterDefinition, Query, Visualization
from watchframe.parameters.normalize import default_of, definitions_of
from watchframe.parameters.page_url import query_url
from watchframe.read.draw import VisualizationLike, draw_watch_query
from watchframe.read.functions import explain_watch_query, read_watch_query
from watchframe.read.history import Moment, list_past, read_past
from watchframe.read.options import (
    Params,
    QueryLike,
    ReadOptions,
    checks_texts,
    client_for,
    connection_hint,
    of_query,
)
from watchframe.read.output import Output
from watchframe.read.plan import ReadPlan
from watchframe.read.save_chart import save_chart
from watchframe.read.schema_contract import Schema
from watchframe.read.stored_results import newest_schema
from watchframe.read.submit import SubmittedQuery, submit_watch_query
from watchframe.references import QueryReference, parse_reference
from watchframe.reprs import CodeText, record_table

if TYPE_CHECKING:
    import polars as pl

P = ParamSpec("P")
R = TypeVar("R")

#: The arguments of a read, which a parameter may share its name with.
_OPTIONS = frozenset(inspect.signature(read_watch_query).parameters) - {"query", "params", "client"}
_DRAW_OPTIONS = frozenset(inspect.signature(draw_watch_query).parameters) - {
    *("query", "visualization", "params", "client"),
}
#: The arguments of `WatchQuery.at`: those that say how the rows are returned.
_PAST_OPTIONS = _OPTIONS - {"max_age", "cache", "timeout", "progress", "run_locally"}


def _of_saved(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a call of a saved query: no frame holds a key that is given among its values."""
    return checks_texts(function, _misplaced)


def _misplaced(
    _function: Callable[..., Any], args: Sequence[object], kwargs: Mapping[str, object]
) -> ArgumentError | None:
    """Return the error of a value that belongs to the connection, or None."""
    query = cast("WatchQuery", args[0])
    known = _OPTIONS | _DRAW_OPTIONS | {item.name for item in query.parameters}
    for name in kwargs.keys() - known:
        hint = connection_hint(name)
        if hint is not None:
            return _unknown(query, name, hint)
    return None


def _unknown(query: WatchQuery, name: str, hint: str) -> ArgumentError:
    return ArgumentError(
        f"Query {query.id} {query.name!r} has no parameter {name!r}, and a read no such argument.",
        hint=hint,
    )


class WatchQuery:
    """A saved query; calling it reads it.

    Made by `watch_query`. The definition is that of the moment when it was made; a call reads by
    the definition as it is then, like `read_watch_query`.

    Attributes
    ----------
    id : int
    name : str
    url : str
        Of its page.
    sql : str
        Its text, with ``{{ name }}`` where parameters go.
    parameters : list of ParameterDefinition
        In the author's order, with ``to_frame()``.
    charts : list of Visualization
        What its authors saved of it, with ``to_frame()``.
    definition : Query
        All that the server says of it.
    """

    def __init__(self, definition: Query, reference: QueryReference, client: Client) -> None:
        self.definition = definition
        self._reference = reference
        self._client = client
        self.id, self.name, self.sql = definition.id, definition.name, CodeText(definition.text)
        self.url = query_url(client.server, definition.id, {})
        self.parameters = WholeList(definitions_of(definition), ParameterDefinition)
        self.charts = WholeList(definition.visualizations, Visualization)
        self.__signature__ = _signature(self.parameters)

    @overload
    def __call__(
        self, params: Params = None, /, *, output: Literal["pandas"] = ..., **values: Any
    ) -> pd.DataFrame: ...
    @overload
    def __call__(
        self, params: Params = None, /, *, output: Literal["arrow"], **values: Any
    ) -> pa.Table: ...
    @overload
    def __call__(
        self, params: Params = None, /, *, output: Literal["polars"], **values: Any
    ) -> pl.DataFrame: ...
    @_of_saved
    def __call__(
        self, params: Params = None, /, **values: Any
    ) -> pd.DataFrame | pa.Table | pl.DataFrame:
        """Return its rows as a typed frame.

        Parameters
        ----------
        params : mapping of str to object, optional
            Values by parameter name; for names that are no Python names too.
        **values
            Further values, by parameter name; and all arguments of `read_watch_query` beside these
            (``max_age=``, ``output=``, ...).

        Returns
        -------
        pandas.DataFrame, pyarrow.Table or polars.DataFrame
            As `read_watch_query`.

        Raises
        ------
        ArgumentError
            A parameter is given twice, or has the name of an argument.
        WatchframeError
            As `read_watch_query`.
        """
        params, options = self._divided(params, values)
        return read_watch_query(self._reference, params, client=self._client, **options)

    @_of_saved
    def explain(self, params: Params = None, /, **values: Any) -> ReadPlan:
        """Return what a call would do now, and why, as of `explain_watch_query`."""
        params, options = self._divided(params, values)
        return explain_watch_query(self._reference, params, client=self._client, **options)

    @_of_saved
    def submit(self, params: Params = None, /, **values: Any) -> SubmittedQuery[Any]:
        """Begin to read it, and return a handle, as of `submit_watch_query`."""
        params, options = self._divided(params, values)
        return submit_watch_query(self._reference, params, client=self._client, **options)

    @_of_saved
    def history(self, params: Params = None, /, **values: Any) -> pd.DataFrame:
        """Return which results of it this machine keeps, newest data first, without a request.

        Past results are kept if the setting `history` says so. They are those of your key, of the
        query's SQL as it is now, and of these values alone; a dynamic date is what it means today.

        Parameters
        ----------
        params : mapping of str to object, optional
            As of a call: what is left out has its default.
        **values
            Further values, by parameter name.

        Returns
        -------
        DataFrame
            One row per result: ``retrieved_at rows columns runtime_s query_result_id bytes``.
            `retrieved_at` is when the server had the rows, in UTC; `runtime_s` and
            `query_result_id` are null where a query's key read it, which is not told them. Who ran
            it the server does not say.

        Raises
        ------
        CacheMissError
            The settings keep no results of this query.
        ParameterError
            A value does not fit.
        """
        self._refuse_options(values, _OPTIONS, "history")
        params, _ = self._divided(params, values, frozenset())
        return list_past(self._reference, params, client=self._client, definition=self.definition)

    @_of_saved
    def at(self, moment: Moment, params: Params = None, /, **values: Any) -> Any:
        """Return the rows of the result that was the newest at a moment, without a request.

        Parameters
        ----------
        moment : str, date or datetime
            ``"2026-11-01"`` or a date is the end of that day; ``"2026-11-01 18:00"``, a datetime
            or ``"d_yesterday"``, which is this time of day, is that moment. Without a zone it is in
            that of the settings.
        params : mapping of str to object, optional
            As of a call.
        **values
            Further values, by parameter name; and the arguments of `read_watch_query` that say how
            the rows are returned (``output=``, ``columns=``, ``dtype=``, ...).

        Returns
        -------
        pandas.DataFrame, pyarrow.Table or polars.DataFrame
            As a call returned it then; ``attrs["watchframe"]["retrieved_at"]`` says when the server
            had the rows.

        Raises
        ------
        CacheMissError
            No result that old is kept: the error names the first and the last that are.
        ArgumentError
            `moment` is no day and no moment; or an argument is one of a request.
        ParameterError
            A value does not fit.
        """
        self._refuse_options(values, _OPTIONS - _PAST_OPTIONS, "at")
        params, options = self._divided(params, values, _PAST_OPTIONS)
        output = Output(options.pop("output", "pandas"), **options)
        return read_past(
            self._reference,
            moment,
            params,
            output=output,
            client=self._client,
            definition=self.definition,
        )

    @_of_saved
    def draw(
        self,
        visualization: VisualizationLike | None = None,
        params: Params = None,
        /,
        **values: Any,
    ) -> Drawing:
        """Return one of its saved visualizations, drawn as its page shows it.

        Parameters
        ----------
        visualization : str, int, Visualization or mapping, optional
            As of `draw_watch_query`: its name, or a part of it; the first chart by default.
        params : mapping of str to object, optional
            As of a call.
        **values
            Further values, by parameter name; and all arguments of `draw_watch_query` beside these
            (``filters=``, ``max_age=``, ...).

        Returns
        -------
        Drawing
            As `draw_watch_query`.

        Raises
        ------
        WatchframeError
            As a call, and as `draw_watch_query`.
        """
        if "visualization" in values.keys() - {item.name for item in self.parameters}:
            raise ArgumentError(
                "The visualization is given by its place, not by a name.",
                hint='Give it first: q.draw("Borrows by day").',
            )
        params, options = self._divided(params, values, _DRAW_OPTIONS)
        return draw_watch_query(
            self._reference, visualization, params, client=self._client, **options
        )

    def save_chart(
        self,
        name: str,
        *,
        kind: str = "line",
        x: str | None = None,
        y: str | Sequence[str] | None = None,
        y2: str | Sequence[str] = (),
        series: str | None = None,
        size: str | None = None,
        z: str | None = None,
        stacked: bool = False,
        percent: bool = False,
        sort: bool = True,
        log: bool = False,
        x_title: str = "",
        y_title: str = "",
        y2_title: str = "",
        options: Mapping[str, Any] | None = None,
        replace: bool = False,
    ) -> Visualization:
        """Save a chart of its columns on the server, as of `save_chart`.

        Parameters
        ----------
        name : str
            What the chart is called: its tab on the page.
        kind, x, y, y2, series, size, z, stacked, percent, sort, log, x_title, y_title, y2_title
            As of `save_chart`, and so are the next.
        options, replace
            Further options of the editor, and whether to write over a chart of this name.

        Returns
        -------
        Visualization
            As saved; ``url`` opens it on the page.

        Raises
        ------
        WatchframeError
            As `save_chart`.
        """
        return save_chart(
            self._reference,
            name,
            kind=kind,
            x=x,
            y=y,
            y2=y2,
            series=series,
            size=size,
            z=z,
            stacked=stacked,
            percent=percent,
            sort=sort,
            log=log,
            x_title=x_title,
            y_title=y_title,
            y2_title=y2_title,
            options=options,
            replace=replace,
            client=self._client,
        )

    @property
    def schema(self) -> Schema:
        """The schema of its newest result in the local cache, as `Schema.of` makes it.

        It is that of the data retrieved last, with whatever values of the parameters; nothing is
        asked of the server.

        Raises
        ------
        CacheMissError
            No result of it is there: call it first. With ``cache="off"``, or where the settings
            keep its results out, there is ``Schema.of(frame)``.
        """
        return newest_schema(self.definition, ReadOptions.resolve(client=self._client))

    def _divided(
        self, params: Params, values: Mapping[str, Any], known: frozenset[str] = _OPTIONS
    ) -> tuple[dict[str, object], dict[str, Any]]:
        """Return the parameters, and the arguments of the read, which are `known`."""
        names = {item.name for item in self.parameters}
        both = [name for name in values if name in names & known]
        if both and params is None:
            name = both[0]
            raise ArgumentError(
                f"{name!r} is a parameter of query {self.id} {self.name!r}, and an argument of "
                "every read.",
                hint=f"Give the parameter in a dict, q({{{name!r}: ...}}); beside a dict, "
                f"{name}= is the read's.",
            )
        for name in values.keys() - names - known:
            near = difflib.get_close_matches(name, names | known, 1)
            if near and near[0] in known:
                raise _unknown(self, name, f"Did you mean {near[0]}=?")
        found = {name: value for name, value in values.items() if name not in known}
        given = dict(params or {})
        twice = sorted(given.keys() & found.keys())
        if twice:
            raise ArgumentError(
                f"{twice[0]!r} is given in the dict and by itself.", hint="Leave one of them out."
            )
        options = {name: value for name, value in values.items() if name in known}
        return {**given, **found}, options

    def _refuse_options(
        self, values: Mapping[str, Any], options: frozenset[str], method: str
    ) -> None:
        """Raise ArgumentError for an argument of a read that has no place in a method."""
        given = sorted(values.keys() & options - {item.name for item in self.parameters})
        if given:
            raise ArgumentError(
                f"q.{method} takes no {given[0]}=: it looks into the local cache alone.",
                hint="Leave it out.",
            )

    def __repr__(self) -> str:
        taken = str(self.__signature__).replace("list[typing.Literal[", "list[Literal[")
        return f"WatchQuery({self.id}, {self.name!r}){taken}"

    def _repr_html_(self) -> str:
        card = self.definition.card()
        call = ", ".join(f"{name}=..." for name in self.__signature__.parameters)
        return replace(
            card,
            tables=[record_table(self.parameters, title="parameters"), *card.tables[1:]],
            note=f"A call returns its rows: q({call})",
        ).html()


@of_query
def watch_query(query: QueryLike, *, client: Client | None = None) -> WatchQuery:
    """Return a saved query as a function of its parameters.

    Parameters
    ----------
    query : int, str or QueryReference
        Its id, its name, or an address: of its page or of its results. The ``p_`` values of an
        address are the values of parameters that a call leaves out.
    client : Client, optional
        Instead of the one of `connect`, or of the settings.

    Returns
    -------
    WatchQuery
        ``q(markets=["WETH"])`` and ``q({"markets": ["WETH"]})`` return the frame. Its signature has
        the parameters with their defaults, so that Tab offers them.

    Raises
    ------
    ConfigurationError, QueryReferenceError
        As `read_watch_query`.
    ServerError
        The query's definition could not be read.

    Examples
    --------
    >>> from watchframe.demo import DemoServer
    >>> with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
    ...     q = watch_query(13, client=client)
    ...     frame = q(kind="repay", cache="off")
    >>> q
    WatchQuery(13, 'Events of one kind by month')(*, kind: Literal['borrow', 'repay', ...
    """
    query = parse_reference(query)
    client = client_for(query, client)
    definition = client.queries.get(query)
    query = QueryReference(
        query_id=definition.id,
        server_url=query.server_url,
        url_parameters=query.url_parameters,
    )
    return WatchQuery(definition, query, client)


def _signature(definitions: list[ParameterDefinition]) -> inspect.Signature:
    """Return the signature of a call: the parameters whose names are Python's names."""
    return inspect.Signature(
        [
            inspect.Parameter(
                item.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default_of(item),
                annotation=_annotation(item),
            )
            for item in definitions
            if item.name.isidentifier() and not keyword.iskeyword(item.name)
        ]
    )


def _annotation(definition: ParameterDefinition) -> Any:
    """Return what a parameter takes: its choices, or the server's word for its type."""
    choices: Any = definition.type
    if definition.enum_options:
        choices = Literal[definition.enum_options]
    return choices if definition.multi is None else list[choices]
