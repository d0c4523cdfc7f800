"""A JSON object as YAML text, and back; to import this module raises where PyYAML is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from watchframe.errors import ConfigurationError

try:
    import yaml
except ImportError:
    raise ConfigurationError(
        "Queries as files need PyYAML, which is not installed.",
        hint='Install it: pip install "watchframe[admin]".',
    ) from None

_WIDTH = 100
_TAG = "tag:yaml.org,2002:"
_JSON_TAGS = [_TAG + kind for kind in ("null", "bool", "int", "float", "str", "seq", "map")]

#: Limits of a file whose aliases are expanded: characters and values, levels.
_MAX_SIZE = 10_000_000
_MAX_DEPTH = 100


def as_yaml(value: Mapping[str, object]) -> str:
    """Return a JSON object as YAML, in its order; the same object gives the same text.

    A string of several lines is written line by line, so that a diff shows which of them changed.
    """
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH,
    )


def read_yaml(text: bytes) -> Mapping[str, object]:
    """Return the JSON object that a YAML document stands for; an unquoted date is a string.

    Raises
    ------
    TypeError, ValueError
        It is not YAML, or not a JSON object: a key that is repeated or not a string, a tag or a
        number that JSON does not have, or more than the file of a query can hold.
    """
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise TypeError("it does not hold names with values")
            _check_size(node, {}, 1)
            value: Mapping[str, object] = loader.construct_document(node)
        finally:
            loader.dispose()
        json.dumps(value, allow_nan=False)  # refuses numbers that JSON does not have
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return value


class _Dumper(yaml.SafeDumper):
    """Writes strings of several lines as blocks, where YAML has a block for them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True  # a value that occurs twice is written twice


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    if not value.replace("\n", "").isprintable():
        style = '"'  # the only style in which other line ends survive
    return dumper.represent_scalar(_TAG + "str", value, style=style)


_Dumper.add_representer(str, _represent_text)


class _Loader(yaml.SafeLoader):
    """Reads what JSON has, and nothing else."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        _check_keys(node)
        return super().construct_mapping(node, deep=deep)


def _construct_mapping(loader: yaml.SafeLoader, node: Any) -> dict[Any, Any]:
    # Deep, so that keys are checked before a merge elsewhere adds to them.
    return loader.construct_mapping(node, deep=True)


_Loader.yaml_constructors = {
    **{tag: yaml.SafeLoader.yaml_constructors[tag] for tag in _JSON_TAGS},
    _TAG + "map": _construct_mapping,
    None: yaml.SafeLoader.yaml_constructors[None],  # all other tags: it raises
}
# JSON has no dates: one without quotes remains a string.
_Loader.yaml_implicit_resolvers = {
    first: [item for item in resolvers if item[0] != _TAG + "timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _check_keys(node: Any) -> None:
    seen = set()
    for key, _ in node.value:
        if key.tag == _TAG + "merge":
            continue
        line = key.start_mark.line + 1
        if key.tag != _TAG + "str":
            raise ValueError(f"the key in line {line} is not a string; put it into quotes")
        if key.value in seen:
            raise ValueError(f"the key {key.value!r} in line {line} is repeated")
        seen.add(key.value)


def _check_size(node: Any, known: dict[int, int], depth: int) -> int:
    """Return the size of a node, where each alias counts as what it stands for.

    Nine lines of aliases of aliases can stand for a billion values.
    """
    if depth > _MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    size = known.get(id(node))
    if size is None:
        known[id(node)] = -1  # being counted
        size = 1
        if isinstance(node.value, str):
            size += len(node.value)
        else:
            for item in node.value:
                parts = item if isinstance(item, tuple) else (item,)
                size += sum(_check_size(part, known, depth + 1) for part in parts)
                if size > _MAX_SIZE:
                    break
        known[id(node)] = size
    if size == -1:
        raise ValueError("an alias in it refers to what contains it")
    if size > _MAX_SIZE:
        raise ValueError("it holds more than the file of a query can")
    return size
