"""The controls of a dashboard's parameters: those that widgets share, and those of one widget."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import ipywidgets
import traitlets
from msgspec import structs

from watchframe.client import Client
from watchframe.models import Dashboard
from watchframe.read.widget_queries import Slot, given_values, slots_of
from watchframe.widgets.control import GUARD, Control, close_tree
from watchframe.widgets.form import ParameterForm

APPLY = "Read what the changed values change"


class BoardForm(traitlets.HasTraits):
    """One control for each parameter of a dashboard, but for those that it fixes.

    Attributes
    ----------
    params : dict
        Value by name, as `read_watch_dashboard` takes them; without those that have none.
        Observable.
    problems : dict of str to str
        Why a value cannot be sent, by name. Observable.
    shared : Widget
        The controls of those that widgets share.
    of_widget : dict of int to Widget
        The controls of those of one widget, by its id, with a button to apply them.
    apply_buttons : list of Button
        Those buttons.
    """

    params = traitlets.Dict()
    problems = traitlets.Dict()

    def __init__(self, dashboard: Dashboard, client: Client) -> None:
        super().__init__()
        self._dashboard = dashboard
        self._forms: dict[str, tuple[Slot, ParameterForm]] = {}
        for slot in slots_of(dashboard):
            if slot.mapping.type != "static-value" and slot.address not in self._forms:
                self._forms[slot.address] = slot, _form_of(slot, client)
        shared: dict[str, ipywidgets.Widget] = {}
        own: dict[int, dict[str, ipywidgets.Widget]] = {}
        orders: dict[int, object] = {}
        for slot, form in self._forms.values():
            if slot.mapping.type == "dashboard-level":
                shared[slot.address] = form.widget
            else:
                own.setdefault(slot.widget.id, {})[slot.definition.name] = form.widget
                orders[slot.widget.id] = slot.widget.options.get("paramOrder")
            form.observe(self._gather, ["params", "problems"])
        self.shared = _box(shared, dashboard.options.get("globalParamOrder"))
        self.of_widget = {number: _box(found, orders[number]) for number, found in own.items()}
        self._buttons = {number: new_apply_button() for number in own}
        self.apply_buttons = [*self._buttons.values()]
        for number, button in self._buttons.items():
            button.layout = {"display": "none", "width": "auto"}
            self.of_widget[number].children += (button,)
        self._gather()

    @property
    def controls(self) -> dict[str, Control]:
        """The control of each parameter, by name."""
        return {
            address: form.controls[slot.definition.name]
            for address, (slot, form) in self._forms.items()
        }

    def update(
        self, values: Mapping[str, object] | None, url_parameters: Mapping[str, str] | None = None
    ) -> None:
        """Set the values of some parameters; those of the page's address lose.

        Raises
        ------
        WatchframeError
            As of `watchframe.read.widget_queries.widget_queries`.
        """
        with GUARD:
            for address, value in given_values(self._dashboard, values, url_parameters).items():
                slot, form = self._forms[address]
                form.update({slot.definition.name: value})

    def offer_to_apply(self, changed: Collection[str]) -> None:
        """Show the button at the widgets of whose own parameters some have other values now."""
        widgets = {self._forms[name][0].widget.id for name in changed if name in self._forms}
        for number, button in self._buttons.items():
            button.layout.display = "" if number in widgets else "none"

    def recheck(self) -> None:
        """Check all values again, as of now."""
        for _, form in self._forms.values():
            form.recheck()

    @property
    def needed(self) -> list[str]:
        """The titles of the parameters without a value, for which nothing else is wrong."""
        return [title for _, form in self._forms.values() for title in form.needed]

    def mark(self) -> None:
        """Mark the values that are missing: Apply was pressed."""
        for _, form in self._forms.values():
            form.mark()

    def close(self) -> None:
        """Close all controls."""
        for _, form in self._forms.values():
            form.close()
        close_tree(self.shared, *self.of_widget.values())

    def _gather(self, _change: object = None) -> None:
        with GUARD:
            values = [
                (address, form.params[slot.definition.name], form.problems)
                for address, (slot, form) in self._forms.items()
            ]
            self.problems = {
                address: problem for address, _, problems in values for problem in problems.values()
            }
            self.params = {address: value for address, value, _ in values if value is not None}


def _form_of(slot: Slot, client: Client) -> ParameterForm:
    """Return a form of this one parameter, under the title that it has on the dashboard."""
    title = slot.mapping.title or slot.definition.title
    definition = structs.replace(slot.definition, title=title)
    return ParameterForm(structs.replace(slot.query, parameters=(definition,)), client)


def new_apply_button() -> ipywidgets.Button:
    """Return a button that applies the values of controls."""
    return ipywidgets.Button(
        description="Apply",
        icon="check",
        button_style="primary",
        tooltip=APPLY,
    )


def _box(controls: Mapping[str, ipywidgets.Widget], order: object) -> ipywidgets.Box:
    """Return controls in a row; those that `order` names come first, as on the page."""
    first = [name for name in order if name in [*controls]] if isinstance(order, list) else []
    names = dict.fromkeys([*first, *controls])
    box = ipywidgets.Box([controls[name] for name in names])
    box.add_class("wf-bar-of-controls")
    return box
