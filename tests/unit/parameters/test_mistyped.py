"""What was meant by words that are no option."""

from __future__ import annotations

import pytest

from watchframe.parameters.mistyped import corrected

FLAGS = {"-p": True, "--param": True, "--max-age": True, "--refresh": False, "-o": True}
PARAMETERS = {"markets": True, "min_amount": False, "period": False}


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1 --markets WETH", "1 -p markets=WETH"),
        ("1 --markets=WETH --refresh", "1 -p markets=WETH --refresh"),
        ("1 --market WETH", "1 -p markets=WETH"),
        ("1 --Markets WETH", "1 -p markets=WETH"),
        ("1 --min-amount -5 -o df", "1 -p min_amount=-5 -o df"),
        ("1 --markets WETH --period d_last_7_days", "1 -p markets=WETH -p period=d_last_7_days"),
        ("--markets WETH 1", "-p markets=WETH 1"),
        ("--markets WETH https://h/queries/1", "-p markets=WETH https://h/queries/1"),
        ("1 --markets WETH INV", "1 -p markets=[WETH, INV]"),
        ("1 --markets [WETH, INV]", "1 -p markets=[WETH, INV]"),
        ("1 --markets WETH, INV", "1 -p markets=[WETH, INV]"),
        ("1 --period 2026-01-01 to 2026-01-31", "1 -p period=2026-01-01 to 2026-01-31"),
        ("--markets=WETH 1", "-p markets=WETH 1"),
        ("--markets=[WETH, INV] 1", "-p markets=[WETH, INV] 1"),
        ("1 markets=WETH", "1 -p markets=WETH"),
        ("1 -p period=d_today --markets WETH", "1 -p period=d_today -p markets=WETH"),
        ("1 -pperiod=d_today --markets WETH", "1 -pperiod=d_today -p markets=WETH"),
        ("1 --max-age 1h --markets WETH", "1 --max-age 1h -p markets=WETH"),
        ("1 --max_age 1h --markets WETH", "1 --max-age 1h -p markets=WETH"),
        ("1 -markets WETH", "1 -p markets=WETH"),
    ],
)
def test_corrected_option_that_is_a_parameter(line, meant):
    found = corrected(line.split(" "), FLAGS, PARAMETERS)
    assert found is not None
    assert (" ".join(found.words), found.has_parameters) == (meant, True)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1 --colour red", "1 -p colour=red"),
        ("1 --colours red blue", "1 -p colours=[red, blue]"),
        ("1 colour=red", "1 -p colour=red"),
    ],
)
def test_corrected_without_definitions_takes_names_as_typed(line, meant):
    found = corrected(line.split(), FLAGS, None)
    assert found is not None
    assert " ".join(found.words) == meant


@pytest.mark.parametrize(
    ("line", "meant"), [("1 --refesh", "1 --refresh"), ("1 -r", "1 --refresh")]
)
def test_corrected_option_that_is_another_option(line, meant):
    for parameters in (PARAMETERS, None):
        found = corrected(line.split(), FLAGS, parameters)
        assert found is not None
        assert (" ".join(found.words), found.has_parameters) == (meant, False)


@pytest.mark.parametrize("line", ["1 --colour red", "1 --markets", "1 -x"])
def test_corrected_nothing_like_it(line):
    assert corrected(line.split(), FLAGS, PARAMETERS) is None


def test_corrected_wrong_parameter_is_left_to_the_read():
    found = corrected(["1", "market=WETH"], FLAGS, PARAMETERS)
    assert found is not None
    assert not found.has_parameters


@pytest.mark.parametrize(
    ("line", "meant", "has_name"),
    [
        ("Borrows by market -o df", ("Borrows by market", "-o", "df"), True),
        ("Borrows by market --markets WETH", ("Borrows by market", "-p", "markets=WETH"), True),
        ("Borrows -o df", ("Borrows", "-o", "df"), False),
        ("1 df", ("1", "df"), False),
        ("-p period=d_today Borrows", ("-p", "period=d_today", "Borrows"), False),
    ],
)
def test_corrected_name_without_its_quotes(line, meant, has_name):
    found = corrected(line.split(), FLAGS, PARAMETERS)
    assert found is not None
    assert (found.words, found.has_name) == (meant, has_name)
