"""Several queries side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from watchframe.models.json_fields import (
    as_object,
    optional,
    optional_time,
    other_fields,
    required,
    without_keys,
)
from watchframe.models.widget import Widget

_READ = (
    "id",
    "slug",
    "name",
    "widgets",
    "layout",
    "options",
    "tags",
    "is_draft",
    "is_archived",
    "version",
    "created_at",
    "updated_at",
    "user",
    "is_favorite",
    "public_url",
    "dashboard_filters_enabled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Several queries side by side, and the parameters that they share.

    Attributes
    ----------
    id : int
        The number in its page's URL.
    slug : str
        The words in its page's URL.
    name : str
    widgets : tuple of Widget
        Empty in lists: only the dashboard itself comes with them.
    layout : tuple of object
        Of very old dashboards; the widgets' ``options["position"]`` says where they are.
    options : mapping of str to object
        In the server's words; ``globalParamOrder`` is the order of the shared parameters.
    tags : tuple of str
    is_draft, is_archived : bool
    version : int or None
        Counts up with each edit.
    created_at, updated_at : datetime or None
        UTC.
    owner : str
        The name of whose dashboard it is; may be empty.
    is_favorite : bool
        Whether the key's owner marked it.
    public_url : str or None
        Who has it sees the dashboard without logging in; None where it is not shared.
    filters_enabled : bool
        Whether it has filters for the whole of it.
    more : mapping of str to object
        What the server sent besides, under the server's names, without API keys.
    """

    id: int
    slug: str
    name: str
    widgets: tuple[Widget, ...] = ()
    layout: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    is_draft: bool = False
    is_archived: bool = False
    version: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    owner: str = ""
    is_favorite: bool = field(default=False, compare=False)
    # It opens the dashboard to everybody, so it is not shown by accident.
    public_url: str | None = field(default=None, repr=False)
    filters_enabled: bool = False
    more: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> Dashboard:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "dashboard")
        widgets, layout, tags = obj.get("widgets"), obj.get("layout"), obj.get("tags")
        options = without_keys(obj.get("options"))
        user = obj.get("user")
        return cls(
            id=required(obj, "id", int, "dashboard"),
            slug=optional(obj, "slug", str, "dashboard") or "",
            name=optional(obj, "name", str, "dashboard") or "",
            widgets=tuple(Widget.from_json(item) for item in widgets)
            if isinstance(widgets, list)
            else (),
            layout=tuple(layout) if isinstance(layout, list) else (),
            options=options if isinstance(options, Mapping) else {},
            tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
            is_draft=obj.get("is_draft") is True,
            is_archived=obj.get("is_archived") is True,
            version=optional(obj, "version", int, "dashboard"),
            created_at=optional_time(obj, "created_at", "dashboard"),
            updated_at=optional_time(obj, "updated_at", "dashboard"),
            owner=str(user.get("name") or "") if isinstance(user, Mapping) else "",
            is_favorite=obj.get("is_favorite") is True,
            public_url=optional(obj, "public_url", str, "dashboard"),
            filters_enabled=obj.get("dashboard_filters_enabled") is True,
            more=other_fields(obj, _READ),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape, without the public URL, which is as good as a key."""
        return {
            "id": self.id,
            "slug": self.slug,
            "name": self.name,
            "widgets": [widget.to_json() for widget in self.widgets],
            "layout": list(self.layout),
            "options": dict(self.options),
            "tags": list(self.tags),
            "is_draft": self.is_draft,
            "is_archived": self.is_archived,
            "version": self.version,
            "created_at": self.created_at.isoformat() if self.created_at else None,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
            "user": {"name": self.owner},
            "dashboard_filters_enabled": self.filters_enabled,
        }
