"""A query that is written with a limit and an offset, read page by page."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypedDict

import pyarrow as pa

from watchframe.display import progress_bar
from watchframe.errors import ArgumentError
from watchframe.models import Query
from watchframe.parameters import render_query
from watchframe.parameters.normalize import definitions_of
from watchframe.parameters.sql_text import BLANK, sql_pieces
from watchframe.read.answer import Answer
from watchframe.read.options import Params, ReadOptions
from watchframe.read.pipeline import answer_query, wire_sets
from watchframe.read.question import AUTO_LIMIT, is_probably_cut
from watchframe.references import QueryReference

#: What stands behind an ORDER BY.
_ENDS = frozenset({"limit", "offset", "fetch", "for", "union", "settings", "format", "option", ";"})
#: What stands behind a column there.
_DIRECTIONS = frozenset({"asc", "desc", "nulls", "first", "last"})
#: Functions that have another value in every run.
_RANDOM = frozenset(
    {"random", "rand", "rand32", "rand64", "newid", "uuid", "gen_random_uuid", "generateuuidv4"}
)
#: What has the same value in every row.
_CONSTANTS = frozenset({"null", "true", "false", "select"})
_QUOTES = '"`[]'


def order_terms(sql: str) -> list[list[str]]:
    """Return the terms of the outermost ``ORDER BY``, each as its words; none where there is none.

    That of the last statement: an ``ORDER BY`` within brackets is another query's.
    """
    words = list(_words(sql))
    start = None
    for place, ((one, depth), (two, _)) in enumerate(itertools.pairwise(words)):
        if depth == 0 and one == ";":
            start = None
        elif depth == 0 and (one.lower(), two.lower()) == ("order", "by"):
            start = place + 2
    return [] if start is None else _terms(words[start:])


def is_moving(terms: Sequence[Sequence[str]]) -> bool:
    """Whether these terms order nothing: a random number, or what is the same for every row."""
    return any(map(_is_random, terms)) or all(map(_is_constant, terms))


def _is_random(term: Sequence[str]) -> bool:
    return any(
        one.lower() in _RANDOM and two == "(" for one, two in itertools.pairwise([*term, ""])
    )


def _is_constant(term: Sequence[str]) -> bool:
    first = next((word.lower() for word in term if word != "("), "")
    return first in _CONSTANTS or first.startswith("'")


def order_columns(terms: Sequence[Sequence[str]], columns: Sequence[str]) -> list[str] | None:
    """Return the columns of a result that the terms name; None where one is anything else.

    A number is a column's place. A name with a table before it may be another thing than the
    result's column of that name.
    """
    found = []
    for term in terms:
        words = [word for word in term if word.lower() not in _DIRECTIONS]
        if len(words) != 1:
            return None
        word = words[0]
        if word.isdigit():
            same = list(columns[int(word) - 1 : int(word)]) if int(word) else []
        else:
            name = word.strip(_QUOTES).lower()
            same = [column for column in columns if column.lower() == name]
        if len(same) != 1:
            return None
        found += same
    return found


def _words(sql: str) -> Iterator[tuple[str, int]]:
    """Return words and signs, and within how many brackets each stands."""
    depth = 0
    for kind, word in sql_pieces(sql):
        if kind not in BLANK:
            depth -= word == ")"
            yield word, depth
            depth += word == "("


def _terms(words: Sequence[tuple[str, int]]) -> list[list[str]]:
    terms: list[list[str]] = [[]]
    for word, depth in words:
        if depth == 0 and word.lower() in _ENDS:
            break
        if depth == 0 and word == ",":
            terms.append([])
        else:
            terms[-1].append(word)
    return [term for term in terms if term]


class Page(TypedDict):
    """Which parameters of a query page it, and how many rows a page has."""

    limit: str
    offset: str
    size: int


def answers_of_pages(
    query: QueryReference, params: Params, page: Page, options: ReadOptions
) -> list[Answer]:
    """Return one answer for each page, until one is short.

    Raises
    ------
    ArgumentError
        `page` does not name a limit and an offset of the query; it has no order, or one that seems
        not to be stable; or its pages are not what was asked for.
    """
    given = _given(params, page)
    options = replace(options, now=options.now or datetime.now(UTC))
    definition, (wire,) = wire_sets(query, [given], options)
    sql = render_query(definition.text, wire, definition.parameters)
    pager = _Pager(definition, page, order_terms(sql))
    pager.check()
    answers: list[Answer] = []
    rows = 0
    with progress_bar(unit="page", progress=options.progress) as bar:
        while not answers or answers[-1].table.num_rows == page["size"]:
            place = {page["offset"]: page["size"] * len(answers)}
            its = replace(options, progress=False, deadline=options.deadline.restarted())
            answer = answer_query(query, {**wire, **place}, its)
            pager.check_page(answer, answers)
            answers.append(answer)
            rows += answer.table.num_rows
            bar.set_postfix_str(f"{rows:,} rows")
            bar.update()
    return answers


@dataclass(frozen=True, slots=True)
class _Pager:
    """What pages have to be, that all rows come once."""

    query: Query
    page: Page
    terms: list[list[str]]

    def check(self) -> None:
        """Raise ArgumentError where the query cannot be read in pages."""
        used = {item.name for item in definitions_of(self.query, used_only=True)}
        for name in (self.page["limit"], self.page["offset"]):
            if name not in used:
                raise ArgumentError(
                    f"{self._words} does not use its parameter {name!r}.",
                    hint=f"Write limit {{{{ {self.page['limit']} }}}} offset "
                    f"{{{{ {self.page['offset']} }}}} at its end.",
                )
        if not self.terms:
            raise ArgumentError(
                f"{self._words} has no ORDER BY: its pages might overlap and leave rows out.",
                hint="Order it by something that is different in every row.",
            )
        if is_moving(self.terms):
            raise ArgumentError(
                f"{self._words} is ordered by {self._order}, which is no order that stays: its "
                "pages would overlap and leave rows out.",
                hint="Order it by something that is different in every row.",
            )

    def check_page(self, answer: Answer, before: list[Answer]) -> None:
        """Raise ArgumentError where a page does not go on where the one before it ended."""
        size, rows = self.page["size"], answer.table.num_rows
        if rows > size:
            raise ArgumentError(
                f"A page has {rows} rows where {size} were asked for.",
                hint=f"{self.page['limit']!r} does not seem to limit the rows of the query.",
            )
        if answer.provenance.is_truncated:
            raise ArgumentError(
                f"A page has {rows:,} rows where {size:,} were asked for, and the data source says "
                "that some are missing.",
                hint="Give a smaller size.",
            )
        ran = answer.provenance.query_text
        if rows < size and is_probably_cut(may_be_cut=answer.may_be_cut, rows=rows, ran=ran):
            raise ArgumentError(
                f"A page has {rows:,} rows where {size:,} were asked for, and the server appends "
                f"LIMIT {AUTO_LIMIT} to the query: there are probably more.",
                hint=f"Switch off its auto limit on its page, or give a size of at most "
                f"{AUTO_LIMIT - 1}.",
            )
        if before and rows:
            self._check_border(before[-1].table, answer.table, size * len(before))

    def _check_border(self, one: pa.Table, two: pa.Table, number: int) -> None:
        if one.equals(two):
            raise ArgumentError(
                f"Two pages of {self._words[0].lower()}{self._words[1:]} are the same.",
                hint=f"{self.page['offset']!r} does not seem to move its rows.",
            )
        columns = order_columns(self.terms, two.column_names)
        if columns is None or one.column_names != two.column_names:
            return
        last, first = (
            table.select(columns).slice(row, 1).to_pylist()
            for table, row in ((one, one.num_rows - 1), (two, 0))
        )
        if last == first:
            raise ArgumentError(
                f"{self._words} is ordered by {self._order}, which is {_values(first[0])} in row "
                f"{number:,} and in the next one: which of them comes first may change from page "
                "to page, and then rows would come twice and others not at all.",
                hint="Order it by something more, that is different in every row.",
            )

    @property
    def _words(self) -> str:
        return f"Query {self.query.id} {self.query.name!r}"

    @property
    def _order(self) -> str:
        return ", ".join(" ".join(term) for term in self.terms)


def _given(params: Params, page: Mapping[str, Any]) -> dict[str, object]:
    """Return the parameters of the first page."""
    if set(page) != {"limit", "offset", "size"}:
        raise ArgumentError(
            f"page is {page!r}.",
            hint='Give {"limit": "rows", "offset": "start", "size": 100_000}, with the names of '
            "the query's parameters.",
        )
    size = page["size"]
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ArgumentError(f"page has the size {size!r}.", hint="Give 1 or more.")
    if page["limit"] == page["offset"]:
        raise ArgumentError(f"page has {page['limit']!r} for limit and offset.")
    given = dict(params or {})
    for name in (page["limit"], page["offset"]):
        if name in given:
            raise ArgumentError(
                f"params has a value for {name!r}, which page sets.", hint="Give it in one place."
            )
    return {**given, page["limit"]: size, page["offset"]: 0}


def _values(row: Mapping[str, object]) -> str:
    return ", ".join(str(value) for value in row.values())
