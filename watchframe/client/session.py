"""Whose key it is."""

from __future__ import annotations

from watchframe.client.deadline import Deadline
from watchframe.client.document import ask_document
from watchframe.client.transport import Transport
from watchframe.models import Session


def read_session(transport: Transport, *, deadline: Deadline) -> Session:
    """Give the key's owner and the server's version.

    Raises
    ------
    AuthenticationError
        The key is wrong, or a query's key: that one belongs to nobody.
    """
    return Session.from_json(ask_document(transport, "GET", "/api/session", deadline=deadline))
