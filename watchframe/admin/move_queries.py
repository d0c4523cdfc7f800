"""The part of a move that concerns queries and their visualizations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

import msgspec

from watchframe.admin.clone import matched_visualizations, visualization_fields
from watchframe.admin.move_links import OnTarget
from watchframe.admin.move_state import Action, Moved, MoveRun, NotMovedError, digest_of
from watchframe.admin.query_content import QueryContent
from watchframe.errors import NotFoundError
from watchframe.models import ParameterDefinition, Query, Visualization

#: How a text names another query, by the server's word for its data source.
_IN_TEXT = {
    "results": re.compile(r"(?<![A-Za-z0-9])((?:cached_|param_)?query_)([0-9]+)(?![0-9])"),
    "python": re.compile(r"(?<![A-Za-z0-9])(get_query_result\(\s*)([0-9]+)(?![0-9])"),
}

#: The front end writes a query's own id into its parameters whenever it saves them.
_OWN_ID = "parentQueryId"


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
            if number not in self._seen:
                self._seen.add(number)
                self.run.attempt("query", number, "", partial(self._read_and_write, number))

    def rewrite_links(self) -> None:
        """Write again what refers to objects that were moved after it.

        Where queries need each other in a circle, the first was written without the last; and any
        of them may have links to dashboards.
        """
        for query in self._moved:
            if self.run.can_rewrite_links("query", query.id):
                self.run.attempt("query", query.id, query.name, partial(self._write, query))
            _rewrite_links(self.run, query)

    def _read_and_write(self, query_id: int) -> None:
        try:
            query = self.run.source.queries.get(query_id)
        except NotFoundError:
            raise NotMovedError("The source has no such query.") from None
        self.move(_referred_queries(query, self._type(query)))
        self.run.attempt("query", query.id, query.name, partial(self._write_whole, query))
        self._moved.append(query)

    def _write_whole(self, query: Query) -> None:
        self._write(query)
        _move_visualizations(self.run, query)

    def _write(self, query: Query) -> None:
        """Create or update the target's query, without its visualizations."""
        run, state = self.run, self.run.state
        report = partial(run.report, "query", query.id, query.name)
        wanted = self._wanted(query)
        digest = digest_of(msgspec.to_builtins(wanted))
        moved = state.get("query", query.id)
        if moved is not None and moved.digest == digest:
            report("unchanged")
            return
        if run.dry_run:
            report("would update" if moved else "would create")
            return
        action: Action = "updated" if moved and moved.digest else "created"
        if moved is None:
            there = run.create(
                "query",
                query.id,
                partial(wanted.create, run.target),
                existing=partial(run.target.queries.list, is_mine=True, order="-created_at"),
                is_same=lambda item: (item.name, item.text) == (wanted.name, wanted.text),
            )
            moved = Moved(target_id=there.id)
            state.record("query", query.id, moved)
        else:
            there = run.target.queries.get(moved.target_id)
            # If it is as it should be, the edit may be this one itself, whose answer was lost.
            is_edited = moved.digest and moved.updated_at != _edit_time(there)
            if is_edited and wanted.changes(there):
                report("conflict", "It was edited on the target since it was moved.")
                return
        there = wanted.write_to(there, run.target)
        moved = msgspec.structs.replace(moved, digest=digest, updated_at=_edit_time(there))
        state.record("query", query.id, moved)
        report(action)

    def _wanted(self, query: Query) -> QueryContent:
        on_target = partial(self.run.on_target, "query")
        links = self.run.links
        return replace(
            QueryContent.of(query),
            text=links.in_sql(_moved_text(query, self._type(query), on_target)),
            description=links.in_text(query.description),
            data_source_id=self._data_source(query),
            parameters=self._parameters(query),
        )

    def _data_source(self, query: Query) -> int:
        found = self.run.data_sources.get(query.data_source_id or 0)
        if found is None:
            source = self.run.known_sources.get(query.data_source_id or 0)
            words = repr(source.name) if source else "which does not exist any more"
            raise NotMovedError(
                f"data_sources has no entry for its data source {query.data_source_id}, {words}."
            )
        return found

    def _parameters(self, query: Query) -> tuple[ParameterDefinition, ...]:
        for item in query.parameters:
            number = item.dropdown_query_id
            if number is not None and self.run.is_left_out("query", number):
                error = self.run.lines["query", number].error
                raise NotMovedError(f"Its parameter {item.name!r} needs query {number}: {error}")
        return _moved_parameters(query, partial(self.run.on_target, "query"))

    def _type(self, query: Query) -> str:
        source = self.run.known_sources.get(query.data_source_id or 0)
        return source.type if source else ""


