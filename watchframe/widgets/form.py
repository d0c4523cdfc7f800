"""The controls of all parameters of a query, as one form with one dict of values."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
import traitlets

from watchframe.client import Client
from watchframe.errors import UnknownParameterError, WatchframeError
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.templates import parameters_in
from watchframe.read.options import client_for
from watchframe.references import QueryReference, parse_reference
from watchframe.widgets.choice_controls import Option
from watchframe.widgets.control import GUARD, Checker, Control, close_tree
from watchframe.widgets.control_kinds import make_control

logger = logging.getLogger(__name__)

FetchOptions = Callable[[int, int], Sequence[Option]]


def fetch_with(client: Client) -> FetchOptions:
    """Give what fetches the values of a query-based dropdown."""

    def fetch(query_id: int, dropdown_query_id: int) -> list[Option]:
        found = client.queries.dropdown_options(query_id, dropdown_query_id)
        return [Option(name=option.name, value=option.value) for option in found]

    return fetch


class ParameterForm(traitlets.HasTraits):
    """One control per parameter, in the author's order.

    The values of query-based dropdowns are fetched in the background; until they are there, the
    parameter has a text field.

    Attributes
    ----------
    params : dict
        Value by name. Observable.
    problems : dict of str to str
        Why a value cannot be sent, by name; empty when the query can run. Observable.
    """

    params = traitlets.Dict()
    problems = traitlets.Dict()

    def __init__(
        self,
        definitions: Sequence[ParameterDefinition],
        query: Query,
        checker: Checker,
        fetch: FetchOptions,
    ) -> None:
        super().__init__()
        self._query = query
        self._checker = checker
        self._fetch = fetch
        self._is_closed = False
        self.controls: dict[str, Control] = {}
        self.widget = ipywidgets.VBox()
        for definition in definitions:
            self._place(make_control(definition, checker))
        self._arrange()
        for definition in definitions:
            if definition.type == "query" and definition.dropdown_query_id is not None:
                threading.Thread(
                    target=self._load,
                    args=(definition, definition.dropdown_query_id),
                    name=f"watchframe-dropdown-{definition.name}",
                    daemon=True,
                ).start()

    def update(self, values: Mapping[str, object]) -> None:
        """Set the values of some parameters.

        Raises
        ------
        UnknownParameterError
            The query has no parameter of such a name.
        """
        for name in values:
            if name not in self.controls:
                known = tuple(self.controls)
                raise UnknownParameterError(
                    f"Query {self._query.id} {self._query.name!r} has no parameter {name!r}.",
                    name=name,
                    known=known,
                    query_id=self._query.id,
                    query_name=self._query.name,
                    hint=f"It has: {', '.join(known) or 'none'}.",
                )
        for name, value in values.items():
            self.controls[name].set(value)

    def recheck(self) -> None:
        """Check all values again, as of now."""
        for control in list(self.controls.values()):
            control.recheck()

    def close(self) -> None:
        """Close all controls."""
        self._is_closed = True
        for control in self.controls.values():
            control.close()
        close_tree(self.widget)

    def _place(self, control: Control) -> None:
        self.controls[control.definition.name] = control
        control.observe(self._gather, ["value", "problem"])
        self._gather()

    def _arrange(self) -> None:
        self.widget.children = [control.widget for control in self.controls.values()]

    def _gather(self, _change: object = None) -> None:
        with GUARD:
            controls = self.controls.items()
            self.problems = {name: each.problem for name, each in controls if each.problem}
            self.params = {name: each.value for name, each in controls}

    def _load(self, definition: ParameterDefinition, dropdown_query_id: int) -> None:
        try:
            options = self._fetch(self._query.id, dropdown_query_id)
        except WatchframeError as error:
            logger.warning("no values for %r: %s", definition.name, error.message)
            with GUARD:
                if not self._is_closed:
                    self.controls[definition.name].say(
                        f"Its values could not be fetched, so type one. {error.message}"
                    )
            return
        with GUARD:
            if self._is_closed:
                return
            self._checker.options[definition.name] = [option.value for option in options]
            old = self.controls[definition.name]
            control = make_control(definition, self._checker, options)
            control.set(old.value)
            self._place(control)
            self._arrange()
            old.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedQuery:
    """A query's definition as the server has it now, and the values of its page's URL."""

    query: Query
    client: Client
    url_values: Mapping[str, object]


def open_query(query: int | str | QueryReference, client: Client | None) -> OpenedQuery:
    """Read a query's definition from the server."""
    reference = parse_reference(query)
    found = client_for(reference, client)
    definition = found.queries.get(reference.query_id)
    names = {item.name: item for item in definitions_of(definition)}
    values = values_of_url(reference.url_parameters, names)
    return OpenedQuery(query=definition, client=found, url_values=values)


def definitions_of(query: Query) -> Sequence[ParameterDefinition]:
    """Give the parameters that its page shows: the saved ones, or the names in its text."""
    used = parameters_in(query.text)
    if query.parameters:
        return [item for item in query.parameters if item.name in used]
    return [
        ParameterDefinition(
            name=name, type="datetime-range-with-seconds" if is_range else "text", title=name
        )
        for name, is_range in used.items()
    ]
