"""How often each tag is used, in the server's shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any


def tag_list(tagged: Iterable[Sequence[str]]) -> dict[str, Any]:
    """Give every tag and how many have it, the most used first (recording 147)."""
    counts = Counter(tag for tags in tagged for tag in tags)
    return {"tags": [{"name": name, "count": count} for name, count in counts.most_common()]}
