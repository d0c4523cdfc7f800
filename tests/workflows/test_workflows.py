"""What the workflows name is there, and says the same as the project does elsewhere."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from watchframe import __version__

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Commands that others bring: GitHub's runners, and what "test" or "build" installs.
PROGRAMS = {"apt-get", "codespell", "gh", "lint-imports", "mypy", "python", "ruff", "test"}
MODULES = {"build", "pip", "pytest"}


def workflow(name):
    return yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))


def triggers(name):
    return workflow(name)[True]  # YAML 1.1 reads the key `on` as true


def jobs():
    for path in FILES:
        for name, job in workflow(path.stem)["jobs"].items():
            yield f"{path.stem}: {name}", job


def steps():
    return [(where, step) for where, job in jobs() for step in job.get("steps", ())]


def command_lines():
    found = [
        (where, line)
        for where, step in steps()
        for line in step.get("run", "").splitlines()
        if line.strip()
    ]
    hosted = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text(encoding="utf-8"))
    html = hosted["build"]["jobs"]["build"]["html"]
    return found + [("readthedocs", line) for line in html if line.startswith("python ")]


def test_workflows_are_the_four():
    assert [path.stem for path in FILES] == ["docs", "release", "tests", "wheels"]


@pytest.mark.parametrize(("where", "line"), command_lines())
def test_command_of_a_step_is_there(where, line):
    program, *arguments = shlex.split(line)
    if program != "python":
        assert program in PROGRAMS or (ROOT / program).is_file()
    elif arguments[0] == "-m":
        assert arguments[1] in MODULES
    else:
        assert (ROOT / arguments[0]).is_file(), where
    for folder in (word for word in arguments if word.startswith("tests/")):
        assert (ROOT / folder).exists(), where


@pytest.mark.parametrize(("where", "line"), command_lines())
def test_extra_of_an_installation_is_there(where, line):
    for names in re.findall(r"\.\[([\w,-]+)\]", line):
        assert set(names.split(",")) <= set(PROJECT["optional-dependencies"]), where


def test_script_finds_what_it_imports():
    """It needs nothing, or makes its environment, or the job has installed the project before."""
    needs_nothing = {".github/scripts/check_release.py"}
    ready = set()
    for where, line in command_lines():
        program, *arguments = shlex.split(line)
        if "-e" in arguments and "install" in arguments:
            ready.add(where)
        elif program == "python" and arguments[0] not in needs_nothing | {"-m"}:
            makes_it = "ensure_environment(" in (ROOT / arguments[0]).read_text(encoding="utf-8")
            assert makes_it or where in ready, line


def test_site_is_taken_from_where_it_is_built():
    script = (ROOT / "docs/build.py").read_text(encoding="utf-8")
    (parts,) = re.findall(r"target = DOCS((?: / \"\w+\")+)\n", script)
    built = "docs/" + "/".join(re.findall(r"\w+", parts))
    hosted = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text(encoding="utf-8"))
    copied = shlex.split(hosted["build"]["jobs"]["build"]["html"][-1])
    assert copied == ["cp", "-r", built, "$READTHEDOCS_OUTPUT/html"]
    (kept,) = (
        step["with"]["path"]
        for where, step in steps()
        if "upload" in step.get("uses", "") and where == "docs: site"
    )
    assert kept == built


@pytest.mark.parametrize("name", ["docs", "tests", "wheels"])
def test_paths_that_start_a_workflow_are_there(name):
    on = triggers(name)["pull_request"] or {}
    for pattern in on.get("paths", ()):
        assert any(ROOT.glob(pattern.removesuffix("/**"))), pattern


def test_matrix_has_the_pythons_of_the_classifiers():
    matrix = workflow("tests")["jobs"]["unit"]["strategy"]["matrix"]
    named = "Programming Language :: Python :: "
    known = {line.removeprefix(named) for line in PROJECT["classifiers"] if named in line}
    assert set(matrix["python"]) == {version for version in known if "." in version}
    assert {name.split("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}


def test_oldest_dependencies_are_tested_with_the_oldest_python():
    included = workflow("tests")["jobs"]["dependencies"]["strategy"]["matrix"]["include"]
    found = {item["options"]: item["python"] for item in included}
    assert found.keys() == {"", "--newest"}  # without options, the oldest are among them
    assert PROJECT["requires-python"] == f">={found['']}"


def test_last_job_of_the_tests_waits_for_each_other():
    named = set(workflow("tests")["jobs"])
    assert set(workflow("tests")["jobs"]["passed"]["needs"]) == named - {"passed"}


def test_reused_workflows_are_there_and_can_be_called():
    used = [job["uses"] for _, job in jobs() if "uses" in job]
    assert used
    for path in used:
        assert (ROOT / path).is_file()
        assert "workflow_call" in triggers(Path(path).stem)


def test_artifacts_that_are_downloaded_are_uploaded():
    of = {"upload": [], "download": []}
    for _, step in steps():
        kind = step.get("uses", "").removeprefix("actions/").split("-artifact")[0]
        of.get(kind, []).append(step.get("with", {}))
    uploaded = {options["name"] for options in of["upload"]}
    assert of["download"]
    for options in of["download"]:
        wanted = options.get("name") or options["pattern"].removesuffix("*")
        assert any(name.startswith(wanted) for name in uploaded), options


def test_wheels_are_built_for_two_processors_of_each_system():
    included = workflow("wheels")["jobs"]["wheel"]["strategy"]["matrix"]["include"]
    names = {item["name"] for item in included}
    systems = ("linux", "macos", "windows")
    assert names == {f"{system}-{cpu}" for system in systems for cpu in ("x86_64", "arm64")}
    assert len({item["runner"] for item in included}) == len(names)


def test_only_the_jobs_of_a_release_may_write():
    writers = {
        (where, name)
        for where, job in jobs()
        for name, access in job.get("permissions", {}).items()
        if access == "write"
    }
    assert writers == {("release: pypi", "id-token"), ("release: github", "contents")}
    for path in FILES:
        assert workflow(path.stem)["permissions"] in ({}, {"contents": "read"}), path.name


def test_no_workflow_names_a_secret():
    for path in FILES:
        assert "secrets." not in path.read_text(encoding="utf-8"), path.name


def test_release_waits_for_its_check_the_tests_and_the_wheels():
    release = workflow("release")["jobs"]
    assert triggers("release") == {"push": {"tags": ["v*"]}}
    assert release["tests"]["needs"] == release["wheels"]["needs"] == "check"
    assert set(release["pypi"]["needs"]) == {"tests", "wheels"}
    assert release["github"]["needs"] == "pypi"


def test_version_of_the_release_is_the_package_s(check_release):
    assert check_release.project_version(ROOT) == __version__
