"""A function, a method or a class as an entry of a page: signature, parameters, errors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from generators.docstrings import Docstring, Item, anchor, cell, inline, markdown, table
from watchframe import errors

ERRORS_PAGE = "api-errors.md"
_TEXT_SECTIONS = ("Notes", "Examples")
#: Every value of the server has them; the page says so once.
_IN_EVERY_MODEL = frozenset({"card", "facts", "from_json", "to_json"})
_WIDTH = 88
_STARS: dict[object, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}
#: Shown without their module: ``pd.DataFrame`` is DataFrame.
_MODULE = re.compile(r"\b(?:pd|pa|os)\.(?=[A-Z])")


def entries(things: Iterable[Callable[..., object]]) -> str:
    """Return the entries of functions and classes, each under a heading of the second level."""
    return "\n".join(
        class_entry(thing) if inspect.isclass(thing) else function_entry(thing.__name__, thing)
        for thing in things
    )


def function_entry(
    name: str,
    thing: Callable[..., object],
    *,
    level: int = 2,
    routes: Sequence[str] = (),
    hidden: Iterable[str] = (),
) -> str:
    """Return the entry of a function or a method.

    Parameters
    ----------
    name : str
        As it is written in a call.
    thing : callable
    level : int
        Of its heading.
    routes : sequence of str
        The server's routes that it requests.
    hidden : iterable of str
        Parameters that the page describes once, for all functions.
    """
    doc = Docstring.of(thing)
    left_out = set(hidden)
    shown = [item for item in doc.items("Parameters") if item.name not in left_out]
    return _joined(
        f"{'#' * level} `{name}`",
        f"```python\n{signature(name, thing, hidden=left_out)}\n```",
        " · ".join(f"`{route}`" for route in routes),
        markdown(doc.text),
        _items("parameter", shown),
        _list("Returns", ((inline(item.name), item.text) for item in doc.items("Returns"))),
        _errors(doc, "Raises"),
        _errors(doc, "Warns"),
        *_texts(doc),
    )


def class_entry(thing: type, *, has_methods: bool = True, has_bases: bool = False) -> str:
    """Return the entry of a class, its signature where its docstring has parameters.

    Parameters
    ----------
    thing : type
    has_methods : bool
        Whether the entries of its methods follow, one heading below.
    has_bases : bool
        Whether its base classes are named.
    """
    name, doc = thing.__name__, Docstring.of(thing)
    bases = ", ".join(f"`{base.__name__}`" for base in thing.__bases__)
    entry = _joined(
        f"## `{name}`",
        f"A kind of {bases}." if has_bases else "",
        f"```python\n{signature(name, thing)}\n```" if "Parameters" in doc.sections else "",
        markdown(doc.text),
        _items("parameter", doc.items("Parameters")),
        _items("attribute", [*doc.items("Attributes"), *_properties(thing)]),
        _errors(doc, "Raises"),
        *_texts(doc),
    )
    methods = public_methods(thing) if has_methods else []
    below = (function_entry(f"{name}.{it}", getattr(thing, it), level=3) for it in methods)
    return "\n".join([entry, *below])


def signature(name: str, thing: Callable[..., object], *, hidden: Iterable[str] = ()) -> str:
    """Return how `thing` is called: on one line, or on one line a parameter.

    Parameters
    ----------
    name : str
        As it is written in a call.
    thing : callable
    hidden : iterable of str
        Parameters that are not shown.
    """
    found = inspect.signature(thing)
    left_out = {"self", *hidden}
    parts = [*_parts(item for item in found.parameters.values() if item.name not in left_out)]
    returns = "" if inspect.isclass(thing) else f" -> {_annotation(found.return_annotation)}"
    line = f"{name}({', '.join(parts)}){returns}"
    if len(line) <= _WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){returns}"


def error_names(names: str) -> str:
    """Return names of errors, separated by commas, this package's with links to their entries."""
    found = (name.strip() for name in names.split(","))
    return ", ".join(
        f"[`{name}`]({ERRORS_PAGE}#{anchor(name)})" if name in errors.__all__ else f"`{name}`"
        for name in found
    )


def public_methods(thing: type) -> list[str]:
    """Return the names of a class's own public methods, in the order of the code."""
    return [
        name
        for name, value in vars(thing).items()
        if inspect.isfunction(value) and not name.startswith("_") and name not in _IN_EVERY_MODEL
    ]


def _parts(parameters: Iterable[inspect.Parameter]) -> Iterator[str]:
    is_keyword = False
    for item in parameters:
        if item.kind is item.KEYWORD_ONLY and not is_keyword:
            is_keyword = True
            yield "*"
        stars = _STARS.get(item.kind, "")
        type_ = "" if item.annotation is item.empty else f": {_annotation(item.annotation)}"
        default = "" if item.default is item.empty else f" = {_default(item.default)}"
        yield f"{stars}{item.name}{type_}{default}"


def _annotation(annotation: object) -> str:
    if annotation is None:
        return "None"
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return _MODULE.sub("", text or str(annotation))


def _default(value: object) -> str:
    if value is ...:
        return "..."
    return value.__qualname__ if inspect.isroutine(value) else repr(value)


def _properties(thing: type) -> Iterator[Item]:
    for name, value in vars(thing).items():
        if isinstance(value, property) and not name.startswith("_"):
            annotation = inspect.signature(value.fget).return_annotation if value.fget else ""
            yield Item(name=name, type=str(annotation), text=Docstring.of(value).text)


def _items(kind: str, items: Iterable[Item]) -> str:
    rows = (
        (
            ", ".join(f"`{name.strip()}`" for name in item.name.split(",")),
            cell(item.type),
            cell(item.text),
        )
        for item in items
    )
    return table((kind, "type", ""), rows)


def _errors(doc: Docstring, section: str) -> str:
    return _list(section, ((error_names(item.name), item.text) for item in doc.items(section)))


def _list(heading: str, items: Iterable[tuple[str, str]]) -> str:
    lines = [
        f"- {name}: {' '.join(inline(text).split())}" if text else f"- {name}"
        for name, text in items
    ]
    return f"**{heading}**\n\n" + "\n".join(lines) if lines else ""


def _texts(doc: Docstring) -> Iterator[str]:
    for heading in _TEXT_SECTIONS:
        if text := doc.sections.get(heading):
            yield f"**{heading}**\n\n{markdown(text)}"


def _joined(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"
