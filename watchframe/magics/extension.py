"""What ``%load_ext watchframe`` and ``%unload_ext watchframe`` do."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from IPython.core.interactiveshell import InteractiveShell

from watchframe.magics.completion.matcher import WatchMatcher
from watchframe.magics.watch_magics import WatchMagics


def load(shell: InteractiveShell) -> None:
    """Register the magic, its settings and its completions; a second time changes nothing."""
    if not _settings(shell):
        # Being made, it goes into shell.configurables, which is what %config works on.
        shell.register_magics(WatchMagics(shell))
    if not _matchers(shell):
        shell.Completer.custom_matchers.append(WatchMatcher().complete)


def unload(shell: InteractiveShell) -> None:
    """Take away what `load` registered."""
    for matcher in _matchers(shell):
        shell.Completer.custom_matchers.remove(matcher)
    for magics in _settings(shell):
        cast("list[object]", shell.configurables).remove(magics)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("watch", None)


def _settings(shell: InteractiveShell) -> list[WatchMagics]:
    return [item for item in shell.configurables if isinstance(item, WatchMagics)]


def _matchers(shell: InteractiveShell) -> list[Callable[..., object]]:
    return [
        item
        for item in shell.Completer.custom_matchers
        if isinstance(getattr(item, "__self__", None), WatchMatcher)
    ]
