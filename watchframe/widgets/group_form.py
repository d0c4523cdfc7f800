"""The bar of several queries: a parameter that they share stands once, the others by query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
import traitlets

from watchframe.errors import UnknownParameterError
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.normalize import definitions_of
from watchframe.parameters.values import did_you_mean, nearest
from watchframe.plain_text import html_text
from watchframe.widgets.control import GUARD, Control, close_tree
from watchframe.widgets.form import ParameterForm
from watchframe.widgets.picker_link import PickerLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the queries: its form, and the parameters that its address sets."""

    query: Query
    form: ParameterForm
    in_address: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A parameter as the bar has it.

    Attributes
    ----------
    address : str
        Its name in the bar's ``params``.
    name : str
        Its name in the queries.
    members : tuple of Member
        Those that have it. The first one's control is shown.
    """

    address: str
    name: str
    members: tuple[Member, ...]

    @property
    def control(self) -> Control:
        """What is shown."""
        return self.members[0].form.controls[self.name]


class GroupForm(traitlets.HasTraits):
    """The controls of the forms of several queries, with one value for what they share.

    Parameters of the same name are shared where their types agree. Each query checks the value for
    itself: the options of lists may differ.

    Parameters
    ----------
    members : sequence of Member
    values : mapping of str to object
        Those that are set first, as of `update`.

    Attributes
    ----------
    params : dict
        Value by name. Observable. Where types of the same name do not agree, the first query's has
        the plain name, and the others are called such as ``"42.period"``.
    problems : dict of str to str
        Why a value cannot be sent, by name. Observable.
    widget : Widget
    """

    params = traitlets.Dict()
    problems = traitlets.Dict()

    def __init__(self, members: Sequence[Member], values: Mapping[str, object]) -> None:
        super().__init__()
        self.slots: dict[str, Slot] = {}
        self._members = tuple(members)
        self._links: dict[tuple[str, tuple[int, ...]], PickerLink] = {}
        self._shared = _box()
        self._own = {member.query.id: _box() for member in members}
        self._titles = {
            member.query.id: ipywidgets.HTML(
                f'<div class="wf-of-query" role="heading" aria-level="4">'
                f"{html_text(member.query.name)}</div>"
            )
            for member in members
        }
        self._notes = ipywidgets.HTML()
        self.widget = ipywidgets.VBox()
        for member in members:
            # Of a list whose values have been fetched, the control is another one.
            member.form.widget.observe(self._arrange, "children")
            member.form.observe(self._gather, ["params", "problems"])
        self._arrange()
        try:
            self.update(values)
        except Exception:
            self.close()
            raise

    @property
    def controls(self) -> dict[str, Control]:
        """The control of each parameter, by name."""
        return {address: slot.control for address, slot in self.slots.items()}

    def update(self, values: Mapping[str, object]) -> None:
        """Set the values of some parameters.

        Raises
        ------
        UnknownParameterError
            No query has a parameter of such a name.
        """
        with GUARD:
            # A parameter that no text uses has no control until it has a value.
            having: dict[str, list[tuple[ParameterForm, str]]] = {}
            for member in self._members:
                for definition in definitions_of(member.query):
                    having.setdefault(definition.name, []).append((member.form, definition.name))
            for address, slot in self.slots.items():
                having[address] = [(slot.members[0].form, slot.name)]
            for name in values:
                if name not in having:
                    raise _unknown(name, tuple(having))
            for name, value in values.items():
                for form, own_name in having[name]:
                    form.update({own_name: value})

    def recheck(self) -> None:
        """Check all values again, as of now."""
        for member in self._members:
            member.form.recheck()

    def close(self) -> None:
        """Close the bar; the controls are the forms'."""
        for box in (self._shared, *self._own.values()):
            box.children = ()
        close_tree(self._shared, *self._own.values(), *self._titles.values(), self.widget)

    def _arrange(self, _change: object = None) -> None:
        """Put each control where it belongs, and link those that are shared."""
        with GUARD:
            self.slots = _slots_of(self._members)
            for slot in self.slots.values():
                self._link(slot)
            shared: list[ipywidgets.Widget] = []
            own: dict[int, list[ipywidgets.Widget]] = {number: [] for number in self._own}
            for slot in self.slots.values():
                place = shared if len(slot.members) > 1 else own[slot.members[0].query.id]
                place.append(slot.control.widget)
            self._shared.children = shared
            for number, controls in own.items():
                self._own[number].children = controls
            sections = [
                part
                for number, controls in own.items()
                if controls
                for part in (self._titles[number], self._own[number])
            ]
            self.widget.children = [self._shared, *sections, self._notes]
            self._gather()

    def _link(self, slot: Slot) -> None:
        key = (slot.name, tuple(member.query.id for member in slot.members))
        if len(slot.members) > 1 and key not in self._links:
            # What an address says goes before the first query's default.
            first = [member for member in slot.members if slot.name in member.in_address]
            forms = dict.fromkeys(member.form for member in (*first, *slot.members))
            self._links[key] = PickerLink([*forms], [slot.name])

    def _gather(self, _change: object = None) -> None:
        with GUARD:
            problems, refusals = {}, []
            for slot in self.slots.values():
                for member in slot.members:
                    problem = member.form.problems.get(slot.name)
                    if not problem:
                        continue
                    if member is not slot.members[0]:  # the control does not show it
                        problem = f"It does not fit {_words(member.query)}. {problem}"
                        refusals.append(f"{slot.control.title}: {problem}")
                    problems[slot.address] = problem
                    break
            refused = [
                f'<div class="wf-problem" role="alert">{html_text(it)}</div>' for it in refusals
            ]
            doubles = [f'<div class="wf-hint">{html_text(it)}</div>' for it in _doubles(self.slots)]
            self._notes.value = "".join([*refused, *doubles])
            self.problems = problems
            self.params = {
                address: slot.members[0].form.params[slot.name]
                for address, slot in self.slots.items()
            }


