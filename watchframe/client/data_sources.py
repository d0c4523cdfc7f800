"""The databases that the server can ask."""

from __future__ import annotations

from watchframe.client.answers import read_json
from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.transport import Transport
from watchframe.errors import ProtocolError
from watchframe.models import DataSource


class DataSources:
    """``/api/data_sources``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> list[DataSource]:
        """Give those that the key may see."""
        path = "/api/data_sources"
        response = self._transport.request("GET", path, deadline=deadline)
        found = read_json(response, method="GET", url=path)
        if not isinstance(found, list):
            raise ProtocolError(
                "The server sent data sources that are not a list.", method="GET", url=path
            )
        return [DataSource.from_json(item) for item in found]
