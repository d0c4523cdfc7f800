from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from watchframe.cache import parse_max_age
from watchframe.errors import ArgumentError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        (0, 0.0),
        (90, 90.0),
        (1.5, 1.5),
        (np.int64(7), 7.0),
        (np.float64(0.5), 0.5),
        (Decimal("2.5"), 2.5),
        (timedelta(hours=1), 3600.0),
        (pd.Timedelta("2h"), 7200.0),
        ("90s", 90.0),
        ("15m", 900.0),
        ("1h", 3600.0),
        ("7d", 604_800.0),
        ("2w", 1_209_600.0),
        ("1.5H", 5400.0),
        (" 3 d ", 259_200.0),
        ("0s", 0.0),
    ],
)
def test_max_age_as_an_age_is_given_in_seconds(value, seconds):
    assert parse_max_age(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        -1,
        "-1s",
        timedelta(seconds=-1),
        float("nan"),
        float("inf"),
        pd.NaT,
        "90",
        "",
        "15 minutes",
        "1h30m",
        "s",
        "٣s",
        10**400,
        [1],
        b"1s",
    ],
)
def test_max_age_not_an_age_is_refused_with_help(value):
    with pytest.raises(ArgumentError) as caught:
        parse_max_age(value)
    assert '"15m"' in caught.value.hint
    assert isinstance(caught.value, ValueError)
