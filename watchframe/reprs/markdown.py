"""Markdown that other people wrote, as HTML that cannot do anything."""

from __future__ import annotations

import functools
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from watchframe.plain_text import plain_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

#: What is understood; anything else stays as it was written. No images, which load from elsewhere
#: when they are shown, and no entities, which could stand for control characters.
_RULES = (
    "heading",
    "emphasis",
    "backticks",
    "fence",
    "list",
    "link",
    "autolink",
    "newline",
    "escape",
)
_ADDRESSES = ("https://", "http://")
#: The characters that are read: a description is a few lines.
_LONGEST = 4_000


def markdown_html(text: str) -> str:
    """Return Markdown as HTML: headings, emphasis, code, lists, and links to web pages.

    HTML in it is shown as text, and so is every other link.
    """
    text = plain_text(text)
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return str(_parser().render(cut)).strip()


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - loads when a description is shown

    parser = MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(_RULES))
    parser.validateLink = _is_web_page  # type: ignore[assignment, method-assign]  # its documented hook
    parser.add_render_rule("link_open", _link_open)
    return parser


def _is_web_page(address: str) -> bool:
    return address.lower().startswith(_ADDRESSES)


def _link_open(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    _: MutableMapping[str, Any],
) -> str:
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, index, options, {})
