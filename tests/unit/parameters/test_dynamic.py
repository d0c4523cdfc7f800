"""Dynamic dates, against the whole table that moment.js itself resolved."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES, normalise_parameters

CASES = json.loads((Path(__file__).parents[2] / "data" / "dynamic_dates.json").read_text())


def resolved(type_, name, case):
    definition = ParameterDefinition(name="p", type=type_, title="P")
    query = Query(id=1, name="q", text="{{ p }} {{ p.start }}", parameters=(definition,))
    now = datetime.fromisoformat(case["now_utc"])
    zone = ZoneInfo(case["tz"])
    return normalise_parameters(query, {"p": name}, now=now, timezone=zone)["p"]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_dynamic_values_equal_those_of_the_front_end(number):
    case = CASES[number]
    for names in (case["ranges"], case["singles"]):
        for name, types in names.items():
            for type_, value in types.items():
                assert resolved(type_, name, case) == value, (name, type_)


def test_table_covers_every_name_that_is_known():
    assert set(CASES[0]["ranges"]) == set(DYNAMIC_RANGES)
    assert set(CASES[0]["singles"]) == set(DYNAMIC_DATES)
