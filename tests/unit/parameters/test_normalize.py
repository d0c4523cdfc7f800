"""Natural Python values to exactly the wire's form, type by type."""

import enum
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from watchframe.errors import (
    MissingParameterError,
    ParameterValueError,
    ParameterWarning,
    UnknownParameterError,
)
from watchframe.models import MultiValues, ParameterDefinition, Query
from watchframe.parameters import normalize_parameters, normalize_sql_parameters

NOW = datetime(2026, 11, 24, 15, 30, 45, tzinfo=UTC)
HERE = {"now": NOW, "timezone": UTC}
QUOTED = MultiValues(prefix="'", suffix="'")


class Market(enum.Enum):
    WETH = "WETH"


def query(*definitions, text=None):
    text = text or " ".join(f"{{{{ {item.name} }}}}" for item in definitions)
    return Query(id=7, name="Q", text=text, parameters=definitions)


def parameter(type_, **more):
    return ParameterDefinition(name="p", type=type_, title="P", **more)


def wire(value, type_, *, timezone=UTC, options=None, **more):
    return normalize_parameters(
        query(parameter(type_, **more)),
        {"p": value},
        now=NOW,
        timezone=timezone,
        dropdown_options=lambda _: options,
    )["p"]


@pytest.mark.parametrize(
    ("value", "sent"),
    [("x", "x"), ("", ""), (5, "5"), (Decimal("1.50"), "1.50"), (Market.WETH, "WETH")],
)
def test_text(value, sent):
    assert wire(value, "text") == sent


@pytest.mark.parametrize("value", [None, True, 1.5, ["a"], {"a": 1}])
def test_text_refuses(value):
    with pytest.raises(ParameterValueError, match="a string"):
        wire(value, "text")


def test_text_pattern_must_match_whole():
    assert wire("0xff", "text-pattern", regex="0x[0-9a-f]+") == "0xff"
    with pytest.raises(ParameterValueError, match="from end to end"):
        wire("0xff!", "text-pattern", regex="0x[0-9a-f]+")


def test_text_pattern_that_is_no_pattern_says_so():
    with pytest.raises(ParameterValueError) as caught:
        wire("x", "text-pattern", regex="(")
    assert "no pattern to the server" in caught.value.hint


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (5, 5),
        (2**256 - 1, 2**256 - 1),
        (5.5, 5.5),
        (1e22, 10**22),
        (1e-7, "0.0000001"),
        ("5", 5),
        (" 5.50 ", "5.50"),
        ("1e3", 1000),
        (Decimal("0.000000000000000001"), "0.000000000000000001"),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.array(4), 4),
    ],
)
def test_number_keeps_every_digit_and_has_no_exponent(value, sent):
    got = wire(value, "number")
    assert (got, type(got)) == (sent, type(sent))


@pytest.mark.parametrize(
    "value", [True, np.bool_(1), None, "", "1,000", "0x10", "nan", "1_000", "١٢", [1], {}]
)
def test_number_refuses_what_is_none(value):
    with pytest.raises(ParameterValueError, match="a number"):
        wire(value, "number")


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("Infinity"), np.float64("nan")]
)
def test_number_refuses_what_is_not_finite(value):
    with pytest.raises(ParameterValueError, match="finite"):
        wire(value, "number")


@pytest.mark.parametrize(("value", "sent"), [("a", "a"), (5, "5"), (np.int64(5), "5")])
def test_enum(value, sent):
    assert wire(value, "enum", enum_options=("a", "5")) == sent


@pytest.mark.parametrize("value", [["a"], None, {"a"}, ("a",)])
def test_enum_of_one_value_refuses_several(value):
    with pytest.raises(ParameterValueError, match="one of"):
        wire(value, "enum", enum_options=("a",))


@pytest.mark.parametrize(
    "value",
    [
        ["a", "b"],
        ("a", "b"),
        np.array(["a", "b"]),
        pd.Series(["a", "b"]),
        pd.Index(["a", "b"]),
        iter(["a", "b"]),
        ["a", "b", "a"],
    ],
)
def test_enum_of_several_values_is_a_list_of_strings(value):
    got = wire(value, "enum", enum_options=("a", "b"), multi=QUOTED)
    assert got == ["a", "b"]
    assert all(type(item) is str for item in got)


@pytest.mark.parametrize("kind", [set, frozenset])
def test_enum_of_several_values_sorts_a_set(kind):
    # So many that hardly any seed of the hashes has them in order.
    options = tuple(f"option {number:03}" for number in range(200))
    assert wire(kind(options), "enum", enum_options=options, multi=QUOTED) == list(options)
    # By what is sent, not by what was given: "True" would come first.
    assert wire(kind((True, "a")), "enum", enum_options=("true", "a"), multi=QUOTED) == [
        "a",
        "true",
    ]


