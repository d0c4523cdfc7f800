"""The Python value inside what other libraries give: numpy's and Arrow's scalars, an Enum's member.

By what the values can do, so that none of these libraries is imported here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any


def lasting(params: Mapping[str, object]) -> dict[str, object]:
    """Give the parameters with lists for generators and the like, which can be read only once."""
    return {
        name: list(value) if isinstance(value, Iterator) else value
        for name, value in params.items()
    }


def plain(value: Any) -> Any:
    """Give the Python value; one that is none of these comes back as it is."""
    if isinstance(value, Enum):
        value = value.value
    if hasattr(value, "as_py"):  # a pyarrow.Scalar
        return value.as_py()
    if _is_datetime64(value):
        # Other units than microseconds may give an integer, which is no moment any more.
        return value.astype("datetime64[us]").item()
    if hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 0) == 0:
        return value.item()
    return value


def is_nothing(value: object) -> bool:
    """Whether `value` says that there is none: None, NaN, NaT, pandas.NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, float) and math.isnan(value)


def _is_datetime64(value: object) -> bool:
    return type(value).__module__ == "numpy" and type(value).__name__ == "datetime64"
