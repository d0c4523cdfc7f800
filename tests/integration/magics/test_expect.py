"""``--expect``: the frame, or an error that names what has changed."""

import pytest

import watchframe
from watchframe.errors import ArgumentError, SchemaDriftError

FEW = "-p markets=[WETH] -p period=2026-02-01..2026-02-10"


@pytest.fixture
def schema(shell, tmp_path):
    """The file of the schema of what `FEW` reads."""
    path = tmp_path / "borrows.schema"
    watchframe.Schema.of(shell.value(f"%watch 1 {FEW}")).save(path)
    return path


def test_expect_of_a_query_and_of_sql(shell, schema):
    assert len(shell.value(f"%watch 1 {FEW} --expect {schema}")) == 10
    schema.write_text(schema.read_text().replace("least = 1", "least = 11"))
    result = shell.run(f"%watch 1 {FEW} --expect {schema} -o frame")
    assert isinstance(result.error_in_exec, SchemaDriftError)
    assert "frame" not in shell.names
    result = shell.run(f"%%watch --source Lending --expect {schema}\nselect 1 as x")
    assert isinstance(result.error_in_exec, SchemaDriftError)
    assert result.error_in_exec.columns[-1] == "x"


@pytest.mark.parametrize("other", ["--explain", "--pick", "--chart"])
def test_expect_goes_with_no_other_action(shell, schema, other):
    result = shell.run(f"%watch 1 --expect {schema} {other}")
    assert isinstance(result.error_in_exec, ArgumentError)
    assert "do not go together" in result.error_in_exec.message
