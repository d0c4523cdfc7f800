"""What ``%load_ext watchframe`` and ``%unload_ext watchframe`` do."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from watchframe.magics.completion.matcher import WatchMatcher
from watchframe.magics.watch_magics import WatchMagics


def load(shell: InteractiveShell) -> None:
    """Register the magic, its settings and its completions; a second time changes nothing."""
    if not any(isinstance(item, WatchMagics) for item in shell.configurables):
        magics = WatchMagics(shell)
        shell.configurables.append(magics)
        shell.register_magics(magics)
    if shell.Completer is not None and not _matchers(shell):
        shell.Completer.custom_matchers.append(WatchMatcher())


def unload(shell: InteractiveShell) -> None:
    """Take away what `load` registered."""
    for matcher in _matchers(shell):
        shell.Completer.custom_matchers.remove(matcher)
    for item in [item for item in shell.configurables if isinstance(item, WatchMagics)]:
        shell.configurables.remove(item)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("watch", None)


def _matchers(shell: InteractiveShell) -> list[WatchMatcher]:
    if shell.Completer is None:
        return []
    return [item for item in shell.Completer.custom_matchers if isinstance(item, WatchMatcher)]
