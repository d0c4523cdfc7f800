"""What a text must look like, in words, where its pattern is plain enough to be told so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Longer words are no help; longer patterns, and deeper groups, are none that a person wrote.
_LONGEST, _LONGEST_PATTERN, _DEEPEST = 160, 1000, 8
_REPEAT = re.compile(r"\{(\d*)(?:(,)(\d*))?\}", re.ASCII)
_QUANTIFIERS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_GROUP = re.compile(r"\(\?(?::|P<\w+>)|\((?!\?)")
_ESCAPED = re.compile(r"\\([^\w\s]|[dwsntr])", re.ASCII)
#: In a class, what Python keeps for operations on sets.
_SET_SIGNS = re.compile(r"[^\]]*?(?:\[|--|&&|~~|\|\|)")
_SPACES = {"n": "\n", "t": "\t", "r": "\r"}

#: What a class of characters is called: one of them, several of them.
_NOUNS = {
    "0-9": ("digit", "digits"),
    "a-z": ("lowercase letter", "lowercase letters"),
    "A-Z": ("capital letter", "capital letters"),
    "A-Za-z": ("letter", "letters"),
    "0-9a-f": ("lowercase hexadecimal digit", "lowercase hexadecimal digits"),
    "0-9A-F": ("capital hexadecimal digit", "capital hexadecimal digits"),
    "0-9A-Fa-f": ("hexadecimal digit", "hexadecimal digits"),
    "\\s": ("white space", "white space"),
}
_JOINED = (("0-9", "A-F", "a-f"), ("0-9", "a-f"), ("0-9", "A-F"), ("A-Z", "a-z"))
_SIGNS = {
    " ": "a space", "-": "a dash", "_": "an underscore", ".": "a dot", ",": "a comma",
    ":": "a colon", ";": "a semicolon", "/": "a slash", "'": "an apostrophe",
}  # fmt: skip
#: A literal that no reader takes for one of these words.
_PLAIN = re.compile(r"(?!(?i:and|or|one|of|an|the|to|up|any|more|nothing|optionally)$)"
                    r"(?=\d*[A-Za-z])[0-9A-Za-z_:/.#-]{2,}", re.ASCII)  # fmt: skip


def pattern_words(pattern: str) -> str | None:
    """Return what matches a pattern from end to end, in words; None where that cannot be told.

    ``0x[0-9a-fA-F]{40}`` is "0x and 40 hexadecimal digits".
    """
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        words = _choice_words(_Parser(pattern).parsed())
    except _UnknownError:
        return None
    return words if len(words) <= _LONGEST else None


class _UnknownError(Exception):
    """The pattern has something that is not told in words."""


@dataclass(frozen=True, slots=True)
class _Literal:
    text: str


@dataclass(frozen=True, slots=True)
class _Class:
    """Characters of these ranges (``a-z``), single ones, or all others."""

    items: tuple[str, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class _Repeated:
    part: _Part
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class _Choice:
    branches: tuple[tuple[_Part, ...], ...]


_Part = _Literal | _Class | _Repeated | _Choice
_ANY = _Class((), is_negated=True)


class _Parser:
    """Reads the part of Python's patterns that has words; raises _UnknownError at anything else."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def parsed(self) -> _Choice:
        choice = self._choice(0)
        if self._at < len(self._pattern):
            raise _UnknownError
        return choice

    def _choice(self, depth: int) -> _Choice:
        branches = [self._branch(depth)]
        while self._take("|"):
            branches.append(self._branch(depth))
        return _Choice(tuple(branches))

    def _branch(self, depth: int) -> tuple[_Part, ...]:
        parts: list[_Part] = []
        if depth == 0:
            self._take("^")  # the whole text is matched, with it or without
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            if depth == 0 and re.match(r"\$(?:\||$)", self._pattern[self._at :]):
                self._at += 1
                break
            part = self._quantified(self._atom(depth))
            before = parts[-1] if parts else None
            if isinstance(part, _Literal) and isinstance(before, _Literal):
                parts[-1] = _Literal(before.text + part.text)
            else:
                parts.append(part)
        return tuple(parts)

    def _quantified(self, part: _Part) -> _Part:
        sign = self._pattern[self._at : self._at + 1]
        least: int
        most: int | None
        if sign in _QUANTIFIERS:
            least, most = _QUANTIFIERS[sign]
            self._at += 1
        elif (found := _REPEAT.match(self._pattern, self._at)) and found[0] != "{}":
            least = int(found[1] or 0)
            most = (int(found[3]) if found[3] else None) if found[2] else least
            self._at = found.end()
        else:
            return part
        self._take("?")  # as few as possible: that makes no difference to the whole text
        is_repeated = self._pattern.startswith(("+", "*", "?", "{"), self._at)
        if is_repeated or (most is not None and most < least):
            raise _UnknownError  # no pattern, or one that does not try again
        return part if least == most == 1 else _Repeated(part, least, most)

    def _atom(self, depth: int) -> _Part:
        char = self._pattern[self._at]
        if found := _GROUP.match(self._pattern, self._at):
            self._at = found.end()
            if depth == _DEEPEST:
                raise _UnknownError
            choice = self._choice(depth + 1)
            if not self._take(")"):
                raise _UnknownError
            return choice
        if char in "(^$)*+?":
            raise _UnknownError
        if char == "[":
            return self._class()
        if char == "\\":
            item = self._escape()
            return _Literal(item) if len(item) == 1 else _Class(_expanded(item))
        self._at += 1
        return _ANY if char == "." else _Literal(char)

    def _class(self) -> _Part:
        self._at += 1
        is_negated = self._take("^")
        items: list[str] = []
        if _SET_SIGNS.match(self._pattern, self._at):
            raise _UnknownError
        while not (items and self._take("]")):
            first = self._class_item()
            if re.match(r"-[^\]]", self._pattern[self._at :]):
                self._at += 1
                last = self._class_item()
                if len(first) + len(last) != 2 or last < first:  # noqa: PLR2004
                    raise _UnknownError
                items.append(f"{first}-{last}")
            else:
                items += _expanded(first)
        if len(items) == 1 and len(items[0]) == 1 and not is_negated:
            return _Literal(items[0])
        return _Class(tuple(dict.fromkeys(items)), is_negated)

    def _class_item(self) -> str:
        if self._at == len(self._pattern):
            raise _UnknownError
        if self._pattern[self._at] == "\\":
            return self._escape()
        self._at += 1
        return self._pattern[self._at - 1]

    def _escape(self) -> str:
        r"""Return the character that is meant, or ``\d`` and the like."""
        found = _ESCAPED.match(self._pattern, self._at)
        if found is None:
            raise _UnknownError
        self._at = found.end()
        sign = found[1]
        return found[0] if sign in "dws" else _SPACES.get(sign, sign)

    def _take(self, char: str) -> bool:
        is_there = self._pattern.startswith(char, self._at)
        self._at += is_there
        return is_there


