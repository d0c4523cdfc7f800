"""Administration of a server: queries as files, copies, table names, personal data, moves."""

from watchframe.admin.clone import clone_dashboard
from watchframe.admin.differences import QueryDifference, diff_queries
from watchframe.admin.export import ExportedQuery, export_queries
from watchframe.admin.import_ import ImportedQuery, import_queries
from watchframe.admin.move import move_workspace
from watchframe.admin.personal_data import find_personal_data
from watchframe.admin.tables import find_table_names
from watchframe.admin.users import disable_users

__all__ = [
    "ExportedQuery",
    "ImportedQuery",
    "QueryDifference",
    "clone_dashboard",
    "diff_queries",
    "disable_users",
    "export_queries",
    "find_personal_data",
    "find_table_names",
    "import_queries",
    "move_workspace",
]
