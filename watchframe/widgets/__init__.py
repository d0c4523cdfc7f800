"""Pickers and dashboards in the notebook: a query's parameter bar, a search, tiles on a grid."""

from watchframe.widgets.board import show_watch_dashboard
from watchframe.widgets.control_kinds import CONTROL_KINDS, ControlKind
from watchframe.widgets.live_board import LiveBoard
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.pick import pick
from watchframe.widgets.picker_link import PickerLink, link_pickers
from watchframe.widgets.query_group import QueryGroup
from watchframe.widgets.query_picker import QueryPicker

__all__ = [
    "CONTROL_KINDS",
    "ControlKind",
    "LiveBoard",
    "ParameterPicker",
    "PickerLink",
    "QueryGroup",
    "QueryPicker",
    "link_pickers",
    "pick",
    "show_watch_dashboard",
]
