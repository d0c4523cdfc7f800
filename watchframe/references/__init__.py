"""What a reference to a saved query or a dashboard is: an id, a name, or the URL of its page."""

from watchframe.references.arguments import (
    takes_dashboard,
    takes_queries,
    takes_query,
    takes_query_or_queries,
)
from watchframe.references.dashboards import DashboardReference, parse_dashboard_reference
from watchframe.references.queries import (
    QueryReference,
    parse_reference,
    parse_references,
    require_query,
)

__all__ = [
    "DashboardReference",
    "QueryReference",
    "parse_dashboard_reference",
    "parse_reference",
    "parse_references",
    "require_query",
    "takes_dashboard",
    "takes_queries",
    "takes_query",
    "takes_query_or_queries",
]
