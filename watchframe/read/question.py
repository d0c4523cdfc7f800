"""What is asked of the server: a saved query or ad-hoc SQL, with its parameters in wire form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, cast

from watchframe.cache import KeyParts, ServerState
from watchframe.client import Client, Deadline, OnStatus, ResultBody
from watchframe.models import DataSource, Query
from watchframe.parameters import JSON, has_same_hash, query_url, render_query, rendering_doubt
from watchframe.parameters.normalize import definitions_of

#: What the server's automatic limit leaves.
AUTO_LIMIT = 1000

#: A comment may begin in one value and end in another.
_MAY_START_UNSEEN = re.compile(r"\s|/\*|\*/|--")
_AUTO_LIMIT_TAIL = re.compile(rf"\bLIMIT\s+{AUTO_LIMIT}\s*;?\s*$", re.IGNORECASE)


def is_confusable_value(value: JSON, options: Sequence[str] = ()) -> bool:
    """Return whether the server's hash may take another value for this one.

    It may where any text of it holds what the hash does not see, or where another of the `options`
    differs from it in nothing else.
    """
    texts = _texts(value)
    return any(_MAY_START_UNSEEN.search(text) for text in texts) or any(
        option != text and has_same_hash(text, option, auto_limit=False)
        for text in texts
        for option in options
    )


def is_probably_cut(*, may_be_cut: bool, rows: int, ran: str | None) -> bool:
    """Whether a result of `rows` rows probably ends where the server's own limit cut it."""
    return may_be_cut and rows == AUTO_LIMIT and (ran is None or ends_in_auto_limit(ran))


def ends_in_auto_limit(sql: str) -> bool:
    """Whether SQL ends in the limit that the server appends, its own or the author's."""
    return _AUTO_LIMIT_TAIL.search(sql) is not None


def _texts(value: JSON) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []


#: Types whose values may hold any text; the white space in a date's is always the same.
_FREE_TEXT_TYPES = frozenset({"text", "text-pattern", "enum", "query"})
#: Types whose values are typed rather than chosen.
_TYPED_TYPES = frozenset({"text", "text-pattern"})


class QuestionFacts(TypedDict, total=False):
    """The fields of `Provenance` that a question knows before it is asked."""

    query_id: int
    query_name: str
    data_source_id: int | None
    data_source: str
    sql: str


