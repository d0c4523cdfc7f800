"""How data sources of different kinds declare the same columns: hints, and often wrong ones.

Observed on a real server (recordings 018, 031, 041, 044): PostgreSQL knows most types and calls
the rest null; SQLite calls every column null; DuckDB calls what it does not know ``string``,
although the values are numbers, arrays and objects.
"""

from __future__ import annotations

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDE = ("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM", "VARINT")
_FLOATS = ("FLOAT", "DOUBLE", "DECIMAL")
_TIMES = ("TIMESTAMP", "DATETIME")


def declared_type(face: str, engine_type: str) -> str | None:
    """Give the server's word for a column of DuckDB's `engine_type` under a data source's face.

    Parameters
    ----------
    face : {"pg", "sqlite", "duckdb"}
    engine_type : str
        Such as ``BIGINT``, ``DECIMAL(18,3)``, ``INTEGER[]``.
    """
    if face == "sqlite":
        return None
    name = engine_type.upper().split("(")[0]
    if name.endswith("]"):
        return None if face == "pg" else "string"
    known: dict[str, str | None] = {
        **dict.fromkeys(_INTEGERS, "integer"),
        "BOOLEAN": "boolean",
        "DATE": "date",
        "VARCHAR": "string",
    }
    if face == "pg":
        known |= dict.fromkeys(_WIDE, "integer") | dict.fromkeys(_FLOATS, "float")
        known |= dict.fromkeys(_TIMES, "datetime")
        if name.startswith(_TIMES):
            return "datetime"
        return known.get(name)
    known |= dict.fromkeys(("FLOAT", "DOUBLE"), "float") | {"BOOLEAN": "string"}
    return known.get(name, "string")
