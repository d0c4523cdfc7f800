"""One run of a move at a time: two would make everything twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from watchframe.cache.file_lock import locked_if_free
from watchframe.errors import ArgumentError


@contextmanager
def alone_with(state: Path) -> Iterator[None]:
    """Be the only run with this state file within the block; one that was killed is none.

    Where the file system knows no locks, nothing is held.

    Raises
    ------
    ArgumentError
        Another run is going on.
    """
    with ExitStack() as stack:
        try:
            is_free = stack.enter_context(locked_if_free(state.with_name(f".{state.name}.lock")))
        except OSError:
            is_free = True
        if not is_free:
            raise ArgumentError(
                f"Another run of the move of {state} is going on.",
                hint="Wait for its end, then call it again.",
            )
        yield
