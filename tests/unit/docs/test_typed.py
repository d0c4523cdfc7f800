"""What is typed on the command line says what it does."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from watchframe.cli.main import program


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), list(commands(program)))
def test_every_command_has_its_help_and_every_option_too(path, command):
    result = CliRunner().invoke(program, [*path, "-h"])
    assert result.exit_code == 0, result.output
    assert command.help.split("\n")[0] in " ".join(result.stdout.split())
    for param in command.params:
        assert isinstance(param, click.Argument) or param.help
