"""One request as the handlers see it, and who makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchframe.demo.execution import Executor
from watchframe.demo.refusal import not_found, server_error, wrong_key
from watchframe.demo.store import Store, StoredQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request.

    Attributes
    ----------
    key : str
        The API key that came with it; empty for none.
    path : mapping of str to str
        The parts of the path.
    query : mapping of str to list of str
        The query string.
    base_url : str
        How the server was called.
    body : mapping
        The JSON body; empty for none.
    """

    store: Store
    executor: Executor
    key: str
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    base_url: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)

    def require_user(self) -> None:
        """Refuse everybody but the user."""
        if self.key != self.store.user_key:
            raise wrong_key()

    @property
    def is_user(self) -> bool:
        """Whether the user's own key came."""
        return self.key == self.store.user_key

    def saved_query(self, name: str = "query_id") -> StoredQuery:
        """Give the query of the path, for the user and for its own key."""
        if not self.key:
            raise wrong_key()
        number = self.number(name)
        query = self.store.queries.get(number)
        if self.is_user:
            if query is None:
                raise not_found()
            return query
        if query is None or query.api_key != self.key:
            raise wrong_key()
        return query

    def number(self, name: str) -> int:
        """Give a number of the path; anything else is the server's 500 (recording 015)."""
        text = self.path[name]
        if not re.fullmatch(r"\d+", text, re.ASCII):
            if self.is_user:
                raise server_error()
            raise wrong_key()
        return int(text)

    def first(self, name: str, default: str = "") -> str:
        """Give the first value of the query string under that name."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a handler gives: a JSON value, or bytes of another content type."""

    value: object = None
    content: bytes | None = None
    content_type: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


#: What some deletions are answered with.
NO_CONTENT = Answer(content=b"", content_type="text/html; charset=utf-8", status=204)
