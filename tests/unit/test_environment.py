"""The bootstrap of `tests/run.py` and the notebooks: when it installs, and what it refuses."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "environment.py"


@pytest.fixture
def project(tmp_path):
    """A project of its own, with the bootstrap in it."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/environment.py").write_bytes(SOURCE.read_bytes())
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'nothing'\nversion = '1'\n")
    (tmp_path / "setup.py").write_text("from setuptools import setup\n\nsetup()\n")
    return tmp_path


@pytest.fixture
def environment(project):
    """The bootstrap, loaded from that project."""
    spec = importlib.util.spec_from_file_location("environment", project / "tests/environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_venv(environment):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.VENV], check=True)


def test_stamp_when_nothing_changed_needs_no_installation(environment):
    make_venv(environment)
    environment._write_stamp(["demo", "test"])
    assert environment._is_installed(("test",))
    assert environment._is_installed(("demo", "test"))


def test_stamp_when_another_extra_is_wanted_does_not_hold(environment):
    make_venv(environment)
    environment._write_stamp(["demo"])
    assert not environment._is_installed(("demo", "test"))


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.py", "watchframe/decode/_rows.c"])
def test_stamp_when_what_is_built_was_edited_does_not_hold(environment, name):
    make_venv(environment)
    environment._write_stamp(["test"])
    (environment.ROOT / name).parent.mkdir(parents=True, exist_ok=True)
    (environment.ROOT / name).write_text("# another\n")
    assert not environment._is_installed(("test",))


@pytest.mark.parametrize(("fact", "value"), [("python", "3.10"), ("folder", "/elsewhere")])
def test_stamp_when_made_elsewhere_or_by_another_python_does_not_hold(environment, fact, value):
    make_venv(environment)
    environment._write_stamp(["test"])
    stamp = json.loads(environment.STAMP.read_text())
    environment.STAMP.write_text(json.dumps(stamp | {fact: value}))
    assert not environment._is_installed(("test",))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"extras": ["test"]}'])
def test_stamp_when_cut_short_or_strange_does_not_hold(environment, text):
    make_venv(environment)
    environment.STAMP.write_text(text)
    assert not environment._is_installed(("test",))


def test_stamp_when_the_venv_lost_its_python_does_not_hold(environment):
    make_venv(environment)
    environment._write_stamp(["test"])
    environment._venv_python().unlink()
    assert not environment._is_installed(("test",))


def test_venv_when_of_another_maker_and_python_is_left_alone(environment):
    environment.VENV.mkdir()
    (environment.VENV / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.10.1\n")
    with pytest.raises(SystemExit, match=r"holds Python 3\.10\.1 and was not made by"):
        environment._make_venv()
    assert (environment.VENV / "pyvenv.cfg").exists()


def test_script_when_the_environment_stands_goes_on_inside_it_with_its_arguments(
    project, environment
):
    make_venv(environment)
    environment._write_stamp(["demo"])
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


def test_command_when_it_fails_shows_its_last_words_and_stops(environment, capsys):
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(SystemExit, match=r"It did not work \(exit code 3"):
        environment._run_quietly(command, "It did not work")
    assert "the reason" in capsys.readouterr().out


def test_command_when_it_succeeds_shows_nothing(environment, capsys):
    environment._run_quietly([sys.executable, "-c", "print('noise')"], "It did not work")
    assert capsys.readouterr().out == ""


def test_python_when_too_old_is_told_which_one_is_needed(environment, monkeypatch):
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (99, 1))
    with pytest.raises(SystemExit, match=r"needs Python 99\.1 or newer; this is 3\."):
        environment.ensure_environment("test")
    assert not environment.VENV.exists()
