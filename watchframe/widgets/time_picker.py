"""A time of day that can be typed at anybody's speed."""

from __future__ import annotations

import ipywidgets
from ipywidgets.widgets.trait_types import Time, time_serialization


class TimePicker(ipywidgets.TimePicker):  # type: ignore[misc]  # ipywidgets has no types
    """ipywidgets' own, whose value the kernel does not send back to where it came from.

    What comes back is set anew in the browser's field, which then forgets the digit that was being
    typed: of ``30``, typed in a tenth of a second a digit, ``00`` was left.
    """

    value = Time(None, allow_none=True).tag(sync=True, echo_update=False, **time_serialization)
