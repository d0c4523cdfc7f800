"""SQLite's SQL, run by DuckDB: SQLite's own answer, or a refusal that names the difference."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pyarrow as pa
import pytest

from watchframe.decode.typing_rules import ENCODING, INTEGER
from watchframe.errors import ArgumentError, JobFailedError, JobTimeoutError
from watchframe.http.deadline import Deadline
from watchframe.local.query_results_sql import as_in_sqlite, run_query_results

ROWS = [
    {"id": 1, "market": "WETH", "amount": 1.5, "n": 10, "day": "2026-01-01T00:00:00"},
    {"id": 2, "market": "wbtc", "amount": 2.25, "n": None, "day": "2026-01-02T10:11:12"},
    {"id": 3, "market": None, "amount": -0.5, "n": 7, "day": "2026-02-03T00:00:00"},
    {"id": 4, "market": "Ünï", "amount": None, "n": 3, "day": None},
]

SAME = """\
id, market FROM t ORDER BY market
id, market FROM t ORDER BY market DESC, id
3/2, 7/2.0, -7/2, 7%3, -7%3, 1/0, 1.0/0, 5.5%2, 0.1+0.2, 0.1+0.2=0.3
n/amount, amount/n, n/3, id/id, n%amount FROM t ORDER BY id
sum(amount)*100.0/sum(n), sum(n)/count(*), avg(n), total(n), total(amount), min(n), max(n) FROM t
total(n) FROM t WHERE 0
market FROM t WHERE market LIKE 'w%' ORDER BY id
market FROM t WHERE market NOT LIKE 'WB%' ORDER BY id
market FROM t WHERE market GLOB 'W*'
cast(1.9 AS integer), cast('12abc' AS integer), cast('3.7x' AS real), cast(1.0 AS text)
cast(amount AS integer) a, cast(n AS real) b, cast(amount AS text) c FROM t ORDER BY id
strftime('%Y-%m', day) m, count(*) c FROM t GROUP BY 1 ORDER BY 1
time(day) || date(day, 'start of month', '-1 day') || datetime(day, '+1 hour') x FROM t ORDER BY id
julianday('2026-01-01'), unixepoch('2026-01-01'), date('now') = current_date
cast(strftime('%s', day) AS integer) - 1767225600 FROM t ORDER BY id
ifnull(n, 0), coalesce(n, id), nullif(n, 7), iif(n > 5, 'big', 'small') FROM t ORDER BY id
instr(market, 'T'), substr(market, 2), substr(market, -2), substr(market, 0, 3) FROM t ORDER BY id
substr(market, 2, 2), substr(market, -3, 2), length(market), length(n) FROM t ORDER BY id
printf('%05d|%.2f|%s', n, amount, market) FROM t ORDER BY id
group_concat(market), group_concat(market, ';') FROM t WHERE id < 3
typeof(n), typeof(market), typeof(amount) FROM t ORDER BY id
round(2.5), round(1.005, 2), round(amount, 1), round(7) FROM t ORDER BY id
id || '-' || market, n || '', amount || 'x' FROM t ORDER BY id
upper(market), lower(market), replace(market, 'E', 'e') FROM t ORDER BY id
max(id, n), min(id, n, 2) FROM t ORDER BY id
n > 5, NOT n > 5, sum(n > 5) OVER () FROM t ORDER BY id
id FROM t WHERE day >= '2026-01-02' ORDER BY id
[id], `market` FROM t ORDER BY [id]
"id" FROM t WHERE "id" == 2
CASE WHEN n IS NULL THEN 'none' WHEN n > 5 THEN 'big' ELSE 'small' END AS size FROM t ORDER BY id
id, row_number() OVER (ORDER BY n DESC) rn, lag(n) OVER (ORDER BY id) FROM t ORDER BY id
a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.n ORDER BY a.id
id FROM t UNION SELECT n FROM t ORDER BY 1
id FROM t WHERE id IN (1, 3) AND n NOT IN (7)
exists(SELECT 1 FROM t WHERE n > 9), true, 5 & 3, 5 | 3, 1 << 3, ~5
market, sum(amount) s FROM t GROUP BY market HAVING s > 1 ORDER BY s
'date(x) 1.5' AS "current_date 1.5" -- date(y) 1.5
x FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5) SELECT x FROM c)
"""

REFUSED = {
    "id FROM t WHERE n = '10'": "uses the text '10' as a number",
    "id FROM t WHERE market = 5": "uses the text market as a number",
    "market + 1 FROM t": "DuckDB refuses",
    "sum(market) FROM t": "DuckDB refuses",
    "id, market FROM t GROUP BY market": "GROUP BY",
    'id FROM t WHERE market = "WETH"': "WETH",
    "json_extract('{\"a\": 5}', '$.a')": "json_extract gives numbers and texts",
    "cast(n AS numeric) FROM t": "do not mean the same by CAST",
    "* FROM t LIMIT 1, 2": "DuckDB refuses",
    "id IS 1 FROM t": "DuckDB refuses",
    "none FROM t": "SQLite, which the server runs, says: no such column",
    "replace(amount, '.', 1.5e0) || group_concat(amount) FROM t": "DuckDB refuses",
}


@pytest.fixture(scope="module")
def sqlite():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (id, market, amount, n, day)")
    connection.executemany("INSERT INTO t VALUES (:id, :market, :amount, :n, :day)", ROWS)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def table():
    return pa.Table.from_pylist(ROWS)


def _plain(value):
    """Return a value as SQLite has it: the server declares a column of times as such."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value


