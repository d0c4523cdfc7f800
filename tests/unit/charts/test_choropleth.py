"""A map's places are colored by classes of their values."""

import math

import pytest

from watchframe.charts import prepare
from watchframe.charts.v8_math import logarithm, power_of_ten

VALUES = {"DE": 10, "FR": 20, "US": 35, "JP": 50, "BR": 80, "CN": 100}


def choropleth(values=None, /, **options):
    rows = [{"k": key, "v": value} for key, value in (values or VALUES).items()]
    saved = {"keyColumn": "k", "valueColumn": "v", **options}
    return prepare({"type": "CHOROPLETH", "options": saved}, [{"name": "k"}, {"name": "v"}], rows)


def limits(values=None, /, **options):
    return choropleth(values, **options)["scale_when_every_key_is_on_the_map"]["limits"]


@pytest.mark.parametrize(
    ("mode", "steps", "expected"),
    [
        ("e", 4, [10, 40, 70, 100]),
        ("q", 4, [10, 30, 60.00000000000001, 100]),
        ("q", 6, [10, 20, 35, 50, 80, 100]),
        ("l", 4, [10, 21.544346900318835, 46.41588833612778, 100]),
        ("k", 4, [10, 20, 50, 100]),
        ("k", 5, [10, 20, 35, 50, 100]),
        ("e", 2, [10, 100]),
        ("k", 2, [10, 100]),
        ("other", 3, [10, 55, 100]),
        (None, 3, [10, 55, 100]),
    ],
)
def test_classes_are_found_in_the_way_that_was_chosen(mode, steps, expected):
    assert limits(clusteringMode=mode, steps=steps) == expected


@pytest.mark.parametrize(
    ("steps", "count"),
    [(9, 6), ("3", 3), (3.9, 3), (0, 5), (None, 5), ("many", 5), (math.inf, 5)],
)
def test_there_are_no_more_classes_than_values(steps, count):
    assert len(limits(steps=steps)) == count


def test_one_class_has_the_highest_color():
    made = choropleth({"DE": 7}, steps=4, colors={"max": "#123456"})
    assert made["features"] == {"DE": {"text": "7.00", "color": "#123456"}}
    assert made["legend"] == [{"color": "#123456", "limit": 7, "text": "7.00"}]


def test_places_without_a_number_have_the_color_and_text_of_none():
    values = {"DE": 10, "FR": "20 %", "US": None, "JP": "much", "": 3}
    made = choropleth(values, noValuePlaceholder="none", colors={"noValue": "#eeeeee"})
    assert made["values"] == {"DE": 10, "FR": 20}
    assert made["features"]["US"] == made["features"]["JP"] == {"text": "none", "color": "#eeeeee"}
    assert made["features"]["FR"] == {"text": "20.00", "color": "#002fb4"}
    assert "" not in made["features"]


def test_legend_is_shown_highest_first_unless_it_is_off():
    made = choropleth(steps=2, valueFormat="0a")
    assert [item["text"] for item in made["legend"]] == ["100", "10"]
    assert choropleth(legend={"visible": False})["legend"] == []


def test_logarithms_of_what_is_not_above_zero_are_named():
    made = choropleth({"DE": 0, "FR": 50, "US": 100}, clusteringMode="l", steps=3)
    assert made["scale_when_every_key_is_on_the_map"]["limits"] == [0, 50, 100]
    assert made["note"].startswith("Some values are not above zero")


def test_clusters_of_too_many_values_are_named():
    made = choropleth({f"k{number}": number for number in range(1_001)}, clusteringMode="k")
    assert made["scale_when_every_key_is_on_the_map"]["limits"] == [0, 250, 500, 750, 1000]
    assert made["note"].startswith("There are 1,001 values")


def test_colors_that_are_none_are_the_usual_ones():
    assert choropleth(colors={"min": 1, "max": ["#fff"]})["features"]["DE"]["color"] == "#799cff"


@pytest.mark.parametrize(
    ("saved", "resolved"),
    [("usa", "usa"), ("subdiv_japan", "subdiv_japan"), ("mars", "countries"), (None, "countries")],
)
def test_maps_are_known_by_name(saved, resolved):
    assert choropleth(mapType=saved)["options_resolved"]["mapType"] == resolved


def test_map_without_outlines_is_a_table_too():
    made = choropleth(mapType="usa")
    assert made["options_resolved"]["mapType"] == "usa"
    assert len(made["cells"]) == len(made["values"])
    assert made["note"] == "There are no outlines of 'usa' here: this is a table of its rows."
    assert "cells" not in choropleth(mapType="countries")


def test_older_names_of_options_are_read():
    made = choropleth(keyColumn=None, countryCodeColumn="k", countryCodeType="iso_a3")
    assert made["options_resolved"]["targetField"] == "iso_a3"
    assert "countryCodeColumn" not in made["options_resolved"]
    assert len(made["values"]) == 6


def test_without_columns_nothing_is_shown():
    assert choropleth(keyColumn=None)["features"] == choropleth(valueColumn="")["values"] == {}


@pytest.mark.parametrize("number", [1e-300, 0.3, 1, 1.0000001, 1.4, 2, 3.7, 1e6, 1e300])
def test_logarithms_and_powers_are_right_but_for_the_last_digit(number):
    assert logarithm(number) == pytest.approx(math.log(number), rel=1e-15, abs=1e-300)
    if number < 300:
        assert power_of_ten(number) == pytest.approx(10**number, rel=1e-14)
        assert power_of_ten(-number) == pytest.approx(10**-number, rel=1e-14)


@pytest.mark.parametrize(
    ("exponent", "power"),
    [
        (0.5, 3.1622776601683795),
        (4 / 3, 21.544346900318835),
        (5.585529804229736, 385061.23928295454),
    ],
)
def test_powers_have_the_page_s_last_digit(exponent, power):
    assert power_of_ten(exponent) == power
