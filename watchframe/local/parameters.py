"""Values put into local SQL where it says ``{{ name }}``: as literals, which no value can leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from urllib.parse import quote

from watchframe.errors import ArgumentError
from watchframe.local.duckdb_text import duckdb_pieces
from watchframe.parameters import JSON, params_dict
from watchframe.parameters.normalize import sql_values
from watchframe.parameters.templates import parameters_in, tags_in
from watchframe.parameters.values import to_python


def with_literals(
    sql: str, params: Mapping[str, object] | None, *, now: datetime, timezone: tzinfo
) -> tuple[str, dict[str, JSON]]:
    """Return the SQL with the values of its tags, and these in wire form.

    Outside of quotes a text becomes a literal in quotes, a date ``DATE '...'``, a time ``TIMESTAMP
    '...'``, a list literals with commas between. Within quotes, and within the braces of
    ``param_query_42_{...}``, the text of one value is written so that it cannot end them. A tag in
    a comment is left alone.

    Parameters
    ----------
    sql : str
    params : mapping of str to object, or None
        A value for every tag, as of `normalize_sql_parameters`.
    now, timezone
        As of `normalize_sql_parameters`.

    Raises
    ------
    UnknownParameterError, MissingParameterError, ParameterValueError
        As of `normalize_sql_parameters`.
    ArgumentError
        A tag is a section, or stands where no value is safe.
    """
    pieces = list(duckdb_pieces(sql))
    code = " ".join(text for kind, text in pieces if kind != "comment")
    for tag in tags_in(code):
        if tag.kind not in ("", "{", "&") or not tag.name:
            raise ArgumentError(
                f"Local SQL takes no {code[tag.start : tag.end]}.",
                hint="Only {{ name }} is replaced, by its value.",
            )
    names = parameters_in(code)
    wire = sql_values(names, params, now=now, timezone=timezone)
    values = _by_tag(names, params_dict(params), wire)

    def written(kind: str, text: str) -> str:
        if kind == "comment" or "{{" not in text:
            return text
        if kind in ("dollars", "escaped"):
            raise ArgumentError(
                f"A parameter stands within {text[:2]}…, where a value could end the text.",
                hint="Write {{ name }} outside of quotes: a text gets its quotes by itself.",
            )
        return _with_values(text, values, _WRITERS.get(kind, _literals))

    return "".join(written(kind, text) for kind, text in pieces), wire


def _by_tag(
    names: Mapping[str, bool], given: Mapping[str, object], wire: Mapping[str, JSON]
) -> dict[str, object]:
    """Return the values by the name in the tag, those of times as `datetime` has them."""
    values: dict[str, object] = {}
    for name, is_range in names.items():
        sent = wire[name]
        if is_range and isinstance(sent, Mapping):
            for side in ("start", "end"):
                text = str(sent[side])
                is_day = len(text) == len("2026-01-31")
                values[f"{name}.{side}"] = (date if is_day else datetime).fromisoformat(text)
        elif isinstance(sent, list):
            value = to_python(given[name])
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            pairs = zip(items, sent, strict=True) if isinstance(items, Iterable) else ()
            values[name] = [_typed(item, text) for item, text in pairs]
        else:
            values[name] = _typed(given[name], sent)
    return values


def _typed(given: object, sent: JSON) -> object:
    """Return a value as its literal is made of: in wire form, but with its type."""
    value = to_python(given)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, datetime):
        return datetime.fromisoformat(str(sent))
    if isinstance(value, date):
        return date.fromisoformat(str(sent))
    if isinstance(value, str):
        return str(sent)
    return value


def _with_values(
    text: str, values: Mapping[str, object], write: Callable[[str, object, str], str]
) -> str:
    written, at = [], 0
    for tag in tags_in(text):
        written += [text[at : tag.start], write(tag.name, values[tag.name], text)]
        at = tag.end
    return "".join([*written, text[at:]])


def _literals(name: str, value: object, _: str) -> str:
    if isinstance(value, list):
        return ", ".join(_literals(name, item, "") for item in value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    text = _plain(name, value)
    return f"({text})" if text.startswith("-") else text  # two signs in a row begin a comment


def _quoted(name: str, value: object, text: str) -> str:
    return _plain(name, value).replace(text[0], text[0] * 2)


def _in_url(name: str, value: object, _: str) -> str:
    return quote(_plain(name, value), safe="")


def _plain(name: str, value: object) -> str:
    """Return one value as text."""
    if isinstance(value, list):
        raise ArgumentError(
            f"The parameter {name!r} has several values, and its tag stands in quotes or braces.",
            hint=f"Write IN ({{{{ {name} }}}}), without quotes.",
        )
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


_WRITERS = {"string": _quoted, "name": _quoted, "parameterised": _in_url}
