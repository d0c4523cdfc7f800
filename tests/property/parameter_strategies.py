"""Hypothesis strategies for parameter definitions, values that fit them, and any values at all."""

import enum
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from msgspec.structs import replace

from watchframe.models import MultiValues, ParameterDefinition

#: What the dropdown query of the tests gives.
DROPDOWN = ("6", "WETH", "x y", " padded ", "true")
#: Text that JSON and SQL can carry; the server's own trouble with quotes is not the matter here.
PLAIN_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00'"), max_size=20)
OPTIONS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00'\n\r"), min_size=1, max_size=8),
    min_size=1,
    max_size=5,
    unique=True,
)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31))  # noqa: DTZ001 - naive is meant
AWARE = MOMENTS.map(lambda moment: moment.replace(tzinfo=timezone(timedelta(hours=5.5))))
TIMESTAMPS = MOMENTS.map(pd.Timestamp)
NUMBERS = st.one_of(
    st.integers(-(2**256), 2**256),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(np.float32),
)
PATTERNS = ("[a-z]+[0-9]", "0x[0-9a-f]{2,8}", "(WETH|INV)?", r"\w{1,5}")


class _Market(enum.Enum):
    WETH = "WETH"
    SIX = 6


def _definition(type_, **more):
    return ParameterDefinition(name="p", type=type_, title="P", **more)


def _spans(moments):
    return st.tuples(moments, moments).map(lambda pair: tuple(sorted(pair)))


@st.composite
def _choices(draw):
    options = tuple(draw(OPTIONS))
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(options), min_size=1))
        return _definition("enum", enum_options=options, multi=MultiValues()), chosen
    return _definition("enum", enum_options=options), draw(st.sampled_from(options))


@st.composite
def _patterned(draw):
    pattern = draw(st.sampled_from(PATTERNS))
    value = draw(st.from_regex(pattern, fullmatch=True))
    return _definition("text-pattern", regex=pattern), value


def _of_type(type_, values):
    return values.map(lambda value: (_definition(type_), value))


#: A definition and a value that fits it.
DEFINED_VALUES = st.one_of(
    _of_type("text", PLAIN_TEXT),
    _patterned(),
    _of_type("number", NUMBERS),
    _choices(),
    _of_type("query", st.sampled_from(DROPDOWN)),
    _of_type("date", st.one_of(DAYS, MOMENTS, AWARE, TIMESTAMPS, DAYS.map(str))),
    _of_type("datetime-local", st.one_of(MOMENTS, AWARE, TIMESTAMPS, DAYS)),
    _of_type(
        "datetime-with-seconds", st.one_of(MOMENTS, DAYS, DAYS.map(lambda day: pd.Period(day, "D")))
    ),
    _of_type("date-range", st.one_of(_spans(DAYS), _spans(MOMENTS))),
    _of_type("datetime-range", st.one_of(_spans(MOMENTS), _spans(AWARE), _spans(DAYS))),
    _of_type("datetime-range-with-seconds", _spans(TIMESTAMPS)),
)

#: Any definition, whatever value comes with it.
DEFINITIONS = st.one_of(
    st.sampled_from(
        [
            _definition(type_)
            for type_ in (
                "text",
                "number",
                "date",
                "datetime-local",
                "datetime-with-seconds",
                "date-range",
                "datetime-range",
                "datetime-range-with-seconds",
            )
        ]
    ),
    st.sampled_from([_definition("text-pattern", regex=pattern) for pattern in (*PATTERNS, "(")]),
    st.sampled_from(
        [
            _definition(type_, multi=multi, enum_options=options)
            for type_, options in (("enum", DROPDOWN), ("query", ()))
            for multi in (None, MultiValues(), MultiValues(prefix='"', suffix='"'))
        ]
    ),
)

_WORDS = st.sampled_from(
    ["", "d_now", "d_last_7_days", "yesterday", "nan", "1e400", "1_000", "2024-01-01", "2024-02-30",
     "2024-01-01--2024-02-01", "0001-01-01", "monday", "10", "(", "WETH", "weth", " padded ", "6"]
)  # fmt: skip
_SINGLE = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.sampled_from([float("nan"), float("inf"), Decimal("NaN"), pd.NaT, pd.NA, np.nan]),
    st.text(max_size=8),
    _WORDS,
    st.sampled_from(DROPDOWN),
    DAYS,
    MOMENTS,
    AWARE,
    TIMESTAMPS,
    st.sampled_from([datetime.min, datetime.max, datetime.max.replace(tzinfo=UTC), date.min]),  # noqa: DTZ901 - as above
    DAYS.map(np.datetime64),
    DAYS.map(lambda day: pd.Period(day, "D")),
    DAYS.map(lambda day: pd.Period(day, "M")),
    st.fractions().map(Fraction),
    st.sampled_from(list(_Market)),
    st.binary(max_size=4),
    st.timedeltas(),
)
#: A value as somebody may give it, for better or worse.
ANY_VALUE = st.one_of(
    _SINGLE,
    st.lists(_SINGLE, max_size=3),
    st.tuples(_SINGLE, _SINGLE),
    st.builds(slice, _SINGLE, _SINGLE),
    st.fixed_dictionaries({"start": _SINGLE, "end": _SINGLE}),
    st.lists(st.sampled_from(DROPDOWN), min_size=1).map(set),
    st.lists(st.sampled_from(DROPDOWN), min_size=1).map(pd.Series),
    st.lists(st.sampled_from(DROPDOWN), min_size=1).map(iter),
    _spans(TIMESTAMPS).map(lambda ends: pd.Interval(*ends, closed="left")),
)

_SAVED = st.one_of(
    st.sampled_from(["", [], {}, " ", None, 0, False, True, "d_now", "d_last_7_days", "yesterday"]),
    st.sampled_from(DROPDOWN),
    st.lists(st.sampled_from([*DROPDOWN, "none of them"]), max_size=3),
    _WORDS,
    st.integers(-10, 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.fixed_dictionaries({"start": _WORDS, "end": _WORDS}),
    st.just({"start": "2024-01-01", "end": "2024-02-01"}),
    st.sampled_from(["2024-01-31 13:45", "2024-01-31 13:45:59", "2024-01-31", "a1", "0xff"]),
)


@st.composite
def definitions_with_defaults(draw):
    """Any definition with any default that a server may have saved, fitting or not."""
    definition = draw(DEFINITIONS)
    if definition.type == "enum":
        options = draw(st.sampled_from([DROPDOWN, ("", "x"), (), tuple(map(str, range(40)))]))
        definition = replace(definition, enum_options=options)
    return replace(definition, default=draw(_SAVED), use_current_datetime=draw(st.booleans()))
