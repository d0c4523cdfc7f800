"""Inverse Watch's data sources of a chain, ``evmlogs`` and its kin, over an invented chain.

Their results put the rows before the columns. One contract answers, at every address of two digits
that repeat, and at its own; it has logged a few transfers and changes of a pool, a block every
twelve seconds from the first second of 2024.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchframe.demo.jobs import Interrupt, SourceError

CONTRACT = "0x865377367054516e17014CcdED1e7d814EDC9ce4"
_ALICE, _BOB = f"0x{'11' * 20}", f"0x{'22' * 20}"
FIRST_BLOCK, LAST_BLOCK = 19_000_000, 19_000_100
_FIRST_SECOND = 1_704_067_200
_SECONDS_PER_BLOCK, _BLOCKS_PER_LOG = 12, 10
UINT256 = 2**256 - 1
#: Event -> the arguments of its logs, in order of their blocks.
_LOGS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "Transfer": [
        {"from": _ALICE, "to": _BOB, "value": value}
        for value in (5, 10**18, UINT256, 0, 1234 * 10**16 + 7, 2**32, 2**53 + 1, 2**63)
    ],
    "PoolBalanceChanged": [
        {
            "poolId": "ab" * 32,
            "liquidityProvider": _ALICE,
            "tokens": [_ALICE, _BOB],
            "deltas": [-100 * 10**18, 3 * 10**18],
            "protocolFeeAmounts": [0, fee],
        }
        for fee in (5, 10**18, UINT256)
    ],
}
EVENTS = tuple(_LOGS)
_LOG_COLUMNS = {
    "block": "integer",
    "block_time": "integer",
    "address": "string",
    "transaction_hash": "string",
    "log_index": "integer",
    "event_name": "string",
}
#: Function -> what it returns, as Python writes it; of one it has not, null.
_STATE = {"slot0": f"[{2**100}, -5, True]", "totalSupply": str(21_000_000 * 10**18)}
_STATE_COLUMNS = (
    ("block", "Block", "integer"),
    ("block_time", "Block Time", "integer"),
    ("function_name", "Function", "string"),
    ("args", "Arguments", "string"),
    ("contract_address", "Contract", "string"),
    ("value", "Value", "string"),
)
_TRANSACTION_COLUMNS = (
    ("block", "integer"),
    ("from", "string"),
    ("to", "string"),
    ("value", "float"),
    ("gas", "integer"),
    ("gas_price", "integer"),
    ("data", "string"),
    ("tx_hash", "string"),
)
#: Integers above it are declared as strings: JavaScript would round them.
_LARGEST_INTEGER = 2**53


@dataclass(slots=True, kw_only=True)
class ChainSource:
    """A data source whose queries are YAML; `type` is the server's word for it."""

    id: int
    name: str
    type: str
    syntax: str = "yaml"
    supports_auto_limit: bool = False
    is_annotated: bool = False

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:  # noqa: ARG002 - the protocol
        """Return what the chain has between two blocks, the rows first."""
        fields = yaml_fields(text)
        match self.type:
            case "evmlogs":
                return _logs(fields)
            case "evmstate":
                return _state(fields)
            case _:
                return _transactions(fields)

    def schema(self) -> list[dict[str, Any]]:
        """Return nothing: there are no tables."""
        return []


def yaml_fields(text: str) -> dict[str, str | list[str]]:
    """Return the fields at the left margin of YAML, each a text or a list of texts."""
    found: dict[str, str | list[str]] = {}
    for line in text.splitlines():
        field = re.match(r"(\w+):\s*(.*?)\s*(?:\s#.*)?\Z", line)
        if field is None:
            continue
        name, value = field.groups()
        if value.startswith("["):
            found[name] = [_unquoted(item) for item in value.strip("[]").split(",") if item.strip()]
        else:
            found[name] = _unquoted(value)
    return found


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")


def _logs(fields: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """Return logs; the columns are those of the first, not what other events have besides."""
    addresses = _several(fields, "contract_address")
    events = _several(fields, "event_name")
    blocks = _blocks(fields)
    rows = []
    for event in events if CONTRACT.lower() in [item.lower() for item in addresses] else ():
        for index, values in enumerate(_LOGS.get(event, ())):
            block = FIRST_BLOCK + index * _BLOCKS_PER_LOG
            if block in blocks:
                rows.append(
                    {
                        "block": block,
                        "block_time": _time(block),
                        "address": CONTRACT,
                        "transaction_hash": f"0x{block * 1000 + index:064x}",
                        "log_index": index,
                        "event_name": event,
                        **values,
                    }
                )
    declared = dict(_LOG_COLUMNS)
    for name, value in rows[0].items() if rows else ():
        is_small = isinstance(value, int) and value <= _LARGEST_INTEGER
        declared.setdefault(name, "integer" if is_small else "string")
    return {
        "rows": rows,
        "columns": [{"name": name, "type": type_} for name, type_ in declared.items()],
    }


def _state(fields: Mapping[str, str | list[str]]) -> dict[str, Any]:
    (address, *_), (function, *_) = (
        _several(fields, "contract_address"),
        _several(fields, "function_name"),
    )
    return {
        "rows": [
            {
                "block": block,
                "block_time": _time(block),
                "contract_address": address,
                "function_name": function,
                "args": json.dumps(_several(fields, "args") if "args" in fields else []),
                "value": _STATE.get(function),
            }
            for block in _blocks(fields)
        ],
        "columns": [
            {"name": name, "friendly_name": friendly, "type": type_}
            for name, friendly, type_ in _STATE_COLUMNS
        ],
    }


def _transactions(fields: Mapping[str, str | list[str]]) -> dict[str, Any]:
    (address, *_) = _several(fields, "address")
    return {
        "rows": [
            {
                "block": block,
                "from": address,
                "to": _ALICE,
                "value": 1.2345678901234567,
                "gas": 21_000,
                "gas_price": 10**11,
                "data": "a9059cbb" + "00" * 8,
                "tx_hash": f"0x{block:064x}",
            }
            for block in _blocks(fields)
        ],
        "columns": [{"name": name, "type": type_} for name, type_ in _TRANSACTION_COLUMNS],
    }


def _several(fields: Mapping[str, str | list[str]], name: str) -> list[str]:
    value = fields.get(name)
    if not value:
        raise SourceError(f"{name} is required.")
    return [value] if isinstance(value, str) else value


def _blocks(fields: Mapping[str, str | list[str]]) -> range:
    first, last = (_block(fields, name) for name in ("start_block", "end_block"))
    return range(max(first, FIRST_BLOCK), min(last, LAST_BLOCK) + 1)


def _block(fields: Mapping[str, str | list[str]], name: str) -> int:
    (word, *_) = _several(fields, name)
    try:
        return LAST_BLOCK if word == "latest" else int(word)
    except ValueError:
        raise SourceError(f"{name} is a number or latest, not {word!r}.") from None


def _time(block: int) -> int:
    return _FIRST_SECOND + (block - FIRST_BLOCK) * _SECONDS_PER_BLOCK
