"""Parameters: whether values fit their definitions, and the text with the values put in."""

from __future__ import annotations

import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pystache
from dateutil.parser import parse as parse_date

Json = Mapping[str, Any]
DropdownValues = Callable[[int], list[str]]

_TAG = re.compile(r"\{\{\s*([{#^&/!>=]?)\s*([^{}]*?)\s*\}?\}\}")
#: Tags that the server takes for parameters: it does not notice ``{{{x}}}`` and ``{{&x}}``.
_NOTICED = frozenset({"", "#"})


def invalid_names(
    definitions: Sequence[Json],
    values: Json,
    dropdown_values: DropdownValues,
    unknown_types: frozenset[str],
) -> list[str]:
    """Return the names of the values that do not fit; without definitions, anything does."""
    if not definitions:
        return []
    by_name = {str(item["name"]): item for item in definitions}
    return [
        name
        for name, value in values.items()
        if name not in by_name
        or by_name[name].get("type") in unknown_types
        or not _fits(by_name[name], value, dropdown_values)
    ]


def missing_names(text: str, values: Json) -> list[str]:
    """Return the names in the text that have no value."""
    needed = {name for kind, name in _TAG.findall(text) if kind in _NOTICED and name}
    known = set(values)
    for name, value in values.items():
        if isinstance(value, Mapping):
            known |= {f"{name}.{key}" for key in value}
    return sorted(needed - known)


def render(text: str, values: Json, definitions: Sequence[Json]) -> str:
    """Return the SQL: values put in as they are, lists joined.

    A list of other things than strings is a TypeError; the real server answers 500 too.
    """
    multi = {item["name"]: item.get("multiValuesOptions") for item in definitions}
    joined = {
        name: _join(value, multi.get(name) or {}) if isinstance(value, list) else value
        for name, value in values.items()
    }
    # Without partials of its own, pystache would read a file for {{> name}}.
    renderer = pystache.Renderer(escape=lambda value: value, missing_tags="ignore", partials={})
    return str(renderer.render(text, joined))


def _join(values: list[Any], multi: Json) -> str:
    prefix, suffix = multi.get("prefix", ""), multi.get("suffix", "")
    return str(multi.get("separator", ",")).join(prefix + value + suffix for value in values)


def _fits(definition: Json, value: Any, dropdown_values: DropdownValues) -> bool:  # noqa: PLR0911 - one for each type
    try:
        match definition.get("type"):
            case "text":
                return isinstance(value, str)
            case "text-pattern":
                return re.fullmatch(definition.get("regex") or "", value) is not None
            case "number":
                if not isinstance(value, numbers.Number):
                    float(value)
                return True
            case "enum":
                options = str(definition.get("enumOptions") or "").split("\n")
                return _is_choice(definition, value, options)
            case "query":
                return _is_choice(definition, value, dropdown_values(int(definition["queryId"])))
            case "date" | "datetime-local" | "datetime-with-seconds":
                parse_date(value)
                return True
            case "date-range" | "datetime-range" | "datetime-range-with-seconds":
                parse_date(value["start"])
                parse_date(value["end"])
                return True
            case _:
                return False
    except Exception:  # noqa: BLE001 - the real server takes every exception for "does not fit"
        return False


def _is_choice(definition: Json, value: object, options: Sequence[str]) -> bool:
    if isinstance(value, list):
        several = isinstance(definition.get("multiValuesOptions"), Mapping)
        return several and all(str(item) in options for item in value)
    return str(value) in options
