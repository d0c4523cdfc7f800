"""Files with rows: CSV, TSV, JSON, Parquet, Arrow, and workbooks."""

from watchframe.file_formats.read import UNTYPED, read_table, with_types_of
from watchframe.file_formats.write import json_lines, write_table

__all__ = ["UNTYPED", "json_lines", "read_table", "with_types_of", "write_table"]
