"""What an edit says: only what its caller gave."""

from __future__ import annotations


def given(**values: object) -> dict[str, object]:
    """Give those of the values that are not None, under the server's names."""
    return {name: value for name, value in values.items() if value is not None}
