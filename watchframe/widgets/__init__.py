"""Pickers, dashboards and tables in notebooks: parameter bars, tiles on a grid, rows in pages."""

from watchframe.widgets.board import show_watch_dashboard
from watchframe.widgets.control_kinds import CONTROL_KINDS, ControlKind
from watchframe.widgets.live_board import LiveBoard
from watchframe.widgets.parameter_picker import ParameterPicker
from watchframe.widgets.pick import pick
from watchframe.widgets.picker_link import PickerLink, link_pickers
from watchframe.widgets.query_group import QueryGroup
from watchframe.widgets.query_picker import QueryPicker
from watchframe.widgets.table_tab import show_watch_table

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
    "show_watch_table",
]
