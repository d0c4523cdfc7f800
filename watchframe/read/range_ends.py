"""Which ends of a range SQL takes in, read from how it compares them."""

from __future__ import annotations

import re
from typing import Literal

#: As of `pandas.Series.between`.
Inclusive = Literal["both", "left", "right"]

_COMMENT = re.compile(r"""('(?:[^']|'')*')|--[^\n]*|/\*.*?\*/""", re.DOTALL)
#: What may stand between a comparison and the value: quotes, brackets, conversions.
_BEFORE = re.compile(
    r"""(?P<sign><>|[<>]=?)(?:\s*(?:\w+\s*\(|(?:date|timestamp|datetime)\b|[('"]))*\s*$""",
    re.IGNORECASE,
)
#: What may follow: the end of the quotes, a conversion; then a sum or a further argument.
_AFTER = re.compile(
    r"""\s*['"]?\s*(?:::\s*\w+|\bas\s+\w+|,\s*'[^']*'|\))*\s*(?P<next>[<>]=?|[-+,])?""",
    re.IGNORECASE,
)


def inclusive_of(sql: str, name: str) -> Inclusive | None:
    """Give which ends of the range parameter `name` a query's text takes in.

    ``<`` before the end leaves it out, ``>`` before the start that one; everything else takes them
    in: ``between``, ``<=``, ``< '{{ period.end }}'::date + 1``.

    Returns
    -------
    {"both", "left", "right"} or None
        None where it does so in one place and not in another, or takes in neither.
    """
    text = _COMMENT.sub(lambda match: match[1] or " ", sql)
    left_out = {
        "start": _left_out(text, name, "start", before=">", after="<"),
        "end": _left_out(text, name, "end", before="<", after=">"),
    }
    if any(len(answers) > 1 for answers in left_out.values()):
        return None
    is_start_out, is_end_out = True in left_out["start"], True in left_out["end"]
    if is_start_out and is_end_out:
        return None
    if is_end_out:
        return "left"
    return "right" if is_start_out else "both"


def _left_out(text: str, name: str, side: str, *, before: str, after: str) -> set[bool]:
    """Give, for each place where an end of the range stands, whether it is left out."""
    tag = re.compile(rf"\{{\{{\{{?\s*&?\s*{re.escape(name)}\.{side}\s*\}}?\}}\}}")
    found = set()
    for match in tag.finditer(text):
        sign = _BEFORE.search(text[: match.start()])
        following = _AFTER.match(text[match.end() :])
        next_sign = following["next"] if following else None
        is_sum = next_sign is not None and next_sign in "-+,"
        found.add(
            (sign is not None and sign["sign"] == before and not is_sum) or next_sign == after
        )
    return found
