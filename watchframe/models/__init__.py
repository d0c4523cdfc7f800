"""The server's nouns as frozen values, checked where they enter.

Each has ``from_json``, which takes what the server sent and raises
:class:`~watchframe.errors.ProtocolError` where that is not of Watch's shape.
"""

from watchframe.models.alerts import Alert, AlertSubscription, Destination
from watchframe.models.dashboards import Dashboard, MappingType, ParameterMapping, Widget
from watchframe.models.queries import (
    MultiValues,
    ParameterDefinition,
    Query,
    QuerySnippet,
    Visualization,
)
from watchframe.models.results import Column, Job, JobStatus, QueryResultInfo
from watchframe.models.site import ConnectionType, DataSource, Group, Session, User

__all__ = [
    "Alert",
    "AlertSubscription",
    "Column",
    "ConnectionType",
    "Dashboard",
    "DataSource",
    "Destination",
    "Group",
    "Job",
    "JobStatus",
    "MappingType",
    "MultiValues",
    "ParameterDefinition",
    "ParameterMapping",
    "Query",
    "QueryResultInfo",
    "QuerySnippet",
    "Session",
    "User",
    "Visualization",
    "Widget",
]
