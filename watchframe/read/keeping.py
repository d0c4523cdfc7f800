"""Which results the settings keep out of the local cache."""

from __future__ import annotations

from watchframe.cache import Decision, Policy
from watchframe.config import Settings
from watchframe.read.question import Question


def may_be_kept(question: Question, settings: Settings) -> bool:
    """Whether results of this question may lie in the local cache."""
    if question.facts.get("query_id") in settings.uncached_queries:
        return False
    return settings.cache_text_parameters or not question.has_free_text


def decision_without_copy(policy: Policy) -> Decision:
    """Give the decision about a question whose results may not be kept."""
    return Decision(action="fail" if policy.mode == "only" else "fetch", reason="never-kept")
