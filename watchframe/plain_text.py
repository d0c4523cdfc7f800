r"""Text from elsewhere, made safe to show.

Names, values and error messages come from the people who edit queries, and from data sources. A
terminal obeys the control characters in them (they clear the screen, set its title, overwrite what
stands there), and bidirectional controls show text in another order than it has. So every text of
this library that people read passes through here, where it is made or shown:

=================================== ============================================================
errors and warnings                 `WatchframeError` and `WatchframeWarning` themselves
what a cell or a terminal shows     `display` and the command line
what a picker shows                 `html_text`, in place of `html.escape`
words of a command to copy          `shell_text`, in place of `shlex.quote`
code to copy, and JSON              `escaped`, in the syntax of their string literals
=================================== ============================================================

Facts stay as they are: ``error.reason``, ``error.server_message``, and all data.
"""

from __future__ import annotations

import html
import re
import shlex

#: Control characters (C0, DEL, C1), separators of lines and paragraphs, bidirectional and
#: deprecated formatting controls, and lone surrogates, which no stream can encode.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
)


def plain_text(text: str, *, keep: str = "\n\t") -> str:
    r"""Return `text` with control characters written out, such as ``\x1b`` and ``\u202e``.

    Parameters
    ----------
    text : str
    keep : str
        Those that stay: by default what lays out a message of several lines, whose line ends become
        ``\n``. With none, the text is one line.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\n" in keep:
        text = text.replace("\r\n", "\n")
    return _CONTROLS.sub(lambda found: found[0] if found[0] in keep else _written(found), text)


def html_text(text: str) -> str:
    """Return `text` as HTML that shows it and nothing else."""
    return html.escape(plain_text(text))


def shell_text(text: str) -> str:
    """Return `text` as one word of a command to copy, as a shell and ``%watch`` read it."""
    return shlex.quote(plain_text(text, keep=""))


def escaped(literals: str) -> str:
    """Return JSON, or a string literal of Python in double quotes, in visible characters.

    Line ends stay: they are never within a literal.
    """
    return _CONTROLS.sub(
        lambda found: "\n" if found[0] == "\n" else f"\\u{ord(found[0]):04x}", literals
    )


def _written(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
