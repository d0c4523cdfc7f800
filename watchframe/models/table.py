"""The server's objects as the rows of a DataFrame."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: The dtype of a column by the type of the attribute; anything else is a column of objects.
_DTYPES: dict[object, str] = {
    int: "Int64",
    str: "string",
    bool: "boolean",
    float: "Float64",
    datetime: "datetime64[us, UTC]",
}
#: What a newer server sends is an object's own matter; the others are empty in every list.
_NOT_COLUMNS = frozenset({"more", "visualizations", "widgets", "layout"})


def records_frame(records: Sequence[object], kind: type) -> pd.DataFrame:
    """Give one row per record and one column per attribute of `kind` that lists can have."""
    import pandas as pd  # noqa: PLC0415 - the models are also used where no frame is made

    hints = typing.get_type_hints(kind)
    names = [item.name for item in dataclasses.fields(kind) if item.name not in _NOT_COLUMNS]
    columns = {
        name: pd.Series(
            [getattr(record, name) for record in records], dtype=_dtype(hints[name]), name=name
        )
        for name in names
    }
    return pd.DataFrame(columns, columns=names)


def _dtype(hint: object) -> str:
    if typing.get_origin(hint) in (typing.Union, UnionType):
        kinds = [item for item in typing.get_args(hint) if item is not NoneType]
        hint = kinds[0] if len(kinds) == 1 else None
    return _DTYPES.get(hint, "object")
