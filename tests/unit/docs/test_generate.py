"""The pages in `docs/reference/` are those that the code makes; the command names the others."""

import collections
import subprocess
import sys

import pytest

from generate import FOLDER, PARTS, differing_pages, main, part_names

PAGE = """# Types

<!-- begin dynamic-values: made by docs/generate.py -->
{}<!-- end dynamic-values -->

The end.
"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(PAGE.format("old\n"))
    return path


def test_pages_are_those_that_the_code_makes():
    names = [path.name for path in differing_pages()]
    assert names == [], "run: python docs/generate.py"


def test_parts_are_each_on_one_page():
    names = (name for path in FOLDER.glob("*.md") for name in part_names(path.read_text()))
    assert collections.Counter(names) == dict.fromkeys(PARTS, 1)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_every_mark_belongs_to_a_part(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("<!-- ") == 2 * len(part_names(text))


def test_check_names_differing_page_and_writes_nothing(page, capsys):
    before = page.read_text()
    assert main(["--check"], page.parent) == 1
    assert capsys.readouterr().out == "differs: page.md\n"
    assert page.read_text() == before


def test_generate_replaces_the_part_and_nothing_else(page, capsys):
    assert main([], page.parent) == 0
    assert capsys.readouterr().out == "written: page.md\n"
    expected = PAGE.format(f"\n{PARTS['dynamic-values']()}\n")
    assert page.read_text() == expected
    assert main(["--check"], page.parent) == 0
    assert capsys.readouterr().out == ""


def test_part_that_no_generator_makes_is_refused(page):
    page.write_text(page.read_text().replace("dynamic-values", "nothing"))
    with pytest.raises(ValueError, match=r"begin nothing: .* no generator makes such a part"):
        main([], page.parent)


@pytest.mark.slow
def test_command_runs_outside_the_tests():
    command = [sys.executable, FOLDER.parent / "generate.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
