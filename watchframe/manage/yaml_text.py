"""JSON objects as YAML that people read and version control compares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from watchframe.errors import ConfigurationError

if TYPE_CHECKING:
    import yaml

_WIDTH = 100


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
