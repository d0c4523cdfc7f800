"""Cells are made of values as the columns' options say.

``pytest tests/unit/charts/test_column_formats.py --golden FOLDER`` compares other cases.
"""

from datetime import UTC, datetime

import pytest

from watchframe.charts.column_formats import NULL, boolean_formatter, cell_writer

MOMENT = datetime(2024, 3, 1, 10, 5, tzinfo=UTC)


def test_golden_booleans_are_written_as_the_page_writes_them(format_cases):
    cases = format_cases("boolean")
    made = [boolean_formatter(case["booleanValues"])(case["value"]) for case in cases]
    assert made == [case["text"] for case in cases]


def cell(row, **column):
    return cell_writer({"name": "a", **column})(row)


@pytest.mark.parametrize("kind", ["string", "number", "datetime", "boolean"])
def test_value_that_is_null_is_marked(kind):
    assert cell({"a": None}, displayAs=kind) == {"text": NULL}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ({"displayAs": "string"}, ""),
        ({"displayAs": "number", "numberFormat": "0.0"}, "0.0"),
        ({"displayAs": "number"}, ""),
        ({"displayAs": "datetime", "dateTimeFormat": "L"}, ""),
        ({"displayAs": "boolean"}, ""),
    ],
)
def test_value_that_is_missing_is_empty(column, text):
    assert cell({}, **column) == {"text": text}


@pytest.mark.parametrize(
    ("value", "text"),
    [("<b>", "<b>"), (1.0, "1"), (True, "true"), (MOMENT, "1709287500000"), (2**64, str(2**64))],
)
def test_text_is_as_it_is(value, text):
    assert cell({"a": value}, displayAs="string") == {"text": text}


def test_addresses_are_links_where_markup_is_allowed():
    row = {"a": "see http://x.example/?a=1&b=2, ok"}
    options = {"displayAs": "string", "highlightLinks": True}
    assert cell(row, **options, allowHTML=False) == {"text": row["a"]}
    assert cell(row, **options, allowHTML=True) == {
        "text": (
            'see <a href="http://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">'
            "http://x.example/?a=1&amp;b=2</a>, ok"
        )
    }


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ('{"b": [1]}', {"text": '{"b": [1]}', "value": {"b": [1]}}),
        ("null", {"text": "null", "value": None}),
        ("NaN", {"text": "NaN"}),
        ("[" * 5000, {"text": "[" * 5000}),
        ('"' + "x" * 50_000 + '"', {"text": '"' + "x" * 50_000 + '"'}),
        (5, {"text": 5}),
        (None, {"text": None}),
    ],
)
def test_json_has_its_value_if_it_is_valid(value, made):
    assert cell({"a": value}, displayAs="json") == made


def test_json_that_is_missing_is_an_empty_cell():
    assert cell({}, displayAs="json") == {}


def test_link_is_filled_with_the_row():
    options = {
        "displayAs": "link",
        "linkUrlTemplate": " https://x.example/{{ b }}?{{ @ }} ",
        "linkTextTemplate": "{{ nosuch }}",
        "linkTitleTemplate": "{{ @ }}",
        "linkOpenInNewTab": True,
    }
    assert cell({"a": 1, "b": None}, **options) == {
        "href": "https://x.example/null?1",
        "text": "{{ nosuch }}",
        "title": "1",
        "target": "_blank",
    }


def test_link_without_a_text_is_its_address():
    options = {"displayAs": "link", "linkUrlTemplate": "{{ @ }}", "linkTextTemplate": " "}
    assert cell({"a": "u"}, **options) == {"href": "u", "text": "u"}
    assert cell({"a": ""}, **options) == {}


@pytest.mark.parametrize(
    ("size", "made"),
    [("32", 32), ("{{ b }}", 7), ("12px", 12), ("-3", None), ("", None), ("x", None), (32, None)],
)
def test_image_has_a_size_if_one_is_written(size, made):
    options = {"displayAs": "image", "imageUrlTemplate": "{{ @ }}", "imageWidth": size}
    expected = {"src": "i.png"} if made is None else {"src": "i.png", "width": made}
    assert cell({"a": "i.png", "b": 7.5}, **options) == expected


def test_image_without_an_address_is_an_empty_cell():
    assert cell({"a": " "}, displayAs="image", imageUrlTemplate="{{ @ }}") == {}


@pytest.mark.parametrize("kind", ["nosuch", None, 5, ["link"]])
def test_unknown_kind_is_text(kind):
    assert cell({"a": 1.5}, displayAs=kind) == {"text": "1.5"}
