"""A query parameter's definition, as saved with the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from watchframe.models.json_fields import as_object, other_fields, required

_READ = (
    "name",
    "type",
    "title",
    "value",
    "enumOptions",
    "queryId",
    "regex",
    "multiValuesOptions",
    "useCurrentDateTime",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiValues:
    """How the server joins several values, each as ``prefix + value + suffix``."""

    prefix: str = ""
    suffix: str = ""
    separator: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDefinition:
    """A parameter as the query's author defined it.

    Attributes
    ----------
    name : str
        The name between the braces in the query's text.
    type : str
        The server's word: ``text``, ``enum``, ``date-range``, ...
    title : str
        The label.
    default : object
        The saved value, as JSON: may be a dynamic name such as ``"d_last_7_days"``; None for none.
    enum_options : tuple of str
        The choices of an ``enum``.
    dropdown_query_id : int or None
        The query that gives the choices of a ``query`` parameter.
    regex : str or None
        What a ``text-pattern`` must match, whole.
    multi : MultiValues or None
        Set where several values may be chosen.
    use_current_datetime : bool
        Whether a date without a default means now.
    more : mapping of str to object
        What the server sent besides, under the server's names: an edit writes it back.
    """

    name: str
    type: str
    title: str
    default: object = None
    enum_options: tuple[str, ...] = ()
    dropdown_query_id: int | None = None
    regex: str | None = None
    multi: MultiValues | None = None
    use_current_datetime: bool = False
    more: Mapping[str, object] = field(default_factory=dict, hash=False, repr=False)

    @classmethod
    def from_json(cls, value: object) -> ParameterDefinition:
        """Read what the server sent; raises ProtocolError where it is not of that shape."""
        obj = as_object(value, "parameter definition")
        name = required(obj, "name", str, "parameter definition")
        type_ = obj.get("type")
        title = obj.get("title")
        options = obj.get("enumOptions")
        query_id = obj.get("queryId")
        regex = obj.get("regex")
        return cls(
            name=name,
            type=type_ if isinstance(type_, str) else "text",
            title=title if isinstance(title, str) and title else name,
            default=obj.get("value"),
            enum_options=tuple(options.split("\n")) if isinstance(options, str) else (),
            dropdown_query_id=query_id if isinstance(query_id, int) else None,
            regex=regex if isinstance(regex, str) else None,
            multi=_multi_values(obj.get("multiValuesOptions")),
            use_current_datetime=obj.get("useCurrentDateTime") is True,
            more=other_fields(obj, _READ),
        )

    def to_json(self) -> dict[str, object]:
        """Give it in the server's shape: `from_json` of that is equal to this."""
        obj: dict[str, object] = {
            **self.more,
            "name": self.name,
            "type": self.type,
            "title": self.title,
            "value": self.default,
        }
        if self.enum_options:
            obj["enumOptions"] = "\n".join(self.enum_options)
        if self.dropdown_query_id is not None:
            obj["queryId"] = self.dropdown_query_id
        if self.regex is not None:
            obj["regex"] = self.regex
        if self.multi is not None:
            obj["multiValuesOptions"] = asdict(self.multi)
        if self.use_current_datetime:
            obj["useCurrentDateTime"] = True
        return obj


def _multi_values(value: object) -> MultiValues | None:
    if not isinstance(value, Mapping):
        return None
    parts = {
        key: part
        for key in ("prefix", "suffix", "separator")
        if isinstance(part := value.get(key), str)
    }
    return MultiValues(**parts)
