"""A calendar: one month for a day, two for a range."""

from __future__ import annotations

import traitlets

from watchframe.widgets.frontend import FrontEnd


class Calendar(FrontEnd, file="calendar"):
    """Months side by side, of which a person chooses a day or a range by mouse or keyboard.

    Attributes
    ----------
    chosen : list of str
        The days in ISO: none, one, or of a range the first and the last. Observable.
    mode : {"day", "range"}
    today : str
        The day that is marked, in ISO.
    label : str
        What is chosen, for screen readers.
    """

    chosen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    mode = traitlets.Unicode("day").tag(sync=True)
    today = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
