"""Numbers are written as numeral.js writes them, and where it writes NaN they are right.

``pytest tests/unit/charts/test_numeral.py --golden FOLDER`` compares other cases.
"""

import math
from decimal import Decimal

import pytest

from watchframe.charts.numeral import number_formatter

#: By value and pattern: numeral has NaN of the first two, and rounds the last to ...825,344.
DEPARTURES = {
    1e-08: {
        "0,0[.]00000": "0",
        "0[.]00%": "0%",
        "0,0": "0",
        "0,0.00": "0.00",
        "0.000": "0.000",
        "0.0a": "0.0",
        "0a": "0",
        "0.00a": "0.00",
        "0.0b": "0.0",
        "0.0ib": "0.0",
        "$0,0.00": "$0.00",
        "$ 0,0[.]00": "$ 0",
        "0,0 $": "0 $",
        "0o": "0th",
        "+0,0": "+0",
        "(0,0.00)": "0.00",
        "0000": "0000",
        "0,0.[000]": "0",
        "0[.]00[0]": "0",
        "0.0%": "0.0%",
        "0 %": "0 %",
        "0,0.0000000000": "0.0000000100",
        "# 0": "0",
        "0 a": "0 ",
        "0 bps": "0 ",
        "0,0.00 [USD]": "0.000",
        "hello": "0th",
    },
    1e21: {
        "0,0[.]00000": "1,000,000,000,000,000,000,000",
        "0[.]00%": "1000000000000000000000%",
        "0,0": "1,000,000,000,000,000,000,000",
        "0,0.00": "1,000,000,000,000,000,000,000.00",
        "0.000": "1000000000000000000000.000",
        "$0,0.00": "$1,000,000,000,000,000,000,000.00",
        "$ 0,0[.]00": "$ 1,000,000,000,000,000,000,000",
        "0,0 $": "1,000,000,000,000,000,000,000 $",
        "0o": "1000000000000000000000th",
        "+0,0": "+1,000,000,000,000,000,000,000",
        "(0,0.00)": "1,000,000,000,000,000,000,000.00",
        "0000": "1000000000000000000000",
        "0,0.[000]": "1,000,000,000,000,000,000,000",
        "0[.]00[0]": "1000000000000000000000",
        "0.0%": "1000000000000000000000.0%",
        "0 %": "1000000000000000000000 %",
        "0,0.0000000000": "1,000,000,000,000,000,000,000.0000000000",
        "# 0": "1000000000000000000000",
        "BPS": "10000000000000000000000000BPS",
        "0,0.00 [USD]": "1,000,000,000,000,000,000,000.000",
        "hello": "1000000000000000000000th",
    },
    22827089052896825000: {
        "0,0[.]00000": "22,827,089,052,896,825,000",
        "0[.]00%": "22827089052896825000%",
        "0,0": "22,827,089,052,896,825,000",
        "0,0.00": "22,827,089,052,896,825,000.00",
        "0.000": "22827089052896825000.000",
        "$0,0.00": "$22,827,089,052,896,825,000.00",
        "$ 0,0[.]00": "$ 22,827,089,052,896,825,000",
        "0,0 $": "22,827,089,052,896,825,000 $",
        "0o": "22827089052896825000th",
        "+0,0": "+22,827,089,052,896,825,000",
        "(0,0.00)": "22,827,089,052,896,825,000.00",
        "0000": "22827089052896825000",
        "0,0.[000]": "22,827,089,052,896,825,000",
        "0[.]00[0]": "22827089052896825000",
        "0.0%": "22827089052896825000.0%",
        "0 %": "22827089052896825000 %",
        "0,0.0000000000": "22,827,089,052,896,825,000.0000000000",
        "# 0": "22827089052896825000",
        "BPS": "228270890528968250000000BPS",
        "0,0.00 [USD]": "22,827,089,052,896,825,000.000",
        "hello": "22827089052896825000th",
    },
}


