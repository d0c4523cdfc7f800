"""A function, a method or a class as a part of a page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence

from watchframe import errors
from watchframe.api_pages.docstring import Docstring, Item
from watchframe.api_pages.markdown import anchor, cell, inline, markdown, table
from watchframe.api_pages.signature import signature

#: Sections of running text, and what is written above them.
_TEXTS = ("Notes", "Examples")
#: Where each error has its part.
ERRORS_PAGE = "api-errors.md"
#: Of every value of the server: `from_json` and `to_json` are told of once.
_EVERYWHERE = frozenset({"from_json", "to_json"})


def function_entry(
    name: str,
    thing: Callable[..., object],
    *,
    level: int,
    routes: Sequence[str] = (),
    hidden: Iterable[str] = (),
) -> str:
    """Give the part of a page that is about a function or a method.

    Parameters
    ----------
    name : str
        As it is written in a call.
    thing : callable
    level : int
        Of its heading.
    routes : sequence of str
        What it asks the server.
    hidden : iterable of str
        Parameters that the page tells of once, for all.
    """
    said = Docstring.of(thing)
    kept = set(hidden)
    parts = [
        f"{'#' * level} `{name}`",
        f"```python\n{signature(name, thing, hidden=kept)}\n```",
        " · ".join(f"`{route}`" for route in routes),
        markdown(said.text),
        _items("parameter", (item for item in said.items("Parameters") if item.name not in kept)),
        _returned(said.items("Returns")),
        _raised("Raises", said.items("Raises")),
        _raised("Warns", said.items("Warns")),
        *(_text(said, heading) for heading in _TEXTS),
    ]
    return _joined(parts)


def class_entry(
    thing: type, *, level: int, is_with_methods: bool = True, is_with_bases: bool = False
) -> str:
    """Give the part of a page that is about a class.

    How one is made is shown where its docstring has parameters.

    Parameters
    ----------
    thing : type
    level : int
        Of its heading.
    is_with_methods : bool
        Whether its methods follow, one heading below.
    is_with_bases : bool
        Whether to tell what it is a kind of.
    """
    name, said = thing.__name__, Docstring.of(thing)
    attributes = [*said.items("Attributes"), *_properties(thing)]
    bases = ", ".join(f"`{base.__name__}`" for base in thing.__bases__)
    parts = [
        f"{'#' * level} `{name}`",
        f"A kind of {bases}." if is_with_bases else "",
        f"```python\n{signature(name, thing)}\n```" if "Parameters" in said.sections else "",
        markdown(said.text),
        _items("parameter", said.items("Parameters")),
        _items("attribute", attributes),
        _raised("Raises", said.items("Raises")),
        *(_text(said, heading) for heading in _TEXTS),
    ]
    methods = public_methods(thing) if is_with_methods else []
    below = (
        function_entry(f"{name}.{method}", getattr(thing, method), level=level + 1)
        for method in methods
    )
    return "\n".join([_joined(parts), *below])


def error_names(names: str) -> str:
    """Give the names, those of this library with links to what they mean."""
    found = (name.strip() for name in names.split(","))
    return ", ".join(
        f"[`{name}`]({ERRORS_PAGE}#{anchor(name)})" if name in errors.__all__ else f"`{name}`"
        for name in found
    )


def public_methods(thing: type) -> list[str]:
    """Give the names of a class's own public methods, in the order of the code."""
    return [
        name
        for name, value in vars(thing).items()
        if inspect.isfunction(value) and not name.startswith("_") and name not in _EVERYWHERE
    ]


def _properties(thing: type) -> Iterator[Item]:
    for name, value in vars(thing).items():
        if isinstance(value, property) and not name.startswith("_"):
            annotation = inspect.signature(value.fget).return_annotation if value.fget else ""
            yield Item(name=name, type=str(annotation), text=Docstring.of(value).text)


def _items(kind: str, items: Iterable[Item]) -> str:
    rows = [(_names(item.name), cell(item.type), cell(item.text)) for item in items]
    return table((kind, "type", ""), rows)


def _returned(items: Sequence[Item]) -> str:
    lines = [
        f"- {inline(item.name)}" + (f": {_line(item.text)}" if item.text else "") for item in items
    ]
    return "**Returns**\n\n" + "\n".join(lines) + "\n" if lines else ""


def _raised(heading: str, items: Sequence[Item]) -> str:
    lines = [
        f"- {error_names(item.name)}" + (f": {_line(item.text)}" if item.text else "")
        for item in items
    ]
    return f"**{heading}**\n\n" + "\n".join(lines) + "\n" if lines else ""


def _text(said: Docstring, heading: str) -> str:
    text = said.sections.get(heading)
    return f"**{heading}**\n\n{markdown(text)}" if text else ""


def _names(names: str) -> str:
    return ", ".join(f"`{name.strip()}`" for name in names.split(","))


def _line(text: str) -> str:
    return " ".join(inline(text).split())


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"
