"""In which argument of which call of unfinished Python the cursor is.

Neither `tokenize` nor `ast` reads what a person is still typing alike in every Python. So a small
lexer of our own does: it knows strings, remarks and brackets. Nothing but literals is evaluated.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of Python; a finished pair of brackets is one, without what stands in it."""

    kind: Literal["name", "number", "string", "group", "sign"]
    text: str


#: The tokens between two commas.
Item = Sequence[Token]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCursor:
    """Where the cursor is among the arguments of a call.

    Attributes
    ----------
    callee : tuple of str
        The dotted name of what is called: ``("wf", "read_watch_query")``.
    argument : int or str
        The argument's position, or its keyword.
    arguments : sequence of sequence of Token
        Those that stand before it.
    place : {"argument", "key", "value"}
        Whether the cursor is at the argument itself or, in a dict of it, at a key, at its value,
        or at an item of the list that is its value.
    key : str or None
        The key whose value it is; of a keyword's list, that keyword.
    present : frozenset of str
        The keys that are there already; at an argument, its keywords.
    quote : str
        The quote that is open; empty outside of a string.
    is_raw : bool
        Whether backslashes stay in that string as they are.
    fragment : str
        What of it is typed, as it stands in the text; a completion replaces it.
    typed : str
        The same as Python reads it.
    """

    callee: tuple[str, ...]
    argument: int | str
    arguments: Sequence[Item]
    place: Literal["argument", "key", "value"] = "argument"
    key: str | None = None
    present: frozenset[str] = frozenset()
    quote: str = ""
    is_raw: bool = False
    fragment: str = ""
    typed: str = ""

    def given(self, position: int, keyword: str) -> Item | None:
        """Return the tokens of an argument that stands before the cursor; None without it."""
        for at, item in enumerate(self.arguments):
            if _is_keyword(item[:2]):
                if item[0].text == keyword:
                    return item[2:]
            elif at == position:
                return item
        return None


def find_call(text: str) -> CallCursor | None:
    """Return in which call the end of `text` is; None outside of the arguments of any.

    Parameters
    ----------
    text : str
        A cell up to the cursor.
    """
    end = _read(text)
    if end is None or set(end.prefix.casefold()) & set("bft"):
        return None  # bytes, and texts with code in them
    around: list[_Bracket] = []
    for bracket in reversed(end.brackets):
        if bracket.callee:
            return _in_call(bracket, around, end)
        around.insert(0, bracket)
    return None


def literal(item: Item) -> object:
    """Return the number or the text that an argument is; None for all else."""
    if len(item) != 1 or item[0].kind not in ("number", "string"):
        return None
    try:
        return ast.literal_eval(item[0].text)
    except (SyntaxError, ValueError):
        return None  # an f-string, or a number with a typing mistake


@dataclass(slots=True)
class _Bracket:
    sign: str
    callee: tuple[str, ...] = ()
    items: list[list[Token]] = field(default_factory=lambda: [[]])


@dataclass(slots=True)
class _End:
    """What is open at the end of a text."""

    brackets: list[_Bracket]
    prefix: str = ""  # of the string, such as "r"
    quote: str = ""
    fragment: str = ""


def _in_call(call: _Bracket, around: Sequence[_Bracket], end: _End) -> CallCursor | None:
    *before, item = call.items
    if item and not (_is_keyword(item) and len(item) == 2):  # noqa: PLR2004 - the name and the sign
        return None  # it is part of an expression
    named = frozenset(each[0].text for each in before if _is_keyword(each[:2]))
    place: Literal["argument", "key", "value"] = "argument"
    key, present = None, named
    signs = "".join(bracket.sign for bracket in around)
    if signs == "[" and item and not around[0].items[-1]:
        place, key = "value", item[0].text
    elif signs:
        found = _IN_DICT.fullmatch(signs)
        if found is None or any(bracket.items[-1] for bracket in around[: found.start(1)]):
            return None
        dict_, *lists = around[found.start(1) :]
        *pairs, pair = dict_.items
        present = frozenset(_key(each) or "" for each in pairs)
        key = _key(pair)
        if any(each.items[-1] for each in lists) or (pair and (key is None or len(pair) > 2)):  # noqa: PLR2004
            return None
        place = "key" if key is None else "value"
    is_raw = "r" in end.prefix.casefold()
    return CallCursor(
        callee=call.callee,
        argument=item[0].text if item else len(before),
        arguments=before,
        place=place,
        key=key,
        present=present,
        quote=end.quote,
        is_raw=is_raw,
        fragment=end.fragment,
        typed=_unescaped(end),
    )


