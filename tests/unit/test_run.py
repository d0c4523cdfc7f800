"""How `tests/run.py` runs its steps and ends its tests, and which other Pythons it finds."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path):
    """A PATH with a pyenv that has Python 3.97, and the command that pyenv makes for it."""
    command(tmp_path / "pyenv", f"[ $1 = root ] && echo {tmp_path}/root")
    command(tmp_path / "python3.97", "echo 'pyenv: python3.97: command not found' >&2; exit 127")
    command(tmp_path / "root/versions/3.97.1/bin/python3.97", "echo 3.97")
    return tmp_path


def command(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)


def found(version, folder):
    code = "import run, sys; print(run.find_python(sys.argv[1]))"
    return subprocess.check_output(
        [sys.executable, "-c", code, version], cwd=TESTS, env={"PATH": str(folder)}, text=True
    ).strip()


def test_python_on_path_is_found(folder):
    command(folder / "python3.98", "echo 3.98")
    assert found("3.98", folder) == str(folder / "python3.98")


def test_python_of_pyenv_is_found_where_its_command_fails(folder):
    assert found("3.97", folder) == str(folder / "root/versions/3.97.1/bin/python3.97")


def test_python_that_is_missing_or_broken_is_none(folder):
    command(folder / "python3.98", "exit 1")
    assert found("3.98", folder) == "None"
    assert found("3.99", folder) == "None"


def test_running_python_is_found_anywhere(tmp_path):
    running = "{}.{}".format(*sys.version_info)
    assert found(running, tmp_path) == sys.executable


@pytest.fixture
def run(monkeypatch):
    """The module `tests/run.py`."""
    monkeypatch.syspath_prepend(str(TESTS))
    spec = importlib.util.spec_from_file_location("run", TESTS / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def python(code):
    return [Path(sys.executable).name, "-c", code]


@pytest.mark.parametrize(("code", "outcome"), [(0, "passed"), (3, "FAILED")])
def test_step_shows_its_output_as_a_whole_and_its_outcome(run, capsys, code, outcome):
    write = "sys.stdout.write('one\\n'); sys.stdout.flush(); sys.stderr.write('two\\n')"
    assert run._passes("a step", python(f"import sys; {write}; sys.exit({code})")) == (code == 0)
    head, *output, end = capsys.readouterr().out.strip().splitlines()
    assert head.startswith("== a step: ")
    assert output == ["one", "two"]
    assert end.startswith(f"== a step {outcome} in ")


def test_step_whose_command_is_missing_has_failed(run, capsys):
    assert not run._passes("a step", ["no-such-command"])
    assert "no-such-command" in capsys.readouterr().out


def test_step_that_hangs_is_ended(run, capsys, monkeypatch):
    monkeypatch.setattr(run, "STEP_ENDS_WITHIN", 0.1)
    assert not run._passes("a step", python("import time; time.sleep(200)"))
    assert "ended after 0.1 s" in capsys.readouterr().out


def test_python_whose_environment_fails_has_failed_and_a_missing_one_has_not(
    run, capsys, monkeypatch
):
    monkeypatch.setattr(run, "find_python", {"3.12": "/python3.12"}.get)

    def make_environment(*_, **__):
        raise SystemExit("no network")

    monkeypatch.setattr(run, "make_environment", make_environment)
    made = run._environments(["3.12", "3.13"])
    assert [run._passes_with(*one) for one in run._with_commands(made)] == [False, True]
    output = capsys.readouterr().out
    assert "Python 3.12: no network" in output
    assert "Python 3.13 is missing" in output


def test_newest_other_python_measures_coverage(run):
    found = {"3.11": Path("a"), "3.12": Path("b"), "3.13": Path("c"), "3.14": None}
    commands = [command for _, _, command in run._with_commands(found)]
    assert commands[2] == run.COVERAGE
    assert commands[0] == commands[1] == run.PYTEST_OF_ANOTHER
    ((_, _, command),) = run._with_commands({"3.11": Path("a")})
    assert command == run.PYTEST_OF_ANOTHER, "there it would take twice as long"


@pytest.mark.parametrize(("fails", "code"), [(None, 0), ("site", 1), ("Python 3.12", 1)])
def test_every_step_runs_once_and_one_that_fails_is_told(run, capsys, monkeypatch, fails, code):
    ran = []

    def passes(name, command, folder=None):
        ran.append(name.removeprefix("tests with "))
        return ran[-1] != fails

    monkeypatch.setattr(run, "ensure_environment", lambda *extras: None)
    monkeypatch.setattr(run, "_environments", lambda versions: {"3.12": Path("a/b"), "3.14": None})
    monkeypatch.setattr(run, "_passes", passes)
    monkeypatch.setattr(run, "_tests_pass", lambda command, ends_at: True)
    monkeypatch.setattr(run.os, "cpu_count", lambda: 1)
    monkeypatch.setattr(sys, "argv", ["run.py", "--every-python"])
    assert run.main() == code
    steps = [*run.EVERY_PYTHON_STEPS, "Python 3.12", *run.SLOW_STEPS, *run.QUICK_STEPS]
    assert ran == steps
    assert ("failed before the tests" in capsys.readouterr().out) == (fails is not None)


@pytest.mark.parametrize(
    ("arguments", "are_named"),
    [
        ([], False),
        (["-k", "dates"], False),
        (["tests/unit/test_run.py::test_that", "-x"], True),
        (["tests/integration/read"], True),
    ],
)
def test_quick_runs_tests_without_server_unless_others_are_named(run, arguments, are_named):
    chosen = run._quick(arguments)
    assert chosen[:4] == [*run.FEW_EXAMPLES, *run.NOT_SLOW]
    assert chosen[4:] == ([] if are_named else run.WITHOUT_SERVER)


class Pytest:
    """A process of pytest that ends when it is interrupted, or only when it is killed."""

    def __init__(self, ends_at):
        self.ends_at, self.got = ends_at, []

    def wait(self, timeout=None):
        if self.ends_at in self.got:
            return 2
        raise subprocess.TimeoutExpired("pytest", timeout)

    def send_signal(self, number):
        self.got.append(number)

    def kill(self):
        self.got.append("killed")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no interrupt for another process")
@pytest.mark.parametrize("ends_at", [signal.SIGINT, "killed"])
def test_tests_that_take_too_long_are_asked_for_their_summary(run, monkeypatch, capsys, ends_at):
    tests = Pytest(ends_at)
    monkeypatch.setattr(run.subprocess, "Popen", lambda *_, **__: tests)
    assert not run._tests_pass(["pytest"], ends_at=0)
    assert tests.got == [signal.SIGINT, "killed"]
    assert "75 minutes after the run began" in capsys.readouterr().out


@pytest.mark.parametrize(("code", "passes"), [("0", True), ("1", False)])
def test_tests_that_end_in_time_decide(run, code, passes):
    exits = python(f"raise SystemExit({code})")
    assert run._tests_pass(exits, ends_at=float("inf")) == passes
