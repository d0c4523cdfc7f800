"""What the server makes of SQL on its way to the data source, and which SQL a result may report.

A SQL source's text is split into statements (by ``sqlparse``) and joined again. On the way each
statement loses the white space around it, its semicolon and the comments after it, empty ones
vanish, and the query's automatic limit is added. Every other source runs the text as it is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from watchframe.parameters.sql_text import BLANK, SqlPiece, sql_pieces

#: After a semicolon, these belong to the statement before it.
_IN_LINE = frozenset({"line_comment", "space"})
_UNSEEN = re.compile(r"/\*.*?\*/|\s+", re.DOTALL)
#: YAML, JSON, GraphQL and Python, where quotes, ``;`` and ``--`` mean other things than in SQL.
_NOT_SQL = re.compile(
    r"""
    (?:\s|\#[^\n]*(?:\n|\Z))*
    (?: [{\[] | -(?!-) | ---\s*\n
      | (?:"[^"\n]*"|'[^'\n]*'|\w[\w.-]*)\s*(?::(?!:)|=)
      | (?:query|mutation|subscription|fragment|import|def|class|for|while)\b(?!\s*\()
      | from\s+\S+\s+import\b
      | (?:print|\w+[._]\w[\w.]*)\(
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: What a server writes in front to tell its administrator who ran the SQL.
_ANNOTATION = re.compile(
    r"/\*(?:(?!\*/).)*\b(?:Username|query_id|Query ID|Job ID|Task ID|Query Hash|Queue|Scheduled): "
    r"(?:(?!\*/).)*\*/\s*",
    re.DOTALL,
)
#: The automatic limit of all kinds of databases: after the last statement, or after its SELECT.
_LIMITS_AT_END = (" LIMIT 1000", " FETCH NEXT 1000 ROWS ONLY")
_LIMIT_IN_SELECT = " TOP 1000"
#: What may stand behind the last statement and changes nothing.
_ENDINGS = "; \t\r\n"
#: Where a statement's last word is one of these, it has a limit of its own.
_LIMITING = frozenset({"limit", "offset", "row", "rows", "only", "ties"})


@dataclass(slots=True)
class _Code:
    """One statement, from its first word to its last."""

    pieces: list[str] = field(default_factory=list)
    #: How many pieces end with each SELECT outside of brackets.
    selects: list[int] = field(default_factory=list)
    last_word: str = ""
    level: int = 0

    def add(self, kind: str, text: str) -> None:
        self.pieces.append(text)
        self.level += (kind == "open") - (kind == "close")
        if kind == "word" and self.level <= 0:
            self.last_word = text.lower()
            if self.last_word == "select":
                self.selects.append(len(self.pieces))

    @property
    def takes_limit(self) -> bool:
        """Whether the server adds its limit: to a SELECT that does not end in one."""
        return 1 in self.selects and self.last_word not in _LIMITING


#: What lies between statements.
_Gap = list[SqlPiece]


def is_same_sql(rendered: str, ran: str, *, auto_limit: bool) -> bool:
    """Return whether `ran` is what a server makes of `rendered`.

    Whatever no server is known to change, such as white space within a value, has to be equal.

    Parameters
    ----------
    rendered : str
        What the server was to run.
    ran : str
        What the result says that it ran.
    auto_limit : bool
        Whether the query has the automatic limit. Where it has not, no ``LIMIT 1000`` is the
        server's.
    """
    if ran.rstrip() == rendered.rstrip():
        return True
    if not _is_sql(rendered):
        return False
    annotation = _ANNOTATION.match(ran)
    places = {0} if annotation is None else {0, annotation.end()}
    for alternatives in _alternatives(rendered, auto_limit=auto_limit):
        places = {
            place + len(text)
            for place in places
            for text in alternatives
            if ran.startswith(text, place)
        }
    # A semicolon behind the last statement changes nothing: the statement ends there anyway.
    return any(not ran[place:].strip(_ENDINGS) for place in places)


def has_same_hash(rendered: str, ran: str, *, auto_limit: bool) -> bool:
    """Return whether the server's cache of results takes one for the other.

    It finds results by a hash that sees neither white space nor comments, inside quotes too, and
    up to version 10.1 no case either.
    """
    wanted = {_seen(rendered)}
    if _is_sql(rendered):
        split = "".join(forms[-1] for forms in _alternatives(rendered, auto_limit=False))
        wanted.add(_seen(split))
    limits = ("", *_LIMITS_AT_END) if auto_limit else ("",)
    return _seen(ran) in {sql + _seen(limit) for sql in wanted for limit in limits}


def _seen(sql: str) -> str:
    """Return what the hash sees."""
    return _UNSEEN.sub("", sql).lower()


def _is_sql(text: str) -> bool:
    return _NOT_SQL.match(text) is None


def _alternatives(sql: str, *, auto_limit: bool) -> list[tuple[str, ...]]:
    """Return `sql` in pieces, each with the forms that it may have in a result.

    The last form is what current servers make of it. The first is what stands there, as older
    servers leave it, and current ones within ``BEGIN`` and ``END``.
    """
    codes, gaps = _statements(sql)
    if not codes:
        return [(sql, "")]
    found = [_leading(gaps[0])]
    for code, gap in zip(codes[:-1], gaps[1:-1], strict=True):
        found += [("".join(code.pieces),), _between(gap)]
    last = codes[-1]
    # A statement that begins with a comment is no SELECT to the server.
    if not (auto_limit and last.takes_limit and not _kept(gaps[-2])):
        return [*found, ("".join(last.pieces),), _trailing(gaps[-1])]
    begin = 0
    for end in last.selects:
        found += [("".join(last.pieces[begin:end]),), (_LIMIT_IN_SELECT, "")]
        begin = end
    forms = _trailing(gaps[-1])
    limited = [f"{forms[-1]}{limit}" for limit in _LIMITS_AT_END]
    return [*found, ("".join(last.pieces[begin:]),), (*limited, *forms)]


def _statements(sql: str) -> tuple[list[_Code], list[_Gap]]:
    """Return the statements, and what lies before, between and after them."""
    codes: list[_Code] = []
    gaps: list[_Gap] = [[]]
    for piece in sql_pieces(sql):
        if piece.kind in BLANK or piece.kind == "semicolon":
            gaps[-1].append(piece)
            continue
        if codes and not _is_ended(gaps[-1]):
            # White space and comments within a statement are its own.
            for inner in gaps.pop():
                codes[-1].add(*inner)
        else:
            codes.append(_Code())
        codes[-1].add(*piece)
        gaps.append([])
    return codes, gaps


def _leading(gap: _Gap) -> tuple[str, ...]:
    text = _text(gap)
    return text, text.lstrip(), _kept(gap)


def _between(gap: _Gap) -> tuple[str, ...]:
    return _text(gap), f"{_before_end(gap)};\n{_kept(gap)}"


def _trailing(gap: _Gap) -> tuple[str, ...]:
    text = _text(gap)
    return text, text.rstrip(), "", _before_end(gap) if _is_ended(gap) else ""


def _is_ended(gap: _Gap) -> bool:
    return any(kind == "semicolon" for kind, _ in gap)


def _before_end(gap: _Gap) -> str:
    """Return the comments before the first semicolon: those are the statement's."""
    return _text(itertools.takewhile(lambda piece: piece.kind != "semicolon", gap)).rstrip()


def _kept(gap: _Gap) -> str:
    """Return the comments that stay before a statement: not those in the semicolon's line."""
    ends = [place for place, (kind, _) in enumerate(gap) if kind == "semicolon"]
    after: Iterable[SqlPiece] = gap
    if ends:
        after = itertools.dropwhile(lambda piece: piece.kind in _IN_LINE, gap[ends[-1] + 1 :])
    return _text(after).lstrip()


def _text(gap: Iterable[SqlPiece]) -> str:
    return "".join(text for _, text in gap)