def test_enum_names_the_first_of_a_set_that_does_not_fit():
    with pytest.raises(ParameterValueError) as caught:
        wire({f"x{number:03}" for number in range(200)}, "enum", enum_options=("a",), multi=QUOTED)
    assert caught.value.hint == "'x000' does not fit."


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (datetime(2024, 1, 2), "2024-01-02"),  # noqa: DTZ001 - a naive one is meant
        (pd.Timestamp("2024-01-02"), "2024-01-02"),
        (np.datetime64("2024-01-02"), "2024-01-02"),
        (True, "true"),
        (6.0, "6"),
        (Decimal("6.00"), "6"),
    ],
)
def test_option_is_found_in_the_spelling_of_its_author(value, sent):
    assert wire(value, "enum", enum_options=("2024-01-02", "true", "6")) == sent


def test_generator_is_read_once():
    assert wire((x for x in "ab"), "query", options=["a", "b"], multi=QUOTED) == ["a", "b"]


def test_item_that_does_not_fit_is_named():
    with pytest.raises(ParameterValueError, match="each one of 'WETH', 'INV'") as caught:
        wire(["WETH", "INVV"], "enum", enum_options=("WETH", "INV"), multi=QUOTED)
    assert caught.value.hint == "'INVV' does not fit. Did you mean 'INV'?"


def test_single_value_for_several_is_sent_as_a_list():
    assert wire(5, "enum", enum_options=("5",), multi=QUOTED) == ["5"]


def test_empty_list_is_refused():
    with pytest.raises(ParameterValueError, match="at least one"):
        wire([], "enum", enum_options=("a",), multi=QUOTED)


def test_value_that_ends_its_quotes_warns():
    with pytest.warns(ParameterWarning, match="without escaping") as caught:
        wire(["O'Neil"], "enum", enum_options=("O'Neil",), multi=QUOTED)
    assert caught[0].filename == __file__


TEXT_IN_QUOTES = [
    ("'{{ p }}'", "O'Neil"),
    ("like '%{{p}}%'", "O'Neil"),
    ("'{{{ p }}}'", "O'Neil"),
    ("'{{#p}}{{ p }}{{/p}}'", "O'Neil"),
    ('from "{{ p }}"', 'a"b'),
    ("select 'it''s {{ p }}'", "O'Neil"),
]
TEXT_THAT_FITS = [
    ("'{{ p }}'", "O''Neil"),
    ("'{{ p }}'", 'a"b'),
    ("{{ p }}", "O'Neil"),
    ("$${{ p }}$$ || 'x'", "O'Neil"),
    ("select 1 -- it's {{ p }}, isn't it\n", "O'Neil"),
    ("select /* it's {{ p }}, isn't it */ 1", "O'Neil"),
]


@pytest.mark.parametrize(("text", "value"), TEXT_IN_QUOTES)
def test_value_that_ends_the_quotes_of_the_text_warns(text, value):
    with pytest.warns(ParameterWarning, match=r"of 'p' holds .* without escaping"):
        normalize_parameters(query(parameter("text"), text=text), {"p": value}, **HERE)
    with pytest.warns(ParameterWarning, match=r"of 'p' holds .* without escaping"):
        normalize_sql_parameters(text, {"p": value}, **HERE)


@pytest.mark.parametrize(("text", "value"), TEXT_THAT_FITS)
def test_value_that_fits_its_quotes_does_not_warn(text, value):
    normalize_parameters(query(parameter("text"), text=text), {"p": value}, **HERE)
    normalize_sql_parameters(text, {"p": value}, **HERE)


def test_quote_in_a_list_of_sql_warns():
    with pytest.warns(ParameterWarning, match="without escaping"):
        normalize_sql_parameters("'{{ p }}'", {"p": ["a", "O'Neil"]}, **HERE)


def test_name_with_a_dot_warns_of_no_effect_on_the_text():
    dotted = ParameterDefinition(name="x.y", type="text", title="X")
    for text in ("{{ x.y }}", "{{#x.y}}1{{/x.y}}", "{{{ x.y }}}"):
        with pytest.warns(ParameterWarning, match=r"reaches \{\{ x\.y \}\}: .* renders nothing"):
            normalize_parameters(query(dotted, text=text), {"x.y": "1"}, **HERE)
    with pytest.warns(ParameterWarning, match="renders nothing"):
        normalize_sql_parameters("{{ x.y }}", {"x.y": "1"}, **HERE)


