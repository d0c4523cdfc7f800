"""From a result's bytes to an Arrow table, and from there to a DataFrame."""

from watchframe.decode.column_warnings import column_warnings
from watchframe.decode.concat import concat_results
from watchframe.decode.decoding import decode_query_result
from watchframe.decode.deviation import ColumnDeviation
from watchframe.decode.exact import DecodedResult
from watchframe.decode.frame import DtypeBackend, check_columns, to_frame
from watchframe.decode.inflate import inflate

__all__ = [
    "ColumnDeviation",
    "DecodedResult",
    "DtypeBackend",
    "check_columns",
    "column_warnings",
    "concat_results",
    "decode_query_result",
    "inflate",
    "to_frame",
]
