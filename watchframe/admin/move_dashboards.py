"""Dashboards and their tiles from one server to another."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from watchframe.admin.move_state import Action, Moved, MoveRun, NotMovedError, digest_of
from watchframe.errors import NotFoundError
from watchframe.models import Dashboard, Widget


@dataclass(frozen=True, slots=True)
class DashboardMove:
    """Moves dashboards, after the queries that they show.

    Attributes
    ----------
    run : MoveRun
    """

    run: MoveRun

    def move(self, dashboard: Dashboard) -> None:
        """Move a dashboard, as it was read from the source with its widgets.

        A tile that was moved, and deleted in the source since, is deleted on the target.
        """
        run = self.run
        work = partial(self._write, dashboard)
        target_id = run.guarded("dashboard", dashboard.id, dashboard.name, work)
        if target_id is None and not run.dry_run:
            return
        gone = set(run.state.of_parent("widget", dashboard.id))
        for item in dashboard.widgets:
            gone.discard(item.id)
            run.guarded(
                "widget",
                item.id,
                item.title,
                partial(self._move_widget, item, dashboard, target_id),
            )
        for number in sorted(gone):
            self._remove(number)

    def turn_links(self, dashboard: Dashboard) -> None:
        """Write those tiles anew whose links lead to what was moved after them."""
        target_id = self.run.on_target("dashboard", dashboard.id)
        for item in dashboard.widgets:
            if self.run.is_to_be_seen_again("widget", item.id):
                work = partial(self._move_widget, item, dashboard, target_id)
                self.run.guarded("widget", item.id, item.title, work)

    def _write(self, dashboard: Dashboard) -> int | None:
        """Have the target's dashboard be as it should, but for its tiles; give its id."""
        run, state = self.run, self.run.state
        moved = state.get("dashboard", dashboard.id)
        digest = digest_of(_wanted(dashboard))
        if moved is not None and moved.digest == digest:
            self._report(dashboard, "unchanged")
            return moved.target_id
        if run.dry_run:
            self._report(dashboard, "would update" if moved else "would create")
            return None
        action: Action = "updated" if moved and moved.digest else "created"
        if moved is None:
            there = run.made(
                "dashboard",
                dashboard.id,
                partial(run.target.dashboards.create, dashboard.name),
                lost=partial(self._lost, dashboard.name),
                newest=lambda: max((item.id for item in self._newest()), default=0),
            )
            moved = Moved(target_id=there.id)
            state.record("dashboard", dashboard.id, moved)
        there = run.target.dashboards.get(moved.target_id)
        if _wanted(there) != _wanted(dashboard):
            run.target.dashboards.update(
                there,
                name=None if there.name == dashboard.name else dashboard.name,
                tags=dashboard.tags,
                layout=dashboard.layout,
                options=dashboard.options,
                is_draft=dashboard.is_draft,
                filters_enabled=dashboard.filters_enabled,
            )
        state.record("dashboard", dashboard.id, replace(moved, digest=digest))
        self._report(dashboard, action)
        return moved.target_id

    def _move_widget(self, item: Widget, dashboard: Dashboard, target_id: int | None) -> None:
        run = self.run
        shown: int | None = None
        if item.visualization is not None:
            there = run.state.get("visualization", item.visualization.id)
            if there is None and (not run.dry_run or self._is_left_out(item)):
                raise NotMovedError("The query that it shows is not on the target.")
            shown = there.target_id if there else None
        elif item.more.get("restricted"):
            raise NotMovedError("The key may not see what it shows.")
        text = run.links.in_text(item.text)
        digest = digest_of([shown, text, item.options])
        moved = run.state.get("widget", item.id)
        if moved is not None and moved.digest == digest:
            run.report("widget", item.id, item.title, "unchanged")
        elif run.dry_run or target_id is None:
            would: Action = "would update" if moved else "would create"
            run.report("widget", item.id, item.title, would)
        else:
            made = self._written(item, target_id, shown, text, moved)
            run.state.record(
                "widget", item.id, Moved(target_id=made.id, digest=digest, parent=dashboard.id)
            )
            run.report("widget", item.id, item.title, "updated" if moved else "created")

    def _written(
        self, item: Widget, target_id: int, shown: int | None, text: str, moved: Moved | None
    ) -> Widget:
        widgets = self.run.target.widgets
        if moved is not None:
            return widgets.update(moved.target_id, text=text, options=item.options)
        return self.run.made(
            "widget",
            item.id,
            partial(
                widgets.create,
                target_id,
                visualization_id=shown,
                text=text,
                options=item.options,
                width=item.width,
            ),
            lost=partial(self._lost_widgets, target_id, shown, text, item.options),
        )

    def _is_left_out(self, item: Widget) -> bool:
        line = self.run.lines.get(("query", item.query.id if item.query else 0))
        return line is not None and line.action in ("skipped", "failed")

    def _remove(self, source_id: int) -> None:
        moved = self.run.state.get("widget", source_id)
        if moved is None or self.run.dry_run:
            self.run.report("widget", source_id, "", "would remove")
            return
        with contextlib.suppress(NotFoundError):  # somebody did it already
            self.run.target.widgets.delete(moved.target_id)
        self.run.report("widget", source_id, "", "removed")
        self.run.state.forget("widget", source_id)

    def _lost(self, name: str, floor: int) -> Iterator[Dashboard]:
        taken = self.run.state.target_ids("dashboard")
        for item in self._newest():
            if item.id > floor and item.id not in taken and item.name == name:
                yield item

    def _lost_widgets(
        self,
        dashboard_id: int,
        shown: int | None,
        text: str,
        options: Mapping[str, object],
        floor: int,
    ) -> Iterator[Widget]:
        taken = self.run.state.target_ids("widget")
        for item in self.run.target.dashboards.get(dashboard_id).widgets:
            number = item.visualization.id if item.visualization else None
            same = (number, item.text, item.options) == (shown, text, options)
            if same and item.id > floor and item.id not in taken:
                yield item

    def _newest(self) -> Iterator[Dashboard]:
        return iter(self.run.target.dashboards.list())

    def _report(self, dashboard: Dashboard, action: Action) -> None:
        self.run.report("dashboard", dashboard.id, dashboard.name, action)


def _wanted(dashboard: Dashboard) -> dict[str, object]:
    return {
        "name": dashboard.name,
        "tags": dashboard.tags,
        "layout": dashboard.layout,
        "options": dashboard.options,
        "is_draft": dashboard.is_draft,
        "filters_enabled": dashboard.filters_enabled,
    }
