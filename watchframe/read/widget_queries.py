"""What each widget of a dashboard asks: its query, with the values that it has on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from watchframe.errors import ArgumentError, ParameterValueError, UnknownParameterError
from watchframe.hints import Hint, Kind
from watchframe.models import Dashboard, ParameterDefinition, ParameterMapping, Query, Widget
from watchframe.parameters import params_dict
from watchframe.parameters.normalize import default_of, definitions_of
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.values import did_you_mean, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetQuery:
    """What a widget asks.

    Attributes
    ----------
    title : str
        The widget's; where several have the same one, the second has " (2)" behind it, and so on.
    widget : Widget
    query : Query
        Its query, as it stands on the dashboard.
    params : mapping
        Values for the query's parameters. Those that are left out take the query's defaults.
    """

    title: str
    widget: Widget
    query: Query
    params: Mapping[str, object]


def widget_queries(
    dashboard: Dashboard,
    params: Mapping[str, object] | None,
    url_parameters: Mapping[str, str] | None = None,
) -> list[WidgetQuery]:
    """Return what each widget asks, in the order of the page: row by row; texts ask nothing.

    A parameter of the dashboard has one value, for all that are mapped to it: the caller's, or the
    default of the first. A parameter of one widget is called ``w<widget id>_<name>``, as in the
    page's address, or by its name alone where no other one is called so.

    Raises
    ------
    UnknownParameterError
        The dashboard has no such parameter.
    ParameterValueError
        A value is given for a parameter that the dashboard fixes.
    ArgumentError
        `params` is not a mapping, or names one parameter in two ways.
    """
    shown = _shown(dashboard)
    slots = slots_of(dashboard)
    addresses = _Addresses(dashboard, slots)
    given = addresses.given(params, url_parameters)
    chosen: dict[int, dict[str, object]] = {}
    for slot in slots:
        values = chosen.setdefault(slot.widget.id, {})
        if slot.mapping.type == "static-value":
            values[slot.definition.name] = slot.mapping.value
        elif slot.address in given:
            values[slot.definition.name] = given[slot.address]
        elif slot.mapping.type == "dashboard-level":
            default = default_of(addresses.first[slot.address].definition)
            if default is not None:
                values[slot.definition.name] = default
    titles = _unique(widget.title for widget, _ in shown)
    return [
        WidgetQuery(title=title, widget=widget, query=query, params=chosen.get(widget.id, {}))
        for title, (widget, query) in zip(titles, shown, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A parameter of a widget's query, and where its value comes from."""

    widget: Widget
    query: Query
    definition: ParameterDefinition
    mapping: ParameterMapping

    @property
    def address(self) -> str:
        """Under which name a caller gives its value."""
        if self.mapping.type == "dashboard-level":
            return self.mapping.map_to
        return f"w{self.widget.id}_{self.definition.name}"


def given_values(
    dashboard: Dashboard,
    params: Mapping[str, object] | None,
    url_parameters: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Return the caller's values by the slots' addresses; it raises what `widget_queries` does."""
    return _Addresses(dashboard, slots_of(dashboard)).given(params, url_parameters)


def slots_of(dashboard: Dashboard) -> list[Slot]:
    """Return the parameters of all widgets, in the order of the page."""
    return [
        Slot(
            widget=widget,
            query=query,
            definition=item,
            mapping=mappings.get(item.name)
            or ParameterMapping(name=item.name, type="widget-level", map_to=item.name),
        )
        for widget, query in _shown(dashboard)
        for mappings in [widget.parameter_mappings]
        for item in definitions_of(query, used_only=True)
    ]


def _shown(dashboard: Dashboard) -> list[tuple[Widget, Query]]:
    """Return the widgets that have a query.

    The server sends them in any order, and the order decides which default is the first one.
    """
    widgets = sorted(dashboard.widgets, key=lambda widget: widget.place)
    return [(widget, query) for widget in widgets if (query := widget.query)]


@dataclass(slots=True)
class _Addresses:
    """The names by which a caller may give values."""

    dashboard: Dashboard
    slots: list[Slot]
    first: dict[str, Slot] = field(init=False)

    def __post_init__(self) -> None:
        self.first = {slot.address: slot for slot in reversed(self.slots)}

    def given(
        self, params: Mapping[str, object] | None, url_parameters: Mapping[str, str] | None
    ) -> dict[str, object]:
        """Return the caller's values by address; those of the page's address lose."""
        from_url = values_of_url(
            url_parameters or {},
            {slot.address: slot.definition for slot in reversed(self.slots)},
        )
        return {**self.resolved(from_url), **self.resolved(params_dict(params))}

    def resolved(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the values by address, each checked to be one that may be given."""
        found: dict[str, object] = {}
        for name, value in given.items():
            slot = self._slot(name)
            if slot.mapping.type == "static-value":
                raise self._fixed(slot, value)
            if slot.address in found:
                raise ArgumentError(f"Parameter {slot.address!r} is given by two names.")
            found[slot.address] = value
        return found

    def _slot(self, name: str) -> Slot:
        if name in self.first:
            return self.first[name]
        same = [
            slot
            for slot in self.slots
            if slot.definition.name == name and slot.mapping.type != "dashboard-level"
        ]
        if len(same) == 1:
            return same[0]
        known = tuple(
            address
            for address, slot in sorted(self.first.items())
            if slot.mapping.type != "static-value"
        )
        near = tuple(slot.address for slot in same) or nearest(name, known)
        has = f"It has: {', '.join(map(repr, known)) or 'none'}."
        raise UnknownParameterError(
            f"{dashboard_words(self.dashboard)} has no parameter {name!r}.",
            name=name,
            known=known,
            suggestions=near,
            hint=f"{len(same)} widgets have one: {', '.join(map(repr, near))}."
            if same
            else did_you_mean(near) or has,
        )

    def _fixed(self, slot: Slot, value: object) -> ParameterValueError:
        name, query = slot.definition.name, slot.query
        return ParameterValueError(
            f"{dashboard_words(self.dashboard)} fixes the parameter {name!r} of "
            f"{slot.widget.title!r} at {slot.mapping.value!r}.",
            name=name,
            value=value,
            expected=repr(slot.mapping.value),
            query_id=query.id,
            query_name=query.name,
            hint=Hint(Kind.QUERY_ITSELF, query_id=query.id, name=name),
        )


def _unique(titles: Iterable[str]) -> list[str]:
    """Return the titles, with a number behind each that was there before."""
    found: list[str] = []
    for title in titles:
        number, label = 1, title
        while label in found:
            number += 1
            label = f"{title} ({number})"
        found.append(label)
    return found


def dashboard_words(dashboard: Dashboard) -> str:
    """Return what begins a sentence about a dashboard."""
    number = f"Dashboard {dashboard.id}" if dashboard.id else "The shared dashboard"
    return f"{number} {dashboard.name!r}"
