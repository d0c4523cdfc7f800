"""Rendering the text of a query."""


def test_partial_reads_no_file(run, files):
    assert run("select 7 as a {{> " + f"{files}/secret" + " }}") == [{"a": 7}]
