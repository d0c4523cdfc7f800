"""``--explain``: what would be asked, and what the cache would decide, in words."""

from __future__ import annotations

import json
import textwrap

from watchframe.display import age_words
from watchframe.read import Explanation

_REASONS = {
    "cache-only": "it is the only thing that may be used",
    "cache-refresh": "a new run is asked for",
    "fresh": "it is young enough",
    "from-the-future": "by the clocks it is from the future",
    "latest-result": "the server has no newer result",
    "max-age-zero": "a new run is asked for",
    "newer-result": "the server has a newer one",
    "newer-result-unknown": "the server does not say whether it has a newer one",
    "not-edited": "the query has not been edited since",
    "too-old": "it is too old",
}


def explanation_text(explanation: Explanation) -> str:
    """Give an explanation as lines of text."""
    parts = {
        "asks": f"{explanation.label}, on {explanation.server}",
        "page": explanation.url,
        "parameters": "\n".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in explanation.parameters.items()
        )
        or "none",
        "SQL": explanation.sql.rstrip(),
        "local cache": _cache_words(explanation),
        "then": _outcome(explanation),
    }
    width = max(map(len, parts)) + 2
    return "\n".join(
        f"{name + ':':<{width}}" + textwrap.indent(text, " " * width).strip()
        for name, text in parts.items()
        if text is not None
    )


def _cache_words(explanation: Explanation) -> str:
    decision = explanation.decision
    if decision.reason == "never-kept":
        return "the settings keep its results out of it"
    if decision.age is None:
        return f"no result under {explanation.cache_key[:12]}..."
    reason = _REASONS.get(decision.reason, decision.reason)
    age = f"{age_words(decision.age)} old" if decision.age >= 0 else "of unknown age"
    return f"a result {age}; {reason}"


def _outcome(explanation: Explanation) -> str:
    if explanation.decision.action == "use":
        return "takes the local copy; executes nothing"
    if explanation.decision.action == "fail":
        return "fails: there is no local copy, and no request may be made"
    if explanation.server_max_age == 0:
        return "has the server run it"
    if explanation.server_max_age < 0:
        return "takes any result that the server has of it, or has it run"
    age = age_words(explanation.server_max_age)
    return f"takes the server's result if it is at most {age} old, or has it run"