def test_name_with_dot_unused_does_not_warn():
    dotted = ParameterDefinition(name="x.y", type="text", title="X")
    normalize_parameters(query(dotted, text="{{! x.y }}1"), {"x.y": "1"}, **HERE)


def test_unknown_choice_names_the_nearest():
    with pytest.raises(ParameterValueError) as caught:
        wire("WET", "enum", enum_options=("WETH", "INV"))
    assert caught.value.hint == "Did you mean 'WETH'?"
    assert caught.value.expected == "one of 'WETH', 'INV'"


def test_dropdown_values_are_checked_where_they_are_known():
    assert wire(6, "query", options=["6", "18"]) == "6"
    assert wire("anything", "query", options=None) == "anything"
    with pytest.raises(ParameterValueError, match="one of '6'"):
        wire("7", "query", options=["6", "18"])


@pytest.mark.parametrize(
    "value",
    [
        date(2024, 1, 2),
        datetime(2024, 1, 2),  # noqa: DTZ001 - a naive one is meant
        pd.Timestamp("2024-01-02"),
        np.datetime64("2024-01-02"),
        np.datetime64("2024-01-02T00:00:00.000000000"),
        pd.Period("2024-01-02", "D"),
        "2024-01-02",
    ],
)
@pytest.mark.parametrize(
    ("type_", "sent"),
    [
        ("date", "2024-01-02"),
        ("datetime-local", "2024-01-02 00:00"),
        ("datetime-with-seconds", "2024-01-02 00:00:00"),
    ],
)
def test_dates_of_every_kind(value, type_, sent):
    assert wire(value, type_) == sent


def test_aware_time_is_told_in_the_settings_zone():
    aware = datetime(2024, 1, 2, 23, 30, tzinfo=UTC)
    east = timezone(timedelta(hours=2))
    assert wire(aware, "datetime-local", timezone=east) == "2024-01-03 01:30"
    assert wire(aware, "date", timezone=east) == "2024-01-03"


@pytest.mark.parametrize("name", ["d_now", "now", "today", "Today"])
def test_dynamic_date_by_name(name):
    assert wire(name, "datetime-with-seconds") == "2026-11-24 15:30:45"


@pytest.mark.parametrize(
    "value",
    ["", "monday", "10", "01/02/2024", "2024-13-01", "20240102", 5, None, pd.NaT, "d_last_7_days"],
)
def test_dates_refuse_what_the_server_would_guess_at(value):
    with pytest.raises(ParameterValueError, match="it takes a date"):
        wire(value, "date")


@pytest.mark.parametrize(
    "text", ["2024-01-02T10,5", "2024-01-02 10:30.5", "2024-01-02T1030,5", "2024-01-02510:30"]
)
def test_times_that_python_reads_as_others_are_refused(text):
    with pytest.raises(ParameterValueError, match="it takes a date"):
        wire(text, "datetime-with-seconds")


@pytest.mark.parametrize(
    "text", ["2024-01-02T10:30:05", "2024-01-02 10:30:05.25", "2024-01-02t103005,25"]
)
def test_times_of_every_spelling(text):
    assert wire(text, "datetime-with-seconds") == "2024-01-02 10:30:05"


