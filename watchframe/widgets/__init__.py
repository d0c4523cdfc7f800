"""Pickers: a saved query's parameter bar, and a search for the query, in the notebook."""

from watchframe.widgets.control_kinds import CONTROL_KINDS, ControlKind
from watchframe.widgets.parameter_picker import ParameterPicker, pick

__all__ = ["CONTROL_KINDS", "ControlKind", "ParameterPicker", "pick"]
