from watchframe.charts.palettes import (
    ADDITIONAL,
    PALETTES,
    SCALES,
    colors_of,
    heat_color,
    heat_stops,
    spread,
)


def test_default_palette_has_its_20_colors_and_begins_anew():
    colors = colors_of("Redash", 21)
    assert colors[14:] == [*ADDITIONAL, "#356AFF"]


def test_unknown_palette_is_the_default_one():
    assert colors_of("Rewatch", 2) == ["#356AFF", "#E92828"]


def test_continuous_palette_is_spread_over_the_series_unless_there_are_too_many():
    viridis = PALETTES["Viridis"]
    assert colors_of("Viridis", 3) == [viridis[0], viridis[8], viridis[16]]
    assert colors_of("Viridis", 1) == [viridis[0]]
    assert colors_of("Viridis", 18) == [*viridis, viridis[0]]


def test_spread_palette_repeats_colors_where_it_has_too_few():
    assert spread(("a", "b"), 4) == ["a", "a", "b", "b"]


def test_every_heat_scale_goes_from_0_to_1():
    for name in (*SCALES, "Viridis", None):
        places = [place for place, _ in heat_stops(name, None, None)]
        assert (places[0], places[-1]) == (0, 1)
        assert places == sorted(places)


def test_heat_scale_of_ones_own_keeps_its_ends_and_an_unknown_one_is_plotlys_default():
    assert heat_stops("Custom...", "#fff", "red") == [(0, "#fff"), (1, "red")]
    assert heat_stops("Custom...", None, "no color") == [(0, "#356aff"), (1, "#e92827")]
    assert heat_stops("none such", None, None) == heat_stops("RdBu", None, None)


def test_color_of_a_cell_is_as_the_page_mixes_it():
    stops = heat_stops("Custom...", "#ffffff", "#ff0000")
    assert [heat_color(stops, share) for share in (0, 0.5, 1)] == ["#ffffff", "#ff8080", "#ff0000"]
    # Beyond the scale the page fails.
    assert [heat_color(stops, share) for share in (-1, 2, float("nan"))] == [
        "#ffffff",
        "#ff0000",
        "#ffffff",
    ]
