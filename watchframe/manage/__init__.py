"""Care for a whole server: queries as files, copies, inventories, people's data, moves."""

from watchframe.manage.differences import QueryDifference, diff_queries
from watchframe.manage.export import ExportedQuery, export_queries
from watchframe.manage.importing import ImportedQuery, import_queries
from watchframe.manage.table_names import find_table_names

__all__ = [
    "ExportedQuery",
    "ImportedQuery",
    "QueryDifference",
    "diff_queries",
    "export_queries",
    "find_table_names",
    "import_queries",
]
