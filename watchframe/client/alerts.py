"""Alerts on queries' results, and the destinations that they are sent to."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType

from watchframe.client.listing import WholeList
from watchframe.client.resource import Resource, without_none
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.models import Alert, AlertSubscription, ConnectionType, Destination


class Alerts(Resource):
    """Alerts on queries' results, and their subscriptions: ``/api/alerts``."""

    _path = "/api/alerts"

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[Alert]:
        """Return the alerts that the key may see, as a list with ``to_frame()``."""
        return self._whole_list(self._path, Alert, deadline)

    def get(self, alert_id: int, *, deadline: Deadline = NO_DEADLINE) -> Alert:
        """Return an alert."""
        path = f"{self._path}/{alert_id}"
        return self._object("GET", path, Alert, deadline, expected_id=alert_id)

    def create(
        self,
        name: str,
        query_id: int,
        options: Mapping[str, object],
        *,
        rearm: int | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Alert:
        """Save a new alert, and return it as the server has it.

        Parameters
        ----------
        name : str
        query_id : int
            A query without parameters, with a schedule.
        options : mapping of str to object
            What is compared: ``column``, ``op`` (such as ``">"``) and ``value``.
        rearm : int, optional
            Seconds after which it is sent again; by default it is sent once.
        """
        json = without_none(name=name, query_id=query_id, options=dict(options), rearm=rearm)
        return self._object("POST", self._path, Alert, deadline, json=json)

    def update(
        self,
        alert_id: int,
        *,
        name: str | None = None,
        query_id: int | None = None,
        options: Mapping[str, object] | None = None,
        rearm: int | EllipsisType | None = ...,
        deadline: Deadline = NO_DEADLINE,
    ) -> Alert:
        """Change what is passed, and return the alert as the server has it then.

        `options` are changed one by one: those that it does not name stay. With `rearm` None the
        alert is sent only once.
        """
        path = f"{self._path}/{alert_id}"
        whole = None
        if options is not None:
            whole = {**self.get(alert_id, deadline=deadline).options, **options}
        json = without_none(name=name, query_id=query_id, options=whole)
        if not isinstance(rearm, EllipsisType):
            json["rearm"] = rearm
        return self._object("POST", path, Alert, deadline, expected_id=alert_id, json=json)

    def delete(
        self, alert_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Alert:
        """Delete an alert and its subscriptions for good, and return it as it was.

        With `dry_run` nothing is deleted.
        """
        found = self.get(alert_id, deadline=deadline)
        if not dry_run:
            self._send("DELETE", f"{self._path}/{alert_id}", deadline)
        return found

    def mute(self, alert_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Stop sending an alert."""
        self._send("POST", f"{self._path}/{alert_id}/mute", deadline)

    def unmute(self, alert_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Send a muted alert again."""
        self._send("DELETE", f"{self._path}/{alert_id}/mute", deadline)

    def subscriptions(
        self, alert_id: int, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[AlertSubscription]:
        """Return an alert's subscriptions: the users and destinations that it is sent to."""
        path = f"{self._path}/{alert_id}/subscriptions"
        return self._whole_list(path, AlertSubscription, deadline)

    def subscribe(
        self,
        alert_id: int,
        *,
        destination_id: int | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> AlertSubscription:
        """Send an alert to a destination, or by mail to the key's owner."""
        path = f"{self._path}/{alert_id}/subscriptions"
        json = without_none(destination_id=destination_id)
        return self._object("POST", path, AlertSubscription, deadline, json=json)

    def unsubscribe(
        self,
        alert_id: int,
        subscription_id: int,
        *,
        dry_run: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> AlertSubscription | None:
        """End a subscription, and return it as it was; with `dry_run` it continues.

        None where the alert has no such subscription: then there is nothing to do.
        """
        subscriptions = self.subscriptions(alert_id, deadline=deadline)
        found = next((item for item in subscriptions if item.id == subscription_id), None)
        if found is not None and not dry_run:
            path = f"{self._path}/{alert_id}/subscriptions/{subscription_id}"
            self._send("DELETE", path, deadline)
        return found


class Destinations(Resource):
    """Where alerts are sent: ``/api/destinations``."""

    _path = "/api/destinations"

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[Destination]:
        """Return the destinations, without their options, as a list with ``to_frame()``."""
        return self._whole_list(self._path, Destination, deadline)

    def types(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[ConnectionType]:
        """Return the kinds of destinations that can be created on this server."""
        return self._whole_list(f"{self._path}/types", ConnectionType, deadline)

    def get(self, destination_id: int, *, deadline: Deadline = NO_DEADLINE) -> Destination:
        """Return a destination with its options, the secret ones masked by the server."""
        path = f"{self._path}/{destination_id}"
        return self._object("GET", path, Destination, deadline, expected_id=destination_id)

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
        json = {"name": name, "type": type, "options": dict(options)}
        return self._object("POST", self._path, Destination, deadline, json=json)

    def update(
        self,
        destination_id: int,
        *,
        name: str | None = None,
        options: Mapping[str, object] | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> Destination:
        """Change what is passed, and return the destination as the server has it then.

        `options` are changed one by one: those that it does not name stay.
        """
        # The server needs the whole object; an option that comes back masked, it keeps.
        now = self.get(destination_id, deadline=deadline)
        json = {
            "name": now.name if name is None else name,
            "type": now.type,
            "options": {**now.options, **(options or {})},
        }
        path = f"{self._path}/{destination_id}"
        return self._object(
            "POST", path, Destination, deadline, expected_id=destination_id, json=json
        )

    def delete(
        self, destination_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Destination:
        """Delete a destination, and return it as it was; with `dry_run` nothing is deleted."""
        found = self.get(destination_id, deadline=deadline)
        if not dry_run:
            self._send("DELETE", f"{self._path}/{destination_id}", deadline)
        return found
