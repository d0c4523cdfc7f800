"""The line of the magic."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from watchframe.errors import ArgumentError
from watchframe.magics.line import (
    Request,
    help_text,
    parse_line,
    read_words,
    split_words,
    without_remark,
)
from watchframe.parameters.text_syntax import read_assignments, write_value
from watchframe.vocabulary import CELL_FLAGS


def test_parse_line_id_alone():
    assert parse_line("42") == Request(query="42")


def test_parse_line_keeps_every_option():
    assert parse_line("-s Lending --timeout 90s --max-age 1h -o df --dtype-backend pyarrow") == (
        Request(source="Lending", timeout="90s", max_age="1h", out="df", dtype_backend="pyarrow")
    )
    assert parse_line("42 --refresh --no-display --help") == (
        Request(query="42", refresh=True, no_display=True, help=True)
    )
    assert parse_line("42 --offline --explain") == Request(query="42", offline=True, explain=True)
    assert parse_line("42 --no-cache --columns a,b --columns c --dtype x='decimal(38, 2)'") == (
        Request(query="42", no_cache=True, columns=("a,b", "c"), dtype=("x=decimal(38, 2)",))
    )
    assert parse_line("42 --pick") == Request(query="42", pick=True)
    assert parse_line("--save 'Borrows by day'") == Request(save="Borrows by day")


def test_parse_line_quotes_as_a_shell():
    request = parse_line("""--source "Lending DB" -p 'market=New York' -p note="it's" -p x=a\\ b""")
    assert request.source == "Lending DB"
    assert request.params == (("market", "New York"), ("note", "it's"), ("x", "a b"))


def test_parse_line_keeps_shell_signs_in_a_url():
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
        ("Borrows by market -o df", "'Borrows by market'"),
        ("-o df Borrows by market", "'Borrows by market'"),
        ("Borrows market=WETH", "-p market=WETH"),
        ("42 --chart Borrows by day -o d", "--chart 'Borrows by day'"),
        ("42 --chart --filter market=New York", "--filter 'market=New York'"),
        ("42 --chart --filter market", "--filter market=$market"),
        ("42 --filter market=WETH", "--chart"),
        ("42 --chrat", "--chart [NAME]"),
    ],
)
def test_parse_line_mistake_says_what_was_meant(line, meant):
    with pytest.raises(ArgumentError) as caught:
        parse_line(line)
    assert caught.value.hint is not None
    assert meant in caught.value.hint


def test_parse_line_refuses_shortened_option():
    with pytest.raises(ArgumentError, match="no option --ref"):
        parse_line("42 --ref")


@pytest.mark.parametrize("line", ["42 -o", "42 --max-age", "42 -p", "--source"])
def test_parse_line_missing_value_names_option(line):
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
        ("42 --no-cache --refresh", ("--no-cache", "--refresh")),
        ("42 --pick --columns a", ("--pick", "--columns")),
        ("42 --pick --no-display", ("--pick", "--no-display")),
        ("42 --pick --dtype-backend pyarrow", ("--pick", "--dtype-backend")),
        ("42 --explain --no-display", ("--explain", "--no-display")),
        ("--explain --save x", ("--explain", "--save")),
        ("--offline --save x", ("--offline", "--save")),
        ("42 --pick --chart", ("--pick", "--chart")),
        ("42 --chart --explain", ("--explain", "--chart")),
        ("42 --chart Prices --columns a", ("--chart", "--columns")),
    ],
)
def test_parse_line_contradiction_names_both_options(line, both):
    with pytest.raises(ArgumentError) as caught:
        parse_line(line)
    assert all(option in caught.value.message for option in both)


@pytest.mark.parametrize("line", ["42 -o a -o b", "42 --max-age 1h --max-age 2h"])
def test_parse_line_refuses_option_given_twice(line):
    with pytest.raises(ArgumentError, match="is given twice"):
        parse_line(line)


@pytest.mark.parametrize(
    ("line", "query", "chart"),
    [
        ("42 --chart", "42", ""),
        ("42 --chart -o d", "42", ""),
        ("42 --chart 'Borrows by day' -o d", "42", "Borrows by day"),
        ("--chart Prices 42", "42", "Prices"),
        ("42 --chart=17", "42", "17"),
        ("--chart 42", "42", ""),
        ("--chart 42 -p market=WETH", "42", ""),
        ("42 -p chart=1", "42", None),
    ],
)
def test_parse_line_chart_with_and_without_a_name(line, query, chart):
    request = parse_line(line)
    assert (request.query, request.chart) == (query, chart)


def test_parse_line_filters_are_names_and_values():
    line = "42 --chart --filter market=[WETH, INV] --filter 'kind=a b'"
    assert parse_line(line).filters == (("market", "[WETH, INV]"), ("kind", "a b"))


@pytest.mark.parametrize("line", ["--save ''", "-s ' '", "42 --max-age="])
def test_parse_line_refuses_empty_value(line):
    with pytest.raises(ArgumentError, match="is given nothing"):
        parse_line(line)


def test_parse_line_name_as_the_query():
    assert parse_line("-o df Borrows") == Request(query="Borrows", out="df")


def test_parse_line_refuses_value_for_a_switch():
    with pytest.raises(ArgumentError, match="--refresh takes no value"):
        parse_line("42 --refresh=yes")


@pytest.mark.parametrize("name", ["3x", "a-b", "class", "df.x"])
def test_parse_line_destination_must_be_a_variable(name):
    with pytest.raises(ArgumentError, match="not a variable's name"):
        parse_line(f"42 -o {name}")


def test_parse_line_refuses_open_quote():
    with pytest.raises(ArgumentError, match="not closed"):
        parse_line("42 -p 'a=b")


def test_help_text_has_every_option():
    text = help_text()
    assert all(flag in text for flag in CELL_FLAGS)
    assert "df = %watch ..." in " ".join(text.split())


def test_options_are_the_fields_of_a_request():
    assert {option.name for option in CELL_FLAGS.values()} | {"query"} == set(Request.__slots__)


@pytest.mark.slow
@given(st.lists(st.text()))
def test_read_words_gives_back_words_of_a_shell(words):
    assert read_words(shlex.join(words)) == words


@given(st.text(alphabet="ab '\"\\"))
def test_read_words_without_brackets_reads_as_shlex(line):
    assume(not re.search(r"\\[ab]", line))  # a shell drops this backslash
    try:
        expected = shlex.split(line)
    except ValueError as error:
        if "escaped" in str(error):  # a backslash at the very end is itself here
            return
        with pytest.raises(ArgumentError, match="not closed"):
            read_words(line)
        return
    assert read_words(line) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-p markets=[WETH, INV] -o df", ["-p", "markets=[WETH, INV]", "-o", "df"]),
        ("""-p m=["New York", 'a, ]b']""", ["-p", """m=["New York", 'a, ]b']"""]),
        ("-p period=(2026-01-01, 2026-01-31)", ["-p", "period=(2026-01-01, 2026-01-31)"]),
        ('-p r={"start": "a b", "end": "c"} x', ["-p", 'r={"start": "a b", "end": "c"}', "x"]),
        ("-p name={ chosen } x", ["-p", "name={ chosen }", "x"]),
        ("-p 'm=[a, b]' x", ["-p", "m=[a, b]", "x"]),
        ("-p m='[a, b]' x", ["-p", "m=[a, b]", "x"]),
        ("-p m=[a, b -o df", ["-p", "m=[a, b -o df"]),
        ("--save Borrows(old) x", ["--save", "Borrows(old)", "x"]),
        ("-p note=a[b c", ["-p", "note=a[b", "c"]),
    ],
)
def test_read_words_keeps_brackets_as_typed(line, words):
    assert read_words(line) == words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("42 # the borrows", "42"),
        ("42 -o df  #", "42 -o df"),
        ("# nothing", ""),
        ("42 -p 'title=a # b'", "42 -p 'title=a # b'"),
        ("42 -p title=#12", "42 -p title=#12"),
        ("42 #12", "42 #12"),
        ("https://h/queries/42#7 # x", "https://h/queries/42#7"),
    ],
)
def test_without_remark_lone_sign(line, said):
    assert without_remark(line) == said


def test_split_words_tells_open_quote():
    assert split_words("-p 'a b")[-1].open_quote == "'"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"t=C:\new\table", [r"t=C:\new\table"]),
        (r"re=\d+\.\d{2}\b", [r"re=\d+\.\d{2}\b"]),
        (r"a\ b a\\b a\"b a\'b", ["a b", r"a\b", 'a"b', "a'b"]),
        (r"u=\\server\share", [r"u=\server\share"]),
        (r"'u=\\server\share'", [r"u=\\server\share"]),
        (r"'C:\dir\' x", ["C:\\dir\\", "x"]),
        (r'"C:\new \"x\" \\ \z"', [r'C:\new "x" \ \z']),
        ("x=C:\\dir\\", ["x=C:\\dir\\"]),
        (r"m=[C:\a\, 'b \ \\c']", [r"m=[C:\a\, 'b \ \\c']"]),
    ],
)
def test_read_words_keeps_a_backslash_that_escapes_nothing(line, words):
    assert read_words(line) == words


@given(st.text(alphabet="ab'\"\\ ,[]$.", max_size=8))
def test_words_give_back_a_written_value(text):
    word = shlex.quote(f"t={write_value(text)}")
    assert read_assignments(parse_line(f"42 -p {word} -o df").params, {}) == {"t": text}


def test_read_words_backslash_leaving_a_quote_open():
    with pytest.raises(ArgumentError) as caught:
        read_words('-p "dir=C:\\new\\" -o df')
    assert (
        caught.value.hint == "A backslash before a quote escapes it; '...' keeps every backslash."
    )


def test_parse_line_backslash_joining_an_option():
    with pytest.raises(ArgumentError, match="before --refresh escapes the space") as caught:
        parse_line("42 -p dir=C:\\new\\ --refresh")
    assert caught.value.hint is not None
    assert "'dir=C:\\new\\'" in caught.value.hint
    assert parse_line(r"42 -p note=a\ -\ b -p 'x=\ -o'").params == (
        ("note", "a - b"),
        ("x", r"\ -o"),
    )


def test_parse_line_quoted_name_behind_an_option_is_the_query():
    request = parse_line('-p kind=repay "Events of one kind by month"')
    assert (request.query, request.params) == (
        "Events of one kind by month",
        (("kind", "repay"),),
    )


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1 --markets WETH", "%%watch 1 -p markets=WETH"),
        ("1 --markets [WETH, INV] --refresh", "%%watch 1 -p markets=[WETH, INV] --refresh"),
        ("1 --note 'a b' -o df", "%%watch 1 -p 'note=a b' -o df"),
        ("1 --market 'it''s $x'", "%%watch 1 -p 'markets=its $x'"),
    ],
)
def test_parse_line_option_that_is_a_parameter(line, meant):
    def parameters_of(query, *, may_ask):
        assert (query, may_ask) == ("1", True)
        return {"markets": True, "note": False}

    with pytest.raises(ArgumentError, match="%watch has no option --") as caught:
        parse_line(line, magic="%%watch", parameters_of=parameters_of)
    assert caught.value.hint == f"Did you mean: {meant}"


def test_parse_line_wrong_option_asks_only_what_it_must():
    asked = []

    def parameters_of(query, *, may_ask):
        asked.append((query, may_ask))

    for line in ("1 --refesh", "1 --offline --markets WETH", "1 --colour red"):
        with pytest.raises(ArgumentError):
            parse_line(line, parameters_of=parameters_of)
    assert asked == [("1", False), ("1", False), ("1", True)]


def test_parse_line_option_like_no_parameter_names_them():
    with pytest.raises(ArgumentError, match="no option --colour") as caught:
        parse_line("1 --colour red", parameters_of=lambda query, *, may_ask: {"markets": True})
    assert caught.value.hint == "-p NAME=VALUE gives the query a parameter. It has: markets."


@pytest.mark.parametrize("line", ["connect https://h hunter2", "login 'hunter2", "connect hunter2"])
def test_parse_line_shows_no_word_behind_connect(line):
    with pytest.raises(ArgumentError, match="does not connect") as caught:
        parse_line(line)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    ["1 '{}", "1 {}", "1 --dtype-backend {}", "1 -o {}-", "1 --max-age 1 --max-age {}"],
)
def test_parse_line_hides_keys_in_what_it_shows(line):
    for key in ("aB3x" * 10, "https://h/queries/1?api_key=hunter2"):
        with pytest.raises(ArgumentError) as caught:
            parse_line(line.format(key))
        assert not re.search(r"aB3x|hunter2", str(caught.value))
