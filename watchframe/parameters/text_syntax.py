"""Values as people write them: in a magic's line or cell, on the command line.

In a notebook ``$name`` or ``{name}`` is a variable, taken whole: its value itself, of whatever
type, goes to the server as a parameter, and nothing is ever put into a text. Where there are no
variables (a namespace of None), ``$name`` is text like any other.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping

from watchframe.errors import ArgumentError

#: What opens a bracket, and what closes it.
BRACKETS = {"[": "]", "(": ")", "{": "}"}

_REMARK = re.compile(r"(?<=\s)#(?=\s|$)")


def quoted(text: str) -> tuple[list[bool], bool]:
    """Give for each sign of `text` whether it stands in quotes, and whether they are left open.

    A quote opens where a text can begin, and is a mere sign elsewhere, as in ``it's``.
    """
    mask, quote, closed = list[bool](), "", -2
    for index, char in enumerate(text):
        if quote:
            mask.append(True)
            if char == quote:
                quote, closed = "", index
        else:
            is_open = char in "'\"" and _opens_quote(text, index, closed)
            quote = char if is_open else ""
            mask.append(is_open)
    return mask, bool(quote)


def closing_bracket(text: str) -> int | None:
    """Give where the bracket with which `text` begins is closed; None where it is not."""
    depths = _depths(text)
    return depths.index(0) if 0 in depths else None


def split_items(text: str) -> list[str]:
    """Split ``[a, 'b, c', (d, e)]``, brackets and all, at its own commas."""
    mask, _ = quoted(text)
    items, start = list[str](), 1
    for index, depth in enumerate(_depths(text)):
        if text[index] == "," and depth == 1 and not mask[index]:
            items.append(text[start:index])
            start = index + 1
    last = text[start:-1]
    return [*items, last] if last.strip() else items


def without_remark(text: str) -> str:
    """Give `text` without a remark at its end: from a ``#`` on that has space on both sides."""
    mask, _ = quoted(text)
    found = next((item for item in _REMARK.finditer(text) if not mask[item.start()]), None)
    return text if found is None else text[: found.start()].rstrip()


def has_remark(text: str) -> bool:
    """Whether `text`, as it stands, has what could be taken for a remark."""
    return _REMARK.search(f" {text}") is not None


def _depths(text: str) -> list[int]:
    """Give how many brackets are open behind each sign of `text`."""
    mask, _ = quoted(text)
    depths, expected = list[int](), list[str]()
    for char, is_quoted in zip(text, mask, strict=True):
        if char in BRACKETS and not is_quoted:
            expected.append(BRACKETS[char])
        elif expected and char == expected[-1] and not is_quoted:
            expected.pop()
        depths.append(len(expected))
    return depths


def _opens_quote(text: str, index: int, closed: int) -> bool:
    is_second = closed == index - 1 and text[closed] == text[index]  # of a doubled one
    before = text[:index].rstrip()[-1:]
    return is_second or not before or before in {*BRACKETS, ",", ":"}


#: The variables by name; None where there are none, as on the command line.
Namespace = Mapping[str, object] | None

_NAME = r"[^\W\d]\w*"
_VARIABLE = re.compile(rf"\$({_NAME})|\{{\s*({_NAME})\s*\}}")
_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_END = rf"(?:{_DATE}|'{_DATE}'|\"{_DATE}\"|\${_NAME}|\{{\s*{_NAME}\s*\}})"
_RANGE = re.compile(rf"({_END})(?:\s*\.\.\s*|\s*--\s*|\s+to\s+)({_END})")
_EXPRESSION = re.compile(rf"\$({_NAME})[.\[(]\S.*", re.DOTALL)
_ASSIGNMENT = re.compile(r"\s*([^=\s][^=]*?)\s*=(.*)", re.DOTALL)


def split_assignment(text: str) -> tuple[str, str] | None:
    """Give the name and the value of ``name=value``, as they are written; None where it is not."""
    found = _ASSIGNMENT.fullmatch(text)
    return None if found is None else (found[1], found[2])


def read_assignments(pairs: Iterable[tuple[str, str]], namespace: Namespace) -> dict[str, object]:
    """Give parameters by name from names and values as they are written.

    Raises
    ------
    ArgumentError
        As `read_value`, or a name is given twice.
    """
    params: dict[str, object] = {}
    for name, text in pairs:
        if name in params:
            raise ArgumentError(
                f"{name!r} is given twice.", hint=f"For a list write -p '{name}=[a, b]'."
            )
        # In a line a shell's quotes have already been read, so nothing at all is a text.
        params[name] = read_value(text, namespace) if text.strip() else text
    return params


