"""A query's text with parameters, as SQL that a parser can read."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: ``{{{ x }}}``, ``{{# x }}``, ``{{ x }}``, ... : three braces first, they hold two.
_TAG = re.compile(r"\{\{\{(?P<raw>.*?)\}\}\}|\{\{(?P<kind>[#^/!>&=]?)(?P<name>.*?)\}\}", re.DOTALL)
_STAND_IN = "wfparameter{}x"
_STAND_INS = re.compile(r"wfparameter([0-9]+)x", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlainSql:
    """SQL with an identifier in place of each parameter.

    Attributes
    ----------
    text : str
    tags : tuple of str
        What stood there.
    """

    text: str
    tags: tuple[str, ...]

    def restored(self, name: str) -> str:
        """Give a name of the SQL as the query has it, its parameters in braces."""
        return _STAND_INS.sub(lambda found: self.tags[int(found[1])], name)


def plain_sql(text: str) -> list[PlainSql]:
    """Give the SQL that a text with parameters can become: one, or two where it has sections.

    The first has what stands in ``{{# x }}`` sections and nothing of ``{{^ x }}`` sections, the
    second is the other way round.

    Raises
    ------
    ValueError
        A section is not closed, or closed where none is open.
    """
    found = [_rendered(text, inverted=False)]
    if re.search(r"\{\{\s*[#^]", text):
        found.append(_rendered(text, inverted=True))
    return found


def _rendered(text: str, *, inverted: bool) -> PlainSql:
    parts: list[str] = []
    tags: list[str] = []
    sections: list[tuple[str, bool]] = []  # name, whether its content counts
    end = 0
    for match in _TAG.finditer(text):
        counts = all(kept for _, kept in sections)
        if counts:
            parts.append(text[end : match.start()])
        end = match.end()
        kind, name = _kind(match)
        if kind in ("#", "^"):
            sections.append((name, (kind == "^") == inverted))
        elif kind == "/":
            if not sections or sections.pop()[0] != name:
                raise ValueError(f"{{{{/{name}}}}} closes no section.")
        elif kind in ("", "&") and counts:
            parts.append(_STAND_IN.format(len(tags)))
            tags.append(f"{{{{ {name} }}}}")
    if sections:
        raise ValueError(f"The section {{{{#{sections[-1][0]}}}}} is not closed.")
    parts.append(text[end:])
    return PlainSql("".join(parts), tuple(tags))


def _kind(match: re.Match[str]) -> tuple[str, str]:
    if match["raw"] is not None:
        return "&", match["raw"].strip()
    name = match["name"].strip()
    kind = match["kind"]
    if not kind and name[:1] in ("#", "^", "/", "!", ">", "&"):
        return name[0], name[1:].strip()
    return kind, name
