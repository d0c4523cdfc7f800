"""Signatures as they are read."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator

_WIDTH = 88
_STARS: dict[object, str] = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
}
#: Where a name comes from is not told: ``pd.DataFrame`` is DataFrame.
_MODULE = re.compile(r"\b(?:pd|pa|os)\.(?=[A-Z])")


def signature(name: str, thing: Callable[..., object], *, hidden: Iterable[str] = ()) -> str:
    """Give how `thing` is called, on one line or one line a parameter.

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
    shown = [item for item in found.parameters.values() if item.name not in left_out]
    parts = [*_parts(shown)]
    returns = "" if inspect.isclass(thing) else f" -> {_annotation(found.return_annotation)}"
    line = f"{name}({', '.join(parts)}){returns}"
    if len(line) <= _WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){returns}"


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
