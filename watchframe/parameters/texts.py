"""Values of ``text`` and ``text-pattern`` parameters."""

from __future__ import annotations

import re
from decimal import Decimal

from watchframe.models import ParameterDefinition
from watchframe.parameters.json_type import JSON
from watchframe.parameters.plain import is_nothing, plain
from watchframe.parameters.understanding import Circumstances, UnfitValueError


def text(value: object, _definition: ParameterDefinition, _at: Circumstances) -> JSON:
    """Give a string; an integer or a Decimal is written out."""
    value = plain(value)
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and not is_nothing(value):
        return str(value)
    raise UnfitValueError("a string", "Write it as it is to stand in the SQL.")


def text_pattern(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give a string that matches the pattern from end to end."""
    pattern = definition.regex
    if pattern is None:
        raise UnfitValueError(
            "nothing, for want of a pattern",
            "The server refuses every value until the query's author gives the parameter one.",
        )
    try:
        matches = re.compile(pattern).fullmatch(str(text(value, definition, at)))
    except re.error as error:
        raise UnfitValueError(
            f"a string that matches {pattern!r}",
            f"That is no pattern to the server ({error}): it refuses every value.",
        ) from None
    if matches is None:
        raise UnfitValueError(f"a string that matches {pattern!r} from end to end")
    return matches.string


def sendable(string: str) -> str:
    """Give a string back, which must have a form in UTF-8; a subclass of str becomes one."""
    try:
        string.encode()
    except UnicodeEncodeError:
        raise UnfitValueError(
            "a string of whole characters", "It holds half of a surrogate pair."
        ) from None
    return str(string)
