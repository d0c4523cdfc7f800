"""Names in braces are replaced by values.

``pytest tests/unit/charts/test_templates.py --golden FOLDER`` compares other cases.
"""

from datetime import UTC, datetime

import pytest

from watchframe.charts.templates import fill_template


def test_golden_templates_are_filled_as_the_page_fills_them(format_cases):
    cases = format_cases("template")
    made = [fill_template(case["template"], case["data"]) for case in cases]
    assert made == [case["text"] for case in cases]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1"),
        (1e21, "1e+21"),
        (2**64, "18446744073709551616"),
        ("{{ b }}", "{{ b }}"),
        (r"\1", r"\1"),
        (datetime(2024, 3, 1, 10, 5, tzinfo=UTC), "Fri Mar 01 2024 10:05:00 GMT+0000"),
    ],
)
def test_value_is_written_as_text(value, text):
    assert fill_template("<{{ a }}>", {"a": value, "b": "no"}) == f"<{text}>"


def test_name_may_be_that_of_a_column_in_capitals():
    assert fill_template("{{ a }} {{ B }}", {"A": 1, "b": 2}) == "1 {{ B }}"
    assert fill_template("{{ a }}", {"A": 1, "a": 2}) == "2"


@pytest.mark.parametrize("template", [None, 5, ["{{ a }}"]])
def test_template_that_is_no_text_is_empty(template):
    assert not fill_template(template, {"a": 1})
