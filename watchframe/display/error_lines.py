"""An error in a few lines for people: the message, the data source's words, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from watchframe.display.marked_sql import marked_sql
from watchframe.errors import JobFailedError
from watchframe.plain_text import plain_text

#: What stands in place of an API key.
HIDDEN = "[API key]"


def error_lines(
    error: BaseException, sql: str | None = None, *, hint: str | None = None
) -> list[str]:
    """Return the lines that say what happened and what to do; the message comes first.

    Control characters are written out, also those of the data source's words and of the statement.

    Parameters
    ----------
    error : BaseException
    sql : str, optional
        The statement that the data source refused, where it is known: its line is marked.
    hint : str, optional
        What to do, in other words than the error's own.
    """
    lines = [str(getattr(error, "message", error))]
    if isinstance(error, JobFailedError):
        reason = plain_text(error.reason).rstrip()
        if reason.strip() not in lines[0]:
            lines.append(reason)
        lines += marked_sql(sql, error.reason) if sql is not None else []
    hint = hint or getattr(error, "hint", None)
    if hint:
        lines.append(f"Hint: {hint}")
    return [plain_text(line) for line in lines]


def without(text: str, secrets: Iterable[str]) -> str:
    """Give `text` with every one of `secrets` hidden."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    return text
