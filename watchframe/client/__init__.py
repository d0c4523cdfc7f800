"""JSON over HTTP: one server, one key."""

from watchframe.client.client import Client
from watchframe.client.connection import (
    connect,
    connected_client,
    current_client,
    disconnect,
)
from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.dropdowns import DropdownOption
from watchframe.client.jobs import Jobs, OnStatus
from watchframe.client.queries import Queries
from watchframe.client.query_result import QueryResult
from watchframe.client.query_results import QueryResults
from watchframe.client.refusals import OUTAGE_STATUSES
from watchframe.client.result_body import ResultBody

__all__ = [
    "NO_DEADLINE",
    "OUTAGE_STATUSES",
    "Client",
    "Deadline",
    "DropdownOption",
    "Jobs",
    "OnStatus",
    "Queries",
    "QueryResult",
    "QueryResults",
    "ResultBody",
    "connect",
    "connected_client",
    "current_client",
    "disconnect",
]
