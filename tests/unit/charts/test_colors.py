"""Colors are read, mixed and put on scales as the page's libraries do."""

import pytest

from watchframe.charts.colors import (
    Color,
    color_scale,
    mix_hsl,
    mix_rgb,
    ordinal_colors,
    parse_color,
    spread_colors,
    text_color_on,
)


@pytest.mark.parametrize(
    ("text", "hex_text"),
    [
        ("#356AFF", "#356aff"),
        ("abc", "#aabbcc"),
        ("#12345680", "#12345680"),
        ("RebeccaPurple", "#663399"),
        ("rgb(10, 20,30)", "#0a141e"),
        ("rgba(10,20,30,.5)", "#0a141e80"),
        ("rgb(100%,0%,50%)", "#ff007f"),
        ("hsl(120,50%,50%)", "#40bf40"),
        ("hsla(0,100%,500%,1)", "#ffffff"),
        ("rgb(900,-5,0)", "#ff0000"),
    ],
)
def test_color_is_read_from_text(text, hex_text):
    assert parse_color(text).hex == hex_text


@pytest.mark.parametrize("value", [None, 3, "", "#12", "javascript:x", "rgb(1%,2,3)", "hsl(1,2,3)"])
def test_other_values_are_no_color(value):
    assert parse_color(value) is None


def test_hues_are_mixed_on_the_shorter_way():
    red, violet = parse_color("#ff0000"), parse_color("#aa00ff")
    assert mix_hsl(red, violet, 0.5).hex == "#ff00aa"
    assert mix_hsl(violet, red, 0.5).hex == "#ff00aa"
    assert mix_rgb(red, violet, 0.5).hex == "#d50080"


def test_white_has_no_hue_and_takes_the_other_ones():
    assert mix_hsl(parse_color("white"), parse_color("#002FB4"), 0.5).hex == "#5a85ff"


def test_grays_are_mixed_without_hue():
    assert mix_hsl(parse_color("#000"), parse_color("#fff"), 0.5).hex == "#808080"


def test_scale_has_its_stops_and_ends():
    color = color_scale([Color(0, 0, 0), Color(100, 0, 0), Color(200, 0, 0)])
    assert [color(place) for place in (-1, 0, 0.25, 0.5, 1, 7)] == [
        "#000000",
        "#000000",
        "#320000",
        "#640000",
        "#c80000",
        "#c80000",
    ]


@pytest.mark.parametrize(
    ("count", "colors"),
    [
        (0, []),
        (1, ["#3d66da"]),
        (3, ["#799cff", "#3d66da", "#002fb4"]),
        (4, ["#799cff", "#5178e6", "#2853cd", "#002fb4"]),
    ],
)
def test_colors_are_spread_from_end_to_end(count, colors):
    assert spread_colors(["#799CFF", "#002FB4"], count) == colors


def test_what_is_no_color_is_black():
    assert spread_colors([None, "#ffffff"], 2) == ["#000000", "#ffffff"]
    assert spread_colors([], 2) == ["#000000", "#000000"]


def test_names_get_colors_in_order_and_keep_them():
    color = ordinal_colors(["red", "blue"])
    assert [color(name) for name in "abacb"] == ["red", "blue", "red", "red", "blue"]


@pytest.mark.parametrize(
    ("background", "text"),
    [("#ffffff", "#333333"), ("#002fb4", "#ffffff"), ("#799cff", "#333333"), ("x", None)],
)
def test_text_is_read_on_its_background(background, text):
    assert text_color_on(background) == text
