"""Markdown of other people: what is shown of it can do nothing."""

import re

import pytest

from watchframe.reprs.markdown import markdown_html


def test_markdown_has_paragraphs_emphasis_code_and_lists():
    html = markdown_html("**Totals** of `markets`,\nby *day*.\n\n- one\n- two\n\n# Notes")
    assert html == (
        "<p><strong>Totals</strong> of <code>markets</code>,<br>\nby <em>day</em>.</p>\n"
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<h1>Notes</h1>"
    )


def test_link_to_a_web_page_opens_elsewhere():
    html = markdown_html("[docs](https://a.example/x?y=1&z=2)")
    assert html == (
        '<p><a href="https://a.example/x?y=1&amp;z=2" target="_blank" '
        'rel="noopener noreferrer">docs</a></p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x](//a.example/x)",
        "<javascript:alert(1)>",
        "<ada@example.com>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_link_to_anything_else_is_text(text):
    assert "<a" not in markdown_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!-- --><svg/onload=alert(1)>",
        "```\n<b>\n```",
        "`<b>`",
        '[<b onclick="x">](https://a.example "<i>")',
        '[x](https://a.example/"onmouseover="alert(1))',
        "[x](https://a.example 't\" onmouseover=\"alert(1)')",
    ],
)
def test_html_is_shown_as_text(text):
    html = markdown_html(text)
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "a", "code", "pre"}
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', html))


def test_image_is_not_loaded():
    assert "<img" not in markdown_html("![x](https://a.example/pixel.png)")


def test_control_characters_are_written_out():
    html = markdown_html("a\u202eb \x1b[2J &#x202e;")
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert r"\u202e" in html


def test_long_text_is_cut():
    html = markdown_html("x" * 100_000)
    assert len(html) < 5_000
    assert html.endswith("…</p>")
