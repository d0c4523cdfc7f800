"""Guards against two traps of the server: another value's rows, and a limit that nobody wrote.

The server finds cached results and running jobs by a hash of the SQL from which all white space
and all comments were removed, inside quotes too, and up to version 10.1 in lower case. So
``'New York'`` can be answered with the rows of ``'NewYork'``. What a result says of the SQL that
was run is the only evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from watchframe.parameters import JSON, has_same_hash

#: What the server's automatic limit leaves.
AUTO_LIMIT = 1000

#: A comment may begin in one value and end in another.
_MAY_START_UNSEEN = re.compile(r"\s|/\*|\*/|--")
_AUTO_LIMIT_TAIL = re.compile(rf"\bLIMIT\s+{AUTO_LIMIT}\s*;?\s*$", re.IGNORECASE)


def is_confusable_value(value: JSON, options: Sequence[str] = ()) -> bool:
    """Return whether the server's hash may take another value for this one.

    It may where any text of it holds what the hash does not see, or where another of the `options`
    differs from it in nothing else.
    """
    texts = _texts(value)
    return any(_MAY_START_UNSEEN.search(text) for text in texts) or any(
        option != text and has_same_hash(text, option, auto_limit=False)
        for text in texts
        for option in options
    )


def is_probably_cut(*, may_be_cut: bool, rows: int, ran: str | None) -> bool:
    """Whether a result of `rows` rows probably ends where the server's own limit cut it."""
    return may_be_cut and rows == AUTO_LIMIT and (ran is None or ends_in_auto_limit(ran))


def ends_in_auto_limit(sql: str) -> bool:
    """Whether SQL ends in the limit that the server appends, whoever wrote it."""
    return _AUTO_LIMIT_TAIL.search(sql) is not None


def _texts(value: JSON) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []
