"""Saved queries, the definitions of their parameters, visualizations, and query snippets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import ClassVar

from msgspec import field

from watchframe.models.json_fields import Model, Seconds
from watchframe.reprs import Card, Link, Table, record_table, words
from watchframe.reprs.words import first_few


class MultiValues(Model, frozen=True, kw_only=True):
    """How the server joins several values, each as ``prefix + value + suffix``."""

    prefix: str = ""
    suffix: str = ""
    separator: str = ","

    _lenient: ClassVar[frozenset[str]] = frozenset({"prefix", "suffix", "separator"})


class ParameterDefinition(Model, frozen=True, kw_only=True):
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
    type: str = "text"
    title: str
    default: object = field(default=None, name="value")
    enum_options: tuple[str, ...] = field(default=(), name="enumOptions")
    dropdown_query_id: int | None = field(default=None, name="queryId")
    regex: str | None = None
    multi: MultiValues | None = field(default=None, name="multiValuesOptions")
    use_current_datetime: bool = field(default=False, name="useCurrentDateTime")
    more: Mapping[str, object] = field(default_factory=dict)

    _uncompared: ClassVar[frozenset[str]] = frozenset()  # an edit writes `more` back
    _lenient: ClassVar[frozenset[str]] = frozenset({"type", "dropdown_query_id", "regex", "multi"})

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        title, options = sent.get("title"), sent.get("enumOptions")
        return {
            **sent,
            "title": title if title and isinstance(title, str) else sent.get("name"),
            "enumOptions": options.split("\n") if isinstance(options, str) else None,
        }

    def to_json(self) -> dict[str, object]:
        """Return it in the server's shape: `from_json` of that is equal to this."""
        written = super().to_json()
        written["enumOptions"] = "\n".join(self.enum_options) if self.enum_options else None
        written["useCurrentDateTime"] = self.use_current_datetime or None
        always = {"value", *self.more}
        return {name: item for name, item in written.items() if name in always or item is not None}

    def facts(self) -> Mapping[str, object]:
        """Return what may be shown of it: what it takes, in words."""
        return {
            "name": self.name,
            "title": self.title if self.title != self.name else "",
            "type": f"{self.type}, several" if self.multi else self.type,
            "default": _default_words(self),
            "choices": _choice_words(self),
        }

    def card(self) -> Card:
        """Return what is shown of it."""
        facts = dict(self.facts())
        name, choices = str(facts.pop("name")), facts["choices"]
        told = [facts["type"], f"default {facts['default'] or 'none'}"]
        told += [f"choices {choices}"] if choices else []
        summary = ", ".join(map(str, told))
        return Card(noun="Parameter", name=name, summary=summary, facts=facts)


