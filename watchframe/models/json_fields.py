"""What a server sends as JSON, read into frozen values and written back."""

from __future__ import annotations

import functools
import sys
import typing
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import IntEnum
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar

import msgspec

from watchframe.errors import ProtocolError
from watchframe.reprs import Shown, noun_of

T = TypeVar("T")

#: A finite number of seconds.
Seconds = Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]

#: What msgspec raises for a wrong type; the others where a lone surrogate stands for a number, and
#: (before 0.20) an integer beyond all floats for a float.
_REFUSALS = (msgspec.ValidationError, UnicodeEncodeError, SystemError)


class Model(Shown, msgspec.Struct, frozen=True, kw_only=True):
    """Base of the server's nouns.

    The server's name of an attribute is written as ``field(name=...)``; ``"user.name"`` is the
    ``name`` within the object ``user``. ``null`` counts as not sent. What a noun is known by (ids,
    texts, times and the nouns within it) must be of its type; any other value of a wrong type (a
    flag, a number of seconds, a list or an object) counts as not sent, and so does what
    `_lenient` names. The attribute ``more``, where a noun has it, takes what has no attribute.

    Attributes
    ----------
    server : str or None
        The base URL of the server that it is of, where that is known. It is no part of the noun: it
        does not count when two are compared, and is in no JSON.
    """

    server: str | None = None

    #: Attributes that do not count when values are compared, and that `to_json` leaves out.
    _uncompared: ClassVar[frozenset[str]] = frozenset({"more"})
    #: Attributes that nobody is shown.
    _unshown: ClassVar[frozenset[str]] = frozenset({"more"})
    #: Attributes that count as not sent where they are of a wrong type, whatever their type is.
    _lenient: ClassVar[frozenset[str]] = frozenset()
    #: Where the server's front end has the pages of such nouns; empty where it has none.
    _pages: ClassVar[str] = ""
    #: The columns of a list of such nouns; empty for the first that have values.
    list_columns: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        shape = _shape(cls)
        sent = cls._mended(as_object(value, shape.noun))
        found: dict[str, object] = {}
        for item in shape.attributes:
            part = sent.get(item.outer)
            if item.inner:
                part = part.get(item.inner) if isinstance(part, Mapping) else None
            if item.read is not None and part is not None:
                part = item.read(part)
            if part is not None:
                found[item.key] = part
            elif item.is_required:
                raise _wrong_field(shape.noun, item.key, None, item.kind)
        if "more" in cls.__struct_fields__:
            found["more"] = _more(sent, shape.keys)
        try:
            return msgspec.convert(found, cls)
        except _REFUSALS:
            return msgspec.convert(_usable(found, shape), cls)

    @classmethod
    def _mended(cls, sent: Mapping[str, object]) -> Mapping[str, object]:
        """Return what was sent in the form that the attributes expect."""
        return sent

    def of_server(self, server: str) -> Self:
        """Return it as of that server, with the nouns within it: they know their pages."""
        within = {name: _of_server(value, server) for name, value in self._values(())}
        return msgspec.structs.replace(self, **within, server=server)

    @property
    def url(self) -> str | None:
        """Its page; None where it has none, or its server is not known."""
        number = getattr(self, "id", None)
        if not self._pages or self.server is None or number is None:
            return None
        return f"{self.server}/{self._pages}/{number}"

    def to_json(self) -> dict[str, object]:
        """Return it in the server's shape: `from_json` of that is equal to this."""
        values: dict[str, Any] = dict(self._values(self._uncompared))
        written: dict[str, Any] = dict(values.get("more", {}))
        for item in _shape(type(self)).attributes:
            value = _written(values.get(item.name))
            if item.inner and value:  # else it is the default
                written.setdefault(item.outer, {})[item.inner] = value
            elif item.name in values and not item.inner:
                written[item.outer] = value
        return written

    def _values(self, without: Iterable[str]) -> Iterator[tuple[str, object]]:
        return (
            (name, getattr(self, name))
            for name in self.__struct_fields__
            if name not in without and name != "server"
        )

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return list(self._values(self._uncompared)) == list(other._values(self._uncompared))

    def __hash__(self) -> int:
        return hash(tuple(self._values({"more", *self._uncompared})))

    def facts(self) -> Mapping[str, object]:
        """Return what may be shown of it, by attribute."""
        return dict(self._values(self._unshown))

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return list(self.facts().items())  # msgspec's own would show what the repr hides


class _Attribute(NamedTuple):
    """An attribute of a noun: where it stands in the JSON, and how it is read."""

    name: str
    key: str
    outer: str
    inner: str
    hint: object
    kind: object
    read: Callable[[object], object] | None  # before msgspec does
    is_required: bool
    is_lenient: bool


class _Shape(NamedTuple):
    noun: str
    attributes: tuple[_Attribute, ...]
    #: The keys that have attributes, each with the keys within it where those have.
    keys: Mapping[str, frozenset[str]]


