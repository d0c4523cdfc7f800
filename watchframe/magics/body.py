"""The parameters in a cell's body: ``name: value`` lines, or JSON, or one variable for all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from watchframe.errors import ArgumentError
from watchframe.parameters.text_syntax import (
    BRACKETS,
    Namespace,
    closing_bracket,
    look_up,
    read_json,
    read_value,
    variable_name,
    without_remark,
)

#: The number of the body's first line in the cell.
FIRST_LINE = 2

_PAIR = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([^:'"\-\s][^:]*?))\s*:(?:\s+(.*)|)""", re.DOTALL)
#: Where a ``#`` is the first character of a value: before it, no remark begins.
_LEAD = re.compile(r"\s*(?:- )?\s*")

_FORM = "Write one parameter a line, as 'name: value'; a list as [a, b] or as lines '- a'."


def parse_body(body: str, namespace: Namespace) -> dict[str, object]:
    """Return the parameters in the body of a cell.

    Empty lines and remarks, which a lone ``#`` begins, are ignored. A name without a value takes
    the indented lines below it: ``- item`` lines are a list, ``start: ...`` and ``end: ...`` a
    range. Brackets may be closed on a later line.

    Parameters
    ----------
    body : str
    namespace : mapping of str to object
        The notebook's variables.

    Raises
    ------
    ArgumentError
        A line that is not of that form, a name that stands twice, or an unknown variable.
    """
    variable = variable_name(body.strip())
    if variable is not None:
        return _mapping(variable, namespace)
    if body.lstrip().startswith("{"):
        value = read_json(body, namespace, line=FIRST_LINE)
        return value if isinstance(value, dict) else {}
    if body.lstrip().startswith("["):
        raise ArgumentError(
            "The cell's body is a list, whose values have no names.",
            hint='As JSON it must be an object: {"name": value}.',
        )
    return _lines(body, namespace)


def split_pair(line: str) -> tuple[str, str] | None:
    """Return the name and the value of ``name: value``, as written; None of any other line."""
    found = _PAIR.fullmatch(line)
    return found and ((found[1] or found[2] or found[3]).strip(), found[4] or "")


def _mapping(name: str, namespace: Namespace) -> dict[str, object]:
    value = look_up(name, namespace)
    if not isinstance(value, Mapping):
        raise ArgumentError(
            f"The body is the variable {name!r}, which is a {type(value).__name__}.",
            hint="A variable that stands alone must be a dict of parameters.",
        )
    return {str(key): item for key, item in value.items()}


def _lines(body: str, namespace: Namespace) -> dict[str, object]:
    found: dict[str, object] = {}
    lines = _numbered_lines(body)
    while lines:
        number, line = lines.pop(0)
        name, text = _pair(line, number)
        while text[:1] in BRACKETS and closing_bracket(text) is None and lines:
            text += f" {lines.pop(0)[1].strip()}"
        block: list[str] = []
        while lines and (lines[0][1][0].isspace() or lines[0][1].startswith("- ")):
            block.append(lines.pop(0)[1].strip())
        if name in found:
            raise ArgumentError(
                f"Line {number} of the cell gives {name!r} a second time.",
                hint="Leave one of them out.",
            )
        found[name] = _value(text, block, number, namespace)
    return found


def _numbered_lines(body: str) -> list[tuple[int, str]]:
    """Return the lines with something beside remarks and space, with their numbers."""
    lines = list[tuple[int, str]]()
    for number, line in enumerate(body.split("\n"), FIRST_LINE):
        lead = _LEAD.match(line)
        start = lead.end() if lead is not None else 0
        text = line[:start] + without_remark(line[start:])
        if text.strip() and not text.lstrip().startswith("#"):
            lines.append((number, text.rstrip()))
    return lines


def _pair(line: str, number: int) -> tuple[str, str]:
    found = split_pair(line)
    if found is None:
        raise ArgumentError(f"Line {number} of the cell, {line!r}, is not a parameter.", hint=_FORM)
    return found


def _value(text: str, block: Sequence[str], number: int, namespace: Namespace) -> object:
    if text and block:
        raise ArgumentError(
            f"Line {number} of the cell has a value, and more lines below it.", hint=_FORM
        )
    try:
        return _block(block, number, namespace) if block else read_value(text, namespace)
    except ArgumentError as error:
        raise ArgumentError(
            f"Line {number} of the cell: {error.message}", hint=error.hint
        ) from None


def _block(block: Sequence[str], number: int, namespace: Namespace) -> object:
    if all(line.startswith("- ") for line in block):
        return [read_value(line[2:], namespace) for line in block]
    pairs = [_pair(line, number) for line in block]
    return {name: read_value(text, namespace) for name, text in pairs}