@pytest.mark.slow
@pytest.mark.parametrize("sql", SAME.splitlines())
def test_the_answer_is_sqlites(sqlite, table, sql) -> None:
    cursor = sqlite.execute(f"SELECT {sql}")
    expected = cursor.fetchall()
    found = run_query_results(f"SELECT {sql}", {"t": table})
    assert [tuple(map(_plain, row.values())) for row in found.to_pylist()] == expected
    if len({column[0] for column in cursor.description}) == len(cursor.description):
        assert found.column_names == [column[0] for column in cursor.description]


@pytest.mark.slow
@pytest.mark.parametrize(("sql", "message"), REFUSED.items())
def test_a_difference_is_named(table, sql, message) -> None:
    with pytest.raises((ArgumentError, JobFailedError)) as caught:
        run_query_results(f"SELECT {sql}", {"t": table})
    assert message in caught.value.message


def test_times_booleans_and_names_are_as_in_sqlite() -> None:
    moment = dt.datetime.fromisoformat("2026-01-02T03:04:05.678")
    table = pa.table(
        {
            "a.b c": pa.array([moment, None], pa.timestamp("us")),
            "z": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "is": [True, None],
        }
    )
    assert as_in_sqlite(table).to_pylist() == [
        {"a_b_c": "2026-01-02T03:04:05.678", "z": "2026-01-02T03:04:05.678Z", "is": 1},
        {"a_b_c": None, "z": None, "is": None},
    ]


def test_integers_beyond_64_bits_are_numbers() -> None:
    field = pa.field("amount", pa.string(), metadata={ENCODING: INTEGER})
    table = pa.table([pa.array(["9", "10", str(2**255)])], schema=pa.schema([field]))
    found = run_query_results("SELECT sum(amount) total, max(amount) most FROM t", {"t": table})
    assert found.to_pylist() == [{"total": str(2**255 + 19), "most": str(2**255)}]
    assert (found.schema.field("total").metadata or {})[ENCODING] == INTEGER


@pytest.mark.parametrize(
    "sql",
    [
        "VACUUM INTO '{file}'",
        "ATTACH '{file}' AS other",
        "CREATE TABLE t (x)",
        "INSERT INTO query_1 VALUES (1)",
        "PRAGMA journal_mode = DELETE",
    ],
)
def test_what_is_no_select_reaches_nothing(table, tmp_path, sql) -> None:
    file = tmp_path / "other.db"
    with pytest.raises(ArgumentError, match="The SQL is no SELECT"):
        run_query_results(sql.replace("{file}", str(file)), {"query_1": table})
    assert not file.exists()


def test_endless_sql_ends_with_the_deadline() -> None:
    endless = (
        "WITH RECURSIVE c AS (SELECT 1 x UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    )
    with pytest.raises(JobTimeoutError):
        run_query_results(endless, {}, deadline=Deadline.after(0.5))
