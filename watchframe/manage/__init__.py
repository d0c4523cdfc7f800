"""Care for a whole server: queries as files, copies, inventories, people's data, moves."""

from watchframe.manage.clone import clone_dashboard
from watchframe.manage.differences import QueryDifference, diff_queries
from watchframe.manage.export import ExportedQuery, export_queries
from watchframe.manage.importing import ImportedQuery, import_queries
from watchframe.manage.move import move_workspace
from watchframe.manage.personal_data import find_personal_data
from watchframe.manage.table_names import find_table_names
from watchframe.manage.user_accounts import disable_users

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
