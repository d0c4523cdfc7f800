"""Hypothesis strategies for parameter definitions and values that fit them."""

from datetime import date, datetime

from hypothesis import strategies as st

from watchframe.models import MultiValues, ParameterDefinition

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
NUMBERS = st.one_of(
    st.integers(-(2**256), 2**256),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
)


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


def _of_type(type_, values):
    return values.map(lambda value: (_definition(type_), value))


#: A definition and a value that fits it.
DEFINED_VALUES = st.one_of(
    _of_type("text", PLAIN_TEXT),
    _of_type("number", NUMBERS),
    _choices(),
    _of_type("date", st.one_of(DAYS, MOMENTS, DAYS.map(str))),
    _of_type("datetime-local", MOMENTS),
    _of_type("datetime-with-seconds", MOMENTS),
    _of_type("date-range", _spans(DAYS)),
    _of_type("datetime-range", _spans(MOMENTS)),
    _of_type("datetime-range-with-seconds", _spans(MOMENTS)),
)
