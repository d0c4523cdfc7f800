"""The databases that the server can ask."""

from __future__ import annotations

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.listing import WholeList, whole_list
from watchframe.client.transport import Transport
from watchframe.models import DataSource


class DataSources:
    """``/api/data_sources``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[DataSource]:
        """Give those that the key may see, as a list with ``to_frame()``."""
        path = "/api/data_sources"
        return whole_list(
            self._transport, path, DataSource, DataSource.from_json, deadline=deadline
        )