def _edit_time(query: Query) -> str | None:
    return query.updated_at.isoformat() if query.updated_at else None


def _referred_queries(query: Query, source_type: str) -> list[int]:
    """Return the ids of the queries that a query needs, each once."""
    found = [
        item.dropdown_query_id for item in query.parameters if item.dropdown_query_id is not None
    ]
    pattern = _IN_TEXT.get(source_type)
    if pattern is not None:
        found += [int(match[2]) for match in pattern.finditer(query.text)]
    return list(dict.fromkeys(found))


def _moved_text(query: Query, source_type: str, on_target: OnTarget) -> str:
    """Return a query's text with the target's ids; an unknown id stays."""
    pattern = _IN_TEXT.get(source_type)
    if pattern is None:
        return query.text

    def renamed(match: re.Match[str]) -> str:
        return f"{match[1]}{on_target(int(match[2])) or match[2]}"

    return pattern.sub(renamed, query.text)


def _moved_parameters(query: Query, on_target: OnTarget) -> tuple[ParameterDefinition, ...]:
    """Return a query's parameters with the target's ids; a dropdown of an unknown id has none."""
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


def _move_visualizations(run: MoveRun, query: Query) -> None:
    """Make the target's query show what the source's shows, beside what else it shows.

    A visualization that was moved, and deleted in the source since, is deleted on the target.
    """
    wanted = [_wanted(run, item) for item in query.visualizations]
    _adopt(run, query, wanted)
    for item in sorted(wanted, key=lambda item: item.id):
        run.report("visualization", item.id, item.name, _move_one(run, query, item))
    gone = run.state.of_parent("visualization", query.id) - {item.id for item in wanted}
    for number in sorted(gone):
        run.remove("visualization", number, run.target.visualizations.delete)


def _rewrite_links(run: MoveRun, query: Query) -> None:
    """Write again the visualizations with links to what was moved after them."""
    for item in query.visualizations:
        if run.can_rewrite_links("visualization", item.id):
            work = partial(_move_one, run, query, _wanted(run, item))
            run.attempt("visualization", item.id, item.name, work)


def _wanted(run: MoveRun, item: Visualization) -> Visualization:
    """Return what the target's should be: columns of a table may link to the server's pages."""
    options = cast("dict[str, object]", run.links.in_json(item.options))
    return msgspec.structs.replace(
        item, options=options, description=run.links.in_text(item.description)
    )


def _adopt(run: MoveRun, query: Query, wanted: Sequence[Visualization]) -> None:
    """Record those that the target's query already has.

    The server creates a query with a table, and a lost answer may have left another one.
    """
    new = [item for item in wanted if not run.state.get("visualization", item.id)]
    there = run.on_target("query", query.id)
    if not new or there is None or run.dry_run:
        return
    taken = run.state.target_ids("visualization")
    shown = run.target.queries.get(there).visualizations
    found, _ = matched_visualizations(new, [item for item in shown if item.id not in taken])
    for number, item in found.items():
        digest = digest_of(visualization_fields(item))
        moved = Moved(target_id=item.id, digest=digest, parent=query.id)
        run.state.record("visualization", number, moved)
        run.report("visualization", number, item.name, "created")


def _move_one(run: MoveRun, query: Query, item: Visualization) -> Action:
    moved, parent = run.state.get("visualization", item.id), run.on_target("query", query.id)
    fields = visualization_fields(item)
    digest = digest_of(fields)
    if moved is not None and moved.digest == digest:
        return "unchanged"
    if run.dry_run or parent is None:
        return "would update" if moved else "would create"
    shown = (
        run.target.visualizations.update(moved.target_id, **fields)
        if moved
        else run.target.visualizations.create(parent, **fields)
    )
    moved_now = Moved(target_id=shown.id, digest=digest, parent=query.id)
    run.state.record("visualization", item.id, moved_now)
    return "updated" if moved else "created"
