"""The controls of all parameters of a query, as one form with one dict of values."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

import ipywidgets
import traitlets

from watchframe.client import Client
from watchframe.errors import WatchframeError
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.errors import unknown_parameter
from watchframe.parameters.normalize import definitions_of
from watchframe.widgets.choice_controls import Option
from watchframe.widgets.control import GUARD, NEEDED, Checker, Control, close_tree
from watchframe.widgets.control_kinds import make_control

logger = logging.getLogger(__name__)


class ParameterForm(traitlets.HasTraits):
    """One control per parameter that the query's text uses, in the author's order.

    The values of query-based dropdowns are fetched in the background; until they are there, the
    parameter has a text field. A parameter that the text does not use gets a control where a value
    is set for it, since a read sends that as well.

    Attributes
    ----------
    params : dict
        Value by name. Observable.
    problems : dict of str to str
        Why a value cannot be sent, by name; empty when the query can run. Observable.
    """

    params = traitlets.Dict()
    problems = traitlets.Dict()

    def __init__(self, query: Query, client: Client) -> None:
        super().__init__()
        self._query = query
        self._client = client
        self._checker = Checker(query=query, timezone=client.settings.timezone)
        self._definitions = {item.name: item for item in definitions_of(query)}
        self._is_closed = False
        self.controls: dict[str, Control] = {}
        self.widget = ipywidgets.VBox()
        self.widget.add_class("wf-form")
        for definition in definitions_of(query, used_only=True):
            self._add(definition)

    def update(self, values: Mapping[str, object]) -> None:
        """Set the values of some parameters.

        Raises
        ------
        UnknownParameterError
            The query has no parameter of such a name.
        """
        for name in values:
            if name not in self._definitions:
                raise unknown_parameter(name, tuple(self._definitions), self._query)
        with GUARD:
            for name, value in values.items():
                if name not in self.controls:
                    self._add(self._definitions[name])
                self.controls[name].set(value)

    def recheck(self) -> None:
        """Check all values again, as of now."""
        for control in list(self.controls.values()):
            control.recheck()

    @property
    def needed(self) -> list[str]:
        """The titles of the parameters without a value, for which nothing else is wrong."""
        return [it.title for it in self.controls.values() if it.problem == NEEDED]

    def mark(self) -> None:
        """Mark the values that are missing: Run was pressed."""
        for control in self.controls.values():
            control.mark()

    def close(self) -> None:
        """Close all controls."""
        self._is_closed = True
        for control in self.controls.values():
            control.close()
        close_tree(self.widget)

    def _add(self, definition: ParameterDefinition) -> None:
        self._place(make_control(definition, self._checker))
        if definition.type == "query" and definition.dropdown_query_id is not None:
            threading.Thread(
                target=self._load_options,
                args=(definition, definition.dropdown_query_id),
                name=f"watchframe-dropdown-{definition.name}",
                daemon=True,
            ).start()

    def _place(self, control: Control) -> None:
        with GUARD:
            controls = {**self.controls, control.definition.name: control}
            self.controls = {name: controls[name] for name in self._definitions if name in controls}
            control.observe(self._gather, ["value", "problem"])
            self._gather()
            self.widget.children = [each.widget for each in self.controls.values()]

    def _gather(self, _change: object = None) -> None:
        with GUARD:
            controls = self.controls.items()
            self.problems = {name: each.problem for name, each in controls if each.problem}
            self.params = {name: each.value for name, each in controls}

    def _load_options(self, definition: ParameterDefinition, dropdown_query_id: int) -> None:
        name = definition.name
        try:
            found = self._client.queries.dropdown_options(self._query.id, dropdown_query_id)
        except WatchframeError as error:
            logger.warning("no values for %r: %s", name, error.message)
            with GUARD:
                if not self._is_closed:
                    self.controls[name].add_note(
                        f"Its values could not be fetched, so type one. {error.message}"
                    )
            return
        with GUARD:
            if self._is_closed:
                return
            self._checker.options[name] = [option.value for option in found]
            before = self.controls[name]
            options = [Option(name=option.name, value=option.value) for option in found]
            control = make_control(definition, self._checker, options)
            control.set(before.value)
            self._place(control)
            before.close()