def read_value(text: str, namespace: Namespace) -> object:
    """Give the value that `text` stands for.

    ========================== =================================================================
    written                    is
    ========================== =================================================================
    ``WETH``, ``10``           the text; the parameter's type decides what it means
    ``'a, b'``, ``"[x]"``      the text within, whatever it looks like; a doubled quote is one
    ``[WETH, INV]``            a list
    ``a..b``, ``a to b``,      a range, where both ends are dates, times or variables
    ``a--b``, ``(a, b)``
    ``{"start": ..., ...}``    a JSON object
    ``$name``, ``{name}``      the variable's value
    ``$$name``                 the text ``$name``
    ========================== =================================================================

    Raises
    ------
    ArgumentError
        No such variable, a variable in the middle of a text, or a bracket or quote left open.
    """
    text = text.strip()
    if not text:
        raise ArgumentError(
            "A value is missing.",
            hint="Write '' for an empty text, or leave the parameter out to take its default.",
        )
    variable = _VARIABLE.fullmatch(text) if namespace is not None else None
    if variable is not None:
        return look_up(variable[1] or variable[2], namespace)
    period = _RANGE.fullmatch(text)
    if period is not None:
        return read_value(period[1], namespace), read_value(period[2], namespace)
    if text[0] in BRACKETS:
        return _collection(text, namespace)
    return _text(text, namespace)


def write_value(text: str) -> str:
    """Give `text` as it must be written for `read_value` to give it back."""
    plain = (
        text == text.strip() != ""
        and text[0] not in "'\"$"
        and not any(sign in text for sign in ",[](){}")
        and not has_remark(text)
        and not (":" in text and ("'" in text or '"' in text))  # a quote behind it opens a text
        and not _VARIABLE.search(text)
        and not _RANGE.fullmatch(text)
    )
    return text if plain else "'" + text.replace("'", "''") + "'"


def read_json(text: str, namespace: Namespace, *, line: int = 1) -> object:
    """Give a JSON value, in which a string that is nothing but ``$name`` is that variable.

    Parameters
    ----------
    text : str
    namespace : mapping of str to object, or None
    line : int
        The number that an error gives to the first line.

    Raises
    ------
    ArgumentError
        It is not JSON, a name is there twice, or there is no such variable.
    """
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        variable = _VARIABLE.match(text, error.pos)
        raise ArgumentError(
            f"This is not JSON: {error.msg}, line {error.lineno + line - 1} column {error.colno}.",
            hint="Write JSON, or lines such as 'name: value'."
            if variable is None or namespace is None
            else f'In JSON a variable stands in quotes: "${variable[1] or variable[2]}".',
        ) from None
    return value if namespace is None else _with_variables(value, namespace)


def look_up(name: str, namespace: Namespace) -> object:
    """Give a variable's value.

    Raises
    ------
    ArgumentError
        There is none of that name; the hint has the nearest ones.
    """
    namespace = namespace or {}
    if name in namespace:
        return namespace[name]
    near = difflib.get_close_matches(name, [key for key in namespace if key[:1] != "_"], n=3)
    raise ArgumentError(
        f"There is no variable {name!r}.",
        hint=f"Did you mean {' or '.join(near)}?"
        if near
        else f"Assign it first, or write $${name} for the text itself.",
    )


def _collection(text: str, namespace: Namespace) -> object:
    if text[0] == "{":
        return read_json(text, namespace)
    if closing_bracket(text) != len(text) - 1:
        raise ArgumentError(
            f"The brackets or quotes in {text} do not match.",
            hint="Put a text that begins with a bracket into quotes.",
        )
    values = [read_value(item, namespace) for item in split_items(text)]
    return values if text[0] == "[" else tuple(values)


def _text(text: str, namespace: Namespace) -> str:
    if text[0] in "'\"":
        return _unquoted(text)
    if namespace is None:
        return text
    if text.startswith("$$"):
        return text[1:]
    if _EXPRESSION.fullmatch(text):
        raise ArgumentError(
            f"{text!r} is more than the name of a variable.",
            hint=f"Assign it to a variable of its own; write ${text} for the text itself.",
        )
    _check_no_variable_within(text, namespace)
    return text


def _unquoted(text: str) -> str:
    quote = text[0]
    within = text[1:-1]
    if len(text) == 1 or text[-1] != quote or within.replace(quote * 2, "").count(quote):
        raise ArgumentError(
            f"The quotes in {text} do not match.",
            hint=f"Close it with {quote}; write {quote * 2} for one {quote} within the text.",
        )
    return within.replace(quote * 2, quote)


def _check_no_variable_within(text: str, namespace: Mapping[str, object]) -> None:
    for found in _VARIABLE.finditer(text):
        name = found[1] or found[2]
        if name in namespace:
            raise ArgumentError(
                f"{text!r} holds {found[0]} within a text: a variable is taken whole or not at "
                "all.",
                hint=f"Make the text in Python first. If {found[0]} is meant as it stands, write "
                f"'{text}' in a cell's body, and \"'{text}'\" in a line.",
            )


def _with_variables(value: object, namespace: Mapping[str, object]) -> object:
    if isinstance(value, str):
        if value.startswith("$$"):
            return value[1:]
        # Not {name}: there would be no way to write that as a text in JSON.
        variable = _VARIABLE.fullmatch(value) if value.startswith("$") else None
        return value if variable is None else look_up(variable[1], namespace)
    if isinstance(value, list):
        return [_with_variables(item, namespace) for item in value]
    if isinstance(value, dict):
        return {key: _with_variables(item, namespace) for key, item in value.items()}
    return value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for name in names if names.count(name) > 1)
        raise ArgumentError(f"{name!r} is given twice.", hint="Leave one of them out.")
    return found
