"""Pickers: a saved query's parameter bar, and a search for the query, in the notebook."""

from watchframe.widgets.control_kinds import CONTROL_KINDS, ControlKind
from watchframe.widgets.parameter_picker import ParameterPicker, PickerLink, link_pickers
from watchframe.widgets.query_picker import QueryPicker, pick

__all__ = [
    "CONTROL_KINDS",
    "ControlKind",
    "ParameterPicker",
    "PickerLink",
    "QueryPicker",
    "link_pickers",
    "pick",
]
