"""Outlines of the countries of the world on Mercator's projection, and how data names them."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

#: What a choropleth may know countries by, as the page calls it.
TARGET_FIELDS = ("iso_a2", "iso_a3", "iso_n3", "name", "name_long", "abbrev")
#: Further north and south the projection has no end; the page's map ends there too.
_FURTHEST = 85.051129

Line = list[float | None]


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its names and codes by `TARGET_FIELDS`, and its outline.

    Attributes
    ----------
    fields : mapping of str to str
        Those that it has.
    other_names : sequence of str
        Former and longer names.
    x, y : list of float
        Its outline on the projection: closed lines, with None between two.
    """

    fields: Mapping[str, str]
    other_names: Sequence[str]
    x: Line
    y: Line


@functools.cache
def countries() -> Sequence[Country]:
    """Return all countries but Antarctica, by name; their source is told in ``countries.txt``."""
    text = resources.files("watchframe.drawing").joinpath("countries.json").read_text("utf-8")
    return [
        Country(
            fields={name: found[name] for name in TARGET_FIELDS if found[name]},
            other_names=found["other_names"],
            x=_joined([ring[::2] for ring in found["rings"]]),
            y=_joined(
                [[projected(latitude) for latitude in ring[1::2]] for ring in found["rings"]]
            ),
        )
        for found in json.loads(text)["countries"]
    ]


def country_finder(field: object) -> Mapping[str, Country]:
    """Return countries by what a field calls them; by any field, where it is none.

    Names may be former or longer ones too, and whether letters are small does not count: a key is
    looked up by its `country_key`.
    """
    fields = (field,) if field in TARGET_FIELDS else TARGET_FIELDS
    found: dict[str, Country] = {}
    for country in countries():
        texts = [country.fields[name] for name in fields if name in country.fields]
        if any(name.startswith("name") for name in fields):
            texts += [country.fields["name"], country.fields["name_long"], *country.other_names]
        for text in texts:
            found.setdefault(country_key(text), country)
    return found


def country_key(text: str) -> str:
    """Return what a country is found by: a code or a name, however it is written."""
    text = text.strip()
    return text.zfill(3) if text.isdecimal() else text.casefold()


def projected(latitude: float) -> float:
    """Return how far north a latitude is on the map, in degrees at the equator (Mercator)."""
    radians = math.radians(min(_FURTHEST, max(-_FURTHEST, latitude)))
    return round(math.degrees(math.asinh(math.tan(radians))), 2)


def _joined(lines: Sequence[Sequence[float]]) -> Line:
    """Return lines as one, with None between two."""
    joined: Line = []
    for line in lines:
        joined += [*([None] if joined else []), *line]
    return joined
