"""The matcher that IPython asks on Tab, in a terminal and for JupyterLab alike."""

from __future__ import annotations

import textwrap
import time

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from watchframe.display.interactive import ipython_kernel
from watchframe.magics.completion.candidates import candidates
from watchframe.magics.completion.cursor import find_cursor
from watchframe.magics.completion.server_names import ServerNames
from watchframe.plain_text import plain_text

#: Seconds for which the server may be waited for: what Tab gives is bounded by 0.2 in all.
PATIENCE = 0.12
#: Characters of a query's name, or what else stands beside a completion.
WIDTH = 48


class WatchMatcher:
    """Completions in ``%watch`` lines and ``%%watch`` cells; silent everywhere else."""

    def __init__(self) -> None:
        self._names = ServerNames()

    # The context, of the second version of IPython's API, has the whole cell.
    @context_matcher(  # type: ignore[untyped-decorator]
        identifier="watchframe.WatchMatcher", priority=100.0
    )
    def complete(self, context: CompletionContext) -> SimpleMatcherResult:
        """Give what can stand at the cursor."""
        deadline = time.monotonic() + PATIENCE
        cursor = find_cursor(context.full_text, context.cursor_line, context.cursor_position)
        if cursor is None:
            return SimpleMatcherResult(completions=[])
        found = candidates(cursor, self._names, deadline=deadline)
        completions = [SimpleCompletion(item.text, type=_beside(item.meaning)) for item in found]
        return SimpleMatcherResult(
            # IPython asks its other matchers where this one has nothing at all to offer. They may
            # take seconds (Jedi), for names of Python that have no place here: what is typed
            # already, offered again, changes nothing and keeps them out.
            completions=completions or [SimpleCompletion(cursor.fragment)],
            matched_fragment=cursor.fragment,
            suppress=True,
            ordered=True,
        )


def _beside(meaning: str) -> str:
    short = textwrap.shorten(plain_text(meaning, keep=""), WIDTH, placeholder="...")
    # JupyterLab breaks it at a space and shows the first of its lines: one word of a query's name.
    return short.replace(" ", "\N{NO-BREAK SPACE}") if ipython_kernel() is not None else short
