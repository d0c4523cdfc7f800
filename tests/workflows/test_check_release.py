"""Which tags are released, and with which words."""

import pytest

CHANGELOG = """\
# Changelog

## [Unreleased]

- Something to come.

## [0.2.0] - 2027-01-15

### Added

- A thing, see [0.1.0].

## 0.1.0 (2026-11-30)

The first release.

[0.2.0]: https://example.org/0.2.0
[0.1.0]: https://example.org/0.1.0
"""


@pytest.fixture
def project(tmp_path):
    """Make a project of a version, with a changelog; return its folder."""

    def make(version, changelog=CHANGELOG, *, is_dynamic=True):
        if is_dynamic:
            settings = '[project]\nname = "p"\ndynamic = ["version"]\n'
            settings += '[tool.setuptools.dynamic]\nversion.attr = "pack.__version__"\n'
        else:
            settings = f'[project]\nname = "p"\nversion = "{version}"\n'
        (tmp_path / "pyproject.toml").write_text(settings)
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack/__init__.py").write_text(f'"""Doc."""\n__version__ = "{version}"\n')
        (tmp_path / "CHANGELOG.md").write_text(changelog)
        return tmp_path

    return make


@pytest.mark.parametrize("is_dynamic", [True, False])
def test_tag_of_the_version_is_released_with_its_section(check_release, project, is_dynamic):
    notes = check_release.check("v0.2.0", project("0.2.0", is_dynamic=is_dynamic))
    assert notes == "### Added\n\n- A thing, see [0.1.0]."


def test_links_below_the_last_section_are_no_part_of_it(check_release, project):
    assert check_release.check("v0.1.0", project("0.1.0")) == "The first release."


def test_candidate_of_a_release_is_released(check_release, project):
    changelog = CHANGELOG.replace("[0.2.0] -", "[0.2.0rc1] -")
    assert "A thing" in check_release.check("v0.2.0rc1", project("0.2.0rc1", changelog))


@pytest.mark.parametrize(
    ("tag", "version", "words"),
    [
        ("v0.2.1", "0.2.0", "version is 0.2.0"),
        ("0.2.0", "0.2.0", "version is 0.2.0"),
        ("v0.2.0-1", "0.2.0", "version is 0.2.0"),
        ("v0.3.0.dev0", "0.3.0.dev0", "not a version to release"),
        ("v0.3", "0.3", "not a version to release"),
        ("v0.3.0", "0.3.0", "no section"),
        ("v0.2", "0.2", "not a version to release"),
    ],
)
def test_other_tag_is_refused(check_release, project, tag, version, words):
    with pytest.raises(ValueError, match=words):
        check_release.check(tag, project(version))


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("## 0.2.0\n\n- A thing.\n", "has no day"),
        ("## 0.2.0 (unreleased)\n\n- A thing.\n", "has no day"),
        ("## 0.2.0 (2027-01-15)\n\n## 0.1.0 (2026-11-30)\n\n- Old.\n", "is empty"),
        ("## 0.2.01 (2027-01-15)\n\n- Another.\n", "no section"),
    ],
)
def test_section_that_is_not_finished_is_refused(check_release, project, section, words):
    with pytest.raises(ValueError, match=words):
        check_release.check("v0.2.0", project("0.2.0", f"# Changelog\n\n{section}"))


def test_package_without_its_version_is_refused(check_release, project):
    root = project("0.2.0")
    (root / "pack/__init__.py").write_text("from pack.version import __version__\n")
    with pytest.raises(ValueError, match="sets no __version__"):
        check_release.project_version(root)


def test_command_tells_what_is_wrong_and_fails(check_release, capsys):
    assert check_release.main(["v0.0.0"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("The tag is v0.0.0, but the project's version is ")
    assert check_release.main([]) == 2
