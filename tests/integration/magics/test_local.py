"""``%%watch --local``: SQL over results in a cell's body."""

import pytest


def test_the_sql_of_a_cell_is_run_over_results(shell):
    sql = "SELECT market FROM query_2 WHERE market = {{ market }}"
    cell = f"%%watch --local -p market=WETH -o totals\n{sql}"
    shown = shell.run(cell).shown
    assert "1 row x 1" in shown
    assert "over query 2 'Market totals'" in shown
    assert shell.names["totals"]["market"].tolist() == ["WETH"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%watch --local", "There is no SQL"),
        ("%%watch --local\n ", "There is no SQL"),
        ("%%watch 42 --local\nSELECT 1", "names its results, such as query_42"),
        ("%%watch --local --explain\nSELECT 1", "--local and --explain do not go together"),
        ("%%watch --local --pick\nSELECT 1", "--local and --pick do not go together"),
        ("%%watch --local --source pg\nSELECT 1", "--local and --source do not go together"),
        ("%%watch --local\nSELECT nope FROM query_2", "Candidate bindings"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_a_cell(shell, cell, words):
    shown = shell.run(cell)
    assert words in str(shown.error_in_exec or shown.error_before_exec)


def test_saved_query_of_another_source_is_not_run_locally(shell):
    shown = shell.run("%watch 2 --run-locally")
    assert "Query 2 runs on the data source" in str(shown.error_in_exec)