@pytest.mark.parametrize(
    "value",
    [
        ("2024-01-01", "2024-01-31"),
        [date(2024, 1, 1), date(2024, 1, 31)],
        {"start": "2024-01-01", "end": "2024-01-31"},
        slice("2024-01-01", "2024-01-31"),
        "2024-01-01--2024-01-31",
        pd.Period("2024-01", "M"),
        pd.Interval(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-31")),
        pd.date_range("2024-01-01", "2024-01-31", periods=2),
        np.array(["2024-01-01", "2024-01-31"], dtype="datetime64[D]"),
    ],
)
def test_ranges_of_every_kind(value):
    assert wire(value, "date-range") == {"start": "2024-01-01", "end": "2024-01-31"}


@pytest.mark.parametrize(
    ("type_", "end"),
    [
        ("date-range", "2024-01-31"),
        ("datetime-range", "2024-01-31 23:59"),
        ("datetime-range-with-seconds", "2024-01-31 23:59:59"),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        pd.Period("2024-01", "M"),
        pd.Interval(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01"), closed="left"),
        pd.Interval(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01"), closed="neither"),
        (pd.Period("2024-01-01", "D"), pd.Period("2024-01", "M")),
    ],
)
def test_end_that_does_not_belong_to_the_range_is_not_sent(value, type_, end):
    got = wire(value, type_)
    assert got["start"].startswith("2024-01-01")
    assert got["end"] == end


@pytest.mark.parametrize("closed", ["right", "both"])
def test_end_that_belongs_to_the_interval_is_sent(closed):
    interval = pd.Interval(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01"), closed=closed)
    assert wire(interval, "date-range") == {"start": "2024-01-01", "end": "2024-02-01"}


@pytest.mark.parametrize("closed", ["left", "right"])
def test_interval_of_numbers_is_no_range_of_dates(closed):
    with pytest.raises(ParameterValueError, match="a start and an end"):
        wire(pd.Interval(1, 5, closed=closed), "date-range")


@pytest.mark.parametrize("name", ["d_last_7_days", "last 7 days", "Last 7 days"])
def test_dynamic_range_by_name(name):
    assert wire(name, "date-range") == {"start": "2026-11-17", "end": "2026-11-24"}


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-01",
        ("2024-01-01",),
        ("a", "b"),
        {"start": "2024-01-01"},
        5,
        None,
        slice("2024-01-01", "2024-01-31", 2),
        ("2024-01-01", None),
        "d_now",
    ],
)
def test_ranges_refuse(value):
    with pytest.raises(ParameterValueError, match=r"it takes (two dates|a start and an end)"):
        wire(value, "date-range")


def test_range_that_ends_before_it_starts_is_refused():
    with pytest.raises(ParameterValueError, match="not before the start"):
        wire(("2024-02-01", "2024-01-01"), "date-range")


def given(definition, params=None, url=None, text=None):
    return normalize_parameters(
        query(definition, text=text), params, url_parameters=url, now=NOW, timezone=UTC
    )["p"]


def test_defaults_are_filled_in_and_dynamic_ones_resolved():
    assert given(parameter("date-range", default="d_last_7_days"))["end"] == "2026-11-24"
    assert given(parameter("number", default="7")) == 7
    assert given(parameter("date", use_current_datetime=True)) == "2026-11-24"
    assert given(parameter("enum", enum_options=("a", "b"))) == "a"


@pytest.mark.parametrize(
    ("default", "options", "sent"),
    [("", ("a", ""), ""), ("", ("a", "b"), "a"), (None, ("a", ""), "a"), (None, ("", "a"), "")],
)
def test_enum_default_is_empty_only_where_that_is_an_option(default, options, sent):
    assert given(parameter("enum", default=default, enum_options=options)) == sent


@pytest.mark.parametrize("default", [None, "", []])
def test_no_default_and_no_value_is_missing(default):
    with pytest.raises(MissingParameterError, match="'p'"):
        given(parameter("text", default=default))


def test_url_values_win_over_defaults_and_params_over_both():
    definition = parameter("number", default=1)
    assert given(definition, url={"p": "2"}) == 2
    assert given(definition, {"p": 3}, url={"p": "2"}) == 3


def test_url_values_of_every_spelling():
    several = parameter("enum", enum_options=("a", "b"), multi=QUOTED)
    assert given(several, url={"p": '["a","b"]'}) == ["a", "b"]
    assert given(several, url={"p": "a"}) == ["a"]
    days = parameter("date-range")
    expected = {"start": "2024-01-01", "end": "2024-01-31"}
    assert given(days, url={"p": "2024-01-01--2024-01-31"}) == expected
    assert given(days, url={"p.start": "2024-01-01", "p.end": "2024-01-31"}) == expected
    assert given(days, url={"p": "d_last_7_days"})["end"] == "2026-11-24"


def test_unknown_name_names_the_nearest_and_the_query():
    with pytest.raises(UnknownParameterError) as caught:
        normalize_parameters(
            query(ParameterDefinition(name="market", type="text", title="M")),
            {"markt": "x"},
            now=NOW,
            timezone=UTC,
        )
    assert caught.value.suggestions == ("market",)
    assert "Query 7 'Q'" in str(caught.value)


def test_definition_unused_by_the_text_may_lack_a_value():
    unused = ParameterDefinition(name="unused", type="text", title="U")
    found = normalize_parameters(
        query(parameter("number", default=1), unused, text="{{ p }}"), None, now=NOW, timezone=UTC
    )
    assert found == {"p": 1}


def test_query_without_definitions_takes_names_of_text():
    bare = Query(id=1, name="Q", text="{{ a }} {{ d.start }} {{ d.end }}")
    found = normalize_parameters(
        bare, {"a": "x", "d": ("2024-01-01", "2024-01-02")}, now=NOW, timezone=UTC
    )
    assert found["a"] == "x"
    assert found["d"]["start"].startswith("2024-01-01")


def test_type_that_is_not_known_is_taken_for_text():
    assert wire("x", "brand-new-type") == "x"


def test_nothing_warns_where_nothing_is_wrong():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wire(["a"], "enum", enum_options=("a",), multi=QUOTED)
