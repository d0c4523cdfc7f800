"""The local cache: the key of a result, when a copy may answer, and how it is stored."""

from watchframe.cache.entry_format import CacheEntry, Document, ResultHead
from watchframe.cache.freshness import (
    Decision,
    Mode,
    Policy,
    ServerState,
    data_age,
    decide,
    decide_after_error,
    decide_document,
    parse_max_age,
)
from watchframe.cache.key import KeyParts, cache_key
from watchframe.cache.maintenance import PruneReport, VerifyReport
from watchframe.cache.provenance import Provenance
from watchframe.cache.single_flight import Flight
from watchframe.cache.store import ResultCache
from watchframe.cache.writer import ResultWriter

__all__ = [
    "CacheEntry",
    "Decision",
    "Document",
    "Flight",
    "KeyParts",
    "Mode",
    "Policy",
    "Provenance",
    "PruneReport",
    "ResultCache",
    "ResultHead",
    "ResultWriter",
    "ServerState",
    "VerifyReport",
    "cache_key",
    "data_age",
    "decide",
    "decide_after_error",
    "decide_document",
    "parse_max_age",
]
