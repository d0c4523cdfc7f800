"""``docs/reference/command-line.md`` is what the commands' own help says."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from watchframe.cli.main import program
from watchframe.cli.reference_page import reference_page

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "command-line.md"


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_reference_page_when_made_anew_is_the_committed_one():
    assert PAGE.read_text() == reference_page(), (
        "run: python -m watchframe.cli.reference_page > docs/reference/command-line.md"
    )


@pytest.mark.parametrize(("path", "command"), list(commands(program)))
def test_every_command_has_its_help_and_every_option_too(path, command):
    result = CliRunner().invoke(program, [*path, "-h"])
    assert result.exit_code == 0
    assert command.help.split("\n")[0] in " ".join(result.stdout.split())
    for param in command.params:
        assert isinstance(param, click.Argument) or param.help
    assert (
        isinstance(command, click.Group) or f"## `watchframe {' '.join(path)}" in reference_page()
    )
