"""What the command line does otherwise on Windows; simulated where it is another system."""

import errno
import os
import signal

import click
import pytest

from watchframe.cli.main import _exit_on_sigterm, _is_of_closed_pipe, program
from watchframe.cli.messages import TERMINATED


def commands(command=program, name="watchframe", parent=None):
    # With its own settings: a command keeps the help option that it is first shown with.
    context = click.Context(command, parent, info_name=name, **command.context_settings)
    yield context.command_path, command.get_help(context)
    for its_name, each in getattr(command, "commands", {}).items():
        yield from commands(each, its_name, context)


def test_closed_pipe_of_windows_is_one():
    vague = OSError(errno.EINVAL, "Invalid argument")
    of_a_file = OSError(errno.EINVAL, "Invalid argument", "rows.csv")
    full = OSError(errno.ENOSPC, "No space left on device")
    here = [_is_of_closed_pipe(error) for error in (vague, of_a_file, full)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "name", "nt")
        there = [_is_of_closed_pipe(error) for error in (vague, of_a_file, full)]
    assert here == [os.name == "nt", False, False]
    assert there == [True, False, False]
    assert _is_of_closed_pipe(BrokenPipeError())


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="it stands for Ctrl-Break")
def test_ctrl_break_ends_the_command_in_order(monkeypatch):
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    before = signal.getsignal(signal.SIGUSR1)
    with pytest.raises(SystemExit) as caught, _exit_on_sigterm():
        signal.raise_signal(signal.SIGUSR1)
    assert caught.value.code == TERMINATED
    assert signal.getsignal(signal.SIGUSR1) == before


@pytest.mark.parametrize(("command", "text"), [*commands()])
def test_help_can_be_shown_by_a_console_of_windows(command, text):
    assert text.encode("cp1252").decode("cp1252") == text, command
