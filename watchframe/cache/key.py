"""The name under which a result lies in the cache: a hash of named parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from watchframe.reprs import Shown

#: What a key is made of. Raised when the parts or their spelling change: old keys are then misses.
KEY_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KeyParts(Shown):
    """All that tells one result from another, and nothing about how it is shown.

    Attributes
    ----------
    server : str
        The server's normalised base URL: scheme, host, path.
    principal : str
        Whose result it is: `ResultCache.principal` of the API key, never the key.
    query_id : int or None
        The saved query; None for ad-hoc SQL.
    data_source_id : int or None
        Where it runs.
    text_hash : str
        A hash of the query's text and of whatever else decides which SQL runs.
    parameters : mapping
        In wire form: JSON values only. The order of names does not matter, that of lists does.
    """

    server: str
    principal: str
    query_id: int | None
    data_source_id: int | None
    text_hash: str
    parameters: Mapping[str, object]


def cache_key(parts: KeyParts) -> str:
    """Return 64 hexadecimal digits: the SHA-256 of the parts as canonical JSON.

    Each part stands under its name, so no two different sets of parts are spelled alike.

    Raises
    ------
    TypeError, ValueError
        A parameter is not a JSON value (a date that was not normalised, a NaN).
    """
    named: dict[str, object] = {"version": KEY_VERSION} | {
        part.name: getattr(parts, part.name) for part in fields(parts)
    }
    named["parameters"] = dict(parts.parameters)
    text = json.dumps(named, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
