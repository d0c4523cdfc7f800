"""Watches over queries' results."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Literal

from watchframe.client.deadline import NO_DEADLINE, Deadline
from watchframe.client.document import ask_object
from watchframe.client.given import given
from watchframe.client.listing import WholeList, whole_list
from watchframe.client.transport import Transport
from watchframe.models import Alert, AlertSubscription


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
