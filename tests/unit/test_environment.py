"""The environment of `tests/run.py` and the notebooks: when it is installed, what is refused."""

import importlib.util
import json
import os
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


@pytest.fixture
def installed(environment, monkeypatch):
    """What was installed so far, which is only written down, in no time."""
    found = []

    def install(requirements, *_):
        found.append(requirements[-1].removeprefix(str(environment.ROOT)))

    monkeypatch.setattr(environment, "install", install)
    return found


def make(environment, *extras):
    return environment.make_environment(
        environment.VENV, extras, python=sys.executable, version=VERSION
    )


def test_environment_is_made_once(environment, installed):
    python = make(environment, "demo", "test")
    assert make(environment, "test") == make(environment, "demo", "test") == python
    assert installed == ["[demo,test]"]
    prefix = [python, "-c", "import sys; print(sys.prefix)"]
    assert subprocess.check_output(prefix, text=True).strip() == str(environment.VENV)


def test_environment_keeps_the_extras_of_before(environment, installed):
    make(environment, "demo")
    make(environment, "test")
    make(environment, "demo")
    assert installed == ["[demo]", "[demo,test]"]


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.py", "watchframe/decode/_rows.c"])
def test_environment_is_installed_again_after_an_edit(environment, installed, name):
    make(environment, "test")
    (environment.ROOT / name).parent.mkdir(parents=True, exist_ok=True)
    (environment.ROOT / name).write_text("# another\n")
    make(environment, "test")
    assert installed == ["[test]", "[test]"]


@pytest.mark.parametrize(("fact", "value"), [("python", "3.10"), ("folder", "/elsewhere")])
def test_environment_of_another_python_or_place(environment, installed, fact, value):
    make(environment, "test")
    change_stamp(environment, **{fact: value})
    left = environment.VENV / "left"
    left.touch()
    make(environment, "test")
    assert installed == ["[test]", "[test]"]
    assert left.exists() is (fact == "python")  # a copy's scripts name the original: made again


def change_stamp(environment, **facts):
    path = environment.VENV / environment.STAMP
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"extras": ["test"]}'])
def test_environment_with_strange_stamp_is_reinstalled(environment, installed, text):
    make(environment, "test")
    (environment.VENV / environment.STAMP).write_text(text)
    make(environment, "test")
    assert installed == ["[test]", "[test]"]


def test_environment_that_lost_its_python_is_made_again(environment, installed):
    python = make(environment, "test")
    python.unlink()
    make(environment, "test")
    assert python.exists()
    assert installed == ["[test]", "[test]"]


@pytest.fixture
def tool(tmp_path):
    """Makes a command, in the shell's language, that first writes down how it was called."""
    if os.name == "nt":
        pytest.skip("Windows has no scripts of the shell")
    (tmp_path / "tools").mkdir()

    def make(name, does):
        path = tmp_path / "tools" / name
        path.write_text(f'#!/bin/sh\necho "{name} $@" >> {tmp_path}/calls\n{does}\n')
        path.chmod(0o700)
        return str(path)

    return make


@pytest.fixture
def calls(tmp_path):
    return lambda: (tmp_path / "calls").read_text().splitlines()


@pytest.fixture
def only_tools(tmp_path, monkeypatch):
    """Nothing but what `tool` made is on the path, and beside the running Python."""
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "tools/python"))


PIP_CONFIG = r"""
[ "$1" = config ] && /bin/cat <<'END'
:env:.find-links='/wheels /more wheels'
global.cert='/certificates.crt'
global.extra-index-url='\nhttps://one.example/simple\nhttps://two.example/simple'
global.index-url='https://global.example/simple'
global.timeout='20'
install.index-url='https://install.example/simple'
END
exit 0
"""


