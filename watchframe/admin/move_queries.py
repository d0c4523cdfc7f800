"""Queries from one server to another."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

import msgspec

from watchframe.admin.clone import matched_visualizations
from watchframe.admin.move_state import Action, Moved, MoveRun, NotMovedError, OnTarget, digest_of
from watchframe.admin.query_files import options_edit, query_options
from watchframe.errors import NotFoundError
from watchframe.models import ParameterDefinition, Query, Visualization

#: How a text names another query, by the server's word for its data source.
_IN_TEXT = {
    "results": re.compile(r"(?<![A-Za-z0-9])((?:cached_|param_)?query_)([0-9]+)(?![0-9])"),
    "python": re.compile(r"(?<![A-Za-z0-9])(get_query_result\(\s*)([0-9]+)(?![0-9])"),
}

#: The front end writes a query's own id into its parameters, and anew when it is saved.
_OWN_ID = "parentQueryId"


def referred_queries(query: Query, source_type: str) -> list[int]:
    """Give the ids of the queries that a query needs, each once."""
    found = [
        item.dropdown_query_id for item in query.parameters if item.dropdown_query_id is not None
    ]
    pattern = _IN_TEXT.get(source_type)
    if pattern is not None:
        found += [int(match[2]) for match in pattern.finditer(query.text)]
    return list(dict.fromkeys(found))


def moved_text(query: Query, source_type: str, on_target: OnTarget) -> str:
    """Give a query's text with the target's ids; an unknown id stays."""
    pattern = _IN_TEXT.get(source_type)
    if pattern is None:
        return query.text

    def renamed(match: re.Match[str]) -> str:
        return f"{match[1]}{on_target(int(match[2])) or match[2]}"

    return pattern.sub(renamed, query.text)


def moved_parameters(query: Query, on_target: OnTarget) -> tuple[ParameterDefinition, ...]:
    """Give a query's parameters with the target's ids; a dropdown of an unknown id has none."""
    return tuple(
        msgspec.structs.replace(
            item,
            dropdown_query_id=None
            if item.dropdown_query_id is None
            else on_target(item.dropdown_query_id),
            more={name: value for name, value in item.more.items() if name != _OWN_ID},
        )
        for item in query.parameters
    )


def move_visualizations(run: MoveRun, query: Query) -> None:
    """Have the target's query show what the source's shows; what it shows besides stays.

    A visualization that was moved, and deleted in the source since, is deleted on the target.
    """
    gone = set(run.state.of_parent("visualization", query.id))
    gone -= {item.id for item in query.visualizations}
    wanted = [_wanted(run, item) for item in query.visualizations]
    _adopt(run, query, wanted)
    for item in sorted(wanted, key=lambda item: item.id):
        run.report("visualization", item.id, item.name, _move_one(run, query, item))
    for number in sorted(gone):
        _remove(run, number)


def turn_links(run: MoveRun, query: Query) -> None:
    """Write those anew whose links lead to what was moved after them."""
    for item in query.visualizations:
        if run.is_to_be_seen_again("visualization", item.id):
            wanted = _wanted(run, item)
            run.guarded("visualization", item.id, item.name, partial(_move_one, run, query, wanted))


def _wanted(run: MoveRun, item: Visualization) -> Visualization:
    """Give what the target's should be: columns of a table may link to pages of the server."""
    options = cast("dict[str, object]", run.links.in_json(item.options))
    description = run.links.in_text(item.description)
    return msgspec.structs.replace(item, options=options, description=description)


def _adopt(run: MoveRun, query: Query, wanted: Sequence[Visualization]) -> None:
    """Take those that the target's query has already.

    It is made with a table, and an answer that was lost may have left another.
    """
    new = [item for item in wanted if not run.state.get("visualization", item.id)]
    there = run.state.get("query", query.id)
    if not new or there is None or run.dry_run:
        return
    taken = run.state.target_ids("visualization")
    shown = run.target.queries.get(there.target_id).visualizations
    found, _ = matched_visualizations(new, [item for item in shown if item.id not in taken])
    for number, item in found.items():
        moved = Moved(target_id=item.id, digest=_digest(item), parent=query.id)
        run.state.record("visualization", number, moved)
        run.report("visualization", number, item.name, "created")


def _move_one(run: MoveRun, query: Query, item: Visualization) -> Action:
    moved, parent = run.state.get("visualization", item.id), run.state.get("query", query.id)
    digest = _digest(item)
    if moved is not None and moved.digest == digest:
        return "unchanged"
    if run.dry_run or parent is None:
        return "would update" if moved else "would create"
    if moved is None:
        shown = run.target.visualizations.create(
            parent.target_id,
            type=item.type,
            name=item.name,
            description=item.description,
            options=item.options,
        )
    else:
        shown = run.target.visualizations.update(
            moved.target_id,
            type=item.type,
            name=item.name,
            description=item.description,
            options=item.options,
        )
    run.state.record(
        "visualization", item.id, Moved(target_id=shown.id, digest=digest, parent=query.id)
    )
    return "updated" if moved else "created"


def _remove(run: MoveRun, source_id: int) -> None:
    moved = run.state.get("visualization", source_id)
    if moved is None or run.dry_run:
        run.report("visualization", source_id, "", "would remove")
        return
    with contextlib.suppress(NotFoundError):  # somebody did it already
        run.target.visualizations.delete(moved.target_id)
    run.report("visualization", source_id, "", "removed")
    run.state.forget("visualization", source_id)


def _digest(item: Visualization) -> str:
    return digest_of([item.type, item.name, item.description, item.options])


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
        digest = digest_of(msgspec.to_builtins(wanted))
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
