"""Outlines of countries, and the names and codes by which data knows them."""

import itertools

import pytest

from watchframe.drawing.countries import countries, country_finder, country_key, projected


@pytest.mark.parametrize(
    ("field", "key", "expected"),
    [
        ("iso_a2", "DE", "Germany"),
        ("iso_a2", " de", "Germany"),
        ("iso_a2", "DEU", None),
        ("iso_a3", "FRA", "France"),
        ("iso_a3", "NOR", "Norway"),
        ("iso_n3", "084", "Belize"),
        ("iso_n3", "84", "Belize"),
        ("abbrev", "U.S.A.", "United States"),
        ("name", "United States", "United States"),
        ("name", "united states of america", "United States"),
        ("name", "Swaziland", "Eswatini"),
        ("name", "Eswatini", "Eswatini"),
        ("name_long", "Russian Federation", "Russia"),
        ("name", "Korea", "South Korea"),
        ("name", "Singapore", "Singapore"),
        ("iso_a2", "HK", "Hong Kong"),
        ("iso_a2", "XK", "Kosovo"),
        ("name", "Atlantis", None),
        (None, "DE", "Germany"),
        (None, "DEU", "Germany"),
        ("usps_abbrev", "Germany", "Germany"),
    ],
)
def test_country_is_found_by_its_key(field, key, expected):
    found = country_finder(field).get(country_key(key))
    assert (found and found.fields["name"]) == expected


def test_country_codes_are_each_of_one_country():
    for field in ("iso_a2", "iso_a3", "iso_n3", "name"):
        known = [country.fields[field] for country in countries() if field in country.fields]
        assert len(known) == len(set(known)) > 230


def test_outlines_are_closed_lines_within_the_map():
    for country in countries():
        assert len(country.x) == len(country.y)
        lines = [[]]
        for x, y in zip(country.x, country.y, strict=True):
            if x is None:
                lines.append([])
            else:
                assert -180 <= x <= 180
                assert projected(-60) < y < projected(84)
                lines[-1].append((x, y))
        for line in lines:
            assert line[0] == line[-1]
            # None goes around the back of the world.
            ways = itertools.pairwise(line)
            assert max(abs(one[0] - other[0]) for one, other in ways) < 90


def test_projection_keeps_angles():
    assert projected(0) == 0
    assert projected(-45) == -projected(45) == pytest.approx(-50.5, abs=0.01)
    # The page's map ends where it is as high as it is wide.
    assert projected(90) == projected(86) == 180
