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

_LINE = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([^:'"\-\s][^:]*?))\s*:(?:\s+(.*)|)""", re.DOTALL)

_LEAD = re.compile(r"\s*(?:- )?\s*")

_FORM = "Write one parameter a line, as 'name: value'; a list as [a, b] or as lines '- a'."


def parse_body(body: str, namespace: Namespace) -> dict[str, object]:
    """Give the parameters that the body of a cell holds.

    Empty lines, lines whose first sign is ``#``, and what stands behind a lone ``#`` say nothing. A
    name without a value takes the indented lines below it: ``- item`` lines are a list, ``start:
    ...`` and ``end: ...`` a range. Brackets may be closed on a later line.

    Parameters
    ----------
    body : str
    namespace : mapping of str to object
        The notebook's variables.

    Raises
    ------
    ArgumentError
        A line that is not of that form, a name given twice, or a variable that does not exist.
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
    lines = _said(body)
    while lines:
        number, line = lines.pop(0)
        name, text = _named(line, number)
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


def _said(body: str) -> list[tuple[int, str]]:
    """Give the lines that say something, with their numbers, without remarks."""
    lines = list[tuple[int, str]]()
    for number, line in enumerate(body.split("\n"), FIRST_LINE):
        lead = _LEAD.match(line)
        start = lead.end() if lead is not None else 0
        said = line[:start] + without_remark(line[start:])
        if said.strip() and not said.lstrip().startswith("#"):
            lines.append((number, said.rstrip()))
    return lines


def _named(line: str, number: int) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ArgumentError(f"Line {number} of the cell, {line!r}, is not a parameter.", hint=_FORM)
    return (found[1] or found[2] or found[3]).strip(), found[4] or ""


def _value(text: str, block: Sequence[str], number: int, namespace: Namespace) -> object:
    try:
        if text and not block:
            return read_value(text, namespace)
        if block and not text:
            return _block(block, number, namespace)
        if not text:
            return read_value("", namespace)
    except ArgumentError as error:
        raise ArgumentError(
            f"Line {number} of the cell: {error.message}", hint=error.hint
        ) from None
    raise ArgumentError(
        f"Line {number} of the cell has a value, and more lines below it.", hint=_FORM
    )


def _block(block: Sequence[str], number: int, namespace: Namespace) -> object:
    if all(line.startswith("- ") for line in block):
        return [read_value(line[2:], namespace) for line in block]
    pairs = [_named(line, number) for line in block]
    return {name: read_value(text, namespace) for name, text in pairs}
