"""The code that reads what a picker shows, as Python and as the magic."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from watchframe.parameters.text_syntax import write_json, write_value
from watchframe.plain_text import escaped, plain_text

LONGEST_LINE = 88

_NAME = re.compile(r"\w+")


def python_call(
    query: int | str, params: Mapping[str, object], max_age: float | str | None, *, server: str = ""
) -> str:
    """Return the call of `read_watch_query` with these values, and the import that it needs.

    Parameters
    ----------
    query : int or str
        Its id, or the address of its page.
    params : mapping of str to object
    max_age : float, str or None
        Left out where it is None.
    server : str
        For the address of its page, in a comment.
    """
    arguments = [_literal(query)]
    if params:
        arguments.append(_dict_text(params))
    if max_age is not None:
        arguments.append(f"max_age={_literal(max_age)}")
    call = f"df = read_watch_query({', '.join(arguments)})"
    if len(call) > LONGEST_LINE or "\n" in call:
        lines = "".join(f"    {argument},\n" for argument in arguments)
        call = f"df = read_watch_query(\n{lines})"
    page = f"# {server}/queries/{query}\n" if server and isinstance(query, int) else ""
    return f"{page}from watchframe import read_watch_query\n\n{call}\n"


def magic_cell(query: int | str, params: Mapping[str, object], max_age: float | str | None) -> str:
    """Return the cell of the magic ``%%watch`` that reads the same into ``df``."""
    age = "" if max_age is None else f" --max-age {max_age}"
    if not params:
        return f"%watch {query}{age} --out df\n"
    if all(map(_fits_a_line, params, params.values())):
        body = "".join(f"{name}: {write_value(value)}\n" for name, value in params.items())
    else:
        body = f"{escaped(write_json(params))}\n"
    return f"%%watch {query}{age} --out df\n{body}"


def _dict_text(params: Mapping[str, object]) -> str:
    items = [f"{_literal(name)}: {_literal(value)}" for name, value in params.items()]
    flat = "{" + ", ".join(items) + "}"
    if len(flat) + len("df = read_watch_query(, )") <= LONGEST_LINE:
        return flat
    return "{\n" + "".join(f"        {item},\n" for item in items) + "    }"


def _literal(value: object) -> str:
    """Return a Python literal with double quotes, as formatters write it."""
    if isinstance(value, str):
        return escaped(json.dumps(value, ensure_ascii=False))
    if isinstance(value, tuple | list):
        inside = ", ".join(map(_literal, value))
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    return repr(value)


def _fits_a_line(name: str, value: object) -> bool:
    texts = value if isinstance(value, tuple | list) else [value]
    return bool(_NAME.fullmatch(name)) and not any(
        isinstance(text, str) and plain_text(text, keep="") != text for text in texts
    )
