"""Every row of the type table in a file and back, by pandas alone."""

import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from generators.types_table import EXAMPLES
from watchframe.decode import pandas_metadata, to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.decode.typing_rules import ENCODING

ATTRS = {"watchframe": {"query_id": 1, "parameters": {"kind": "repay"}}}
ROWS = pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: f"{example.declared}-{example.holds}"
)
KINDS = pytest.mark.parametrize("kind", ["parquet", "feather", "memory"])
BACKENDS = pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])


#: pyarrow restores attributes itself since its version 22; of Parquet pandas does.
IS_RESTORED = int(pa.__version__.split(".")[0]) >= 22


def attrs_after(kind):
    return ATTRS if kind == "parquet" or IS_RESTORED else {}


def table_of(example):
    rows = ", ".join(f'{{"value": {text}}}' for text in (*example.sent, "null"))
    column = json.dumps({"name": "value", "friendly_name": "value", "type": example.declared})
    body = f'{{"query_result": {{"data": {{"columns": [{column}], "rows": [{rows}]}}}}}}'
    table = decode_exactly(body.encode()).table
    return table.replace_schema_metadata(pandas_metadata(table.schema, ATTRS))


def read_again(table, kind, backend):
    """Return what pandas makes of the table, told the backend only where it is not the default."""
    options = {"dtype_backend": "pyarrow"} if backend == "pyarrow" else {}
    if kind == "memory":
        return as_declared(table.to_pandas(types_mapper=pd.ArrowDtype if options else None))
    file = io.BytesIO()
    if kind == "parquet":
        pa_parquet.write_table(table, file)
    else:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    file.seek(0)
    return as_declared((pd.read_parquet if kind == "parquet" else pd.read_feather)(file, **options))


def as_declared(found):
    """Return a frame with "string" where an older pyarrow leaves texts to pandas 3: as "str"."""
    if not IS_RESTORED and str(found["value"].dtype) == "str":
        found["value"] = found["value"].astype("string")
    return found


def restored(found, frame):
    """Return the column as the page about types says that it is restored, and as it is to be."""
    text = found["value"].astype(object)
    if frame["value"].dtype == object:
        return pd.Series(
            [None if pd.isna(item) else json.loads(item) for item in text], dtype=object
        )
    return found["value"].astype("datetime64[us]")


@ROWS
@KINDS
@BACKENDS
def test_table_comes_back_as_the_frame(example, kind, backend):
    table = table_of(example)
    frame = to_frame(table, dtype_backend=backend)
    found = read_again(table, kind, backend)
    assert found.attrs == attrs_after(kind)
    is_text = ENCODING in (table.schema.field(0).metadata or {})
    is_day = table.schema.field(0).type == pa.date32() and backend == "numpy_nullable"
    if is_text or is_day:
        assert str(found["value"].dtype) in ("string", "string[pyarrow]", "date32[day][pyarrow]")
        found = pd.DataFrame({"value": restored(found, frame)})
    pd.testing.assert_frame_equal(found, frame)


@ROWS
@BACKENDS
@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_frame_in_a_file_comes_back(example, kind, backend, tmp_path):
    frame = to_frame(table_of(example), dtype_backend=backend)
    frame.attrs = ATTRS
    path = tmp_path / f"x.{kind}"
    kept = frame
    if frame["value"].dtype == object:  # neither file has a type for these
        texts = [None if item is None else json.dumps(item) for item in frame["value"]]
        kept = frame.assign(value=pd.Series(texts, dtype="string"))
    (kept.to_parquet if kind == "parquet" else kept.to_feather)(path)
    options = {"dtype_backend": "pyarrow"} if backend == "pyarrow" else {}
    read = pd.read_parquet if kind == "parquet" else pd.read_feather
    found = as_declared(read(path, **options))
    assert found.attrs == attrs_after(kind)
    if kept is not frame:
        found = pd.DataFrame({"value": restored(found, frame)})
    pd.testing.assert_frame_equal(found, frame)


@ROWS
@BACKENDS
def test_table_in_a_file_comes_back_by_to_frame_whole(example, backend, tmp_path):
    table = table_of(example)
    pa_parquet.write_table(table, tmp_path / "x.parquet")
    found = to_frame(pa_parquet.read_table(tmp_path / "x.parquet"), dtype_backend=backend)
    pd.testing.assert_frame_equal(found, to_frame(table, dtype_backend=backend))
    assert found.attrs == ATTRS


def test_parquet_decimals_return_to_the_pyarrow_backend(tmp_path):
    frame = to_frame(pa.table({"x": ["0.5", None]}), dtype={"x": "decimal(38, 18)"})
    frame.to_parquet(tmp_path / "x.parquet")
    found = pd.read_parquet(tmp_path / "x.parquet", dtype_backend="pyarrow")
    pd.testing.assert_frame_equal(found, frame)


def test_large_integers_keep_digits_and_true_stays_true():
    schema = pa.schema([("n", pa.int64()), ("b", pa.bool_())])
    table = pa.table({"n": [2**53 + 1, None], "b": [True, None]}, schema)
    found = table.replace_schema_metadata(pandas_metadata(schema, {})).to_pandas()
    assert found["n"][0] == 2**53 + 1
    assert found.dtypes.astype(str).tolist() == ["Int64", "boolean"]


def test_columns_that_were_chosen_come_back():
    schema = pa.schema([("n", pa.int64()), ("b", pa.bool_())])
    table = pa.table({"n": [1], "b": [True]}, schema)
    table = table.replace_schema_metadata(pandas_metadata(schema, ATTRS))
    found = table.select(["b"]).to_pandas()
    assert (list(found), str(found["b"].dtype), found.attrs) == (
        ["b"],
        "boolean",
        attrs_after("memory"),
    )
    assert table.select([]).to_pandas().shape[1] == 0
