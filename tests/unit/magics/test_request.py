"""The line of the magic."""

from __future__ import annotations

import pytest

from watchframe.errors import ArgumentError
from watchframe.magics.line import Request, help_text, parse_line
from watchframe.magics.options import OPTIONS


def test_parse_line_id_alone():
    assert parse_line("42") == Request(query="42")


def test_parse_line_when_every_option_is_given_keeps_each_value():
    assert parse_line("-s Lending --timeout 90s --max-age 1h -o df --dtype-backend pyarrow") == (
        Request(source="Lending", timeout="90s", max_age="1h", out="df", dtype_backend="pyarrow")
    )
    assert parse_line("42 --refresh --no-display --help") == (
        Request(query="42", refresh=True, no_display=True, help=True)
    )
    assert parse_line("42 --offline --explain") == Request(query="42", offline=True, explain=True)
    assert parse_line("42 --pick") == Request(query="42", pick=True)
    assert parse_line("--save 'Borrows by day'") == Request(save="Borrows by day")


def test_parse_line_quotes_as_a_shell():
    request = parse_line("""--source "Lending DB" -p 'market=New York' -p note="it's" -p x=a\\ b""")
    assert request.source == "Lending DB"
    assert request.params == (("market", "New York"), ("note", "it's"), ("x", "a b"))


def test_parse_line_when_a_url_has_signs_of_a_shell_keeps_them():
    url = "https://host/org/queries/42?p_market=WETH&p_day=d_now#7"
    assert parse_line(url).query == url


def test_parse_line_splits_at_the_first_equals_sign():
    assert parse_line("42 -p where=a=b").params == (("where", "a=b"),)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("42 --refesh", "--refresh"),
        ("42 --max_age 1h", "--max-age AGE"),
        ("42 --output df", "-o NAME, --out NAME"),
        ("42 --params a=1", "-p NAME=VALUE, --param NAME=VALUE"),
        ("42 --explian", "--explain"),
        ("42 --dtype_backend=pyarrow", "--dtype-backend BACKEND"),
        ("42 df", "-o df"),
        ("42 market=WETH", "-p market=WETH"),
        ("42 'market=New York'", "-p 'market=New York'"),
        ("42 --dtype-backend arrow", "pyarrow"),
        ("42 --dtype-backend numpy", "numpy_nullable"),
        ("42 -p market", "-p market=$market"),
        ("42 -p =WETH", "-p NAME=VALUE"),
        ("42 -r", "--refresh"),
        ("42 -t 30", "--timeout TIME"),
        ("42 -p period=2026-01-01 to 2026-01-31", "-p 'period=2026-01-01 to 2026-01-31'"),
        ("-p market=New York 42", "-p 'market=New York 42'"),
        ("--source Lending (DuckDB) --refresh", "--source 'Lending (DuckDB)'"),
        ("--save Borrows by day -o df", "--save 'Borrows by day'"),
        ("42 --refresh df", "-o df"),
    ],
)
def test_parse_line_when_something_is_wrong_says_what_was_meant(line, meant):
    with pytest.raises(ArgumentError) as caught:
        parse_line(line)
    assert caught.value.hint is not None
    assert meant in caught.value.hint


def test_parse_line_when_an_option_is_shortened_refuses_it():
    with pytest.raises(ArgumentError, match="no option --ref"):
        parse_line("42 --ref")


@pytest.mark.parametrize("line", ["42 -o", "42 --max-age", "42 -p", "--source"])
def test_parse_line_when_a_value_is_missing_names_the_option(line):
    with pytest.raises(ArgumentError, match=line.split()[-1]):
        parse_line(line)


@pytest.mark.parametrize(
    ("line", "both"),
    [
        ("42 --refresh --offline", ("--refresh", "--offline")),
        ("42 --refresh --max-age 1h", ("--refresh", "--max-age")),
        ("42 --offline --max-age 1h", ("--offline", "--max-age")),
        ("42 --pick --explain", ("--pick", "--explain")),
        ("42 --pick --save x", ("--pick", "--save")),
        ("42 --pick --refresh", ("--pick", "--refresh")),
        ("42 --pick --offline", ("--pick", "--offline")),
        ("42 --pick --no-display", ("--pick", "--no-display")),
        ("42 --pick --dtype-backend pyarrow", ("--pick", "--dtype-backend")),
        ("42 --explain --no-display", ("--explain", "--no-display")),
        ("--explain --save x", ("--explain", "--save")),
        ("--offline --save x", ("--offline", "--save")),
    ],
)
def test_parse_line_contradiction_names_both_options(line, both):
    with pytest.raises(ArgumentError) as caught:
        parse_line(line)
    assert all(option in caught.value.message for option in both)


@pytest.mark.parametrize("line", ["42 -o a -o b", "42 --max-age 1h --max-age 2h"])
def test_parse_line_when_an_option_is_given_twice_refuses_it(line):
    with pytest.raises(ArgumentError, match="is given twice"):
        parse_line(line)


@pytest.mark.parametrize("line", ["--save ''", "-s ' '", "42 --max-age="])
def test_parse_line_when_an_option_is_given_nothing_refuses_it(line):
    with pytest.raises(ArgumentError, match="is given nothing"):
        parse_line(line)


def test_parse_line_name_as_the_query():
    assert parse_line("-o df Borrows") == Request(query="Borrows", out="df")


def test_parse_line_when_a_switch_is_given_a_value_refuses_it():
    with pytest.raises(ArgumentError, match="--refresh takes no value"):
        parse_line("42 --refresh=yes")


@pytest.mark.parametrize("name", ["3x", "a-b", "class", "df.x"])
def test_parse_line_destination_must_be_a_variable(name):
    with pytest.raises(ArgumentError, match="not a variable's name"):
        parse_line(f"42 -o {name}")


def test_parse_line_when_a_quote_is_left_open_says_so():
    with pytest.raises(ArgumentError, match="not closed"):
        parse_line("42 -p 'a=b")


def test_help_text_when_shown_has_every_option():
    text = help_text()
    assert all(flag in text for option in OPTIONS for flag in option.flags)
    assert "df = %watch ..." in " ".join(text.split())


def test_options_when_listed_are_the_fields_of_a_request():
    assert {option.name for option in OPTIONS} | {"query"} == set(Request.__slots__)
