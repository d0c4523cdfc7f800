"""The server's nouns as frozen values, checked where they enter.

Each has ``from_json``, which takes what the server sent and raises
:class:`~watchframe.errors.ProtocolError` where that is not of Watch's shape.
"""

from watchframe.models.column import Column
from watchframe.models.data_source import DataSource
from watchframe.models.job import Job, JobStatus
from watchframe.models.parameter import MultiValues, ParameterDefinition
from watchframe.models.query import Query
from watchframe.models.query_result import QueryResultInfo

__all__ = [
    "Column",
    "DataSource",
    "Job",
    "JobStatus",
    "MultiValues",
    "ParameterDefinition",
    "Query",
    "QueryResultInfo",
]
