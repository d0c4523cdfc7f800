"""From a result's bytes to an Arrow table, and from there to a DataFrame."""

from watchframe.decode.column_warnings import column_warnings, undeclared_columns
from watchframe.decode.concat import (
    column_before,
    column_kinds,
    column_of_all,
    concat_results,
    field_of_all,
    names_of_all,
    with_absent,
    with_kinds,
)
from watchframe.decode.conversion import Conversions
from watchframe.decode.decoding import decode_query_result
from watchframe.decode.exact import DecodedResult
from watchframe.decode.frame import DtypeBackend, pandas_metadata, to_frame
from watchframe.decode.typing_rules import ColumnDeviation

__all__ = [
    "ColumnDeviation",
    "Conversions",
    "DecodedResult",
    "DtypeBackend",
    "column_before",
    "column_kinds",
    "column_of_all",
    "column_warnings",
    "concat_results",
    "decode_query_result",
    "field_of_all",
    "names_of_all",
    "pandas_metadata",
    "to_frame",
    "undeclared_columns",
    "with_absent",
    "with_kinds",
]
