"""``watchframe diff-results``: files and queries beside each other."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from watchframe.decode.typing_rules import table_of, typed_column

LARGE = 2**256 - 1
FEW = ("-p", "markets=[WETH]", "-p", "period=2026-01-01..2026-01-05")


def write(path, **columns):
    typed = [typed_column(name, None, values) for name, values in columns.items()]
    pa_parquet.write_table(table_of(typed, len(typed[0].array)), path)


@pytest.fixture
def files(run):
    write(run.folder / "old.parquet", day=["1", "2", "3"], amount=[1, LARGE, None])
    write(run.folder / "new.parquet", day=["2", "3", "4"], amount=[LARGE - 1, None, 4])
    return "old.parquet", "new.parquet"


def test_what_differs_is_shown_with_all_digits(run, files):
    done = run("diff-results", *files, "--on", "day")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "Changed:",
        f"day  column  {'before':>78}  {'after':>78}",
        f"---  ------  {'-' * 78}  {'-' * 78}",
        f"2    amount  {LARGE}  {LARGE - 1}",
        "",
        "Added:",
        "day  amount",
        "---  ------",
        "4         4",
        "",
        "Removed:",
        "day  amount",
        "---  ------",
        "1         1",
    ]
    assert done.stderr == "1 row added, 1 removed, 1 changed (amount); 1 unchanged.\n"


def test_json_has_everything(run, files):
    done = run("diff-results", *files, "--on", "day", "--json", "--quiet")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout) == {
        "on": ["day"],
        "added": [{"day": "4", "amount": 4}],
        "removed": [{"day": "1", "amount": 1}],
        "changed": [
            {"day": "2", "column": "amount", "before": str(LARGE), "after": str(LARGE - 1)}
        ],
        "columns_added": [],
        "columns_removed": [],
        "types_changed": {},
        "unchanged": 1,
    }


def test_csv_has_each_row_that_differs_whole(run, files):
    done = run("diff-results", *files, "--on", "day", "--format", "csv")
    assert list(csv.reader(done.stdout.splitlines())) == [
        ["change", "day", "amount"],
        ["removed", "1", "1"],
        ["before", "2", str(LARGE)],
        ["after", "2", str(LARGE - 1)],
        ["added", "4", "4"],
    ]


def test_without_a_key_whole_rows_are_compared(run, files):
    done = run("diff-results", *files)
    assert done.returncode == 1
    assert done.stderr == "2 rows added, 2 removed; 1 unchanged.\n"


def test_nothing_is_said_on_standard_output_where_nothing_differs(run, files):
    for format_ in ("table", "csv"):
        done = run("diff-results", files[0], files[0], "--on", "day", "--format", format_)
        assert done.returncode == 0
        assert done.stdout in ("", '"change","day","amount"\n')
        assert done.stderr == "Nothing differs; 3 rows.\n"


def test_rows_say_how_many_of_each_table_are_shown(run, files):
    done = run("diff-results", *files, "--rows", "1")
    assert "Added (1 rows not shown: --rows 0 shows all):" not in done.stdout
    assert "Added (1 row not shown: --rows 0 shows all):" in done.stdout


@pytest.mark.parametrize(
    "name", ["rows.parquet", "rows.arrow", "rows.csv", "rows.tsv", "rows.json"]
)
@pytest.mark.parametrize("query", [42, 43])
def test_query_is_what_it_was_in_a_file(run, name, query):
    assert run("query", query, "-o", name).returncode == 0
    done = run("diff-results", name, query)
    assert (done.returncode, done.stdout) == (0, "")
    again = run("diff-results", query, name)
    assert (again.returncode, again.stdout) == (0, "")


def test_query_is_read_with_parameters_and_compared_with_a_file(run):
    assert run("query", 1, *FEW, "-o", "rows.csv").returncode == 0
    lines = (run.folder / "rows.csv").read_text().splitlines(keepends=True)
    (run.folder / "rows.csv").write_text("".join(lines[:-1]))
    done = run("diff-results", "rows.csv", 1, *FEW, "--on", "day", "--on", "market", "--json")
    assert done.returncode == 1
    facts = json.loads(done.stdout)
    assert [row["day"] for row in facts["added"]] == ["2026-01-05"]
    assert (facts["unchanged"], facts["types_changed"]) == (4, {})


def test_two_files_without_types_are_compared_as_texts(run):
    (run.folder / "a.csv").write_text('k,v\n1,""\n2,\n3,1.0\n')
    (run.folder / "b.csv").write_text('k,v\n1,""\n2,""\n3,1\n')
    done = run("diff-results", "a.csv", "b.csv", "--on", "k", "--json")
    assert [row["k"] for row in json.loads(done.stdout)["changed"]] == ["2", "3"]


def test_texts_that_are_not_of_the_other_type_are_a_change_of_type(run):
    write(run.folder / "old.parquet", k=[1, 2], v=[1, LARGE])
    (run.folder / "new.csv").write_text("k,v\n1,1\n2,many\n")
    done = run("diff-results", "old.parquet", "new.csv", "--on", "k", "--json")
    facts = json.loads(done.stdout)
    assert facts["types_changed"] == {"v": ["integer", "string"]}
    assert facts["changed"][1]["after"] == "many"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("no.parquet", "old.parquet"), "There is no file no.parquet."),
        (("old.parquet", "bad.parquet"), "bad.parquet cannot be read as parquet: "),
        (("old.parquet", "empty.csv"), "empty.csv cannot be read as csv: it is empty."),
        (("old.parquet", "twice.csv"), "b has several columns with the name 'k'."),
        (("old.parquet", "object.json"), "object.json cannot be read as json: it is no array"),
        (("old.parquet", "rows.xlsx"), "rows.xlsx: a file of the format xlsx is not read."),
        (("old.parquet", "plain"), "The name of the file plain tells no format."),
        (("old.parquet", 999999), "it has no query 999999"),
        (("old.parquet", "old.parquet", "--on", "dya"), "a has no column 'dya'."),
        (("old.parquet", "repeated.parquet", "--on", "day"), "add --on amount"),
        (("old.parquet", "1@2026-11-01"), "does not hold the definition of query 1"),
    ],
)
def test_what_cannot_be_compared_ends_with_two(run, files, words, message):
    (run.folder / "bad.parquet").write_text("no")
    (run.folder / "empty.csv").write_text("")
    (run.folder / "twice.csv").write_text("k,k\n1,2\n")
    (run.folder / "object.json").write_text("{}")
    (run.folder / "plain").write_text("")
    write(run.folder / "repeated.parquet", day=["1", "1"], amount=[1, 2])
    done = run("diff-results", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_formats_that_do_not_go_together_are_refused(run, files):
    done = run("diff-results", *files, "--json", "--format", "csv")
    assert done.returncode == 2
    assert "--json and --format csv do not go together" in done.stderr


def test_file_of_arrows_own_types_is_read(run):
    table = pa.table(
        {"k": pa.array([1, 2], pa.uint8()), "v": pa.array(["a", "b"]).dictionary_encode()}
    )
    pa_parquet.write_table(table, run.folder / "a.parquet")
    (run.folder / "a.csv").write_text("k,v\n1,a\n2,b\n")
    assert run("diff-results", "a.parquet", "a.csv", "--on", "k").returncode == 0


def test_result_of_an_earlier_moment_beside_the_newest(run):
    words = ("query", 1, *FEW, "--format", "csv")
    assert run(*words, WATCHFRAME_HISTORY="1d").returncode == 0
    earlier = datetime.now(UTC).isoformat()
    assert run(*words, "--refresh", WATCHFRAME_HISTORY="1d").returncode == 0
    done = run("diff-results", f"1@{earlier}", 1, *FEW, "--on", "day", "--on", "market")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "Nothing differs; 5 rows.")
