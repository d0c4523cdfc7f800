"""Parts of HTML that drawings are made of."""

import pytest

from tests.shown import parsed
from watchframe.drawing.fragments import colored, fragment, safe_html, value_html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("plain & text", "plain &amp; text"),
        ("a<br>b<br/>c", "a<br>b<br>c"),
        ("<b>a</b> <i>b</i>", "<b>a</b> <i>b</i>"),
        ("<b onclick='x()'>a", "<b>a</b>"),
        ("<b><i>a</b>c</i>", "<b><i>a</i></b>c"),
        ("a</b></i>", "a"),
        ("<script>alert(1)</script>b", "b"),
        ("<style>b{}</style>b", "b"),
        ("<svg onload=x()>b</svg>", "b"),
        ("<img src=x onerror=y()>", "x"),
        ("<div>a</div><div>b</div>", "a<br>b"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("<a href='javascript:x()'>a</a>", "a"),
        ("<a href='java\nscript:x()'>a</a>", "a"),
        ("a <", "a &lt;"),
        ("a \u202e", "a \\u202e"),
    ],
)
def test_html_of_the_data_is_its_text_and_emphasis(html, expected):
    assert safe_html(html) == expected


def test_html_of_the_data_keeps_links_to_web_pages():
    link = '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener">{}</a>'
    assert safe_html("<a href='https://x.example/?a=1&b=2'>the <b>tx</b></a>!") == (
        link.format("the tx") + "!"
    )
    assert safe_html("<a href=' https://x.example/?a=1&b=2'>") == link.format(
        "https://x.example/?a=1&amp;b=2"
    )
    assert safe_html('<img src="https://x.example/?a=1&b=2" alt="logo">') == link.format("logo")


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("#000", ' style="background: #000000; color: #ffffff"'),
        ("rgb(255, 255, 0)", ' style="background: #ffff00; color: #000000"'),
        ("#e8402f", ' style="background: #e8402f; color: #000000"'),
        ("red; background: url(//x.example)", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_color_of_a_cell_is_one_on_which_its_text_is_read(color, expected):
    assert colored(color) == expected


def test_text_that_is_very_long_is_cut():
    assert len(value_html("x" * 10_000)) < 1_100


def test_fragment_has_no_formulas():
    # Notebooks make one of what stands between two `$`, but for elements of these classes.
    shown = parsed(fragment("from $1 to $2", note="$x$"))
    assert {"mathjax_ignore", "tex2jax_ignore"} <= set(shown[0].get("class").split())
    assert "".join(shown[0].itertext()) == "".join(shown.itertext()) == "from $1 to $2$x$"
