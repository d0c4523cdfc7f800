"""``%watch_freeze`` and ``%watch_replay`` in a real shell."""

import json

import pytest

RANDOM = """import watchframe
df = watchframe.read_watch_sql("select random() as number", 1, max_age=0)
"""
VALUE = 'float(df["number"].iloc[0])'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_lines_freeze_and_replay_the_cells_between(shell, folder):
    begun = shell.run("%watch_freeze report.lock  # of this month")
    assert "until %watch_freeze --end" in begun.shown
    first = shell.value(RANDOM + VALUE)
    assert not (folder / "report.lock").exists()
    assert "report.lock names 1 result." in shell.run("%watch_freeze --end").shown
    assert shell.value(RANDOM + VALUE) != first
    shell.value("%watch_replay report.lock")
    assert shell.value(RANDOM + VALUE) == first
    shell.value("%watch_replay --end")
    assert shell.value(RANDOM + VALUE) != first


def test_around_a_cell(shell, folder):
    shell.value(f"%%watch_freeze report.lock\n{RANDOM}")
    first = shell.value(VALUE)
    shell.value(f"%%watch_replay report.lock\n{RANDOM}")
    assert shell.value(VALUE) == first
    shell.value(RANDOM)
    assert shell.value(VALUE) != first


def test_watch_within_a_cell(shell, folder):
    shell.value("%%watch_freeze report.lock\nfirst = %watch 13 -p kind=repay")
    shell.value("%%watch_replay report.lock\nagain = %watch 13 -p kind=repay")
    assert shell.names["again"].equals(shell.names["first"])
    (read,) = json.loads((folder / "report.lock").read_text())["reads"]
    assert read["asked"]["params"] == {"kind": "repay"}


def test_a_cell_with_an_error_leaves_the_old_lock(shell, folder):
    shell.value(f"%%watch_freeze report.lock\n{RANDOM}")
    before = (folder / "report.lock").read_bytes()
    failed = shell.run(f"%%watch_freeze report.lock\n{RANDOM}1 / 0")
    assert not failed.success
    assert (folder / "report.lock").read_bytes() == before
    # What comes next is not noted, and not replayed.
    shell.value(RANDOM)
    assert (folder / "report.lock").read_bytes() == before


def test_a_read_that_the_lock_lacks_says_so_in_the_words_of_a_cell(shell, folder):
    shell.value(f"%%watch_freeze report.lock\n{RANDOM}")
    shell.value("%watch_replay report.lock")
    failed = shell.run("%watch 13 -p kind=repay")
    shell.value("%watch_replay --end")
    assert not failed.success
    assert "report.lock does not hold query 13" in failed.shown + failed.errors
    assert "%watch_freeze report.lock in the first cell" in failed.shown + failed.errors


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%watch_freeze --end", "No %watch_freeze has begun."),
        ("%watch_freeze", "takes the name of one file, or --end."),
        ("%watch_replay a.lock b.lock", "takes the name of one file"),
        ("%%watch_freeze --end\n1", "takes the name of one file."),
        ("%watch_replay missing.lock", "There is no lock missing.lock."),
        ("%watch_freeze missing/report.lock", "There is no folder"),
    ],
)
def test_what_cannot_begin_says_why(shell, folder, cell, words):
    failed = shell.run(cell)
    assert not failed.success
    assert words in failed.shown + failed.errors
    shell.value(RANDOM)  # and nothing is in use


def test_a_second_one_is_refused_until_the_first_has_ended(shell, folder):
    shell.value("%watch_freeze one.lock")
    failed = shell.run("%watch_freeze two.lock")
    assert "%watch_freeze one.lock has begun and not ended." in failed.shown + failed.errors
    shell.value(RANDOM)
    shell.value("%watch_freeze --end")
    assert (folder / "one.lock").exists()
