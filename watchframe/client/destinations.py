"""Where alerts are sent."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_object
from watchframe.client.listing import WholeList, whole_list
from watchframe.client.transport import Transport
from watchframe.models import ConnectionType, Destination


class Destinations:
    """Where alerts are sent: ``/api/destinations``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[Destination]:
        """Give the destinations, without their options, as a list with ``to_frame()``."""
        path = "/api/destinations"
        return whole_list(
            self._transport, path, Destination, Destination.from_json, deadline=deadline
        )

    def types(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[ConnectionType]:
        """Give the kinds of destinations that can be made on this server."""
        path = "/api/destinations/types"
        return whole_list(
            self._transport, path, ConnectionType, ConnectionType.from_json, deadline=deadline
        )

    def get(self, destination_id: int, *, deadline: Deadline = NO_DEADLINE) -> Destination:
        """Return a destination with its options, the secret ones masked by the server."""
        path = f"/api/destinations/{destination_id}"
        return ask_object(
            self._transport,
            "GET",
            path,
            Destination.from_json,
            wanted=destination_id,
            deadline=deadline,
        )

    def create(
        self,
        name: str,
        type: str,  # noqa: A002 - the server's word
        options: Mapping[str, object],
        *,
        deadline: Deadline = NO_DEADLINE,
    ) -> Destination:
        """Save a new destination.

        Parameters
        ----------
        name : str
        type : str
            ``email``, ``slack``, ``webhook``, ...
        options : mapping of str to object
            What that kind needs: ``{"addresses": ...}``, ``{"url": ...}``, ...
        """
        payload = {"name": name, "type": type, "options": dict(options)}
        return self._saved("/api/destinations", payload, None, deadline)

    def update(
        self,
        destination_id: int,
        *,
        name: str | None = None,
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Destination:
        """Change what is given, and return the destination as the server has it then.

        `options` are changed one by one: those that it does not name stay.
        """
        # The server wants the whole; what it masked and gets back masked, it keeps.
        now = self.get(destination_id, deadline=deadline)
        payload = {
            "name": now.name if name is None else name,
            "type": now.type,
            "options": {**now.options, **(options or {})},
        }
        return self._saved(f"/api/destinations/{destination_id}", payload, destination_id, deadline)

    def delete(
        self, destination_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Destination:
        """Delete a destination; give it as it was. With `dry_run` nothing is deleted."""
        found = self.get(destination_id, deadline=deadline)
        if not dry_run:
            path = f"/api/destinations/{destination_id}"
            self._transport.request("DELETE", path, deadline=deadline).close()
        return found

    def _saved(
        self, path: str, payload: object, wanted: int | None, deadline: Deadline
    ) -> Destination:
        return ask_object(
            self._transport,
            "POST",
            path,
            Destination.from_json,
            wanted=wanted,
            deadline=deadline,
            json=payload,
        )
