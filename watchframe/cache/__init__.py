"""The local cache: what a result's name is, when it may answer, and where it lies."""

from watchframe.cache.document_entry import Document
from watchframe.cache.freshness import (
    Decision,
    Mode,
    Policy,
    ServerState,
    data_age,
    decide,
    decide_after_error,
    decide_document,
)
from watchframe.cache.inventory import PruneReport, VerifyReport
from watchframe.cache.key import KeyParts, cache_key
from watchframe.cache.max_age import parse_max_age
from watchframe.cache.provenance import Provenance
from watchframe.cache.result_cache import ResultCache
from watchframe.cache.result_entry import CacheEntry
from watchframe.cache.result_writer import ResultWriter
from watchframe.cache.single_flight import Flight

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