def test_golden_numbers_are_written_as_the_page_writes_them(format_cases):
    wrong = []
    for case in format_cases("number"):
        value, pattern = case["value"], case["format"]
        right = case["text"]
        if isinstance(value, int | float):
            right = DEPARTURES.get(value, {}).get(pattern, right)
        made = number_formatter(pattern)(value)
        if made != right:
            wrong.append((pattern, value, right, made))
    assert wrong == []


@pytest.mark.parametrize(
    ("pattern", "value", "text"),
    [
        ("0,0.00", 1.005, "1.01"),  # as it is written, not as it is stored
        ("0,0.00", 8.345, "8.35"),
        ("0,0.00", -8.345, "-8.34"),  # half goes up
        ("0.00", 1483684.2249999999, "1483684.23"),  # as JavaScript multiplies it
        ("0,0.0000000000", 1e15, "1,000,000,000,000,000.1250000000"),  # JavaScript's own digits
        ("0.0a", 999_999, "1.0m"),  # 1000.0k is the next unit
        ("0.0a", -999_999, "-1000.0k"),
        ("0.0ak", 1_234_567, "1234.6k"),
        ("0.0 am", 1_234_567, "1.2 m"),
        (".00", 0.5, ".50"),
        ("0,0-", -5, "5-"),
        ("0,0+", 5, "5+"),
        ("($0,0)", -1500, "($1,500)"),
        ("(0%)", -5, "(5%)"),
        ("0,0 BPS", 0.015, "150 BPS"),
        ("0o", 112, "112th"),
        ("0o", 22, "22nd"),
        ("0 ib", 2048, "2 KiB"),
        ("00:00:00", 3661.4, "1:01:01"),
        ("0,0[.]00", "12.5", "12.50"),
        ("0,0", float("nan"), "0"),
        ("0,0", math.inf, "Infinity"),
    ],
)
def test_number_has_the_text_of_its_pattern(pattern, value, text):
    assert number_formatter(pattern)(value) == text


@pytest.mark.parametrize(
    ("pattern", "value", "text"),
    [
        ("0,0", 2**53 + 1, "9,007,199,254,740,993"),
        ("0,0.00", -(2**63) - 1, "-9,223,372,036,854,775,809.00"),
        ("0", str(2**256), str(2**256)),
        ("0,0.00", Decimal("123456789012345678901.235"), "123,456,789,012,345,678,901.24"),
        ("0,0.[0000]", Decimal("123456789012345678901.25"), "123,456,789,012,345,678,901.25"),
        ("0,0.00", Decimal("1.005"), "1.01"),
    ],
)
def test_long_number_keeps_all_digits(pattern, value, text):
    assert number_formatter(pattern)(value) == text


@pytest.mark.parametrize("pattern", ["", None, 5, ["0,0"]])
def test_number_without_a_pattern_is_as_it_is(pattern):
    write = number_formatter(pattern)
    assert [write(value) for value in (1234.5, True, "x", None)] == ["1234.5", "true", "x", ""]


def test_number_may_have_other_separators():
    write = number_formatter("0,0.00", thousands=" ", decimal=",")
    assert write(1_234_567.5) == "1 234 567,50"


def test_usual_numbers_are_written_as_any_others():
    # The same pattern with another mark takes the way that is right for all.
    values = [
        sign * (n / 8 + step) for n in range(99) for step in (0, 0.005, 0.45) for sign in (1, -1)
    ]
    for pattern in ("0,0.00", "0,0[.]00", "0.0", "0,0"):
        usual, other = number_formatter(pattern), number_formatter(pattern, decimal=":")
        assert [usual(value) for value in values] == [
            other(value).replace(":", ".") for value in values
        ]


def test_halves_of_large_numbers_are_rounded_as_they_are_written():
    write = number_formatter("0,0.00")
    # Their products with 100 are 0.008 and 0.016 below a half.
    numbers = [616639924703.705, 1113240998449.535]
    texts = ["616,639,924,703.71", "1,113,240,998,449.54"]
    assert write.many(numbers) == list(map(write, numbers)) == texts
    assert write.many([10**400, 1]) == ["10" + ",000" * 133 + ".00", "1.00"]
