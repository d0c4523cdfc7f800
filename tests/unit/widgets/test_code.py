from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.magics.body import parse_body
from watchframe.magics.line import parse_line
from watchframe.plain_text import plain_text
from watchframe.widgets.code import magic_cell, python_call

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
values = st.one_of(
    texts,
    st.integers(),
    st.lists(texts, min_size=1, max_size=3),
    st.just(("2026-01-01", "2026-02-01")),
    st.just("d_last_7_days"),
)


def call_of(code):
    tree = ast.parse(code)
    return tree.body[-1].value


@given(st.dictionaries(texts, values, max_size=4))
def test_python_call_read_again_holds_the_same_values(params):
    call = call_of(python_call(42, params, "1h"))
    assert ast.literal_eval(call.args[0]) == 42
    found = ast.literal_eval(call.args[1]) if len(call.args) > 1 else {}
    assert found == params
    assert ast.literal_eval(call.keywords[0].value) == "1h"


def test_python_call_leaves_out_what_is_the_default():
    assert python_call(42, {}, None).endswith("df = read_watch_query(42)\n")


def test_python_call_with_many_values_has_a_line_for_each():
    code = python_call(1, {"markets": ["WETH"] * 8, "period": ("2026-01-01", "2026-01-31")}, None)
    assert max(map(len, code.splitlines())) <= 110
    assert '        "period": ("2026-01-01", "2026-01-31"),\n' in code


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]\w{0,8}", fullmatch=True),
        st.one_of(
            texts,
            st.lists(texts, min_size=1, max_size=3),
            st.text("$x{}\n'\"[\\", min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_magic_cell_read_again_holds_the_same_values(params):
    line, _, body = magic_cell(42, params, None).partition("\n")
    assert line == "%%watch 42 --out df"
    assert parse_body(body, {"x": "a variable"}) == params


@pytest.mark.parametrize(
    "value",
    [r"C:\new\table", r"\\server\share", "C:\\dir\\", r"\d+\.\d{2}", r"\"", r"\\", r"a\ b", r"\'"],
)
def test_magic_cell_keeps_backslashes(value):
    params = {"one": value, "many": [value, "x", value]}
    line, _, body = magic_cell(42, params, "1h").partition("\n")
    assert parse_body(body, {}) == params
    request = parse_line(line.removeprefix("%%watch"))
    assert (request.query, request.max_age, request.out) == ("42", "1h", "df")


@pytest.mark.parametrize("value", ["\x1b[2J", "\u202e", "\x9b1m", "a\rb", "\x85", "\ud800", "a\tb"])
def test_code_writes_control_characters_as_escapes(value):
    call, cell = python_call(1, {"x": value}, None), magic_cell(1, {"x": value}, None)
    assert plain_text(call + cell) == call + cell
    assert ast.literal_eval(call_of(call).args[1]) == {"x": value}
    assert parse_body(cell.partition("\n")[2], {}) == {"x": value}


def test_magic_cell_writes_a_range_as_people_do():
    cell = magic_cell(42, {"period": ("2026-01-01", "2026-01-31"), "n": 5}, "1h")
    assert cell == "%%watch 42 --max-age 1h --out df\nperiod: 2026-01-01..2026-01-31\nn: 5\n"
    assert parse_body(cell.partition("\n")[2], {})["period"] == "2026-01-01..2026-01-31"


@pytest.mark.parametrize("age", [None, 0, "7d"])
def test_magic_of_a_query_without_parameters_is_one_line(age):
    words = "" if age is None else f" --max-age {age}"
    assert magic_cell(42, {}, age) == f"%watch 42{words} --out df\n"


def test_query_may_be_named_by_its_page():
    page = "https://host/queries/42"
    assert python_call(page, {}, None).endswith(f'df = read_watch_query("{page}")\n')
    assert magic_cell(page, {}, None) == f"%watch {page} --out df\n"
