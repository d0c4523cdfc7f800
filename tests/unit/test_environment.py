"""The environment of `tests/run.py` and the notebooks: when it is installed, what is refused."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "environment.py"


@pytest.fixture
def project(tmp_path):
    """A project with `environment.py` in it."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/environment.py").write_bytes(SOURCE.read_bytes())
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'nothing'\nversion = '1'\n")
    (tmp_path / "setup.py").write_text("from setuptools import setup\n\nsetup()\n")
    return tmp_path


@pytest.fixture
def environment(project):
    """That project's `environment.py`."""
    spec = importlib.util.spec_from_file_location("environment", project / "tests/environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERSION = "{}.{}".format(*sys.version_info)


PIP = """
import pathlib, sys
with pathlib.Path({log!r}).open("a") as log:
    log.write(sys.argv[-1].removeprefix({root!r}) + "\\n")
"""


@pytest.fixture
def installed(environment, monkeypatch):
    """What was installed so far: venvs get a pip that only writes that down, in no time."""
    log = environment.ROOT / "installed.txt"
    run_quietly = environment._run_quietly

    def run(command, failure):
        if "venv" not in command:
            run_quietly(command, failure)
            return
        run_quietly([*command, "--without-pip"], failure)
        (packages,) = command[-1].glob("lib/python*/site-packages")
        (packages / "pip").mkdir()
        pip = PIP.format(log=str(log), root=str(environment.ROOT))
        (packages / "pip/__main__.py").write_text(pip)

    monkeypatch.setattr(environment, "_run_quietly", run)
    return lambda: log.read_text().splitlines()


def make(environment, *extras):
    return environment.make_environment(
        environment.VENV, extras, python=sys.executable, version=VERSION
    )


def test_environment_is_made_once(environment, installed):
    python = make(environment, "demo", "test")
    assert make(environment, "test") == make(environment, "demo", "test") == python
    assert installed() == ["[demo,test]"]
    prefix = [python, "-c", "import sys; print(sys.prefix)"]
    assert subprocess.check_output(prefix, text=True).strip() == str(environment.VENV)


def test_environment_keeps_the_extras_of_before(environment, installed):
    make(environment, "demo")
    make(environment, "test")
    make(environment, "demo")
    assert installed() == ["[demo]", "[demo,test]"]


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.py", "watchframe/decode/_rows.c"])
def test_environment_is_installed_again_after_an_edit(environment, installed, name):
    make(environment, "test")
    (environment.ROOT / name).parent.mkdir(parents=True, exist_ok=True)
    (environment.ROOT / name).write_text("# another\n")
    make(environment, "test")
    assert installed() == ["[test]", "[test]"]


@pytest.mark.parametrize(("fact", "value"), [("python", "3.10"), ("folder", "/elsewhere")])
def test_environment_of_another_python_or_place(environment, installed, fact, value):
    make(environment, "test")
    change_stamp(environment, **{fact: value})
    left = environment.VENV / "left"
    left.touch()
    make(environment, "test")
    assert installed() == ["[test]", "[test]"]
    assert left.exists() is (fact == "python")  # a copy's scripts name the original: made again


def change_stamp(environment, **facts):
    path = environment.VENV / environment.STAMP
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"extras": ["test"]}'])
def test_environment_with_strange_stamp_is_reinstalled(environment, installed, text):
    make(environment, "test")
    (environment.VENV / environment.STAMP).write_text(text)
    make(environment, "test")
    assert installed() == ["[test]", "[test]"]


def test_environment_that_lost_its_python_is_made_again(environment, installed):
    python = make(environment, "test")
    python.unlink()
    make(environment, "test")
    assert python.exists()
    assert installed() == ["[test]", "[test]"]


def test_environment_has_no_stamp_after_a_failure(environment, installed, capsys):
    make(environment, "demo")
    (pip,) = environment.VENV.glob("lib/python*/site-packages/pip/__main__.py")
    pip.write_text("raise SystemExit('no network')")
    with pytest.raises(SystemExit, match="pip could not install the project"):
        make(environment, "test")
    assert "no network" in capsys.readouterr().out
    assert not (environment.VENV / environment.STAMP).exists()


def test_environment_of_another_maker_is_left_alone(environment):
    python = environment.VENV / "bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 3.10\n")
    python.chmod(0o700)
    with pytest.raises(SystemExit, match=r"has Python 3\.10 and was not made by"):
        make(environment, "test")
    assert python.exists()


def test_environment_without_pip_is_not_usable(environment):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.VENV], check=True)
    assert environment._version(environment.VENV / "bin/python") is None
    assert environment._version(Path(sys.executable)) == VERSION


def test_script_goes_on_inside_with_its_arguments(project, environment, installed):
    make(environment, "demo")
    script = project / "script.py"
    script.write_text(
        "import sys\n"
        "sys.path.insert(0, 'tests')\n"
        "from environment import ensure_environment\n"
        "ensure_environment('demo')\n"
        "print(sys.prefix, *sys.argv[1:], sep='|')\n"
        "sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py", "a b", "--c"],
        cwd=project,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == f"{environment.VENV}|a b|--c"
    assert done.stderr == ""
    assert done.returncode == 7


def test_command_that_fails_shows_its_output_and_stops(environment, capsys):
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(SystemExit, match=r"It did not work \(exit code 3"):
        environment._run_quietly(command, "It did not work")
    assert "the reason" in capsys.readouterr().out


def test_command_that_succeeds_shows_nothing(environment, capsys):
    environment._run_quietly([sys.executable, "-c", "print('noise')"], "It did not work")
    assert capsys.readouterr().out == ""


def test_python_that_is_too_old_is_refused_in_words(environment, monkeypatch):
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (99, 1))
    with pytest.raises(SystemExit, match=r"needs Python 99\.1 or newer; this is 3\."):
        environment.ensure_environment("test")
    assert not environment.VENV.exists()