class Query(Model, frozen=True, kw_only=True):
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
        The newest stored result of the text as it stands, from version 25.8 on with the saved
        values of its parameters; None where there is none.
    applies_auto_limit : bool
        Whether the server appends ``LIMIT 1000``.
    is_archived, is_draft : bool
        Both kinds still run.
    description : str
        May be empty.
    tags : tuple of str
    version : int or None
    schedule : mapping or None
        When the server runs it: ``interval`` in seconds, ``time``, ``day_of_week``, ``until``;
        None without a schedule.
    created_at : datetime or None
        UTC.
    owner : str
        The owner's name; may be empty.
    is_favorite : bool
        Whether the key's owner marked it.
    retrieved_at : datetime or None
        When the newest stored result was made, UTC; only lists tell, as of `runtime`.
    runtime : float or None
        Seconds that it took.
    visualizations : tuple of Visualization
        Empty in lists: only the query itself comes with them.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys; options that are
        not known here are in its ``options``. Not kept by the local cache.
    """

    id: int
    name: str = ""
    text: str = field(name="query")
    parameters: tuple[ParameterDefinition, ...] = field(default=(), name="options.parameters")
    data_source_id: int | None = None
    updated_at: datetime | None = None
    latest_result_id: int | None = field(default=None, name="latest_query_data_id")
    applies_auto_limit: bool = field(default=False, name="options.apply_auto_limit")
    is_archived: bool = False
    is_draft: bool = False
    description: str = ""
    tags: tuple[str, ...] = ()
    version: int | None = None
    schedule: Mapping[str, object] | None = None
    created_at: datetime | None = None
    owner: str = field(default="", name="user.name")
    is_favorite: bool = False
    retrieved_at: datetime | None = None
    runtime: Seconds | None = None
    visualizations: tuple[Visualization, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "queries"
    list_columns: ClassVar[tuple[str, ...]] = (
        "id", "name", "parameters", "tags", "owner", "updated_at", "retrieved_at", "runtime",
    )  # fmt: skip
    _uncompared: ClassVar[frozenset[str]] = frozenset(
        {"is_favorite", "retrieved_at", "runtime", "visualizations", "more"}
    )
    _unshown: ClassVar[frozenset[str]] = frozenset({"visualizations", "more"})

    def card(self) -> Card:
        """Return what is shown of it: what it is, what it takes, and how it is drawn."""
        flags = {
            "draft": self.is_draft,
            "archived": self.is_archived,
            "favorite": self.is_favorite,
        }
        return Card(
            noun=f"Query {self.id}",
            name=self.name,
            url=self.url,
            labels=[label for label, is_so in flags.items() if is_so],
            description=self.description,
            facts={
                "owner": self.owner,
                "tags": self.tags,
                "data source": self.data_source_id and f"id {self.data_source_id}",
                "updated": self.updated_at,
                "schedule": schedule_words(self.schedule),
                "last run": _run_words(self),
                "limit": "the server appends LIMIT 1000" if self.applies_auto_limit else "",
            },
            tables=[
                record_table(self.parameters, title="parameters"),
                Table(
                    columns=("name", "type", "description"),
                    rows=[
                        (
                            Link(item.name, self.url and f"{self.url}#{item.id}"),
                            item.type,
                            item.description,
                        )
                        for item in self.visualizations
                    ],
                    title="visualizations",
                ),
            ],
            code=self.text,
        )


def schedule_words(schedule: Mapping[str, object] | None) -> str:
    """Return when the server runs a query, such as ``every day at 07:00 UTC``; empty for never."""
    interval = (schedule or {}).get("interval")
    if schedule is None or not isinstance(interval, int | float) or interval <= 0:
        return ""
    size, unit = next(((size, unit) for size, unit in _UNITS if not interval % size), (1, "second"))
    count = round(interval / size)
    words = f"every {unit}" if count == 1 else f"every {count:,} {unit}s"
    day, time, until = (schedule.get(name) for name in ("day_of_week", "time", "until"))
    return (
        words
        + (f" on {day}" if day else "")
        + (f" at {time} UTC" if time else "")
        + (f" until {until}" if until else "")
    )


#: The server's schedules by the longest unit that they are whole multiples of.
_UNITS = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def _run_words(query: Query) -> str:
    """Return when its newest result was made, and how long that took; a list tells, not a query."""
    parts = [words(query.retrieved_at)] if query.retrieved_at else []
    parts += [f"{query.runtime:,.1f} s"] if query.runtime is not None else []
    if not parts and query.latest_result_id is not None:
        return f"result {query.latest_result_id}"
    return ", ".join(parts)


def _default_words(definition: ParameterDefinition) -> str:
    """Return a saved default as people write it; empty where there is none."""
    value = definition.default
    if value is None or value == "":
        return "now" if definition.use_current_datetime else ""
    if isinstance(value, Mapping) and {"start", "end"} <= value.keys():
        return f"{value['start']}..{value['end']}"
    return f"[{words(value)}]" if isinstance(value, tuple | list) else words(value)


def _choice_words(definition: ParameterDefinition) -> str:
    """Return what may be chosen; empty where anything of the type may."""
    if definition.dropdown_query_id is not None:
        return f"the rows of query {definition.dropdown_query_id}"
    if definition.regex:
        return f"what matches {definition.regex}"
    return first_few(definition.enum_options, _MOST_CHOICES, words)


#: The choices of a parameter that are shown.
_MOST_CHOICES = 12


class Visualization(Model, frozen=True, kw_only=True):
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
    type: str = ""
    name: str = ""
    description: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    query: Query | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def facts(self) -> Mapping[str, object]:
        """Return what may be shown of it, by attribute; its options are long."""
        return {**super().facts(), "options": None}

    @property
    def url(self) -> str | None:
        """Its query's page, where this tab is opened if its id is known."""
        page = self.query.url if self.query is not None else None
        return f"{page}#{self.id}" if page and self.id else page


def in_order_of_tabs(visualizations: Iterable[Visualization]) -> list[Visualization]:
    """Return a query's visualizations as its page has their tabs: the oldest first."""
    return sorted(visualizations, key=attrgetter("id"))


class QuerySnippet(Model, frozen=True, kw_only=True):
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
        The owner's name; may be empty.
    created_at, updated_at : datetime or None
        UTC.
    more : mapping of str to object
        What the server sent besides, under the server's names.
    """

    id: int
    trigger: str
    text: str = field(name="snippet")
    description: str = ""
    owner: str = field(default="", name="user.name")
    created_at: datetime | None = None
    updated_at: datetime | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    _pages: ClassVar[str] = "query_snippets"
