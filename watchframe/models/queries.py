"""A saved query and its visualizations: each knows of the other, so they stand together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from watchframe.errors import ProtocolError
from watchframe.models.json_fields import (
    as_object,
    optional,
    optional_time,
    other_fields,
    required,
    seconds,
    without_keys,
)

_READ = (
    "name",
    "type",
    "title",
    "value",
    "enumOptions",
    "queryId",
    "regex",
    "multiValuesOptions",
    "useCurrentDateTime",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiValues:
    """How the server joins several values, each as ``prefix + value + suffix``."""

    prefix: str = ""
    suffix: str = ""
    separator: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDefinition:
    """A parameter as the query's author defined it.

    Attributes
    ----------
    name : str
        The name between the braces in the query's text.
    type : str
        The server's word: ``text``, ``enum``, ``date-range``, ...
    title : str
        The label.
    default : object
        The saved value, as JSON: may be a dynamic name such as ``"d_last_7_days"``; None for none.
    enum_options : tuple of str
        The choices of an ``enum``.
    dropdown_query_id : int or None
        The query that gives the choices of a ``query`` parameter.
    regex : str or None
        What a ``text-pattern`` must match, whole.
    multi : MultiValues or None
        Set where several values may be chosen.
    use_current_datetime : bool
        Whether a date without a default means now.
    more : mapping of str to object
        What the server sent besides, under the server's names: an edit writes it back.
    """

    name: str
    type: str
    title: str
    default: object = None
    enum_options: tuple[str, ...] = ()
    dropdown_query_id: int | None = None
    regex: str | None = None
    multi: MultiValues | None = None
    use_current_datetime: bool = False
    more: Mapping[str, object] = field(default_factory=dict, hash=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> ParameterDefinition:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "parameter definition")
        name = required(obj, "name", str, "parameter definition")
        type_ = obj.get("type")
        title = obj.get("title")
        options = obj.get("enumOptions")
        query_id = obj.get("queryId")
        regex = obj.get("regex")
        return cls(
            name=name,
            type=type_ if isinstance(type_, str) else "text",
            title=title if isinstance(title, str) and title else name,
            default=obj.get("value"),
            enum_options=tuple(options.split("\n")) if isinstance(options, str) else (),
            dropdown_query_id=query_id if isinstance(query_id, int) else None,
            regex=regex if isinstance(regex, str) else None,
            multi=_multi_values(obj.get("multiValuesOptions")),
            use_current_datetime=obj.get("useCurrentDateTime") is True,
            more=other_fields(obj, _READ),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        obj: dict[str, object] = {
            **self.more,
            "name": self.name,
            "type": self.type,
            "title": self.title,
            "value": self.default,
        }
        if self.enum_options:
            obj["enumOptions"] = "\n".join(self.enum_options)
        if self.dropdown_query_id is not None:
            obj["queryId"] = self.dropdown_query_id
        if self.regex is not None:
            obj["regex"] = self.regex
        if self.multi is not None:
            obj["multiValuesOptions"] = asdict(self.multi)
        if self.use_current_datetime:
            obj["useCurrentDateTime"] = True
        return obj


def _multi_values(value: object) -> MultiValues | None:
    if not isinstance(value, Mapping):
        return None
    parts = {
        key: part
        for key in ("prefix", "suffix", "separator")
        if isinstance(part := value.get(key), str)
    }
    return MultiValues(**parts)


_READ_QUERY = (
    "id",
    "name",
    "query",
    "options",
    "data_source_id",
    "updated_at",
    "latest_query_data_id",
    "is_archived",
    "is_draft",
    "description",
    "tags",
    "version",
    "schedule",
    "created_at",
    "user",
    "is_favorite",
    "retrieved_at",
    "runtime",
    "visualizations",
)
_OPTIONS_READ = ("parameters", "apply_auto_limit")
_VISUALIZATION_READ = ("id", "type", "name", "description", "options", "query")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A saved query's definition, without its API key (the server sends that along).

    Attributes
    ----------
    id : int
        The id in its page's URL.
    name : str
        Its title.
    text : str
        The SQL, with ``{{ name }}`` where parameters go.
    parameters : tuple of ParameterDefinition
        In the author's order.
    data_source_id : int or None
        None when its data source was deleted.
    updated_at : datetime or None
        When it was last edited, UTC.
    latest_result_id : int or None
        The newest stored result of the text as it stands; None for a query with parameters that
        was not run without them.
    applies_auto_limit : bool
        Whether the server appends ``LIMIT 1000``.
    is_archived, is_draft : bool
        Both kinds still run.
    description : str
        May be empty.
    tags : tuple of str
    version : int or None
    schedule : mapping or None
        When the server runs it by itself: ``interval`` in seconds, ``time``, ``day_of_week``,
        ``until``; None where it does not.
    created_at : datetime or None
        UTC.
    owner : str
        The name of whose query it is; may be empty.
    is_favorite : bool
        Whether the key's owner marked it.
    retrieved_at : datetime or None
        When the newest stored result was made, UTC; only lists tell, as of `runtime`.
    runtime : float or None
        Seconds that it took.
    visualizations : tuple of Visualization
        Empty in lists and in the local cache: only the query itself comes with them.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys; options that are
        not known here are in its ``options``. Not kept by the local cache.
    """

    id: int
    name: str
    text: str
    parameters: tuple[ParameterDefinition, ...] = ()
    data_source_id: int | None = None
    updated_at: datetime | None = None
    latest_result_id: int | None = None
    applies_auto_limit: bool = False
    is_archived: bool = False
    is_draft: bool = False
    description: str = ""
    tags: tuple[str, ...] = ()
    version: int | None = None
    schedule: Mapping[str, object] | None = None
    created_at: datetime | None = None
    owner: str = ""
    is_favorite: bool = field(default=False, compare=False)
    retrieved_at: datetime | None = field(default=None, compare=False)
    runtime: float | None = field(default=None, compare=False)
    visualizations: tuple[Visualization, ...] = field(default=(), compare=False, repr=False)
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Query:
        """Read what ``GET /api/queries/<id>`` answers."""
        obj = as_object(value, "query")
        options = obj.get("options")
        if not isinstance(options, Mapping):
            options = {}
        definitions = options.get("parameters") or ()
        if not isinstance(definitions, list | tuple):
            raise ProtocolError("The server sent a query whose 'parameters' are not a list.")
        user = obj.get("user")
        schedule = obj.get("schedule")
        tags = obj.get("tags")
        shown = obj.get("visualizations")
        more = other_fields(obj, _READ_QUERY)
        if unknown := other_fields(options, _OPTIONS_READ):
            more["options"] = unknown
        return cls(
            id=required(obj, "id", int, "query"),
            name=optional(obj, "name", str, "query") or "",
            text=required(obj, "query", str, "query"),
            parameters=tuple(ParameterDefinition.from_json(item) for item in definitions),
            data_source_id=optional(obj, "data_source_id", int, "query"),
            updated_at=optional_time(obj, "updated_at", "query"),
            latest_result_id=optional(obj, "latest_query_data_id", int, "query"),
            applies_auto_limit=options.get("apply_auto_limit") is True,
            is_archived=obj.get("is_archived") is True,
            is_draft=obj.get("is_draft") is True,
            description=optional(obj, "description", str, "query") or "",
            tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
            version=optional(obj, "version", int, "query"),
            schedule=schedule if isinstance(schedule, Mapping) else None,
            created_at=optional_time(obj, "created_at", "query"),
            owner=str(user.get("name") or "") if isinstance(user, Mapping) else "",
            is_favorite=obj.get("is_favorite") is True,
            retrieved_at=optional_time(obj, "retrieved_at", "query"),
            runtime=seconds(obj.get("runtime")),
            visualizations=tuple(Visualization.from_json(item) for item in shown)
            if isinstance(shown, list)
            else (),
            more=more,
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        return {
            "id": self.id,
            "name": self.name,
            "query": self.text,
            "options": {
                "parameters": [definition.to_json() for definition in self.parameters],
                "apply_auto_limit": self.applies_auto_limit,
            },
            "data_source_id": self.data_source_id,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            "latest_query_data_id": self.latest_result_id,
            "is_archived": self.is_archived,
            "is_draft": self.is_draft,
            "description": self.description,
            "tags": list(self.tags),
            "version": self.version,
            "schedule": None if self.schedule is None else dict(self.schedule),
            "created_at": self.created_at.isoformat() if self.created_at else None,
            "user": {"name": self.owner},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Visualization:
    """A table, chart or counter of a query's result.

    Attributes
    ----------
    id : int
    type : str
        The server's word: ``TABLE``, ``CHART``, ``COUNTER``, ``PIVOT``, ...
    name : str
    description : str
        May be empty.
    options : mapping of str to object
        How it is drawn, in the words of the server's front end.
    query : Query or None
        Whose result it shows; only a dashboard's widgets tell.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    type: str
    name: str
    description: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    query: Query | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Visualization:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "visualization")
        options = without_keys(obj.get("options"))
        query = obj.get("query")
        return cls(
            id=required(obj, "id", int, "visualization"),
            type=optional(obj, "type", str, "visualization") or "",
            name=optional(obj, "name", str, "visualization") or "",
            description=optional(obj, "description", str, "visualization") or "",
            options=options if isinstance(options, Mapping) else {},
            query=None if query is None else Query.from_json(query),
            more=other_fields(obj, _VISUALIZATION_READ),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        obj: dict[str, object] = {
            "id": self.id,
            "type": self.type,
            "name": self.name,
            "description": self.description,
            "options": dict(self.options),
        }
        if self.query is not None:
            obj["query"] = self.query.to_json()
        return obj


_READ_QUERY_SNIPPET = (
    "id",
    "trigger",
    "snippet",
    "description",
    "user",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySnippet:
    """A piece of SQL that the server's editor inserts.

    Attributes
    ----------
    id : int
    trigger : str
        What is typed to have it inserted.
    text : str
        What is inserted.
    description : str
        May be empty.
    owner : str
        The name of whose it is; may be empty.
    created_at, updated_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    trigger: str
    text: str
    description: str = ""
    owner: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> QuerySnippet:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "query snippet")
        user = obj.get("user")
        return cls(
            id=required(obj, "id", int, "query snippet"),
            trigger=required(obj, "trigger", str, "query snippet"),
            text=required(obj, "snippet", str, "query snippet"),
            description=optional(obj, "description", str, "query snippet") or "",
            owner=str(user.get("name") or "") if isinstance(user, Mapping) else "",
            created_at=optional_time(obj, "created_at", "query snippet"),
            updated_at=optional_time(obj, "updated_at", "query snippet"),
            more=other_fields(obj, _READ_QUERY_SNIPPET),
        )