def test_uv_installs_from_where_pip_would(environment, tool, only_tools, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_INDEX", "https://mine.example/simple")
    pip = tool("pip", PIP_CONFIG)
    tool("uv", f"/usr/bin/env > {tmp_path}/seen")
    environment.install(["-e", "."], Path("its/python"), [pip])
    seen = dict(line.partition("=")[::2] for line in (tmp_path / "seen").read_text().splitlines())
    assert seen["UV_DEFAULT_INDEX"] == "https://install.example/simple"
    assert seen["UV_INDEX"] == "https://mine.example/simple"  # what is set for uv itself counts
    assert seen["UV_FIND_LINKS"] == "/wheels,/more,wheels"
    assert "SSL_CERT_FILE" in seen
    assert environment._uv_settings([pip])["UV_INDEX"] == (
        "https://one.example/simple https://two.example/simple"
    )


def test_installed_uv_is_used(environment, tool, only_tools, calls):
    pip = tool("pip", "exit 0")
    tool("uv", "exit 0")
    environment.install(["-e", "."], Path("its/python"), [pip])
    assert calls() == ["pip config list", "uv pip install --python its/python -e ."]


def test_uv_is_put_into_the_environment(environment, tool, only_tools, tmp_path, calls):
    own = tmp_path / "tools/own-uv"
    tool("own-uv", "exit 0")
    pip = tool("pip", f"[ $# = 6 ] && /bin/cp {own} {tmp_path}/uv; exit 0")
    environment.install(["-e", "."], tmp_path / "python", [pip])
    assert calls() == [
        "pip install --only-binary :all: --retries 1 uv",
        "pip config list",
        f"own-uv pip install --python {tmp_path}/python -e .",
    ]


@pytest.mark.parametrize("has_uv", [True, False])
def test_pip_installs_where_uv_cannot(environment, tool, only_tools, tmp_path, calls, has_uv):
    pip = tool("pip", "exit 0")
    if has_uv:
        tool("uv", "exit 2")
    environment.install(["-e", "."], tmp_path / "python", [pip])
    assert calls()[-1] == "pip install --disable-pip-version-check -e ."


def test_environment_has_no_stamp_after_a_failure(environment, tool, only_tools, capsys):
    tool("uv", "exit 2")
    # An environment that has a pip, which fails.
    environment.VENV.joinpath("bin").mkdir(parents=True)
    python = Path(
        tool("python", f'[ "$1" = -c ] && echo {VERSION} || {{ echo no network; exit 1; }}')
    )
    python.rename(environment.VENV / "bin/python")
    with pytest.raises(SystemExit, match="The packages could not be installed"):
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


def test_pip_of_the_running_python_completes_an_environment_without(environment, installed):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.VENV], check=True)
    python = environment.VENV / "bin/python"
    assert environment._pip(sys.executable, python)[:3] == [sys.executable, "-m", "pip"]
    assert environment._pip(str(python), python) is None
    left = environment.VENV / "left"
    left.touch()
    make(environment, "demo")
    assert left.exists()
    assert installed == ["[demo]"]


def test_environment_without_pip_is_completed_from_inside(project, environment, installed):
    """Not made anew while this runs in it: the Python that it was made with has a pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.VENV], check=True)
    make(environment, "demo")
    left = environment.VENV / "left"
    left.touch()
    code = (
        "import sys; sys.path.insert(0, 'tests'); import environment\n"
        "environment.install = lambda *_: None\n"
        "environment.ensure_environment('test')\n"
    )
    python = environment.python_of(environment.VENV)
    subprocess.run([python, "-c", code], cwd=project, check=True)
    assert left.exists()


@pytest.mark.parametrize(("version", "stands_in"), [("22.0.2", False), ("22.3", True)])
def test_old_pip_installs_into_no_other_environment(
    environment, tmp_path, monkeypatch, version, stands_in
):
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip/__init__.py").write_text(f"__version__ = {version!r}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pip = environment._pip(sys.executable, tmp_path / "missing")
    assert (pip is not None) is stands_in


def test_script_goes_on_inside_with_its_arguments(project, environment, installed):
    make(environment, "demo")
    script = project / "script.py"
    script.write_text(
        "import os, sys\n"
        "sys.path.insert(0, 'tests')\n"
        "from environment import ensure_environment\n"
        "ensure_environment('demo')\n"
        "print(sys.prefix, 'PYTHONDONTWRITEBYTECODE' in os.environ, *sys.argv[1:], sep='|')\n"
        "sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py", "a b", "--c"],
        cwd=project,
        env={"PYTHONDONTWRITEBYTECODE": "1"},  # each process would compile all that it imports
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == f"{environment.VENV}|False|a b|--c"
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
