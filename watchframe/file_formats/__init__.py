"""Files with rows: CSV, TSV, JSON, Parquet, Arrow, and workbooks."""

from watchframe.file_formats.write import json_lines, write_table

__all__ = ["json_lines", "write_table"]
