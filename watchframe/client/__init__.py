"""JSON over HTTP: one server, one key."""

from watchframe.client.client import Client
from watchframe.client.connection import (
    chosen_client,
    client_of_server,
    connect,
    connected_client,
    current_client,
    disconnect,
    with_address_key,
)
from watchframe.client.jobs import Jobs, OnStatus
from watchframe.client.names import has_name, listed_query
from watchframe.client.queries import DropdownOption, Queries
from watchframe.client.query_results import QueryResult, QueryResults
from watchframe.client.result_body import ResultBody
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.retries import OUTAGE_STATUSES

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
    "chosen_client",
    "client_of_server",
    "connect",
    "connected_client",
    "current_client",
    "disconnect",
    "has_name",
    "listed_query",
    "with_address_key",
]
