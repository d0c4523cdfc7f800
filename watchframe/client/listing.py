"""Lists of the server's objects: those that come in pages, and those that come whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, Self, TypeVar

from watchframe.errors import NotFoundError, ResponseError, WatchframeError
from watchframe.http.deadline import Deadline
from watchframe.http.documents import request_json
from watchframe.http.error_responses import PAST_THE_END
from watchframe.http.transport import QueryArguments, Transport
from watchframe.models.json_fields import as_object, required
from watchframe.models.results import records_frame
from watchframe.plain_text import plain_text
from watchframe.reprs import Card, Printer, counted, noun_of, record_table

if TYPE_CHECKING:
    import pandas as pd


class Readable(Protocol):
    """An object that can be read from JSON."""

    #: The attributes that a list of them shows.
    list_columns: ClassVar[tuple[str, ...]]

    @classmethod
    def from_json(cls, value: object, /) -> Self:
        """Read what the server sent."""

    def of_server(self, server: str) -> Self:
        """Return it as of that server: it knows its page."""


T = TypeVar("T")
R = TypeVar("R", bound=Readable)

#: The most objects that the server sends in one page.
PAGE_SIZE = 250
#: How many a notebook shows, and the seconds for which it waits for them.
_SHOWN, _SHOWN_WITHIN = 20, 10.0


class Listing(Generic[R]):
    """Objects that the server sends in pages, each page requested when it is needed.

    Every iteration starts again at the first page. Objects that are created meanwhile shift the
    pages: what comes a second time is left out. Where objects are deleted during an iteration,
    others move up and are missed: take ``list(...)`` of it first.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        kind: type[R],
        *,
        query: QueryArguments,
        deadline: Deadline,
    ) -> None:
        self._transport = transport
        self._path = path
        self._kind = kind
        self._query = dict(query)
        self._deadline = deadline

    def __iter__(self) -> Iterator[R]:
        ids: set[object] = set()
        seen, number = 0, 1
        while True:
            page = self._page(number, PAGE_SIZE) if number == 1 else self._next_page(number)
            results = self._items(page)
            for item in results:
                identity = getattr(item, "id", None)
                if identity is None or identity not in ids:
                    ids.add(identity)
                    yield item
            seen, number = seen + len(results), number + 1
            # A page past the end is an error (recording 008), so it is not requested.
            if not results or seen >= required(page, "count", int, "page"):
                return

    def _next_page(self, number: int) -> Mapping[str, object]:
        try:
            return self._page(number, PAGE_SIZE)
        except ResponseError as error:
            # The list has become shorter since the page before it (400; 404 where it is empty).
            is_past_the_end = error.server_message.startswith(PAST_THE_END)
            if isinstance(error, NotFoundError) or is_past_the_end:
                return {"count": 0, "results": []}
            raise

    def count(self) -> int:
        """Return how many there are; one small request."""
        return required(self._page(1, 1), "count", int, "page")

    def to_frame(self) -> pd.DataFrame:
        """Return all of them as a DataFrame.

        Returns
        -------
        pandas.DataFrame
            One row per object, one typed column per attribute, also where there are no rows.
        """
        return records_frame(list(self), self._kind)

    def _items(self, page: Mapping[str, object]) -> list[R]:
        server = self._transport.settings.url
        return [
            self._kind.from_json(item).of_server(server)
            for item in required(page, "results", list, "page")
        ]

    def _page(
        self, number: int, size: int, deadline: Deadline | None = None
    ) -> Mapping[str, object]:
        page = {"page": str(number), "page_size": str(size)}
        return as_object(self._get(page, deadline), "page")

    def _get(self, page: Mapping[str, str], deadline: Deadline | None = None) -> object:
        return request_json(
            self._transport,
            "GET",
            self._path,
            deadline=deadline or self._deadline,
            query={**self._query, **page},
        )

    def __repr__(self) -> str:
        words = self._query.get("q")
        found = f" with {words!r}" if words else ""
        return plain_text(f"<Listing of {self._kind.__name__}{found} from {self._path}>", keep="")

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Return its first rows and how many there are, for IPython; one request."""
        noun = noun_of(self._kind)
        try:
            page = self._page(1, _SHOWN, Deadline.after(_SHOWN_WITHIN))
            total = required(page, "count", int, "page")
            found = record_table(self._items(page), columns=self._kind.list_columns, total=total)
        except WatchframeError as error:
            return Card(noun=repr(self), note=f"It cannot be shown: {error.message}").bundle()
        return Card(noun=counted(total, noun), tables=[found]).bundle()


class WholeList(list[T]):
    """Objects that the server sends all at once: a list, with `to_frame`."""

    def __init__(self, items: Sequence[T], kind: type[T]) -> None:
        super().__init__(items)
        self._kind = kind

    def to_frame(self) -> pd.DataFrame:
        """Return them as a DataFrame: one row per object, one typed column per attribute."""
        return records_frame(self, self._kind)

    def _repr_html_(self) -> str:
        return self._card().html()

    # IPython has a way of its own for lists, which goes before a bundle.
    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: FBT001, ARG002 - IPython's
        printer.text(repr(self) if printer.indentation else self._card().text())

    def _card(self) -> Card:
        table = record_table(self, columns=getattr(self._kind, "list_columns", ()))
        return Card(noun=counted(len(self), noun_of(self._kind)), tables=[table])
