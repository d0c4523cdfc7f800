"""The part of a move that concerns dashboards and their tiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from watchframe.admin.move_state import Action, Moved, MoveRun, NotMovedError, digest_of
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
        target_id = run.attempt("dashboard", dashboard.id, dashboard.name, work)
        if target_id is None and not run.dry_run:
            return
        for item in dashboard.widgets:
            self._attempt_widget(item, dashboard, target_id)
        gone = run.state.of_parent("widget", dashboard.id) - {item.id for item in dashboard.widgets}
        for number in sorted(gone):
            run.remove("widget", number, run.target.widgets.delete)

    def rewrite_links(self, dashboard: Dashboard) -> None:
        """Write again the tiles with links to what was moved after them."""
        target_id = self.run.on_target("dashboard", dashboard.id)
        for item in dashboard.widgets:
            if self.run.can_rewrite_links("widget", item.id):
                self._attempt_widget(item, dashboard, target_id)

    def _write(self, dashboard: Dashboard) -> int | None:
        """Create or update the target's dashboard, without its tiles; return its id."""
        run, state = self.run, self.run.state
        report = partial(run.report, "dashboard", dashboard.id, dashboard.name)
        moved = state.get("dashboard", dashboard.id)
        wanted = _fields(dashboard)
        digest = digest_of(wanted)
        if moved is not None and moved.digest == digest:
            report("unchanged")
            return moved.target_id
        if run.dry_run:
            report("would update" if moved else "would create")
            return None
        action: Action = "updated" if moved and moved.digest else "created"
        if moved is None:
            there = run.create(
                "dashboard",
                dashboard.id,
                partial(run.target.dashboards.create, dashboard.name),
                existing=run.target.dashboards.list,
                is_same=lambda item: item.name == dashboard.name,
            )
            moved = Moved(target_id=there.id)
            state.record("dashboard", dashboard.id, moved)
        there = run.target.dashboards.get(moved.target_id)
        if _fields(there) != wanted:
            if there.name == dashboard.name:
                del wanted["name"]
            run.target.dashboards.update(there, **wanted)
        state.record("dashboard", dashboard.id, msgspec.structs.replace(moved, digest=digest))
        report(action)
        return moved.target_id

    def _attempt_widget(self, item: Widget, dashboard: Dashboard, target_id: int | None) -> None:
        work = partial(self._move_widget, item, dashboard, target_id)
        self.run.attempt("widget", item.id, item.title, work)

    def _move_widget(self, item: Widget, dashboard: Dashboard, target_id: int | None) -> None:
        run = self.run
        shown: int | None = None
        if item.visualization is not None:
            shown = run.on_target("visualization", item.visualization.id)
            if shown is None and (not run.dry_run or self._is_left_out(item)):
                raise NotMovedError("The query that it shows is not on the target.")
        elif item.more.get("restricted"):
            raise NotMovedError("The key may not see what it shows.")
        text = run.links.in_text(item.text)
        digest = digest_of([shown, text, item.options])
        moved = run.state.get("widget", item.id)
        report = partial(run.report, "widget", item.id, item.title)
        if moved is not None and moved.digest == digest:
            report("unchanged")
        elif run.dry_run or target_id is None:
            report("would update" if moved else "would create")
        else:
            widgets = run.target.widgets
            if moved is not None:
                there = widgets.update(moved.target_id, text=text, options=item.options)
            else:
                there = run.create(
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
                    existing=lambda: run.target.dashboards.get(target_id).widgets,
                    is_same=lambda found: (
                        (found.visualization.id if found.visualization else None) == shown
                        and (found.text, found.options) == (text, item.options)
                    ),
                )
            run.state.record(
                "widget", item.id, Moved(target_id=there.id, digest=digest, parent=dashboard.id)
            )
            report("updated" if moved else "created")

    def _is_left_out(self, item: Widget) -> bool:
        return item.query is not None and self.run.is_left_out("query", item.query.id)


def _fields(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "name": dashboard.name,
        "tags": dashboard.tags,
        "layout": dashboard.layout,
        "options": dashboard.options,
        "is_draft": dashboard.is_draft,
        "filters_enabled": dashboard.filters_enabled,
    }
