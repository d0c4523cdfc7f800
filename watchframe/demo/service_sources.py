"""Inverse Watch's data sources of services and files elsewhere, with invented answers.

Nothing is asked for: CoinGecko, DefiLlama, a subgraph (GraphQL) and files (JSON, CSV, Excel) answer
what stands here. All but CSV and Excel put the rows before the columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchframe.demo.chain_sources import UINT256, yaml_fields
from watchframe.demo.jobs import Interrupt, SourceError

Answer = dict[str, Any]


def _table(columns: str, *rows: Mapping[str, Any]) -> Answer:
    """Return an answer; `columns` is ``name|friendly name|type`` of each, or ``name|type``."""
    declared = []
    for column in columns.split("; "):
        name, *friendly, type_ = column.split("|")
        declared.append(
            {"name": name, "friendly_name": friendly[0] if friendly else name, "type": type_}
        )
    return {"rows": list(rows), "columns": declared}


_COINGECKO = {
    "simple-price": _table(
        "coin_id|Coin ID|string; price_usd|Price (USD)|float; price_eur|Price (EUR)|float",
        {"coin_id": "ethereum", "price_usd": 2281, "price_eur": 2080.5},
    ),
    "market-chart": _table(
        "timestamp|Timestamp|integer; datetime|Date Time|datetime; price|Price|float; "
        "market_cap|Market Cap|float; volume|Volume|float",
        {
            "timestamp": 1_704_067_200_123,
            "datetime": "2024-01-01T00:00:00.123000",
            "price": 2281.0,
            "market_cap": 274_000_000_000.0,
            "volume": 9_000_000_000.0,
        },
        {
            "timestamp": 1_704_070_800_456,
            "datetime": "2024-01-01T01:00:00.456000",
            "price": 2284.5,
            "market_cap": 274_500_000_000,
            "volume": 9_100_000_000.0,
        },
    ),
    "ohlc": _table(
        "timestamp|Timestamp|integer; datetime|Date Time|datetime; open|Open|float; "
        "high|High|float; low|Low|float; close|Close|float",
        {
            "timestamp": 1_704_067_200_000,
            "datetime": "2024-01-01T00:00:00",
            "open": 2281,
            "high": 2290,
            "low": 2270.5,
            "close": 2284.5,
        },
        {
            "timestamp": 1_704_070_800_000,
            "datetime": "2024-01-01T01:00:00",
            "open": 2284.5,
            "high": 2285,
            "low": 2280,
            "close": 2281,
        },
    ),
    "coins-markets": _table(
        "id|Id|string; symbol|Symbol|string; name|Name|string; current_price|Current Price|float; "
        "market_cap|Market Cap|float; market_cap_rank|Market Cap Rank|float; "
        "total_supply|Total Supply|float; max_supply|Max Supply|float; ath|Ath|float; "
        "ath_date|Ath Date|datetime; atl|Atl|float; atl_date|Atl Date|datetime; roi|Roi|string; "
        "last_updated|Last Updated|string; roi_times|Roi.Times|float; "
        "roi_currency|Roi.Currency|string; roi_percentage|Roi.Percentage|float",
        {
            "id": "inverse-finance",
            "symbol": "inv",
            "name": "Inverse Finance",
            "current_price": 31,
            "market_cap": 10**20,
            "market_cap_rank": 1,
            "total_supply": 10**30,
            "max_supply": None,
            "ath": 1e-18,
            "ath_date": "2024-01-14T07:10:36.635Z",
            "atl": 0,
            "atl_date": "2021-10-20T00:00:00.000Z",
            "roi": None,
            "last_updated": "2026-01-07T15:24:51.021Z",
        },
        {
            "id": "dola-usd",
            "symbol": "dola",
            "name": "DOLA",
            "current_price": 0.99,
            "market_cap": 5,
            "market_cap_rank": None,
            "total_supply": 1.5,
            "max_supply": 21_000_000,
            "ath": 2,
            "ath_date": "2021-11-10T14:24:19.604Z",
            "atl": 0.1,
            "atl_date": "2022-10-20T00:00:00.000Z",
            "roi_times": 40.2,
            "roi_currency": "usd",
            "roi_percentage": 4020.1,
            "last_updated": "2026-01-07T15:24:51.021Z",
        },
    ),
}
_TVL = "date|Date|integer; datetime|Date Time|datetime"
_DEFILLAMA = {
    "protocol": _table(
        f"tvl|Tvl|float; {_TVL}",
        {"date": 1_704_067_200, "datetime": "2024-01-01T00:00:00+00:00", "tvl": 60_500_000.0},
        {"date": 1_704_153_600, "datetime": "2024-01-02T00:00:00+00:00", "tvl": 61_000_000},
    ),
    "historical-chain-tvl": _table(
        f"tvl|Tvl|integer; {_TVL}",
        {"date": 1_704_067_200, "datetime": "2024-01-01T00:00:00+00:00", "tvl": 0},
        {"date": 1_704_153_600, "datetime": "2024-01-02T00:00:00+00:00", "tvl": 12345.678},
    ),
    "chains": _table(
        "gecko_id|Gecko Id|string; tvl|Tvl|float; tokenSymbol|Tokensymbol|string; "
        "cmcId|Cmcid|string; name|Name|string; chainId|Chainid|integer",
        {
            "gecko_id": "ethereum",
            "tvl": 50_000_000_000.0,
            "tokenSymbol": "ETH",
            "cmcId": "1027",
            "name": "Ethereum",
            "chainId": 1,
        },
        {
            "gecko_id": None,
            "tvl": 0,
            "tokenSymbol": None,
            "cmcId": None,
            "name": "Odd",
            "chainId": "x-1",
        },
    ),
    "prices-current": _table(
        "coin|Coin|string; price|Price|float; symbol|Symbol|string; "
        "timestamp|Timestamp|integer; confidence|Confidence|float; decimals|Decimals|integer",
        {
            "coin": "coingecko:ethereum",
            "price": 2281.5,
            "symbol": "ETH",
            "timestamp": 1_704_067_200,
            "confidence": 0.99,
            "decimals": 18,
        },
    ),
    "pools": _table(
        "chain|Chain|string; project|Project|string; symbol|Symbol|string; "
        "tvlUsd|Tvlusd|integer; apyBase|Apybase|float; apyReward|Apyreward|string; "
        "apy|Apy|float; rewardTokens|Rewardtokens|string; pool|Pool|string; "
        "predictions_predictedClass|Predictions.Predictedclass|string; "
        "predictions_predictedProbability|Predictions.Predictedprobability|integer; "
        "predictions_binnedConfidence|Predictions.Binnedconfidence|integer; "
        "underlyingTokens|Underlyingtokens|string",
        {
            "chain": "Ethereum",
            "project": "lido",
            "symbol": "STETH",
            "tvlUsd": 32_000_000_000,
            "apyBase": 3.1,
            "apyReward": None,
            "apy": 3.1,
            "rewardTokens": None,
            "pool": "747c1d2a",
            "predictions_predictedClass": "Stable/Up",
            "predictions_predictedProbability": 75,
            "predictions_binnedConfidence": 3,
        },
        {
            "chain": "Base",
            "project": "x",
            "symbol": "Y",
            "tvlUsd": 10.5,
            "apyBase": None,
            "apyReward": 2.5,
            "apy": 2.5,
            "pool": "747c1d2b",
            "underlyingTokens": None,
            "predictions_predictedClass": None,
            "predictions_predictedProbability": None,
            "predictions_binnedConfidence": None,
        },
    ),
}
#: Field of the subgraph -> its answer; one without rows has no columns either.
_GRAPHQL = {
    "erc20Transfers": _table(
        "timestamp|integer; id|string; value|string; valueExact|string; from_id|string; "
        "to_id|string; ok|boolean; fee|string; tags|string; from|string; extra|integer",
        {
            "timestamp": 1_704_067_200,
            "id": "0xabc-1",
            "value": "22827089052896823876123",
            "valueExact": 22827089052896823876123,
            "from_id": "0x1",
            "to_id": "0x2",
            "ok": True,
            "fee": None,
            "tags": "b",
        },
        {
            "timestamp": 1_704_070_800,
            "id": "0xabc-2",
            "value": "0",
            "valueExact": 5,
            "from": None,
            "to_id": "0x3",
            "ok": False,
            "fee": "1.5",
            "extra": 7,
        },
    ),
    "empty": {"rows": [], "columns": []},
}
_CSV = _table(
    "day|string; market|string; wei|string; amount|float; flag|boolean; n|float; ts|integer",
    {
        "day": "2024-01-01",
        "market": "WETH",
        "wei": str(UINT256),
        "amount": 1.5,
        "flag": True,
        "n": 1.0,
        "ts": 1_704_067_200,
    },
    {
        "day": "2024-01-02",
        "market": None,
        "wei": "5",
        "amount": None,
        "flag": False,
        "n": None,
        "ts": 1_704_070_800,
    },
)
_FILES = {
    "json": _table(
        "id|integer; wei|integer; amount|string; hex|string; ts|integer; when|string; "
        "nested.a|string; list|string; ok|boolean; f|float",
        {
            "id": 1,
            "wei": UINT256,
            "amount": "1234567890123456789012",
            "hex": "0x1f",
            "ts": 1_704_067_200,
            "when": "2024-01-01T00:00:00Z",
            "nested.a": {"b": 1},
            "list": [1, 2],
            "ok": True,
            "f": 0.1,
        },
        {
            "id": 2,
            "wei": 1,
            "amount": "5",
            "hex": "0x",
            "ts": 1_704_070_800,
            "when": None,
            "nested.a": {"b": 2},
            "list": [],
            "ok": None,
            "f": 1,
        },
    ),
    "csv": _CSV,
    "excel": _table(
        "day|datetime; n|integer; x|float; s|string; b|boolean",
        {"day": "2024-01-01 00:00:00", "n": 1, "x": 1.5, "s": "0x1", "b": True},
        {"day": "2024-01-02 00:00:00", "n": 2, "x": None, "s": None, "b": False},
    ),
}


@dataclass(slots=True, kw_only=True)
class ServiceSource:
    """A service or a kind of file; `type` is the server's word for it."""

    id: int
    name: str
    type: str
    syntax: str = "yaml"
    supports_auto_limit: bool = False
    is_annotated: bool = False

    def run(self, text: str, interrupt: Interrupt) -> Answer:  # noqa: ARG002 - the protocol
        """Return the answer that the text asks for."""
        if self.type == "graphql":
            return _found(_GRAPHQL, re.sub(r"\W*(\w*).*", r"\1", text, flags=re.DOTALL), "field")
        fields = yaml_fields(text)
        if self.type in ("coingecko", "defillama"):
            answers = _COINGECKO if self.type == "coingecko" else _DEFILLAMA
            return _found(answers, fields.get("endpoint"), "endpoint")
        if not fields.get("url"):
            raise SourceError("url is required.")
        answer = _FILES[self.type]
        if self.type == "json":
            return answer
        if "day" in fields.get("parse_dates", ()):
            answer = _with_days(answer)
        return {"columns": answer["columns"], "rows": answer["rows"]}

    def schema(self) -> list[dict[str, Any]]:
        """Return nothing: there are no tables."""
        return []


def _found(answers: Mapping[str, Answer], name: object, noun: str) -> Answer:
    answer = answers.get(name) if isinstance(name, str) else None
    if answer is None:
        raise SourceError(f"There is no {noun} {name!r}; there are {', '.join(answers)}.")
    return answer


def _with_days(answer: Answer) -> Answer:
    """Return a file's answer with the column of days read as such."""
    return {
        "columns": [
            {**column, "type": "datetime"} if column["name"] == "day" else column
            for column in answer["columns"]
        ],
        "rows": [{**row, "day": f"{row['day']} 00:00:00"} for row in answer["rows"]],
    }
