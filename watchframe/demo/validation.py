"""What the server itself checks of parameters, and how it renders them into the text.

It fills in no defaults and knows no dynamic dates: both are a client's work.
"""

from __future__ import annotations

import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pystache
from dateutil.parser import parse as parse_date

Json = Mapping[str, Any]
DropdownValues = Callable[[int], list[str]]

_RANGE_ENDS = ("start", "end")
_TAG = re.compile(r"\{\{\s*([{#^&/!>=]?)\s*([^{}]*?)\s*\}?\}\}")
#: Tags that the server takes for parameters: it does not notice ``{{{x}}}`` and ``{{&x}}``.
_NOTICED = frozenset({"", "#"})


def unfit_names(
    definitions: Sequence[Json], values: Json, dropdown_values: DropdownValues
) -> list[str]:
    """Give the names of the values that do not fit; without definitions, anything does."""
    if not definitions:
        return []
    by_name = {str(item["name"]): item for item in definitions}
    return [
        name
        for name, value in values.items()
        if name not in by_name or not _fits(by_name[name], value, dropdown_values)
    ]


def missing_names(text: str, values: Json) -> list[str]:
    """Give the names in the text that no value was given for."""
    needed = {name for kind, name in _TAG.findall(text) if kind in _NOTICED and name}
    given = set(values)
    for name, value in values.items():
        if isinstance(value, Mapping):
            given |= {f"{name}.{key}" for key in value}
    return sorted(needed - given)


def render(text: str, values: Json, definitions: Sequence[Json]) -> str:
    """Return the SQL: values put in as they are, lists joined.

    Raises
    ------
    TypeError
        A list holds something that is not a string; the real server answers 500 then.
    """
    multi = {item["name"]: item.get("multiValuesOptions") for item in definitions}
    joined = {
        name: _join(value, multi.get(name)) if isinstance(value, list) else value
        for name, value in values.items()
    }
    # Without partials of its own, pystache would read a file for {{> name}}.
    renderer = pystache.Renderer(escape=lambda value: value, missing_tags="ignore", partials={})
    return str(renderer.render(text, joined))


def is_safe(definitions: Sequence[Json]) -> bool:
    """Whether no parameter can hold free text."""
    return all(item.get("type") != "text" for item in definitions)


def _join(values: list[Any], multi: Json | None) -> str:
    multi = multi or {}
    prefix, suffix = multi.get("prefix", ""), multi.get("suffix", "")
    return str(multi.get("separator", ",")).join(prefix + value + suffix for value in values)


def _fits(definition: Json, value: object, dropdown_values: DropdownValues) -> bool:
    check = _CHECKS.get(str(definition.get("type")))
    try:
        return check is not None and check(definition, value, dropdown_values)
    except Exception:  # noqa: BLE001 - the real server takes every exception for "does not fit"
        return False


def _is_text(_definition: Json, value: object, _values: DropdownValues) -> bool:
    return isinstance(value, str)


def _is_pattern(definition: Json, value: object, _values: DropdownValues) -> bool:
    pattern = definition.get("regex") or ""
    return isinstance(value, str) and re.compile(pattern).fullmatch(value) is not None


def _is_number(_definition: Json, value: object, _values: DropdownValues) -> bool:
    if isinstance(value, numbers.Number):
        return True
    float(value)  # type: ignore[arg-type]  # an error says that it is none
    return True


def _is_enum(definition: Json, value: object, _values: DropdownValues) -> bool:
    return _is_choice(definition, value, str(definition.get("enumOptions") or "").split("\n"))


def _is_dropdown(definition: Json, value: object, values: DropdownValues) -> bool:
    return _is_choice(definition, value, values(int(definition["queryId"])))


def _is_choice(definition: Json, value: object, options: Sequence[str]) -> bool:
    if isinstance(value, list):
        several = isinstance(definition.get("multiValuesOptions"), Mapping)
        return several and all(str(item) in options for item in value)
    return str(value) in options


def _is_date(_definition: Json, value: object, _values: DropdownValues) -> bool:
    parse_date(value)  # type: ignore[call-overload]  # an error says that it is none
    return True


def _is_range(definition: Json, value: object, values: DropdownValues) -> bool:
    return isinstance(value, Mapping) and all(
        _is_date(definition, value[end], values) for end in _RANGE_ENDS
    )


_CHECKS: dict[str, Callable[[Json, object, DropdownValues], bool]] = {
    "text": _is_text,
    "text-pattern": _is_pattern,
    "number": _is_number,
    "enum": _is_enum,
    "query": _is_dropdown,
    "date": _is_date,
    "datetime-local": _is_date,
    "datetime-with-seconds": _is_date,
    "date-range": _is_range,
    "datetime-range": _is_range,
    "datetime-range-with-seconds": _is_range,
}
