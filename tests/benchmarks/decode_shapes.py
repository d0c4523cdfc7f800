"""The results whose decoding is measured: as the server writes them, and as CSV beside it."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

Row = dict[str, object]

#: The text of the query that all of them are results of.
QUERY = "select 1"
_START = datetime(2024, 1, 1)  # noqa: DTZ001 - the server sends moments without a zone


@dataclass(frozen=True)
class Shape:
    """A kind of result.

    Attributes
    ----------
    title : str
        For the table.
    types : dict of str to str
        The columns, and what the server declares of them.
    rows : int
    row : callable
        Gives a row's values by its number and a source of chance.
    """

    title: str
    types: dict[str, str]
    rows: int
    row: Callable[[int, random.Random], list[object]]

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write the ``.json`` body and the ``.csv`` file; the same ones every time."""
        body, table = folder / f"{name}.json", folder / f"{name}.csv"
        head = {
            "id": 1,
            "query_hash": "0" * 32,
            "query": QUERY,
            "data": {
                "columns": [
                    {"name": column, "friendly_name": column, "type": kind}
                    for column, kind in self.types.items()
                ],
                "rows": [],
            },
        }
        with body.open("w") as out, table.open("w", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(self.types)
            out.write(json.dumps({"query_result": head})[: -len("]}}}")])
            for number, row in enumerate(self._rows()):
                out.write((", " if number else "") + json.dumps(row))
                writer.writerow(row.values())
            out.write('], "truncated": false}, "data_source_id": 1, "runtime": 1.5, ')
            out.write('"retrieved_at": "2026-01-05T12:00:00.000Z"}}')
        return body, table

    def _rows(self) -> Iterator[Row]:
        chance = random.Random(7)
        for number in range(self.rows):
            yield dict(zip(self.types, self.row(number, chance), strict=True))


def _moment(number: int) -> str:
    return (_START + timedelta(seconds=12 * number)).isoformat()


def _numbers(number: int, chance: random.Random) -> list[object]:
    return [
        number,
        chance.randrange(10**9),
        chance.random() * 1e6,
        chance.random(),
        chance.randrange(1000),
    ]


def _mixed(number: int, chance: random.Random) -> list[object]:
    return [
        number,
        f"0x{chance.getrandbits(256):064x}",
        f"0x{chance.getrandbits(256):064x}",
        _moment(number),
        _moment(number)[:10],
        chance.random() * 1e6 if number % 7 else None,
        chance.randrange(10**12) if number % 5 else None,
        chance.random() < 0.5,
        chance.choice(["WETH", "USDC", "DAI", None]),
        chance.random(),
    ]


def _wide(number: int, chance: random.Random) -> list[object]:
    return [
        number * column if column % 2 else round(chance.random() * 1e4, 6) for column in range(100)
    ]


_WORDS = (
    'say "no"',
    "line\nbreak",
    "tab\there",
    "naïve café",
    "back\\slash",
    "日本語",
    "plain words",
)


def _texts(number: int, chance: random.Random) -> list[object]:
    return [number, *(" ".join(chance.choices(_WORDS, k=8)) for _ in range(5))]


def _amounts(number: int, chance: random.Random) -> list[object]:
    return [
        number,
        f"0x{chance.getrandbits(160):040x}",
        chance.getrandbits(255) + 2**255,
        chance.getrandbits(255) + 2**255,
        _moment(number),
        chance.random() * 1e6,
        chance.randrange(10**9),
        chance.choice(["WETH", "USDC", "DAI"]),
    ]


_NUMBER_TYPES = {
    "block": "integer",
    "gas": "integer",
    "amount": "float",
    "ratio": "float",
    "log": "integer",
}
_MIXED_TYPES = {
    "id": "integer",
    "tx_hash": "string",
    "parent_hash": "string",
    "block_time": "datetime",
    "day": "date",
    "amount": "float",
    "gas": "integer",
    "is_liquid": "boolean",
    "market": "string",
    "ratio": "float",
}
_AMOUNT_TYPES = {
    "id": "integer",
    "owner": "string",
    "shares": "integer",
    "assets": "integer",
    "block_time": "datetime",
    "price": "float",
    "gas": "integer",
    "market": "string",
}

SHAPES = {
    "numbers": Shape("1M x 5 numbers", _NUMBER_TYPES, 1_000_000, _numbers),
    "mixed": Shape("500k x 10 mixed, nulls, hashes", _MIXED_TYPES, 500_000, _mixed),
    "wide": Shape(
        "50k x 100 wide",
        {f"c{number}": "integer" if number % 2 else "float" for number in range(100)},
        50_000,
        _wide,
    ),
    "texts": Shape(
        "200k x 6 texts with escapes",
        {"id": "integer", **{f"note_{number}": "string" for number in range(5)}},
        200_000,
        _texts,
    ),
    "amounts": Shape("300k x 8, two uint256", _AMOUNT_TYPES, 300_000, _amounts),
    "eighth": Shape("125k x 5 numbers", _NUMBER_TYPES, 125_000, _numbers),
    "rows_1000": Shape("1,000 x 10 mixed", _MIXED_TYPES, 1000, _mixed),
    "rows_100": Shape("100 x 10 mixed", _MIXED_TYPES, 100, _mixed),
    "rows_10": Shape("10 x 10 mixed", _MIXED_TYPES, 10, _mixed),
}
