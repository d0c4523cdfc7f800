"""From a result's bytes to an Arrow table, and from there to a DataFrame."""

from watchframe.decode.column_kinds import column_kinds, with_absent, with_kinds
from watchframe.decode.column_warnings import column_warnings, undeclared_columns
from watchframe.decode.concat import concat_results
from watchframe.decode.conversion import Conversions
from watchframe.decode.decoding import decode_query_result
from watchframe.decode.deviation import ColumnDeviation
from watchframe.decode.exact import DecodedResult
from watchframe.decode.frame import DtypeBackend, to_frame
from watchframe.decode.inflate import inflate
from watchframe.decode.pandas_metadata import pandas_metadata

__all__ = [
    "ColumnDeviation",
    "Conversions",
    "DecodedResult",
    "DtypeBackend",
    "column_kinds",
    "column_warnings",
    "concat_results",
    "decode_query_result",
    "inflate",
    "pandas_metadata",
    "to_frame",
    "undeclared_columns",
    "with_absent",
    "with_kinds",
]
