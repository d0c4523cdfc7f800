"""What to do next, in the words of a cell: the library's hints name Python's arguments."""

from __future__ import annotations

import re
import shlex

from watchframe.errors import MissingParameterError, ParameterValueError, QueryReferenceError

#: The library's words -> the magic's.
_WORDS = (
    (re.compile(r'\bwith cache="use"'), "without --offline"),
    (re.compile(r'\bcache="only"'), "--offline"),
    (re.compile(r"\btimeout=, or None to"), "--timeout, or 'none' to"),
    (re.compile(r"\btimeout, or cache='off' to [^.]*"), "--timeout"),
    (re.compile(r", or pass client=Client\(.*?\)(?=:)"), ""),
)


def hint_of(error: BaseException) -> str | None:
    """Give an error's hint, as somebody who typed ``%watch`` can follow it; None without one."""
    hint: str | None = getattr(error, "hint", None)
    if isinstance(error, MissingParameterError):
        name = shlex.quote(error.name)
        return f"Give it one: -p {name}=VALUE, or -p {name}=$VARIABLE."
    if isinstance(error, ParameterValueError) and _is_list_without_brackets(error):
        return f"For several write [{error.value}]."
    if hint is None:
        return None
    for words, ours in _WORDS:
        hint = words.sub(ours, hint)
    if isinstance(error, QueryReferenceError):
        hint += " Tab behind a part of its name finds it."
    return hint


def _is_list_without_brackets(error: ParameterValueError) -> bool:
    """Whether a value such as ``WETH, INV`` was given, of which each item would do."""
    if not isinstance(error.value, str) or "," not in error.value:
        return False
    return all(repr(item.strip()) in error.expected for item in error.value.split(","))
