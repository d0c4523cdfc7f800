"""What a file of pieces says of itself: of which read they are, and which pieces it holds."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

import msgspec
import pyarrow as pa
from msgspec import Struct

from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind
from watchframe.read.pieces import Inclusive, SplitRange
from watchframe.read.question import text_hash

#: Under which name the note stands in the file's metadata.
NOTE = b"watchframe.pieces"


class PieceNote(Struct, kw_only=True, eq=False, frozen=True):
    """A piece that is in the file.

    Attributes
    ----------
    start, end : str
        Of the range, as they were sent.
    rows : int
    columns : str
        The schema of its result, as base64 of Arrow's own form.
    without_values : tuple of str
        The columns that hold no value in it.
    read : mapping
        The provenance of its read.
    is_due : bool
        Whether it was to be read again, and has not been since.
    """

    start: str
    end: str
    rows: int
    columns: str
    without_values: tuple[str, ...] = ()
    read: Mapping[str, object]
    is_due: bool = False

    @property
    def key(self) -> tuple[datetime, datetime]:
        """Its ends, by which pieces are ordered."""
        return datetime.fromisoformat(self.start), datetime.fromisoformat(self.end)

    @property
    def words(self) -> str:
        """What messages call it."""
        return f"{self.start} to {self.end}"

    @property
    def schema(self) -> pa.Schema:
        """The schema of its result."""
        return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(self.columns)))

    @classmethod
    def of(cls, piece: Mapping[str, str], table: pa.Table, read: Mapping[str, object]) -> PieceNote:
        """Return the note of a result."""
        schema = table.schema.remove_metadata()
        columns = zip(table.column_names, table.columns, strict=True)
        return cls(
            start=piece["start"],
            end=piece["end"],
            rows=table.num_rows if table.num_columns else 0,
            columns=base64.b64encode(schema.serialize()).decode(),
            without_values=tuple(
                name for name, column in columns if column.null_count == len(column)
            ),
            read=read,
        )


class AppendNote(Struct, frozen=True, kw_only=True, dict=True):
    """What a file of pieces says of itself.

    Attributes
    ----------
    format : int
        1.
    server : str
    query_id : int
    query_name : str
    data_source_id : int or None
    text_hash : str
        Of the query's text, as of the cache's key.
    parameters : mapping
        All but the range, as they were sent.
    split, length : str
        The range parameter, and the length of a piece.
    inclusive : {"both", "left", "right"}
        Which ends of a range belong to it.
    pieces : tuple of PieceNote
        In the order of their rows.
    """

    format: Literal[1] = 1
    server: str
    query_id: int
    query_name: str = ""
    data_source_id: int | None = None
    text_hash: str
    parameters: Mapping[str, object]
    split: str
    length: str
    inclusive: Inclusive
    pieces: tuple[PieceNote, ...] = ()

    @classmethod
    def of(cls, whole: SplitRange) -> AppendNote:
        """Return the note of a file without pieces, for the pieces of this range."""
        return cls(
            server=whole.options.client.server,
            query_id=whole.query.id,
            query_name=whole.query.name,
            data_source_id=whole.query.data_source_id,
            text_hash=text_hash(whole.query),
            parameters={name: value for name, value in whole.params.items() if name != whole.name},
            split=whole.name,
            length=whole.length,
            inclusive=whole.inclusive,
        )

    def to_json(self) -> bytes:
        """Return it as JSON; `from_json` of that is equal to this."""
        # Most pieces have the same columns: these are written once.
        schemas = list(dict.fromkeys(piece.columns for piece in self.pieces))
        places = {schema: place for place, schema in enumerate(schemas)}
        plain = msgspec.to_builtins(self)
        for piece in plain["pieces"]:
            piece["columns"] = places[piece["columns"]]
        return msgspec.json.encode({**plain, "schemas": schemas})

    @classmethod
    def from_json(cls, text: bytes) -> AppendNote:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            It is not such a note, or one of a later release.
        """
        try:
            plain = msgspec.json.decode(text)
            for piece in plain["pieces"]:
                piece["columns"] = plain["schemas"][piece["columns"]]
            return msgspec.convert(plain, cls)
        except (LookupError, TypeError, RecursionError, msgspec.MsgspecError) as error:
            raise ValueError(f"The note of the pieces cannot be read: {error}") from None

    @cached_property
    def keys(self) -> Sequence[tuple[datetime, datetime]]:
        """The key of each piece."""
        return [piece.key for piece in self.pieces]

    @property
    def rows(self) -> int:
        """How many rows all pieces have."""
        return sum(piece.rows for piece in self.pieces)

    @cached_property
    def offsets(self) -> Mapping[tuple[datetime, datetime], int]:
        """The first row of each piece, by its key."""
        found, row = {}, 0
        for piece, key in zip(self.pieces, self.keys, strict=True):
            found[key] = row
            row += piece.rows
        return found

    @property
    def attributes(self) -> dict[str, object]:
        """What becomes ``df.attrs["watchframe"]`` of a frame that pandas reads from the file."""
        first, last = self.pieces[0], self.pieces[-1]
        moments = [str(piece.read.get("retrieved_at")) for piece in self.pieces]
        return {
            "server": self.server,
            "query_id": self.query_id,
            "query_name": self.query_name,
            "parameters": {**self.parameters, self.split: {"start": first.start, "end": last.end}},
            "retrieved_at": max(moments),
            "pieces": len(self.pieces),
        }

    def with_pieces(self, new: Iterable[PieceNote], due: Iterable[PieceNote] = ()) -> AppendNote:
        """Return the note with `new` pieces, each in place of those that lie within it.

        Of the others, those in `due` are marked as to be read again.
        """
        new, marked = list(new), {piece.key for piece in due}
        covers = [piece.key for piece in new]
        kept = [
            msgspec.structs.replace(piece, is_due=True) if key in marked else piece
            for piece, key in zip(self.pieces, self.keys, strict=True)
            if not any(holds(cover, key) for cover in covers)
        ]
        pieces = sorted([*kept, *new], key=lambda piece: piece.key)
        return msgspec.structs.replace(self, pieces=tuple(pieces))

    def piece_that_holds(self, piece: Mapping[str, str]) -> PieceNote | None:
        """Return the piece in the file that holds all of `piece`; None where there is none.

        Raises
        ------
        ArgumentError
            `piece` lies partly in one of the file's and partly not.
        """
        asked = ends_of(piece)
        # Pieces neither overlap nor stand out of order, so that few can touch this one.
        first = max(bisect_right(self.keys, asked) - 1, 0)
        for key, known in zip(self.keys[first:], self.pieces[first:], strict=True):
            if key[0] > asked[1]:
                break
            if holds(key, asked):
                return known
            if self._overlap(key, asked) and not holds(asked, key):
                raise ArgumentError(
                    f"The piece {piece['start']} to {piece['end']} and the piece {known.words} of "
                    "the file overlap.",
                    hint=f"Give a range that begins at {known.start} or before it, or another "
                    "file.",
                )
        return None

    def _overlap(self, one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
        if self.inclusive == "both":
            return one[0] <= other[1] and other[0] <= one[1]
        return one[0] < other[1] and other[0] < one[1]

    def check(self, asked: AppendNote, path: object) -> None:
        """Raise ArgumentError where the pieces in the file are not of what is `asked` for.

        Parameters
        ----------
        asked : AppendNote
            Of the call.
        path : path-like
            Of the file.
        """
        for words, mine, theirs in (
            ("the server", self.server, asked.server),
            ("query", self.query_id, asked.query_id),
            ("data source", self.data_source_id, asked.data_source_id),
            ("the range parameter", self.split, asked.split),
            ("pieces of the length", self.length, asked.length),
            ("the ends that are taken in:", self.inclusive, asked.inclusive),
        ):
            if mine != theirs:
                raise ArgumentError(
                    f"{path} holds rows of another read: {words} {mine}, and not {theirs}.",
                    hint=Hint(Kind.OTHER_FILE),
                )
        if self.parameters != asked.parameters:
            names = sorted(
                name
                for name in {**self.parameters, **asked.parameters}
                if self.parameters.get(name) != asked.parameters.get(name)
            )
            differ = "; ".join(
                f"{name} is {self.parameters.get(name)!r} there and "
                f"{asked.parameters.get(name)!r} here"
                for name in names
            )
            raise ArgumentError(
                f"{path} holds rows of other parameters: {differ}.", hint=Hint(Kind.OTHER_FILE)
            )
        if self.text_hash != asked.text_hash:
            raise ArgumentError(
                f"Query {asked.query_id} {asked.query_name!r} has been edited since {path} was "
                "begun: its pieces are of the SQL before.",
                hint=Hint(Kind.EDITED_SINCE),
            )


def ends_of(piece: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Return the two ends of a piece in wire form."""
    return datetime.fromisoformat(piece["start"]), datetime.fromisoformat(piece["end"])


def holds(outer: tuple[datetime, datetime], inner: tuple[datetime, datetime]) -> bool:
    """Whether the piece `outer` holds all of the piece `inner`."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]
