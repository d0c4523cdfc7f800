"""What the entries of the reference are called: as they are written in a call."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from watchframe.client import Client


@functools.cache
def resources() -> Mapping[str, type]:
    """Return the classes of a client's resources by their attributes, in the order of the code."""
    with Client("https://watch.invalid", "key") as client:
        return {
            name: type(value)
            for name, value in vars(client).items()
            if not name.startswith("_") and hasattr(value, "_transport")
        }


def name_in_a_call(full: str) -> str:
    """Return ``client.queries.get`` for ``watchframe.client.queries.Queries.get``.

    Of what is imported, it is the name without its module: ``WatchQuery.draw``.
    """
    for attribute, kind in {"": Client, **resources()}.items():
        for module in (kind.__module__, "watchframe"):
            owner = f"{module}.{kind.__qualname__}."
            if full.startswith(owner):
                path = [attribute] if attribute else []
                return ".".join(["client", *path, full.removeprefix(owner)])
    parts = full.split(".")
    first = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return ".".join(parts[first:])


def anchor(name: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter in "_-")