@functools.cache
def _shape(cls: type[Model]) -> _Shape:
    noun = noun_of(cls)
    attributes = []
    for item in msgspec.structs.fields(cls):
        outer, _, inner = item.encode_name.partition(".")
        kind = plain_type(item.type)
        of = next((part for part in typing.get_args(kind) if part is not ...), kind)
        model = of if isinstance(of, type) and issubclass(of, Model) else None
        is_strict = model or (isinstance(kind, type) and issubclass(kind, int | str | datetime))
        is_lenient = kind is bool or not is_strict or item.name in cls._lenient
        read: Callable[[object], object] | None = None
        if kind is datetime:
            read = functools.partial(_time, noun)
        elif model is not None:
            read = functools.partial(_models if kind is not of else _model, model, is_lenient)
        elif typing.get_origin(kind) is Mapping and item.name not in cls._unshown:
            read = without_keys
        attributes.append(
            _Attribute(
                item.name, item.encode_name, outer, inner, item.type, kind, read, item.required,
                is_lenient and not item.required,
            )
        )  # fmt: skip
    attributes = [item for item in attributes if item.name not in ("more", "server")]
    whole = {item.outer for item in attributes if not item.inner}
    keys = {
        key: frozenset(item.inner for item in attributes if item.outer == key not in whole)
        for key in {item.outer for item in attributes}
    }
    return _Shape(noun, tuple(attributes), keys)


def _of_server(value: object, server: str) -> object:
    if isinstance(value, Model):
        return value.of_server(server)
    if isinstance(value, tuple):
        return tuple(_of_server(item, server) for item in value)
    return value


def plain_type(hint: object) -> object:
    """Return a type without ``None`` and without its constraints."""
    if typing.get_origin(hint) is Annotated:
        return plain_type(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, UnionType):
        kinds = [item for item in typing.get_args(hint) if item is not NoneType]
        return plain_type(kinds[0]) if len(kinds) == 1 else hint
    return hint


def _time(noun: str, value: object) -> object:
    return (utc_time(value, noun) if value else None) if isinstance(value, str) else value


def _model(model: type[Model], is_lenient: bool, value: object) -> object:  # noqa: FBT001 - partial
    if is_lenient:
        return model.from_json(value) if isinstance(value, Mapping) else None
    return model.from_json(value) if value else None


def _models(model: type[Model], _: bool, value: object) -> object:  # noqa: FBT001 - partial
    if isinstance(value, list | tuple):
        return [model.from_json(item) for item in value]
    return value or None


def _more(sent: Mapping[str, object], keys: Mapping[str, frozenset[str]]) -> dict[str, object]:
    more = other_fields(sent, keys)
    for outer, known in keys.items():
        part = sent.get(outer) if known else None
        if isinstance(part, Mapping) and (unknown := other_fields(part, known)):
            more[outer] = unknown
    return more


def _usable(found: Mapping[str, object], shape: _Shape) -> dict[str, object]:
    """Leave out values of a wrong type; raise ProtocolError where one cannot be left out."""
    usable = dict(found)
    for item in shape.attributes:
        try:
            if item.key in found:
                msgspec.convert(found[item.key], item.hint)
        except _REFUSALS:
            if not item.is_lenient:
                raise _wrong_field(shape.noun, item.key, found[item.key], item.kind) from None
            del usable[item.key]
    return usable


def _written(value: object) -> object:
    if isinstance(value, Model):
        return value.to_json()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return [_written(item) for item in value] if isinstance(value, tuple) else value


def as_object(value: object, what: str) -> Mapping[str, object]:
    """Return `value` as a JSON object, or raise ProtocolError naming `what`."""
    if isinstance(value, Mapping):
        return value
    raise ProtocolError(
        f"The server sent {_kind(value)} where {_a(what)} was expected.", excerpt=_excerpt(value)
    )


def required(obj: Mapping[str, object], key: str, kind: type[T], what: str) -> T:
    """Return ``obj[key]``, which must be there and be of `kind` (a bool is not an int)."""
    value = obj.get(key)
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return value
    raise _wrong_field(what, key, value, kind)


def without_keys(value: object) -> object:
    """Return a JSON value without the API keys in it: the server sends them along."""
    if isinstance(value, Mapping):
        return {name: without_keys(item) for name, item in value.items() if name != "api_key"}
    if isinstance(value, list):
        return [without_keys(item) for item in value]
    return value


def other_fields(obj: Mapping[str, object], known: Container[str]) -> dict[str, object]:
    """Return what the server sent under other names than the `known` ones, without API keys."""
    return {
        name: without_keys(item)
        for name, item in obj.items()
        if name not in known and name != "api_key"
    }


def utc_time(text: str, what: str) -> datetime:
    """Return an ISO 8601 time in UTC; one without a zone is UTC, as the server means it."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC, it may be before year 1 or after year 9999
        raise ProtocolError(
            f"The server sent {text[:60]!r} where the time of {_a(what)} was expected."
        ) from None


def _wrong_field(what: str, key: str, value: object, kind: object) -> ProtocolError:
    is_unknown = isinstance(kind, type) and issubclass(kind, IntEnum) and type(value) is int
    name = "list" if typing.get_origin(kind) is tuple else getattr(kind, "__name__", str(kind))
    words = f"the unknown {value}" if is_unknown else f"{_kind(value)}, not {name}"
    return ProtocolError(
        f"The server sent {_a(what)} whose {key!r} is {words}.", excerpt=_excerpt(value)
    )


def _excerpt(value: object) -> str:
    try:
        return repr(value)[:200]
    except (RecursionError, ValueError):  # nested too deeply, or a number of too many digits
        return ""


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a JSON {type(value).__name__}"
