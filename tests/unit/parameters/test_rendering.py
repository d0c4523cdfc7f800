"""The SQL as the server renders it, and which other SQL is the same."""

import pytest

from watchframe.models import MultiValues, ParameterDefinition, Query
from watchframe.parameters import is_same_sql, query_url, render_query

QUOTED = ParameterDefinition(
    name="m", type="enum", title="M", multi=MultiValues(prefix="'", suffix="'", separator=",")
)


@pytest.mark.parametrize(
    ("text", "parameters", "rendered"),
    [
        ("a = {{ x }}", {"x": "it's <b>&"}, "a = it's <b>&"),
        ("in ({{ m }})", {"m": ["a", "b"]}, "in ('a','b')"),
        ("{{ r.start }}..{{ r.end }}", {"r": {"start": "1", "end": "2"}}, "1..2"),
        ("{{#x}}where a = {{ x }}{{/x}}", {"x": "1"}, "where a = 1"),
        ("{{^x}}nothing{{/x}}", {"x": 0}, "nothing"),
        ("{{ x }}", {"x": "{{ y }}"}, "{{ y }}"),
        ("{{ x }}", {"x": 2**256}, str(2**256)),
        ("{{{ gone }}}", {}, ""),
    ],
)
def test_rendering_is_the_servers(text, parameters, rendered):
    assert render_query(text, parameters, (QUOTED,)) == rendered


def test_list_without_definition_is_joined_with_commas():
    assert render_query("{{ ids }}", {"ids": ["1", "2"]}, ()) == "1,2"


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("select 1", "select 1"),
        ("select 1;", "select 1"),
        ("select 1 ; -- the end\n", "select 1"),
        ("select 1 /* end */", "select 1"),
        ("select 1", "select 1 LIMIT 1000"),
        ("select 1; ", "select 1 LIMIT 1000"),
        ("set x = 1;   select 'a;  b'", "set x = 1;\nselect 'a;  b'"),
    ],
)
def test_what_the_server_does_on_the_way_is_the_same_sql(rendered, ran):
    assert is_same_sql(rendered, ran)


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("select 'New York'", "select 'NewYork'"),
        ("select 'a; b'", "select 'a;b'"),
        ("select 'a/*x*/b'", "select 'ab'"),
        ("select 1", "select 1 LIMIT 100"),
        ("select 1  + 1", "select 1 + 1"),
        ("select ' -- x'", "select '"),
    ],
)
def test_other_white_space_or_values_are_another_sql(rendered, ran):
    assert not is_same_sql(rendered, ran)


def test_page_url_is_read_back_to_the_same_values():
    query = Query(id=5, name="Q", text="")
    url = query_url(
        "https://host/org",
        query,
        {"a": "x & y", "m": ["é", "b"], "r": {"start": "2024-01-01", "end": "2024-01-02"}},
    )
    assert url == (
        "https://host/org/queries/5?p_a=x%20%26%20y&p_m=%5B%22%C3%A9%22%2C%22b%22%5D"
        "&p_r=2024-01-01--2024-01-02"
    )
