"""Queries from one server to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from watchframe.errors import NotFoundError
from watchframe.manage.move_references import moved_parameters, moved_text, referred_queries
from watchframe.manage.move_run import Action, MoveRun, NotMovedError
from watchframe.manage.move_state import Moved, digest_of
from watchframe.manage.move_visualizations import move_visualizations, turn_links
from watchframe.manage.query_file import options_edit, query_options
from watchframe.models import ParameterDefinition, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the target's query should be."""

    name: str
    text: str
    data_source_id: int | None
    parameters: tuple[ParameterDefinition, ...]
    description: str
    tags: tuple[str, ...]
    schedule: Mapping[str, object] | None
    options: Mapping[str, object]
    is_draft: bool

    @classmethod
    def of(cls, query: Query) -> _Wanted:
        return cls(
            name=query.name,
            text=query.text,
            data_source_id=query.data_source_id,
            parameters=query.parameters,
            description=query.description,
            tags=query.tags,
            schedule=query.schedule,
            options=query_options(query),
            is_draft=query.is_draft,
        )


@dataclass(slots=True)
class QueryMove:
    """Moves queries, each after those that it needs.

    Attributes
    ----------
    run : MoveRun
    """

    run: MoveRun
    _seen: set[int] = field(default_factory=set)
    _moved: list[Query] = field(default_factory=list)

    def move(self, query_ids: Iterable[int]) -> None:
        """Move queries, all that they need, and their visualizations."""
        for number in query_ids:
            self._move_one(number)

    def turn_links(self) -> None:
        """Write those anew that refer to what was moved after them.

        Where queries need each other in a circle, the first was written without the last; and any
        of them may have links to dashboards.
        """
        for query in self._moved:
            if self.run.is_to_be_seen_again("query", query.id):
                self.run.guarded("query", query.id, query.name, partial(self._write, query))
            turn_links(self.run, query)

    def _move_one(self, query_id: int) -> None:
        if query_id not in self._seen:
            self._seen.add(query_id)
            self.run.guarded("query", query_id, "", partial(self._read_and_write, query_id))

    def _read_and_write(self, query_id: int) -> None:
        try:
            query = self.run.source.queries.get(query_id)
        except NotFoundError:
            raise NotMovedError("The source has no such query.") from None
        needed = referred_queries(query, self._type(query))
        for number in needed:
            self._move_one(number)
        self.run.guarded("query", query.id, query.name, partial(self._write_whole, query))
        self._moved.append(query)

    def _write_whole(self, query: Query) -> None:
        self._write(query)
        move_visualizations(self.run, query)

    def _write(self, query: Query) -> None:
        """Have the target's query be as it should."""
        state = self.run.state
        wanted = self._wanted(query)
        digest = digest_of(asdict(wanted))
        moved = state.get("query", query.id)
        if moved is not None and moved.digest == digest:
            self._report(query, "unchanged")
        elif self.run.dry_run:
            self._report(query, "would update" if moved else "would create")
        elif moved is None:
            there = self.run.made(
                "query",
                query.id,
                partial(self._create, wanted),
                lost=partial(self._lost, wanted),
                newest=lambda: max((item.id for item in self._newest()), default=0),
            )
            moved = Moved(target_id=there.id)
            state.record("query", query.id, moved)
            self._finish(query, there, wanted, replace(moved, digest=digest))
            self._report(query, "created")
        else:
            there = self.run.target.queries.get(moved.target_id)
            # Where it is as it should be, it may be this edit itself, whose answer was lost.
            is_edited = moved.digest and moved.updated_at != _moment(there)
            if is_edited and _Wanted.of(there) != wanted:
                self._report(query, "conflict", "It was edited on the target since it was moved.")
                return
            self._finish(query, there, wanted, replace(moved, digest=digest))
            self._report(query, "updated" if moved.digest else "created")

    def _finish(self, query: Query, there: Query, wanted: _Wanted, moved: Moved) -> None:
        if _Wanted.of(there) != wanted:
            there = self.run.target.queries.update(
                there,
                name=wanted.name,
                text=wanted.text,
                parameters=wanted.parameters,
                description=wanted.description,
                tags=wanted.tags,
                schedule=wanted.schedule,
                data_source_id=wanted.data_source_id,
                is_draft=wanted.is_draft,
                options=options_edit(query_options(there), wanted.options),
            )
        self.run.state.record("query", query.id, replace(moved, updated_at=_moment(there)))

    def _wanted(self, query: Query) -> _Wanted:
        on_target = partial(self.run.on_target, "query")
        links = self.run.links
        return replace(
            _Wanted.of(query),
            text=links.in_sql(moved_text(query, self._type(query), on_target)),
            description=links.in_text(query.description),
            data_source_id=self._data_source(query),
            parameters=self._parameters(query),
        )

    def _data_source(self, query: Query) -> int:
        found = self.run.data_sources.get(query.data_source_id or 0)
        if found is None:
            source = self.run.known_sources.get(query.data_source_id or 0)
            words = repr(source.name) if source else "which is not there any more"
            raise NotMovedError(
                f"data_sources has no entry for its data source {query.data_source_id}, {words}."
            )
        return found

    def _parameters(self, query: Query) -> tuple[ParameterDefinition, ...]:
        for item in query.parameters:
            line = self.run.lines.get(("query", item.dropdown_query_id or 0))
            if line is not None and line.action in ("skipped", "failed"):
                raise NotMovedError(
                    f"Its parameter {item.name!r} needs query {line.source_id}: {line.error}"
                )
        return moved_parameters(query, partial(self.run.on_target, "query"))

    def _create(self, wanted: _Wanted) -> Query:
        return self.run.target.queries.create(
            wanted.name,
            wanted.text,
            wanted.data_source_id or 0,
            parameters=wanted.parameters,
            description=wanted.description,
            tags=wanted.tags,
            schedule=wanted.schedule,
            options=wanted.options,
        )

    def _lost(self, wanted: _Wanted, floor: int) -> Iterator[Query]:
        taken = self.run.state.target_ids("query")
        for item in self._newest():
            if item.id <= floor:
                return
            if item.id not in taken and (item.name, item.text) == (wanted.name, wanted.text):
                yield item

    def _newest(self) -> Iterator[Query]:
        return iter(self.run.target.queries.list(is_mine=True, order="-created_at"))

    def _type(self, query: Query) -> str:
        source = self.run.known_sources.get(query.data_source_id or 0)
        return source.type if source else ""

    def _report(self, query: Query, action: Action, error: str | None = None) -> None:
        self.run.report("query", query.id, query.name, action, error)


def _moment(query: Query) -> str | None:
    return query.updated_at.isoformat() if query.updated_at else None
