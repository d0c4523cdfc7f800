"""The parameter types: what each takes, what is sent, and how one becomes the other."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

from watchframe.hints import Hint, Kind
from watchframe.models import ParameterDefinition
from watchframe.parameters.moments import (
    DYNAMIC_DATES,
    DYNAMIC_RANGES,
    TIMESPEC,
    as_moment,
    as_span,
    wire_moment,
)
from watchframe.parameters.values import (
    JSON,
    Context,
    Convert,
    UnfitValueError,
    did_you_mean,
    is_null,
    nearest,
    short_repr,
    to_python,
)
from watchframe.reprs.words import first_few


def text(value: object, _definition: ParameterDefinition, _context: Context) -> JSON:
    """Return a string; an integer or a Decimal is written out."""
    value = to_python(value)
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and not is_null(value):
        return str(value)
    raise UnfitValueError("a string", "Write it as it is to stand in the SQL.")


def text_pattern(value: object, definition: ParameterDefinition, context: Context) -> JSON:
    """Return a string that matches the pattern from end to end."""
    pattern = definition.regex
    if pattern is None:
        raise UnfitValueError(
            "nothing, since it has no pattern",
            "The server refuses every value until the query's author gives the parameter one.",
        )
    try:
        matches = re.compile(pattern).fullmatch(str(text(value, definition, context)))
    except re.error as error:
        raise UnfitValueError(
            f"a string that matches {pattern!r}",
            f"That is no pattern to the server ({error}): it refuses every value.",
        ) from None
    if matches is None:
        raise UnfitValueError(f"a string that matches {pattern!r} from end to end")
    return matches.string


def sendable(string: str) -> str:
    """Return a string that UTF-8 can encode, as a plain str."""
    try:
        string.encode()
    except UnicodeEncodeError:
        raise UnfitValueError(
            "a string of whole characters", "It holds half of a surrogate pair."
        ) from None
    return str(string)


#: How many options an error lists.
_LISTED = 20


def choice(value: object, definition: ParameterDefinition, context: Context) -> JSON:
    """Return one of the options, or a list of them where several may be chosen.

    Order is kept, duplicates are sent once; a set, which has no order, is sorted.
    """
    options = definition.enum_options if definition.type == "enum" else context.options
    if definition.multi is None:
        return _option(value, options)
    chosen = [_one_of_several(item, options) for item in _items(value)]
    if not chosen:
        raise UnfitValueError(
            "at least one value", "An empty list renders to nothing, which is seldom valid SQL."
        )
    if isinstance(value, set | frozenset):
        chosen.sort()
    return list(dict.fromkeys(chosen))


def _items(value: object) -> Iterable[object]:
    """Return the items of a collection; a single value is a list of one."""
    value = to_python(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)  # so that an error names the same one each time
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return [value]
    return value


def _one_of_several(value: object, options: Sequence[str] | None) -> str:
    try:
        return _option(value, options)
    except UnfitValueError as error:
        which = f"{short_repr(value)} does not fit."
        raise UnfitValueError(
            Hint(Kind.TAKES_SEVERAL, takes=error.expected),
            _hint_of_commas(value, options) or (f"{which} {error.hint}" if error.hint else which),
        ) from None


def _hint_of_commas(value: object, options: Sequence[str] | None) -> str | None:
    """Return the hint for several options in one text, such as ``WETH, INV``."""
    items = [item.strip() for item in value.split(",")] if isinstance(value, str) else []
    if len(items) > 1 and set(items) <= set(options or ()):
        return Hint(Kind.SEVERAL_VALUES, values=items, text=value)
    return None


def _option(value: object, options: Sequence[str] | None) -> str:
    value = to_python(value)
    spellings = [] if is_null(value) else _spellings(value)
    if not spellings:
        raise UnfitValueError(_expected(options))
    if options is None:
        return spellings[0]
    for spelling in spellings:
        if spelling in options:
            return spelling
    # An option saved with white space around it is sent with it: the server accepts nothing else.
    stripped = [option for option in options if option.strip() == spellings[0].strip()]
    if len(stripped) == 1:
        return stripped[0]
    raise UnfitValueError(_expected(options), did_you_mean(nearest(spellings[0], options)))


def _spellings(value: object) -> list[str]:
    """Return the ways in which an author may have written `value`; none for a collection."""
    if isinstance(value, str):
        return [sendable(value)]
    if isinstance(value, slice | Iterable):  # a Mapping and bytes are iterable too
        return []
    if isinstance(value, bool):
        return [str(value), str(value).lower()]
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        return [str(value), str(int(value))]
    if isinstance(value, date):
        spellings = [str(value), value.isoformat()]
        if isinstance(value, datetime) and value.time() == time():
            spellings.append(value.date().isoformat())
        return spellings
    return [str(value)]


def _expected(options: Sequence[str] | None) -> str:
    if options is None:
        return "one value of the dropdown"
    if not options:
        return "one value of the list, which is empty"
    return f"one of {first_few(options, _LISTED, repr)}"


#: For examples in messages and on the reference page.
_EXAMPLE = datetime(2024, 1, 31, 13, 45, 59)  # noqa: DTZ001 - the wire form has no zone
_EXAMPLE_START = datetime(2024, 1, 1)  # noqa: DTZ001 - likewise


def moment(value: object, definition: ParameterDefinition, context: Context) -> JSON:
    """Return a date or a time, as fine as its type."""
    try:
        found = as_moment(value, now=context.now, timezone=context.timezone)
    except (ValueError, OverflowError):
        hint = f"{value!r} is a range; this is one date." if _is_in(DYNAMIC_RANGES, value) else None
        raise UnfitValueError(
            Hint(Kind.TAKES_MOMENT, example=wire_moment(_EXAMPLE, definition.type)),
            hint or did_you_mean(_names_near(value, DYNAMIC_DATES)),
        ) from None
    return wire_moment(found, definition.type)


def span(value: object, definition: ParameterDefinition, context: Context) -> JSON:
    """Return start and end, as fine as their type; both belong to the range."""
    try:
        start, end = as_span(value, now=context.now, timezone=context.timezone)
    except (ValueError, OverflowError):
        raise UnfitValueError(
            Hint(
                Kind.TAKES_RANGE,
                start=wire_moment(_EXAMPLE_START, definition.type),
                end=wire_moment(_EXAMPLE, definition.type),
            ),
            did_you_mean(_names_near(value, DYNAMIC_RANGES)) or _hint_of_ends(value),
        ) from None
    if end < start:
        raise UnfitValueError("an end that is not before the start", "Swap the two.")
    return {"start": wire_moment(start, definition.type), "end": wire_moment(end, definition.type)}


def _hint_of_ends(value: object) -> str | None:
    if isinstance(value, slice) and None in (value.start, value.stop):
        return "Both ends are needed; 'd_now' may be one of them."
    if _is_in(DYNAMIC_DATES, value):
        return f"{value!r} is one date; this is a range, of which it may be an end."
    if isinstance(value, set | frozenset):
        return "A set has no order: give a tuple."
    return None


def _is_in(names: Iterable[str], value: object) -> bool:
    return isinstance(value, str) and value in names


def _names_near(value: object, names: Iterable[str]) -> tuple[str, ...]:
    return nearest(value, names) if isinstance(value, str) else ()


#: A uint256 has 78; a float, written out, up to 1,074.
_MAX_DIGITS = 1100

#: The server's ``float()`` takes more (``1_000``, ``nan``, other scripts' digits), which would go
#: into the SQL unchanged.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)
_INTEGER = re.compile(r"-?\d+", re.ASCII)


def number(value: object, _definition: ParameterDefinition, _context: Context) -> JSON:
    """Return a finite number that renders without an exponent and without losing a digit.

    An int of any size stays one; so does a float whose repr has no exponent. Anything else that is
    not an integer becomes text, which the server takes as well.
    """
    value = to_python(value)
    if isinstance(value, bool):
        raise UnfitValueError("a number", "1 and 0 are numbers.")
    if isinstance(value, int):
        return int(value) if abs(value) < 10**_MAX_DIGITS else _too_long()
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, Decimal):
        return _written_out(value)
    if isinstance(value, Fraction):
        return _from_fraction(value)
    if isinstance(value, str):
        return _from_text(value.strip())
    raise UnfitValueError("a number")


def _from_float(value: float) -> JSON:
    if not math.isfinite(value):
        raise UnfitValueError("a finite number")
    written = repr(float(value))
    return _written_out(Decimal(written)) if "e" in written else float(value)


def _from_text(text: str) -> JSON:
    if not _NUMBER.fullmatch(text):
        hint = "Leave out the commas and underscores." if re.search(r"\d[,_]\d", text) else None
        raise UnfitValueError("a number", hint)
    return _written_out(Decimal(text))


def _from_fraction(value: Fraction) -> JSON:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) != value:
        raise UnfitValueError("a number with finitely many digits", "Round it first.")
    return _written_out(exact)


def _written_out(value: Decimal) -> JSON:
    parts = value.as_tuple()
    if not isinstance(parts.exponent, int):  # NaN, infinity
        raise UnfitValueError("a finite number")
    if len(parts.digits) + abs(parts.exponent) > _MAX_DIGITS:
        return _too_long()
    digits = format(value, "f")
    return int(digits) if _INTEGER.fullmatch(digits) else digits


def _too_long() -> JSON:
    raise UnfitValueError(f"a number of at most {_MAX_DIGITS} digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterType:
    """A parameter type.

    Attributes
    ----------
    takes : str
        In words, for messages and the reference page.
    sends : str
        The wire form, as an example in Markdown.
    convert : callable
        Returns the wire form of a value, or raises UnfitValueError.
    """

    takes: str
    sends: str
    convert: Convert


def _date_type(name: str) -> ParameterType:
    return ParameterType(
        takes="a date, datetime, Timestamp, datetime64, Period of a day or less, ISO text, or a "
        "dynamic date",
        sends=f'`"{wire_moment(_EXAMPLE, name)}"`',
        convert=moment,
    )


def _range_type(name: str) -> ParameterType:
    start, end = wire_moment(_EXAMPLE_START, name), wire_moment(_EXAMPLE, name)
    return ParameterType(
        takes='two dates as a tuple, list, slice or `{"start": ..., "end": ...}`; a Period (all of '
        'it), an Interval, `"start..end"`, or a dynamic range',
        sends=f'`{{"start": "{start}", "end": "{end}"}}`',
        convert=span,
    )


PARAMETER_TYPES: dict[str, ParameterType] = {
    "text": ParameterType(
        takes="a string; an int or a Decimal is written out",
        sends='`"New York"`',
        convert=text,
    ),
    "text-pattern": ParameterType(
        takes="a string that matches the pattern from end to end",
        sends='`"0x00ff"`',
        convert=text_pattern,
    ),
    "number": ParameterType(
        takes="an int of any size, a finite float, a Decimal, a numpy number, or a number as text",
        sends='`5`, `0.25`, `"0.000000000000000001"`',
        convert=number,
    ),
    "enum": ParameterType(
        takes="one of the options; where several may be chosen, a list, set, array or Series",
        sends='`"WETH"`, `["WETH", "INV"]`',
        convert=choice,
    ),
    "query": ParameterType(
        takes="one of the values that the dropdown's query gives; several as with `enum`",
        sends='`"WETH"`, `["WETH", "INV"]`',
        convert=choice,
    ),
    **{name: (_range_type if "range" in name else _date_type)(name) for name in TIMESPEC},
}
"""The server's word -> the type."""


def parameter_type(definition: ParameterDefinition) -> ParameterType:
    """Return the type of a parameter; an unknown one is text, as in the front end."""
    return PARAMETER_TYPES.get(definition.type, PARAMETER_TYPES["text"])


def known_values(definition: ParameterDefinition) -> list[tuple[str, str]]:
    """Return the values that can be offered for a parameter, each with a word on what it is."""
    if definition.enum_options:
        return [(value, definition.title) for value in definition.enum_options if value]
    if "range" in definition.type:
        return [(name, item.label) for name, item in DYNAMIC_RANGES.items()]
    return list(DYNAMIC_DATES.items()) if definition.type.startswith("date") else []
