"""Watches over queries' results."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Literal

from watchframe.client.listing import WholeList, whole_list
from watchframe.client.queries import given
from watchframe.http.deadline import NO_DEADLINE, Deadline
from watchframe.http.documents import ask_object
from watchframe.http.transport import Transport
from watchframe.models import Alert, AlertSubscription, ConnectionType, Destination


class Alerts:
    """Watches over results, and who is told: ``/api/alerts``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, deadline: Deadline = NO_DEADLINE) -> WholeList[Alert]:
        """Give those that the key may see, as a list with ``to_frame()``."""
        return whole_list(self._transport, "/api/alerts", Alert, Alert.from_json, deadline=deadline)

    def get(self, alert_id: int, *, deadline: Deadline = NO_DEADLINE) -> Alert:
        """Return an alert."""
        return self._alert("GET", f"/api/alerts/{alert_id}", alert_id, deadline)

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
            A query without parameters that the server runs by itself.
        options : mapping of str to object
            What is compared: ``column``, ``op`` (such as ``">"``) and ``value``.
        rearm : int, optional
            Seconds after which it tells again; by default it tells once.
        """
        payload = given(name=name, query_id=query_id, options=dict(options), rearm=rearm)
        return self._alert("POST", "/api/alerts", None, deadline, payload)

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
        """Change what is given, and return the alert as the server has it then.

        `options` are changed one by one: those that it does not name stay. A `rearm` of None has
        it tell only once.
        """
        path = f"/api/alerts/{alert_id}"
        whole = None
        if options is not None:
            whole = {**self.get(alert_id, deadline=deadline).options, **options}
        payload = given(name=name, query_id=query_id, options=whole)
        if not isinstance(rearm, EllipsisType):
            payload["rearm"] = rearm
        return self._alert("POST", path, alert_id, deadline, payload)

    def delete(
        self, alert_id: int, *, dry_run: bool = False, deadline: Deadline = NO_DEADLINE
    ) -> Alert:
        """Delete an alert and its subscriptions, for good; give it as it was.

        With `dry_run` nothing is deleted.
        """
        found = self.get(alert_id, deadline=deadline)
        if not dry_run:
            self._transport.request("DELETE", f"/api/alerts/{alert_id}", deadline=deadline).close()
        return found

    def mute(self, alert_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Have nobody told of it."""
        self._transport.request("POST", f"/api/alerts/{alert_id}/mute", deadline=deadline).close()

    def unmute(self, alert_id: int, *, deadline: Deadline = NO_DEADLINE) -> None:
        """Have its subscribers told again."""
        self._transport.request("DELETE", f"/api/alerts/{alert_id}/mute", deadline=deadline).close()

    def subscriptions(
        self, alert_id: int, *, deadline: Deadline = NO_DEADLINE
    ) -> WholeList[AlertSubscription]:
        """Give who is told of it."""
        return whole_list(
            self._transport,
            f"/api/alerts/{alert_id}/subscriptions",
            AlertSubscription,
            AlertSubscription.from_json,
            deadline=deadline,
        )

    def subscribe(
        self,
        alert_id: int,
        *,
        destination_id: int | None = None,
        deadline: Deadline = NO_DEADLINE,
    ) -> AlertSubscription:
        """Have the key's owner told by mail, or a destination."""
        payload = given(destination_id=destination_id)
        path = f"/api/alerts/{alert_id}/subscriptions"
        return ask_object(
            self._transport,
            "POST",
            path,
            AlertSubscription.from_json,
            wanted=None,
            deadline=deadline,
            json=payload,
        )

    def unsubscribe(
        self,
        alert_id: int,
        subscription_id: int,
        *,
        dry_run: bool = False,
        deadline: Deadline = NO_DEADLINE,
    ) -> AlertSubscription | None:
        """End a subscription, and give it as it was; with `dry_run` it goes on.

        None where the alert has no such subscription: then there is nothing to do.
        """
        subscriptions = self.subscriptions(alert_id, deadline=deadline)
        found = next((item for item in subscriptions if item.id == subscription_id), None)
        if found is not None and not dry_run:
            path = f"/api/alerts/{alert_id}/subscriptions/{subscription_id}"
            self._transport.request("DELETE", path, deadline=deadline).close()
        return found

    def _alert(
        self,
        method: Literal["GET", "POST"],
        path: str,
        wanted: int | None,
        deadline: Deadline,
        payload: object = None,
    ) -> Alert:
        return ask_object(
            self._transport,
            method,
            path,
            Alert.from_json,
            wanted=wanted,
            deadline=deadline,
            json=payload,
        )


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
