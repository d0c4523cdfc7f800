"""The pages about commands, the magic and pickers have every option and every setting."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from watchframe.cli.main import program
from watchframe.magics.magic import WatchMagics
from watchframe.vocabulary import CELL_FLAGS

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
COMMAND_LINE = (FOLDER / "command-line.md").read_text(encoding="utf-8")


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), list(commands(program)))
def test_every_command_has_its_help_and_every_option_too(path, command):
    result = CliRunner().invoke(program, [*path, "-h"])
    assert result.exit_code == 0
    assert command.help.split("\n")[0] in " ".join(result.stdout.split())
    for param in command.params:
        assert isinstance(param, click.Argument) or param.help
    assert isinstance(command, click.Group) or f"## `watchframe {' '.join(path)}" in COMMAND_LINE


def test_magic_page_has_every_option_and_every_setting():
    page = (FOLDER / "magic.md").read_text(encoding="utf-8")
    assert all(f"| `{option.usage}` |" in page for option in CELL_FLAGS.values())
    assert all(f"| `{name}` |" in page for name in WatchMagics.class_own_traits(config=True))