class _Neutral:
    """What a question answers about itself where its kind says nothing else."""

    __slots__ = ()

    #: What is sent for its parameters, in wire form.
    parameters: Mapping[str, JSON]

    def __repr__(self) -> str:
        return f"<{self.label}>"

    @property
    def label(self) -> str:
        """What messages and the progress line call it."""
        raise NotImplementedError

    @property
    def dropdowns(self) -> tuple[str, ...]:
        """The parameters whose values are compared with those of another query."""
        return ()

    @property
    def rendered(self) -> str:
        """The SQL as the server renders it."""
        return ""

    @property
    def has_auto_limit(self) -> bool:
        """Whether the server is to append its automatic limit to SQL without a limit."""
        return False

    @property
    def doubt(self) -> str | None:
        """Why the server may render it in another way than `rendered`; None if it does not."""
        return None

    @property
    def is_confusable(self) -> bool:
        """Whether it has a text value with something in it that the server's hash ignores."""
        return False

    @property
    def has_free_text(self) -> bool:
        """Whether a parameter holds a text that was typed, which may name a person."""
        return False

    @property
    def may_be_cut(self) -> bool:
        """Whether the server appends a limit of its own."""
        return False

    @property
    def parameter_types(self) -> Mapping[str, str]:
        """The declared types of its parameters."""
        return {}

    @property
    def edited_at(self) -> datetime | None:
        """When its text may have been another one last, by the server's clock; None for never."""
        return None

    @property
    def server_state(self) -> ServerState:
        """What its definition, if it was just read, says about the server's results."""
        return ServerState(latest_result_id=None, tells_latest=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SavedQuestion(_Neutral):
    """A saved query with its parameters."""

    query: Query
    parameters: Mapping[str, JSON]

    @property
    def label(self) -> str:
        return f"query {self.query.id} {self.query.name!r}"

    @property
    def dropdowns(self) -> tuple[str, ...]:
        used = definitions_of(self.query, used_only=True)
        return tuple(item.name for item in used if item.dropdown_query_id is not None)

    @property
    def rendered(self) -> str:
        return render_query(self.query.text, self.parameters, self.query.parameters)

    @property
    def has_auto_limit(self) -> bool:
        return self.query.applies_auto_limit

    @property
    def doubt(self) -> str | None:
        return rendering_doubt(self.query.text, self.parameters)

    @property
    def is_confusable(self) -> bool:
        return any(
            is_confusable_value(self.parameters.get(definition.name), definition.enum_options)
            for definition in definitions_of(self.query)
            if definition.type in _FREE_TEXT_TYPES
        )

    @property
    def has_free_text(self) -> bool:
        return any(
            definition.type in _TYPED_TYPES and self.parameters.get(definition.name)
            for definition in definitions_of(self.query)
        )

    @property
    def may_be_cut(self) -> bool:
        # A LIMIT 1000 that stands there already is the query's own.
        return self.has_auto_limit and not ends_in_auto_limit(self.rendered)

    @property
    def parameter_types(self) -> Mapping[str, str]:
        return {item.name: item.type for item in definitions_of(self.query)}

    @property
    def edited_at(self) -> datetime | None:
        return self.query.updated_at

    @property
    def server_state(self) -> ServerState:
        latest = self.query.latest_result_id
        return ServerState(
            latest_result_id=latest,
            # Where the text is not told, nobody knows whether it was edited.
            tells_latest=not (self.query.parameters and self.query.text)
            or (latest is not None and self._is_as_saved),
        )

    @property
    def _is_as_saved(self) -> bool:
        """Whether the server runs the same SQL with the saved values.

        Dynamic dates among them are no values to the server, and no SQL has them.
        """
        saved = {item.name: cast("JSON", item.default) for item in self.query.parameters}
        return self.rendered == render_query(self.query.text, saved, self.query.parameters)

    @property
    def facts(self) -> QuestionFacts:
        """What provenance says of it."""
        return {
            "query_id": self.query.id,
            "query_name": self.query.name,
            "data_source_id": self.query.data_source_id,
        }

    def url(self, server: str) -> str | None:
        """Return the address of the query's page with these values; None for ad-hoc SQL."""
        return query_url(server, self.query.id, self.parameters)

    def key_parts(self, *, server: str, principal: str) -> KeyParts:
        """Return the parts of its cache key."""
        return KeyParts(
            server=server,
            principal=principal,
            query_id=self.query.id,
            data_source_id=self.query.data_source_id,
            text_hash=text_hash(self.query),
            parameters=self.parameters,
        )

    def ask(
        self,
        client: Client,
        *,
        max_age: int,
        deadline: Deadline,
        on_status: OnStatus,
        meanwhile: Callable[[], object] | None = None,
    ) -> ResultBody:
        """Run it, or take the server's cached result of at most `max_age` seconds (-1: any).

        `meanwhile` is called while the server is asked; what it raises ends that.
        """
        return client.run_query(
            self.query.id,
            self.parameters,
            max_age=max_age,
            deadline=deadline,
            on_status=on_status,
            meanwhile=meanwhile,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SqlQuestion(_Neutral):
    """Ad-hoc SQL with its parameters: it has no definition that could be edited."""

    sql: str
    data_source: DataSource
    parameters: Mapping[str, JSON]

    @property
    def label(self) -> str:
        return f"ad-hoc SQL on {self.data_source.name!r}"

    @property
    def rendered(self) -> str:
        return render_query(self.sql, self.parameters, ())

    @property
    def doubt(self) -> str | None:
        return rendering_doubt(self.sql, self.parameters)

    @property
    def is_confusable(self) -> bool:
        return any(is_confusable_value(value) for value in self.parameters.values())

    @property
    def has_free_text(self) -> bool:
        return any(not isinstance(value, int | float) for value in self.parameters.values())

    @property
    def facts(self) -> QuestionFacts:
        return {
            "data_source_id": self.data_source.id,
            "data_source": self.data_source.name,
            "sql": self.sql,
        }

    def url(self, server: str) -> str | None:  # noqa: ARG002 - the protocol's signature
        return None

    def key_parts(self, *, server: str, principal: str) -> KeyParts:
        return KeyParts(
            server=server,
            principal=principal,
            query_id=None,
            data_source_id=self.data_source.id,
            text_hash=hashlib.sha256(self.sql.encode()).hexdigest(),
            parameters=self.parameters,
        )

    def ask(
        self,
        client: Client,
        *,
        max_age: int,
        deadline: Deadline,
        on_status: OnStatus,
        meanwhile: Callable[[], object] | None = None,
    ) -> ResultBody:
        return client.run_sql(
            self.sql,
            self.data_source.id,
            self.parameters,
            max_age=max_age,
            deadline=deadline,
            on_status=on_status,
            meanwhile=meanwhile,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ResultQuestion(_Neutral):
    """One stored result, by its id: it never changes."""

    result_id: int
    query_id: int | None
    parameters: Mapping[str, JSON] = field(default_factory=dict, init=False)

    @property
    def label(self) -> str:
        of = "" if self.query_id is None else f" of query {self.query_id}"
        return f"result {self.result_id}{of}"

    @property
    def facts(self) -> QuestionFacts:
        return {} if self.query_id is None else {"query_id": self.query_id}

    def url(self, server: str) -> str | None:
        return None if self.query_id is None else f"{server}/queries/{self.query_id}"

    def key_parts(self, *, server: str, principal: str) -> KeyParts:
        return KeyParts(
            server=server,
            principal=principal,
            query_id=self.query_id,
            data_source_id=None,
            text_hash=f"result {self.result_id}",
            parameters=self.parameters,
        )

    def ask(
        self,
        client: Client,
        *,
        max_age: int,  # noqa: ARG002 - the protocol's signature
        deadline: Deadline,
        on_status: OnStatus,  # noqa: ARG002 - likewise
        meanwhile: Callable[[], object] | None = None,  # noqa: ARG002 - likewise
    ) -> ResultBody:
        body = client.query_results.open(self.result_id, query_id=self.query_id, deadline=deadline)
        body.from_server_cache = True
        return body


#: What the server can be asked.
Question = SavedQuestion | SqlQuestion | ResultQuestion


def text_hash(query: Query) -> str:
    """Return a hash of all that decides, beside the parameters, which SQL the server runs."""
    joined = {
        definition.name: [
            definition.multi.prefix,
            definition.multi.suffix,
            definition.multi.separator,
        ]
        for definition in query.parameters
        if definition.multi is not None
    }
    parts = {"text": query.text, "joined": joined, "auto_limit": query.applies_auto_limit}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
