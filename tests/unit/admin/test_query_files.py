"""Files of queries that came from elsewhere: links, special files, hostile YAML."""

import os
import socket
import sys

import pytest

from watchframe.admin.query_files import read_query_files
from watchframe.config.files import write_atomically
from watchframe.errors import ArgumentError, ConfigurationError

FIELDS = "id: 1\nname: Borrows\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "1-borrows.sql").write_text("select 1")
    (folder / "1-borrows.yaml").write_text(FIELDS)
    (tmp_path / "secret").write_text("id: 1\nname: secret\n")
    return folder


def refused(folder):
    """Return the words of the one error that names the file."""
    with pytest.raises(ArgumentError) as caught:
        read_query_files(folder)
    assert str(folder / "1-borrows") in caught.value.message
    assert caught.value.hint
    return caught.value.message


def with_fields(folder, more):
    (folder / "1-borrows.yaml").write_text(FIELDS + more)
    return folder


@pytest.mark.parametrize("suffix", [".sql", ".yaml"])
@pytest.mark.parametrize("is_absolute", [True, False], ids=["absolute", "relative"])
def test_link_out_of_folder(folder, suffix, is_absolute):
    path = folder / f"1-borrows{suffix}"
    path.unlink()
    path.symlink_to(folder.parent / "secret" if is_absolute else "../secret")
    assert "is a link out of its folder" in refused(folder)


def test_link_through_folder_out(folder):
    (folder / "elsewhere").symlink_to(folder.parent, target_is_directory=True)
    (folder / "1-borrows.sql").unlink()
    (folder / "1-borrows.sql").symlink_to("elsewhere/secret")
    assert "is a link out of its folder" in refused(folder)


def test_link_within_folder(folder):
    (folder / "1-borrows.sql").rename(folder / "shared.sql")
    (folder / "1-borrows.sql").symlink_to("shared.sql")
    link = folder.parent / "link"
    link.symlink_to(folder, target_is_directory=True)
    (query,) = read_query_files(link)
    assert query.text == "select 1"


def test_link_in_a_circle(folder):
    (folder / "1-borrows.sql").unlink()
    (folder / "1-borrows.sql").symlink_to("1-borrows.sql")
    assert refused(folder)


@pytest.mark.parametrize("suffix", [".sql", ".yaml"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "socket"])
def test_special_file(folder, suffix, kind):
    path = folder / f"1-borrows{suffix}"
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(os.path.relpath(path))  # a socket's whole name is short
    assert "cannot be read" in refused(folder)


def test_large_file(folder):
    with (folder / "1-borrows.sql").open("wb") as file:
        file.truncate(10_000_001)
    assert "more than 10,000,000 bytes" in refused(folder)


def nested_aliases(levels, kind):
    lines = ["  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        names = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"  a{level}: &a{level} " + kind.format(names))
    return "options:\n" + "\n".join(lines) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("options: " + "[" * 100_000, "nested too deeply"),
        ("options: {a: " + "[" * 150 + "]" * 150 + "}", "nested too deeply"),
        ("options:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 2_000)), "nested too deeply"),
        (nested_aliases(9, "[{}]"), "more than the file of a query"),
        ("options: &a {b: *a}", "refers to what contains it"),
        ("options: &a [*a]", "refers to what contains it"),
        (f"options: {{a: {'9' * 5_000}}}", "4300 digits"),
        (f"options: {{a: 0x{'f' * 5_000}}}", "4300 digits"),
        ("options: {a: .nan}", "not JSON compliant"),
        ("options: {a: -.inf}", "not JSON compliant"),
        ("options: {a: 1, a: 2}", "'a' in line 3 is repeated"),
        ("name: Other\n", "'name' in line 3 is repeated"),
        ("options: {1: 2}", "line 3 is not a string"),
        ("options: {yes: 2}", "line 3 is not a string"),
        ("options: {[a]: 2}", "line 3 is not a string"),
        ("options: !!python/object/apply:os.system ['id']", "python/object"),
        ("options: {a: !!binary aGk=}", "tag:yaml.org,2002:binary"),
        ("options: {a: !!set {b}}", "tag:yaml.org,2002:set"),
        ("options: {a: !!timestamp 2026-01-01}", "tag:yaml.org,2002:timestamp"),
        ("options: {a: \x07}", "special characters"),
        ("options: {a: *nobody}", "undefined alias"),
        ("is_draft: 1", "Expected `bool`, got `int` - at `$.is_draft`"),
        ("tags: lending", "Expected `array`, got `str` - at `$.tags`"),
        ("updated_at: yesterday", "yesterday"),
        ("--- {}\n", "single document"),
    ],
)
def test_yaml_invalid(folder, more, words):
    assert words in refused(with_fields(folder, more))


@pytest.mark.parametrize("content", ["", "[]", "text", "id: true", "id: 1.5"])
def test_yaml_of_another_type(folder, content):
    (folder / "1-borrows.yaml").write_text(content)
    assert refused(folder)


def test_yaml_written_by_hand(folder):
    more = (
        "description: 2026-01-01\n"
        "tags: [2026-01-02, lending]\n"
        "updated_at: 2026-01-03 10:00:00Z\n"
        "options: {since: 2026-01-04, limits: &limits {low: 1}, others: {<<: *limits, low: 2}}\n"
    )
    (query,) = read_query_files(with_fields(folder, more))
    assert query.description == "2026-01-01"
    assert query.tags == ("2026-01-02", "lending")
    assert query.updated_at.isoformat() == "2026-01-03T10:00:00+00:00"
    assert query.options == {"since": "2026-01-04", "limits": {"low": 1}, "others": {"low": 2}}


def test_yaml_without_pyyaml(folder, monkeypatch):
    monkeypatch.delitem(sys.modules, "watchframe.admin.yaml_text", raising=False)
    monkeypatch.setitem(sys.modules, "yaml", None)  # as if it were not installed
    with pytest.raises(ConfigurationError, match="PyYAML") as caught:
        read_query_files(folder)
    assert "watchframe[admin]" in caught.value.hint


def test_write_over_pipe_or_link(folder):
    path = folder / "2.sql"
    os.mkfifo(path)
    assert write_atomically(path, b"select 2")
    assert path.read_bytes() == b"select 2"
    path.unlink()
    path.symlink_to("../secret")
    assert write_atomically(path, b"select 3")
    assert (folder.parent / "secret").read_text() == "id: 1\nname: secret\n"
    assert path.read_bytes() == b"select 3"
    assert not path.is_symlink()
