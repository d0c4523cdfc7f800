"""The checks of the workflows find what they are there for."""

import shutil

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(tmp_path, check):
    shutil.copytree(check.ROOT / ".github", tmp_path / ".github")
    shutil.copy(check.ROOT / ".readthedocs.yaml", tmp_path)
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_workflows_pass_their_checks(check, capsys):
    assert check.failures() == 0, capsys.readouterr().out


def test_each_fault_is_found(check, copy, capsys):
    folder = copy / ".github/workflows"
    edit(folder / "docs.yml", "runs-on:", "run-on:")
    edit(folder / "wheels.yml", "    timeout-minutes: 20\n", "")
    edit(copy / ".github/dependabot.yml", "monthly", "at times")
    edit(copy / ".readthedocs.yaml", "version: 2", "version: 9")
    run = "python .github/scripts/check_release.py "
    edit(folder / "release.yml", f'{run}"$GITHUB_REF_NAME"', f"{run}${{{{ github.ref_name }}}}")
    assert check.failures(copy) >= 5
    shown = capsys.readouterr().out
    assert "run-on" in shown
    assert "'at times'" in shown
    assert "template-injection" in shown


def test_missing_file_is_found(check, copy):
    (copy / ".readthedocs.yaml").unlink()
    with pytest.raises(FileNotFoundError, match="readthedocs"):
        check.failures(copy)
