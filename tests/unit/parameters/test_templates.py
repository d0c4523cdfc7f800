"""The SQL as the server renders it, and where that is not certain."""

import pytest

from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters import query_url, render_query, rendering_doubt
from watchframe.parameters.templates import parameters_in, quotes_around, tags_in

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


def test_partial_is_not_read_from_this_machine(tmp_path, monkeypatch):
    (tmp_path / "secret.mustache").write_text("password")
    monkeypatch.chdir(tmp_path)
    assert render_query("select {{> secret}}1", {}, ()) == "select 1"


@pytest.mark.parametrize(
    ("text", "parameters", "why"),
    [
        ("{{> recent}}", {}, "another template, 'recent'"),
        ("{{=<% %>=}}<% x %>", {"x": "1"}, "other delimiters"),
        ("{{ now() }}", {"now()": "1"}, "more than a parameter's name"),
        ("{{ x | upper }}", {"x | upper": "1"}, "more than a parameter's name"),
        ("{{ r }}", {"r": {"start": "1", "end": "2"}}, "the whole range 'r'"),
        ("{ a {{ b }", {}, "open no tag"),
        ("{{ x }}", {"x": 0.1 + 0.2}, "12 digits"),
    ],
)
def test_rendering_doubt_says_why(text, parameters, why):
    assert why in rendering_doubt(text, parameters)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("{{ Start day }}{{{ y }}}{{& z }}", {"Start day": "1", "y": 5.5, "z": 2**256}),
        ("{{#x}}a{{/x}}{{^x}}b{{/x}}{{! said (so) }}", {"x": "1"}),
        ("{{ r.start }}{{#r}}{{ end }}{{/r}}", {"r": {"start": "1", "end": "2"}}),
        ("{ a(b: {c: {{ m }}}) { d } }", {"m": ["a", "b"]}),
    ],
)
def test_rendering_doubt_none_for_known_forms(text, parameters):
    assert rendering_doubt(text, parameters) is None


def test_page_url_is_read_back_to_the_same_values():
    url = query_url(
        "https://host/org",
        5,
        {"a": "x & y", "m": ["é", "b"], "r": {"start": "2024-01-01", "end": "2024-01-02"}},
    )
    assert url == (
        "https://host/org/queries/5?p_a=x%20%26%20y&p_m=%5B%22%C3%A9%22%2C%22b%22%5D"
        "&p_r=2024-01-01--2024-01-02"
    )


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("{{ x }}", "", "x"),
        ("{{\n x.start }}", "", "x.start"),
        ("{{{ x }}}", "{", "x"),
        ("{{& x }}", "&", "x"),
        ("{{ # x }}", "#", "x"),
        ("{{^x}}", "^", "x"),
        ("{{/x}}", "/", "x"),
        ("{{> x}}", ">", "x"),
        ("{{=<% %>=}}", "=", "<% %>="),
        ("{{! {a: b} }}", "!", ""),
    ],
)
def test_tag_of_every_kind(text, kind, name):
    tag = tags_in(f"({text})")[0]
    assert (tag.kind, tag.name, tag.start) == (kind, name, 1)


def test_tag_ends_at_its_own_braces():
    text = '{"a": {{ x }}} {{{ y }}}'
    assert [text[tag.start : tag.end] for tag in tags_in(text)] == ["{{ x }}", "{{{ y }}}"]


def test_comments_and_section_ends_are_no_parameters():
    text = "{{! {{ a }}{{# b }}{{ c.start }}{{/ d }}{{^ e }}{{ c.end }}"
    assert parameters_in(text) == {"b": False, "c": True}


def test_quotes_around_are_those_of_sql():
    text = """select '{{ a }}', "{{ b }}", {{ c }} -- it's {{ a }} '{{ c }}'\n, 'it''s {{ c }}'"""
    assert quotes_around(text) == {"a": {"'"}, "b": {'"'}, "c": {"'"}}