#: A dict, perhaps one of a list, and in it perhaps the list that is a key's value.
_IN_DICT = re.compile(r"\[?(\{)\[?")


def _is_keyword(tokens: Item) -> bool:
    return [token.kind for token in tokens] == ["name", "sign"] and tokens[1].text == "="


def _key(pair: Item) -> str | None:
    if len(pair) < 2 or pair[1].text != ":":  # noqa: PLR2004 - the key and the sign
        return None
    found = literal(pair[:1])
    return found if isinstance(found, str) else None


def _unescaped(end: _End) -> str:
    found = literal([Token("string", f"{end.prefix}{end.quote}{end.fragment}{end.quote}")])
    return found if end.quote and isinstance(found, str) else end.fragment


_TOKEN = re.compile(
    r"""
    (?P<space>\s+ | \\\n)
    | (?P<remark>\#[^\n]*)
    | (?P<prefix>[rbfutRBFUT]{0,2})(?P<quote>\"{3}|'{3}|\"|')
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d[\w.]*)
    | (?P<sign>.)
    """,
    re.VERBOSE,
)
_CONTENTS = {
    '"': re.compile(r'(?:[^"\\\n]|\\.)*', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n]|\\.)*", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*", re.DOTALL),
}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
#: Lines that are IPython's, not Python's: a quote in them opens nothing.
_FOREIGN = re.compile(r"[ \t]*[%!?].*")
_FOREIGN_VALUE = re.compile(r"[ \t]*[%!].*")


def _read(text: str) -> _End | None:
    """Return what is open at the end of `text`; None in a remark or in a line of IPython's."""
    whole = _Bracket("")
    brackets = [whole]
    at, kind, is_line_start = 0, "", True
    while at < len(text):
        if len(brackets) == 1:
            at = _behind_foreign(text, at, whole.items[-1], is_line_start=is_line_start)
        found = _TOKEN.match(text, at)
        if found is None:
            return None  # IPython's to the end
        kind, at = found.lastgroup or "", found.end()
        is_line_start = kind == "space" and "\n" in found[0]
        item = brackets[-1].items[-1]
        if kind == "quote":
            contents = _CONTENTS[found["quote"]].match(text, at)
            begin, at = at, contents.end() if contents is not None else at
            if len(text) - at <= text.endswith("\\"):
                return _End(brackets, found["prefix"], found["quote"], text[begin:])
            at += len(found["quote"]) if text.startswith(found["quote"], at) else 0
            item.append(Token("string", text[found.start() : at]))
        elif kind == "sign":
            _read_sign(found[0], brackets)
        elif kind in ("name", "number"):
            item.append(Token(kind, found[0]))  # type: ignore[arg-type]  # mypy sees a str
        elif is_line_start and len(brackets) == 1:
            whole.items = [[]]
    if kind == "remark":
        return None
    is_typed = kind in ("name", "number")
    return _End(brackets, fragment=brackets[-1].items[-1].pop().text if is_typed else "")


def _behind_foreign(text: str, at: int, item: Item, *, is_line_start: bool) -> int:
    """Return where Python goes on: behind a line, or a value, that is IPython's."""
    is_value = bool(item) and item[-1].text == "="
    foreign = _FOREIGN if is_line_start else _FOREIGN_VALUE if is_value else None
    found = foreign.match(text, at) if foreign is not None else None
    return at if found is None else found.end()


def _read_sign(sign: str, brackets: list[_Bracket]) -> None:
    innermost = brackets[-1]
    item = innermost.items[-1]
    if sign in _CLOSING:
        callee = _dotted_name(item) if sign == "(" else ()
        brackets.append(_Bracket(sign, callee))
    elif sign in _CLOSING.values():
        if len(brackets) > 1 and _CLOSING[innermost.sign] == sign:
            brackets.pop()
            brackets[-1].items[-1].append(Token("group", ""))
    elif sign == ",":
        innermost.items.append([])
    else:
        item.append(Token("sign", sign))


def _dotted_name(item: Item) -> tuple[str, ...]:
    """Return the name at the end of an expression; empty where it is something else."""
    names: list[str] = []
    for at, token in enumerate(reversed(item)):
        if at % 2 == 0:
            if token.kind != "name" or keyword.iskeyword(token.text):
                return ()
            names.insert(0, token.text)
        elif token.text != ".":
            break
    return tuple(names)
