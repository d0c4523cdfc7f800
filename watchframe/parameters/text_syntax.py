"""Values as people write them in a magic's line or cell and on the command line.

In a notebook ``$name`` or ``{name}`` is a variable: the object itself is the parameter's value, and
nothing is ever put into a text. Where there are no variables (a namespace of None), ``$name`` is
text like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from watchframe.errors import ArgumentError
from watchframe.parameters.values import did_you_mean, nearest

#: The variables by name; None where there are none, as on the command line.
Namespace = Mapping[str, object] | None

#: What opens a bracket, and what closes it.
BRACKETS = {"[": "]", "(": ")", "{": "}"}

_NAME = r"[^\W\d]\w*"
_VARIABLE = re.compile(rf"\$({_NAME})|\{{\s*({_NAME})\s*\}}")
_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_END = rf"(?:{_DATE}|'{_DATE}'|\"{_DATE}\"|d_\w+|\${_NAME}|\{{\s*{_NAME}\s*\}})"
_RANGE = re.compile(rf"({_END})(?:\s*\.\.\s*|\s*--\s*|\s+to\s+)({_END})")
_EXPRESSION = re.compile(rf"\$({_NAME})[.\[(]\S.*", re.DOTALL)
_ASSIGNMENT = re.compile(r"\s*([^=\s][^=]*?)\s*=(.*)", re.DOTALL)
_REMARK = re.compile(r"(?<=\s)#(?=\s|$)")


def read_value(text: str, namespace: Namespace) -> object:
    """Return the value that `text` stands for.

    ========================== =================================================================
    written                    is
    ========================== =================================================================
    ``WETH``, ``10``           the text; the parameter's type decides what it means. So is
    ``a..b``, ``a--b``,        a range of dates and times, which a parameter that is a text takes
    ``a to b``                 as it stands
    ``'a, b'``, ``"[x]"``      the text within, whatever it looks like; a doubled quote is one
    ``[WETH, INV]``            a list
    ``(a, b)``, ``$a..$b``     two ends
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
    variable = variable_name(text) if namespace is not None else None
    if variable is not None:
        return look_up(variable, namespace)
    ends = _ends(text, namespace)
    if ends is not None:
        return read_value(ends[0], namespace), read_value(ends[1], namespace)
    if text[0] == "{":
        return read_json(text, namespace)
    if text[0] in BRACKETS:
        values = read_items(text, namespace)
        return values if text[0] == "[" else tuple(values)
    return _read_text(text, namespace)


def _ends(text: str, namespace: Namespace) -> tuple[str, str] | None:
    """Return the ends of a range in which there are variables or quotes; None for other texts."""
    found = _RANGE.fullmatch(text)
    if found is None or not re.search(r"['\"]" if namespace is None else r"['\"${]", text):
        return None
    return found[1], found[2]


def write_value(value: object) -> str:
    """Return a text, a number, a list or a pair as it must be written for `read_value`."""
    if isinstance(value, list | tuple):
        written = list(map(write_value, value))
        period = "..".join(written)
        if isinstance(value, tuple) and _RANGE.fullmatch(period):
            return period
        inside = ", ".join(written)
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    text = str(value)
    is_plain = (
        text == text.strip() != ""
        and text[0] not in "'\"$"
        and not any(sign in text for sign in ",[](){}")
        and not _REMARK.search(f" {text}")
        and not (":" in text and ("'" in text or '"' in text))  # a quote behind it opens a text
        and not _VARIABLE.search(text)
        and _ends(text, {}) is None
    )
    return text if is_plain else "'" + text.replace("'", "''") + "'"


def read_assignments(
    pairs: Iterable[tuple[str, str]], namespace: Namespace, *, option: str = "-p"
) -> dict[str, object]:
    """Return values by name from names and values as they are written behind an option.

    Raises
    ------
    ArgumentError
        As `read_value`, or a name is given twice.
    """
    params: dict[str, object] = {}
    for name, text in pairs:
        if name in params:
            raise ArgumentError(
                f"{name!r} is given twice.", hint=f"For a list write {option} '{name}=[a, b]'."
            )
        # In a line a shell's quotes have already been read, so nothing at all is a text.
        params[name] = read_value(text, namespace) if text.strip() else text
    return params


def split_assignment(text: str) -> tuple[str, str] | None:
    """Return the name and the value of ``name=value`` as written; None where it is not one."""
    found = _ASSIGNMENT.fullmatch(text)
    return None if found is None else (found[1], found[2])


