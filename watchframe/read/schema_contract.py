"""What a result has to be like: its columns, their types, their nulls and the number of its rows.

A `Schema` is made of a result, lies in a file that people edit, and is compared with later results.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Self

import pandas as pd
import pyarrow as pa

from watchframe.config.files import atomic_file, check_writable
from watchframe.display import origin_words
from watchframe.errors import ArgumentError, SchemaDriftError
from watchframe.hints import Hint, Kind
from watchframe.keys import without_keys
from watchframe.plain_text import plain_text
from watchframe.read.answer import ATTRIBUTE
from watchframe.read.schema_facts import TYPES, ColumnFacts, RowFacts, facts_of
from watchframe.read.schema_file import VERSION, key_text, read_toml, value_text
from watchframe.reprs.words import counted
from watchframe.site import page

#: Expected type -> the types of columns that it takes, beside itself.
_TAKES = {
    "integer": ("int64",),
    "float": ("int64",),
    "decimal": ("int64", "integer"),
    "datetime": ("date",),  # to pandas, both are times
}
#: Differences that a message names.
_NAMED = 20
#: A share of nulls that was seen may double, and grow by this much in any case.
_MORE_NULLS = 0.05


class SchemaDifference(NamedTuple):
    """One way in which a result is not as its schema says.

    Attributes
    ----------
    column : str or None
        None for the number of rows.
    what : str
        ``"missing"``, ``"new"``, ``"type"``, ``"nulls"`` or ``"rows"``.
    expected : str
        What the schema says, in words.
    found : str
        What the result has, in words.
    """

    column: str | None
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        where = "rows" if self.column is None else f"column {self.column!r}"
        if self.what == "new":
            return f"{where}: found {self.found}, and the schema has no such column"
        if self.what == "missing":
            return f"{where}: expected {self.expected}, and the result has no such column"
        return f"{where}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSchema:
    """What a column has to be like.

    Attributes
    ----------
    type : str
        ``"boolean"``, ``"integer"`` (of any size), ``"int64"``, ``"float"``, ``"decimal"``,
        ``"string"``, ``"date"``, ``"datetime"``, ``"datetime with zone"``, ``"json"`` or ``"any"``.
    nulls : float
        The greatest share of nulls, from 0 to 1.
    is_optional : bool
        Whether it may be missing.
    """

    type: str = "any"
    nulls: float = 1.0
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Schema:
    """What a result has to be like; `read_watch_query` compares by ``expect=``.

    `Schema.of` makes one of rows, `watch_query(42).schema` is that of the query's newest result
    here, `save` writes a file, and `Schema.read` reads it. The order of columns does not matter.

    Attributes
    ----------
    columns : mapping of str to ColumnSchema
        By name.
    least_rows : int
        How many rows there have to be.
    most_rows : int or None
        How many there may be; None for any number.
    allows_others : bool
        Whether there may be columns that are not in `columns`.
    origin : mapping
        What ``watchframe check`` reads, from the provenance: ``server``, ``query`` and ``name``, or
        ``data_source`` and ``sql``; and ``parameters``. Empty where that is no single read.
    path : str or None
        The file that it was read from.
    """

    columns: Mapping[str, ColumnSchema]
    least_rows: int = 0
    most_rows: int | None = None
    allows_others: bool = False
    origin: Mapping[str, object] = field(default_factory=dict)
    path: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, rows: pd.DataFrame | pa.Table) -> Self:
        """Return a schema that these rows fit, with some room.

        A column without nulls may have none; any other may have twice its share, and at least 5 %
        of the rows more. One row is enough, and there may be any number; only rows that are none
        may be none again. A column without values may be of any type.

        Parameters
        ----------
        rows : pandas.DataFrame or pyarrow.Table
            As a read returned them. ``expect=`` looks at a result before ``columns=``, ``dtype=``
            and ``parse_dates=`` change it: so read without these.

        Raises
        ------
        ArgumentError
            It is neither; two columns have one name; or a column is of a type that no result has.

        Examples
        --------
        >>> import pandas as pd
        >>> schema = Schema.of(pd.DataFrame({"day": ["2026-01-01"], "amount": [2**70]}))
        >>> schema.columns["amount"]
        ColumnSchema(type='integer', nulls=0.0, is_optional=False)
        """
        facts = facts_of(rows)
        return cls(
            columns={
                name: ColumnSchema(
                    type="integer" if column.type == "int64" else column.type,
                    nulls=_room(column.nulls, facts.rows),
                )
                for name, column in facts.columns.items()
            },
            least_rows=min(facts.rows, 1),
            origin=_origin(rows),
        )

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Return the schema of a file that `save` wrote, or people.

        Raises
        ------
        ArgumentError
            It is not there, is no TOML, or has a key or a value that means nothing.
        """
        place = Path(path).expanduser()
        found = read_toml(place)
        rows = found.get("rows", {})
        return cls(
            columns={
                name: ColumnSchema(
                    type=column.get("type", "any"),
                    nulls=float(column.get("nulls", 1)),
                    is_optional=column.get("optional", False),
                )
                for name, column in found["columns"].items()
            },
            least_rows=rows.get("least", 0),
            most_rows=rows.get("most"),
            allows_others=found.get("other_columns", False),
            origin=found.get("read", {}),
            path=str(path),
        )

    @classmethod
    def given(cls, expect: Schema | str | os.PathLike[str] | None) -> Schema | None:
        """Return what the argument ``expect=`` of a read means: a schema, or the file of one.

        Raises
        ------
        ArgumentError
            It is neither, or as of `read`.
        """
        if expect is None or isinstance(expect, Schema):
            return expect
        if isinstance(expect, str | os.PathLike):
            return cls.read(expect)
        raise ArgumentError(
            f"expect is of the type {type(expect).__name__}.",
            hint='Give the path of a schema file, "borrows.schema", or a Schema.',
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it into a file, which is replaced as a whole; also what was edited in it by hand.

        Raises
        ------
        ArgumentError
            No file can be made there.
        OSError
            It could not be written; what was there still is.
        """
        place = Path(path).expanduser()
        check_writable(place)
        with atomic_file(place) as file:
            file.write(self.to_toml().encode())

    def to_toml(self) -> str:
        """Return the text of its file."""
        return without_keys("\n".join(self._lines()) + "\n")

    def _lines(self) -> Iterator[str]:
        yield f"# What a result of {plain_text(self.label, keep='')} has to be like."
        yield f"# Edit it: {page('howto/schema-contract')}"
        yield f"version = {VERSION}"
        yield ""
        yield "# Whether there may be columns that are not listed below."
        yield f"other_columns = {value_text(self.allows_others)}"
        if self.origin:
            yield from ("", "# What `watchframe check` reads.", "[read]")
            parameters = self.origin.get("parameters")
            for key, value in self.origin.items():
                if key != "parameters" and value is not None:
                    yield f"{key} = {value_text(value)}"
            if isinstance(parameters, Mapping) and parameters:
                yield from ("", '# A date may be a dynamic one, such as "d_last_7_days".')
                yield "[read.parameters]"
                for name in sorted(parameters):
                    if parameters[name] is not None:
                        yield f"{key_text(name)} = {value_text(parameters[name])}"
        yield from ("", "[rows]", f"least = {self.least_rows}")
        yield f"most = {self.most_rows}" if self.most_rows is not None else "# most = 1000"
        yield from ("", f"# Types: {', '.join(TYPES)}.")
        yield "# nulls: their greatest share, from 0 to 1. With optional = true it may be missing."
        yield "[columns]"
        width = max((len(key_text(name)) for name in self.columns), default=0)
        for name in sorted(self.columns):
            column = self.columns[name]
            optional = ", optional = true" if column.is_optional else ""
            nulls = int(column.nulls) if column.nulls in (0, 1) else column.nulls
            facts = f"type = {value_text(column.type)}, nulls = {value_text(nulls)}{optional}"
            yield f"{key_text(name):<{width}} = {{ {facts} }}"

    @property
    def label(self) -> str:
        """What it is of: ``query 42 'Borrows by market'``, ``ad-hoc SQL on 'Ethereum'``."""
        if not {"query", "sql"} & self.origin.keys():
            return "a read"
        names = {"query_id": "query", "query_name": "name", "data_source": "data_source"}
        return origin_words({known: self.origin.get(name) for known, name in names.items()})

    def differences(self, rows: pd.DataFrame | pa.Table) -> list[SchemaDifference]:
        """Return how rows differ from it: first the columns by name, then the number of rows.

        Raises
        ------
        ArgumentError
            As of `of`.

        Examples
        --------
        >>> import pandas as pd
        >>> schema = Schema.of(pd.DataFrame({"amount": [1, 2]}))
        >>> for difference in schema.differences(pd.DataFrame({"amount": ["1", "2"]})):
        ...     print(difference)
        column 'amount': expected integer, found string
        """
        facts = facts_of(rows)
        found = [
            difference
            for name in sorted(self.columns.keys() | facts.columns.keys())
            for difference in self._of_column(name, facts)
        ]
        most = math.inf if self.most_rows is None else self.most_rows
        if not self.least_rows <= facts.rows <= most:
            upper = "" if self.most_rows is None else f" and at most {self.most_rows:,}"
            expected = f"at least {self.least_rows:,}{upper}"
            found.append(SchemaDifference(None, "rows", expected, f"{facts.rows:,}"))
        return found

    def _of_column(self, name: str, facts: RowFacts) -> Iterator[SchemaDifference]:
        expected, found = self.columns.get(name), facts.columns.get(name)
        if expected is None or found is None:
            if found is not None and not self.allows_others:
                words = _words(found.type, is_found=True)
                yield SchemaDifference(name, "new", "no such column", words)
            # Some data sources declare columns by their rows: without rows, they may be missing.
            elif expected is not None and facts.rows and not expected.is_optional:
                yield SchemaDifference(name, "missing", _words(expected.type), "no such column")
            return
        if not _is_taken(expected.type, found):
            yield SchemaDifference(
                name, "type", _words(expected.type), _words(found.type, is_found=True)
            )
        if facts.rows and found.nulls / facts.rows > expected.nulls:
            words = f"{found.nulls:,} of {facts.rows:,}"
            most = (
                f"at most {expected.nulls:.4g} of the values null" if expected.nulls else "no nulls"
            )
            yield SchemaDifference(name, "nulls", most, f"{words} null")

    def check(self, rows: pd.DataFrame | pa.Table, label: str = "The result") -> None:
        """Raise SchemaDriftError if rows are not as it says.

        Parameters
        ----------
        rows : pandas.DataFrame or pyarrow.Table
        label : str
            What the error calls them.

        Raises
        ------
        SchemaDriftError
            They differ; the error tells the columns, what was expected, and what was found.
        ArgumentError
            As of `of`.
        """
        found = self.differences(rows)
        if found:
            self._raise(found, label)

    def _raise(self, found: list[SchemaDifference], label: str) -> NoReturn:
        named = [f"  {difference}" for difference in found[:_NAMED]]
        rest = len(found) - _NAMED
        named += [f"  and {counted(rest, 'more difference')}"] if rest > 0 else []
        whose = "its schema" if self.path is None else self.path
        raise SchemaDriftError(
            "\n".join([f"{label} is not as {whose} says:", *named]),
            differences=tuple(found),
            path=self.path,
            hint=None if self.path is None else Hint(Kind.SCHEMA_DRIFT, path=self.path),
        )

    def __repr__(self) -> str:
        columns = ", ".join(f"{name!r}: {item.type}" for name, item in self.columns.items())
        return plain_text(f"<Schema of {self.label}: {columns}>")


#: What ``expect=`` of a read may be.
Expected = Schema | str | os.PathLike[str] | None


def result_label(provenance: Mapping[str, Any]) -> str:
    """Return what an error calls the rows of this provenance."""
    if "sources" in provenance:
        return "The result of local SQL"
    reads: Sequence[Mapping[str, Any]] = provenance.get("reads", [provenance])
    whose = {origin_words(read) for read in reads}
    what = "The result" if len(reads) == 1 else f"The rows of {len(reads):,} results"
    return f"{what} of {whose.pop()}" if len(whose) == 1 else what


def _is_taken(expected: str, found: ColumnFacts) -> bool:
    if "any" in (expected, found.type) or (expected == "date" and found.may_be_days):
        return True
    return found.type in (expected, *_TAKES.get(expected, ()))


def _words(type_: str, *, is_found: bool = False) -> str:
    """Return a type in words; of what was found, the size of integers tells why it is another."""
    if is_found and type_ == "integer":
        return "integer beyond 64 bits"
    if is_found and type_ == "int64":
        return "integer"
    return {"any": "no values" if is_found else "any type"}.get(type_, type_)


def _room(nulls: int, rows: int) -> float:
    """Return the greatest share of nulls that later results may have, in whole percents."""
    if not nulls:
        return 0.0 if rows else 1.0
    share = nulls / rows
    return min(math.ceil(max(2 * share, share + _MORE_NULLS) * 100) / 100, 1.0)


def _origin(rows: pd.DataFrame | pa.Table) -> dict[str, object]:
    """Return what read these rows, by the provenance that they carry; empty where they do not."""
    if isinstance(rows, pa.Table):
        text = (rows.schema.metadata or {}).get(ATTRIBUTE.encode())
        known = json.loads(text) if text is not None else {}
    else:
        known = rows.attrs.get(ATTRIBUTE, {})
    parameters = {"parameters": dict(known.get("parameters") or {})}
    if known.get("query_id") is not None:
        named = {"query": known["query_id"], "name": known.get("query_name")}
        return {"server": known.get("server"), **named, **parameters}
    if known.get("sql") is not None:
        named = {"data_source": known.get("data_source"), "sql": known["sql"]}
        return {"server": known.get("server"), **named, **parameters}
    return {}
