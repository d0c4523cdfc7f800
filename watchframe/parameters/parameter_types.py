"""The parameter types: what each takes, what is sent, and how the one becomes the other.

``docs/reference/parameters.md`` is made from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchframe.parameters.choices import choice
from watchframe.parameters.dates import EXAMPLE, moment, span
from watchframe.parameters.moments import wire_moment
from watchframe.parameters.number import number
from watchframe.parameters.texts import text, text_pattern
from watchframe.parameters.understanding import Understand


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterType:
    """A parameter type.

    Attributes
    ----------
    label : str
        What the query's editor calls it.
    takes : str
        In words, for messages and the reference page.
    sends : str
        The wire form, as an example in Markdown.
    understand : callable
        Gives the wire form of a value, or raises UnfitValueError.
    """

    label: str
    takes: str
    sends: str
    understand: Understand


_DATES = {
    "date": "Date",
    "datetime-local": "Date and Time",
    "datetime-with-seconds": "Date and Time (with seconds)",
}
_RANGES = {
    "date-range": "Date Range",
    "datetime-range": "Date and Time Range",
    "datetime-range-with-seconds": "Date and Time Range (with seconds)",
}


def _date_type(name: str, label: str) -> ParameterType:
    return ParameterType(
        label=label,
        takes="a date, datetime, Timestamp, datetime64, Period of a day or less, ISO text, or a "
        "dynamic date",
        sends=f'`"{wire_moment(EXAMPLE, name)}"`',
        understand=moment,
    )


def _range_type(name: str, label: str) -> ParameterType:
    example = wire_moment(EXAMPLE, name)
    return ParameterType(
        label=label,
        takes='two dates as a tuple, list, slice or `{"start": ..., "end": ...}`; a Period (all of '
        'it), an Interval, `"start--end"`, or a dynamic range',
        sends=f'`{{"start": "{example}", "end": "{example}"}}`',
        understand=span,
    )


PARAMETER_TYPES: dict[str, ParameterType] = {
    "text": ParameterType(
        label="Text",
        takes="a string; an int or a Decimal is written out",
        sends='`"New York"`',
        understand=text,
    ),
    "text-pattern": ParameterType(
        label="Text Pattern",
        takes="a string that matches the pattern from end to end",
        sends='`"0x00ff"`',
        understand=text_pattern,
    ),
    "number": ParameterType(
        label="Number",
        takes="an int of any size, a finite float, a Decimal, a numpy number, or a number as text",
        sends='`5`, `0.25`, `"0.000000000000000001"`',
        understand=number,
    ),
    "enum": ParameterType(
        label="Dropdown List",
        takes="one of the options; where several may be chosen, a list, set, array or Series",
        sends='`"WETH"`, `["WETH", "INV"]`',
        understand=choice,
    ),
    "query": ParameterType(
        label="Query Based Dropdown List",
        takes="one of the values that the dropdown's query gives; several as with `enum`",
        sends='`"WETH"`, `["WETH", "INV"]`',
        understand=choice,
    ),
    **{name: _date_type(name, label) for name, label in _DATES.items()},
    **{name: _range_type(name, label) for name, label in _RANGES.items()},
}
"""The server's word -> the type."""

#: What a type that this release does not know is taken for, as the front end does.
FALLBACK = PARAMETER_TYPES["text"]
