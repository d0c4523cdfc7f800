"""Which page of the site says more about an error or a warning."""

from __future__ import annotations

from watchframe.errors import WatchframeError, WatchframeWarning
from watchframe.hints import Hint, Kind
from watchframe.site import page

#: The page of all errors and warnings, with a heading for each class.
ERRORS = "reference/errors"

#: Where the hint tells more than the class: the page, and the anchor of a heading.
OF_HINTS: dict[Kind, tuple[str, str | None]] = {
    Kind.CONNECT: ("howto/connect", None),
    Kind.NO_KEY: ("howto/connect", "with-your-own-key-kept-once"),
    Kind.OTHER_SERVER: ("howto/connect", "which-key-goes-where"),
    Kind.NEEDS_USER_KEY: ("howto/connect", "with-your-own-key-kept-once"),
    Kind.WRONG_QUERY_KEY: ("howto/connect", "how-to-use-a-querys-own-key"),
    Kind.WRONG_USER_KEY: ("howto/connect", "with-your-own-key-kept-once"),
    Kind.NAME_NEEDS_USER_KEY: ("howto/connect", "with-your-own-key-kept-once"),
    Kind.ALLOW_PLAIN_HTTP: ("reference/settings", None),
    Kind.STORED_COPY: ("howto/caching", "offline"),
    Kind.NOT_STORED: ("howto/caching", "offline"),
    Kind.NO_PAST_RESULT: ("howto/history", None),
    Kind.SAVE_SCHEMA: ("howto/schema-contract", None),
    Kind.SCHEMA_DRIFT: ("howto/schema-contract", "accept-a-change"),
    Kind.FREEZE_AGAIN: ("howto/repeat-a-report", "freeze"),
    Kind.NOTHING_FROZEN: ("howto/repeat-a-report", "freeze"),
    Kind.PACK_AGAIN: ("howto/repeat-a-report", "keep-the-rows"),
    Kind.GIVE_VALUE: ("howto/parameters", None),
    Kind.WHOLE_RANGE: ("howto/parameters", "values-by-type"),
    Kind.SEVERAL_VALUES: ("howto/parameters", "values-by-type"),
    Kind.RANGE_ENDS: ("howto/many", "a-long-period-in-pieces"),
    Kind.IS_DASHBOARD: ("howto/dashboards", None),
    Kind.CREATE_MISSING: ("howto/queries-as-code", "write-edits-back"),
    Kind.OVERWRITE: ("howto/queries-as-code", "write-edits-back"),
    Kind.ONE_SERVER_COPIES: ("howto/queries-as-code", "copy-a-dashboard"),
}

#: Where a how-to tells more than the page of all classes.
OF_CLASSES: dict[str, tuple[str, str | None]] = {
    "ColumnTypeWarning": ("howto/column-types", "why-a-column-is-object"),
    "PrecisionWarning": ("howto/column-types", "digits-that-the-server-has-rounded"),
    "ParameterValueError": ("howto/parameters", "values-by-type"),
    "UnknownParameterError": ("howto/parameters", "what-does-this-query-take"),
}


def more_about(error: BaseException) -> list[str]:
    """Return the last line of what is shown: where the site says more.

    Parameters
    ----------
    error : BaseException
        An error, a warning, or a group of errors, whose first one decides.

    Returns
    -------
    list of str
        One line; none where it is no error or warning of this library.
    """
    if isinstance(error, BaseExceptionGroup):
        return more_about(error.exceptions[0])
    if not isinstance(error, WatchframeError | WatchframeWarning):
        return []
    return [f"More: {page(*place(error))}"]


def place(error: BaseException) -> tuple[str, str | None]:
    """Return the page and the anchor that say more about an error or a warning."""
    hint = getattr(error, "hint", None)
    if isinstance(hint, Hint) and hint.kind in OF_HINTS:
        return OF_HINTS[hint.kind]
    # A class of which the page knows nothing is told by the one that it is a kind of.
    name = next(
        kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "watchframe.errors"
    )
    return OF_CLASSES.get(name, (ERRORS, name.lower()))
