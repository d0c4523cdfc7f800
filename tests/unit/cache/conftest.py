from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from watchframe.cache import Provenance, ResultCache

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now.timestamp()

    def pass_time(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> Iterator[ResultCache]:
    with ResultCache(tmp_path / "cache", clock=clock) as cache:
        yield cache


@pytest.fixture
def provenance() -> Callable[..., Provenance]:
    def make(**known: object) -> Provenance:
        facts = {
            "server": "https://watch.example/org",
            "query_id": 42,
            "query_name": "Borrows",
            "parameters": {"market": "WETH"},
            "retrieved_at": NOON,
            "stored_at": NOON,
        }
        return Provenance(**(facts | known))

    return make


@pytest.fixture
def table() -> pa.Table:
    return pa.table({"id": [1, 2, 3], "market": ["WETH", None, "DAI"]})


@pytest.fixture
def large_table() -> pa.Table:
    """More than lies in the index itself: it gets a file."""
    return pa.table({"id": range(100_000), "text": [f"row {n}" for n in range(100_000)]})


@pytest.fixture
def key() -> str:
    return "ab" * 32
