"""Where quotes, brackets and remarks begin and end in values as people write them."""

from __future__ import annotations

import re

#: What opens a bracket, and what closes it.
BRACKETS = {"[": "]", "(": ")", "{": "}"}

_REMARK = re.compile(r"(?<=\s)#(?=\s|$)")


def quoted(text: str) -> tuple[list[bool], bool]:
    """Give for each sign of `text` whether it stands in quotes, and whether they are left open.

    A quote opens where a text can begin, and is a mere sign elsewhere, as in ``it's``.
    """
    mask, quote, closed = list[bool](), "", -2
    for index, char in enumerate(text):
        if quote:
            mask.append(True)
            if char == quote:
                quote, closed = "", index
        else:
            is_open = char in "'\"" and _opens_quote(text, index, closed)
            quote = char if is_open else ""
            mask.append(is_open)
    return mask, bool(quote)


def closing_bracket(text: str) -> int | None:
    """Give where the bracket with which `text` begins is closed; None where it is not."""
    depths = _depths(text)
    return depths.index(0) if 0 in depths else None


def split_items(text: str) -> list[str]:
    """Split ``[a, 'b, c', (d, e)]``, brackets and all, at its own commas."""
    mask, _ = quoted(text)
    items, start = list[str](), 1
    for index, depth in enumerate(_depths(text)):
        if text[index] == "," and depth == 1 and not mask[index]:
            items.append(text[start:index])
            start = index + 1
    last = text[start:-1]
    return [*items, last] if last.strip() else items


def without_remark(text: str) -> str:
    """Give `text` without a remark at its end: from a ``#`` on that has space on both sides."""
    mask, _ = quoted(text)
    found = next((item for item in _REMARK.finditer(text) if not mask[item.start()]), None)
    return text if found is None else text[: found.start()].rstrip()


def has_remark(text: str) -> bool:
    """Whether `text`, as it stands, has what could be taken for a remark."""
    return _REMARK.search(f" {text}") is not None


def _depths(text: str) -> list[int]:
    """Give how many brackets are open behind each sign of `text`."""
    mask, _ = quoted(text)
    depths, expected = list[int](), list[str]()
    for char, is_quoted in zip(text, mask, strict=True):
        if char in BRACKETS and not is_quoted:
            expected.append(BRACKETS[char])
        elif expected and char == expected[-1] and not is_quoted:
            expected.pop()
        depths.append(len(expected))
    return depths


def _opens_quote(text: str, index: int, closed: int) -> bool:
    is_second = closed == index - 1 and text[closed] == text[index]  # of a doubled one
    before = text[:index].rstrip()[-1:]
    return is_second or not before or before in {*BRACKETS, ",", ":"}
