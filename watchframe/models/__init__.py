"""The server's nouns as frozen values, checked where they enter.

Each has ``from_json``, which takes what the server sent and raises
:class:`~watchframe.errors.ProtocolError` where that is not of Watch's shape.
"""

from watchframe.models.alert import Alert, AlertSubscription
from watchframe.models.column import Column
from watchframe.models.connection_type import ConnectionType
from watchframe.models.dashboard import Dashboard
from watchframe.models.data_source import DataSource
from watchframe.models.destination import Destination
from watchframe.models.group import Group
from watchframe.models.job import Job, JobStatus
from watchframe.models.parameter import MultiValues, ParameterDefinition
from watchframe.models.query import Query, Visualization
from watchframe.models.query_result import QueryResultInfo
from watchframe.models.query_snippet import QuerySnippet
from watchframe.models.session import Session
from watchframe.models.user import User
from watchframe.models.widget import MappingType, ParameterMapping, Widget

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