def read_json(text: str, namespace: Namespace, *, line: int = 1) -> object:
    """Return a JSON value, in which a string that is nothing but ``$name`` is that variable.

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


def write_json(value: object) -> str:
    """Return the JSON that `read_json` reads as `value` where there are variables."""
    return json.dumps(_without_variables(value), ensure_ascii=False, indent=2)


def variable_name(text: str) -> str | None:
    """Return the name of the variable that `text` is, ``$name`` or ``{name}``; None for others."""
    found = _VARIABLE.fullmatch(text)
    return None if found is None else found[1] or found[2]


def look_up(name: str, namespace: Namespace) -> object:
    """Return a variable's value.

    Raises
    ------
    ArgumentError
        There is none of that name; the hint has the nearest ones.
    """
    namespace = namespace or {}
    if name in namespace:
        return namespace[name]
    near = nearest(name, [key for key in namespace if key[:1] != "_"])
    raise ArgumentError(
        f"There is no variable {name!r}.",
        hint=did_you_mean(near) or f"Assign it first, or write $${name} for the text itself.",
    )


def read_items(text: str, namespace: Namespace) -> list[object]:
    """Return the items of ``[a, 'b, c', (d, e)]``, or of the same in round brackets.

    Raises
    ------
    ArgumentError
        As `read_value`.
    """
    if closing_bracket(text) != len(text) - 1:
        raise ArgumentError(
            f"The brackets or quotes in {text} do not match.",
            hint="Put a text that begins with a bracket into quotes.",
        )
    mask = _quoted(text)
    items, start = list[str](), 1
    for index, depth in enumerate(_depths(text)):
        if text[index] == "," and depth == 1 and not mask[index]:
            items.append(text[start:index])
            start = index + 1
    last = text[start:-1]
    return [read_value(item, namespace) for item in ([*items, last] if last.strip() else items)]


def closing_bracket(text: str) -> int | None:
    """Return where the bracket that `text` begins with is closed; None where it is not."""
    depths = _depths(text)
    return depths.index(0) if 0 in depths else None


def without_remark(text: str) -> str:
    """Return `text` without the remark at its end: from a ``#`` with white space on both sides."""
    mask = _quoted(text)
    found = next((item for item in _REMARK.finditer(text) if not mask[item.start()]), None)
    return text if found is None else text[: found.start()].rstrip()


def _read_text(text: str, namespace: Namespace) -> str:
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
    for found in _VARIABLE.finditer(text):
        if (found[1] or found[2]) in namespace:
            raise ArgumentError(
                f"{text!r} holds {found[0]} within a text: a variable is taken whole or not at "
                "all.",
                hint=f"Make the text in Python first. If {found[0]} is meant as it stands, write "
                f"'{text}' in a cell's body, and \"'{text}'\" in a line.",
            )
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


def _depths(text: str) -> list[int]:
    """Return how many brackets are open behind each character of `text`."""
    mask = _quoted(text)
    depths, expected = list[int](), list[str]()
    for char, is_quoted in zip(text, mask, strict=True):
        if char in BRACKETS and not is_quoted:
            expected.append(BRACKETS[char])
        elif expected and char == expected[-1] and not is_quoted:
            expected.pop()
        depths.append(len(expected))
    return depths


def _quoted(text: str) -> list[bool]:
    """Return for each character of `text` whether it is quoted.

    A quote opens where a text can begin, and is a mere character elsewhere, as in ``it's``.
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
    return mask


def _opens_quote(text: str, index: int, closed: int) -> bool:
    is_second = closed == index - 1 and text[closed] == text[index]  # of a doubled one
    before = text[:index].rstrip()[-1:]
    return is_second or not before or before in {*BRACKETS, ",", ":"}


def _with_variables(value: object, namespace: Mapping[str, object]) -> object:
    if isinstance(value, str):
        if value.startswith("$$"):
            return value[1:]
        # Not {name}: there would be no way to write that as a text in JSON.
        name = variable_name(value) if value.startswith("$") else None
        return value if name is None else look_up(name, namespace)
    if isinstance(value, list):
        return [_with_variables(item, namespace) for item in value]
    if isinstance(value, dict):
        return {key: _with_variables(item, namespace) for key, item in value.items()}
    return value


def _without_variables(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_variables(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_without_variables(item) for item in value]
    return f"${value}" if isinstance(value, str) and value.startswith("$") else value


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ArgumentError(f"{name!r} is given twice.", hint="Leave one of them out.")
        found[name] = value
    return found
