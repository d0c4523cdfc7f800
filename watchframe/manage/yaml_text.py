"""JSON objects as YAML that people read and version control compares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from watchframe.errors import ConfigurationError

if TYPE_CHECKING:
    import yaml

_WIDTH = 100

#: What a file may hold once its aliases are written out: values and letters.
_LARGEST = 10_000_000
_DEEPEST = 100
_MAX_BITS = 4096
_JSON_KINDS = ("null", "bool", "int", "float", "str", "seq", "map")


def as_yaml(value: Mapping[str, object]) -> str:
    """Give a JSON object as YAML, in its order; the same object gives the same text.

    Texts of several lines stand line by line, so that a diff shows which of them changed.
    """
    import_yaml()
    import yaml  # noqa: PLC0415 - an extra

    return yaml.dump(
        value,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH,
    )


def read_yaml(text: bytes) -> Mapping[str, object]:
    """Return the JSON object that a YAML document stands for; a date without quotes is a text.

    Raises
    ------
    TypeError, ValueError, yaml.YAMLError
        It is no YAML, or no JSON object: two equal keys in an object, a key that is no text,
        another tag, a number that is not finite, or more than a file of a query can hold.
    """
    import_yaml()
    import yaml  # noqa: PLC0415 - an extra

    loader = _loader()(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise TypeError("it does not hold names with values")
        _check_size(node, {}, 1)
        value: Mapping[str, object] = loader.construct_document(node)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    finally:
        loader.dispose()
    return value


def import_yaml() -> None:
    """Raise ConfigurationError where PyYAML is not installed."""
    try:
        import yaml  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise ConfigurationError(
            "Queries as files need PyYAML, which is not installed.",
            hint='Install it: pip install "watchframe[manage]".',
        ) from None


@lru_cache(maxsize=1)
def _dumper() -> type[yaml.SafeDumper]:
    import yaml  # noqa: PLC0415 - an extra

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as blocks, where YAML has a block for them."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
            return True  # a value that occurs twice is written twice

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        if not value.replace("\n", "").isprintable():
            style = '"'  # only there does PyYAML write other ends of lines as they come back
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return Dumper


@lru_cache(maxsize=1)
def _loader() -> type[yaml.SafeLoader]:
    import yaml  # noqa: PLC0415 - an extra

    class Loader(yaml.SafeLoader):
        """Reads what JSON has, and nothing else."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
            _check_keys(node)
            return super().construct_mapping(node, deep=deep)

    kinds = [f"tag:yaml.org,2002:{kind}" for kind in _JSON_KINDS]
    known = yaml.SafeLoader.yaml_constructors
    Loader.yaml_constructors = {kind: known[kind] for kind in (*kinds, None)}
    Loader.yaml_constructors |= {kinds[2]: _integer, kinds[3]: _finite, kinds[6]: _object}
    # JSON has no dates: one without quotes stays the text that it is.
    Loader.yaml_implicit_resolvers = {
        letter: [item for item in found if item[0] != "tag:yaml.org,2002:timestamp"]
        for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _object(loader: yaml.SafeLoader, node: Any) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


def _integer(loader: yaml.SafeLoader, node: Any) -> int:
    value = loader.construct_yaml_int(node)
    if value.bit_length() > _MAX_BITS:
        raise ValueError("a number in it is too large")
    return value


def _finite(loader: yaml.SafeLoader, node: Any) -> float:
    value = loader.construct_yaml_float(node)
    if not math.isfinite(value):
        raise ValueError(f"it holds the number {node.value}, which JSON does not have")
    return value


def _check_keys(node: Any) -> None:
    seen = set()
    for key, _ in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        line = key.start_mark.line + 1
        if key.tag != "tag:yaml.org,2002:str":
            raise ValueError(f"the key in line {line} is no text; put it into quotes")
        if key.value in seen:
            raise ValueError(f"the key {key.value!r} in line {line} is there twice")
        seen.add(key.value)


def _check_size(node: Any, known: dict[int, int], depth: int) -> int:
    """Return how much a node holds where each alias counts as what it stands for.

    Nine lines of aliases of aliases can stand for a billion values.
    """
    if depth > _DEEPEST:
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
                if size > _LARGEST:
                    break
        known[id(node)] = size
    if size == -1:
        raise ValueError("an alias in it refers to what contains it")
    if size > _LARGEST:
        raise ValueError("it holds more than a query's file can")
    return size
