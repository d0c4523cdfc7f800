"""What pandas finds beside an Arrow table, in memory or in a file: the dtypes of its frame.

``table.to_pandas()``, `pandas.read_parquet` and `pandas.read_feather` follow it. They know no dtype
for what Arrow has no type for (integers beyond 64 bits, lists and objects): that stays text.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping

import pandas as pd
import pyarrow as pa

#: Where pandas looks for a frame's ``attrs``.
_ATTRIBUTES = b"PANDAS_ATTRS"
#: Arrow's type -> pandas' names for the type of the values, and for the dtype of the column.
_DTYPES = {
    pa.int64(): ("int64", "Int64"),
    pa.float64(): ("float64", "Float64"),
    pa.bool_(): ("bool", "boolean"),
    pa.string(): ("unicode", "string"),
    # Named so, days stay days: pandas' own way makes Python objects of them.
    pa.date32(): ("date", "date32[day][pyarrow]"),
    pa.timestamp("us"): ("datetime", "datetime64[us]"),
    pa.timestamp("us", "UTC"): ("datetimetz", "datetime64[us, UTC]"),
}


def pandas_metadata(schema: pa.Schema, attributes: Mapping[str, object]) -> dict[bytes, bytes]:
    """Return the schema's metadata that pandas reads.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of a decoded table.
    attributes : mapping
        JSON values that become the frame's ``attrs``.
    """
    columns = []
    for field in schema:
        values, dtype = _DTYPES.get(field.type, ("object", "object"))
        zone = {"timezone": "UTC"} if values == "datetimetz" else None
        name = field.name
        columns.append(
            {
                "name": name,
                "field_name": name,
                "pandas_type": values,
                "numpy_type": dtype,
                "metadata": zone,
            }
        )
    described = {
        "index_columns": [],
        "column_indexes": [],
        "columns": columns,
        "attributes": dict(attributes),  # where pyarrow looks for them
        "pandas_version": pd.__version__,
    }
    return {
        b"pandas": json.dumps(described).encode(),
        _ATTRIBUTES: json.dumps(dict(attributes)).encode(),
    }


def pandas_attributes(schema: pa.Schema) -> dict[Hashable | None, object]:
    """Return the attributes that `pandas_metadata` put there."""
    text = (schema.metadata or {}).get(_ATTRIBUTES)
    found: dict[Hashable | None, object] = {} if text is None else json.loads(text)
    return found
