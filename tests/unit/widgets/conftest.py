"""A checker at a fixed moment, and definitions of every type."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watchframe.models import Query
from watchframe.widgets.checking import Checker

NOW = datetime(2026, 11, 24, 10, 30, 5, tzinfo=UTC)


@pytest.fixture
def checker():
    return Checker(query=Query(id=1, name="Q", text=""), timezone=UTC, clock=lambda: NOW)