def _slots_of(members: Sequence[Member]) -> dict[str, Slot]:
    """Return what stands in the bar, by address."""
    found: dict[str, dict[object, list[Member]]] = {}
    for member in members:
        for name, control in member.form.controls.items():
            kinds = found.setdefault(name, {})
            kinds.setdefault(_kind(control.definition), []).append(member)
    slots = [
        Slot(
            address=f"{having[0].query.id}.{name}" if number else name,
            name=name,
            members=tuple(having),
        )
        for name, kinds in found.items()
        for number, having in enumerate(kinds.values())
    ]
    return {slot.address: slot for slot in slots}


def _kind(definition: ParameterDefinition) -> tuple[str, bool]:
    """Return what values of a parameter are: those of the same kind can be one."""
    is_choice = definition.type in ("enum", "query")
    return "choice" if is_choice else definition.type, definition.multi is not None


def _doubles(slots: Mapping[str, Slot]) -> list[str]:
    """Return why names stand there more than once."""
    of_name: dict[str, list[Slot]] = {}
    for slot in slots.values():
        of_name.setdefault(slot.name, []).append(slot)
    return [
        f"{found[0].control.title} stands here more than once, as its types differ: "
        + "; ".join(
            f"{_type_words(slot.control.definition)} in "
            + " and ".join(_words(member.query) for member in slot.members)
            for slot in found
        )
        + "."
        for found in of_name.values()
        if len(found) > 1
    ]


def _type_words(definition: ParameterDefinition) -> str:
    return f"{definition.type}, several values" if definition.multi else definition.type


def _words(query: Query) -> str:
    return f"query {query.id} {query.name!r}"


def _box() -> ipywidgets.VBox:
    box = ipywidgets.VBox()
    box.add_class("wf-form")
    return box


def _unknown(name: object, known: tuple[str, ...]) -> UnknownParameterError:
    suggested = nearest(name, known)
    return UnknownParameterError(
        f"None of these queries has a parameter {name!r}.",
        name=str(name),
        known=known,
        suggestions=suggested,
        hint=did_you_mean(suggested) or f"They have: {', '.join(known)}.",
    )