def _expanded(item: str) -> tuple[str, ...]:
    r"""Return the ranges of ``\d`` and ``\w``."""
    return {"\\d": ("0-9",), "\\w": ("A-Z", "a-z", "0-9", "_")}.get(item, (item,))


def _choice_words(choice: _Choice) -> str:
    branches = choice.branches
    literals = [branch[0].text for branch in branches
                if len(branch) == 1 and isinstance(branch[0], _Literal)]  # fmt: skip
    has_nothing = () in branches
    if len(literals) > 1 and len(literals) + branches.count(()) == len(branches):
        words = f"one of: {', '.join(map(_in_list, literals))}"
    else:
        words = ", or ".join(_sequence_words(branch) for branch in branches if branch)
    return ", or ".join(filter(None, ["nothing" if has_nothing else "", words]))


def _sequence_words(parts: Sequence[_Part]) -> str:
    if len(parts) == 1 and isinstance(parts[0], _Choice):
        return _choice_words(parts[0])
    if len(parts) == 1 and isinstance(parts[0], _Repeated):
        part, counts = parts[0].part, (parts[0].least, parts[0].most)
        if isinstance(part, _Choice) and counts == (0, 1):
            return f"nothing, or {_choice_words(part)}"
    words = [_part_words(part) for part in parts]
    return " and ".join(words) if len(words) < 3 else ", ".join(words)  # noqa: PLR2004


def _part_words(part: _Part) -> str:
    if isinstance(part, _Literal):
        return _literal_words(part.text)
    if isinstance(part, _Class):
        return _class_words(part, 1, 1)
    if isinstance(part, _Choice):
        words = _choice_words(part)
        return f"({words})" if re.search(r", | and |: ", words) else words
    if isinstance(part.part, _Class):
        return _class_words(part.part, part.least, part.most)
    inner = _part_words(part.part)
    if (part.least, part.most) == (0, 1):
        return f"optionally {inner}"
    return f"{_count_words(part.least, part.most)} times {inner}"


def _class_words(part: _Class, least: int, most: int | None) -> str:
    nouns, others = _names(part.items)
    is_one = (least, most) in ((1, 1), (0, 1))
    if part.is_negated:
        but = _any_of([*(plural for _, plural in nouns), *others])
        noun = "character" if is_one else "characters"
        noun += f" other than {but}" if but else " of any kind"
    elif others and not nouns:
        listed = _any_of(others)
        noun = f"character of {listed}" if is_one else f"characters of {listed}"
    else:
        noun = _any_of([*(names[0 if is_one else 1] for names in nouns), *others])
    if is_one:
        article = "an" if noun[0] in "aeiou" else "a"
        return ("" if least else "optionally ") + f"{article} {noun}"
    return f"{_count_words(least, most)} {noun}"


def _names(items: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the nouns for a class, and what of it has none."""
    left, nouns = list(items), list[tuple[str, str]]()
    for joined in _JOINED:
        if set(joined) <= set(left):
            left = [item for item in left if item not in joined]
            nouns.append(_NOUNS["".join(joined)])
    nouns += [_NOUNS[item] for item in left if item in _NOUNS]
    rest = [item for item in left if item not in _NOUNS]
    return nouns, [f"{it[0]} to {it[2]}" if len(it) > 1 else _sign(it) for it in rest]


def _count_words(least: int, most: int | None) -> str:
    if most is None:
        return f"{least:,} or more" if least else "any number of"
    if least == most:
        return f"{least:,}"
    return f"{least:,} to {most:,}" if least else f"up to {most:,}"


def _any_of(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _literal_words(text: str) -> str:
    return _SIGNS.get(text) or (text if _PLAIN.fullmatch(text) else f"“{text}”")


def _in_list(text: str) -> str:
    return text if re.fullmatch(r"\w[\w .-]*\w|\w", text) else f"“{text}”"


def _sign(char: str) -> str:
    return (
        char if char.isprintable() and not char.isspace() and char != "," else _literal_words(char)
    )
