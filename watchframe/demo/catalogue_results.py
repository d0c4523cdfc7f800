"""Queries 40 to 69, which are about their results: odd ones, slow ones, failing ones, Python's.

40 to 49 have every column type, size and odd shape; 50 to 59 take long, fail, are cut, or are not
what they seem; 60 to 69 are scripts for the Python data source, whose authors write the types.
"""

from __future__ import annotations

from watchframe.demo.catalogue_types import (
    PYTHON_SOURCE,
    SavedParameter,
    SavedQuery,
    SavedVisualization,
)

RESULT_QUERIES = (
    SavedQuery(
        id=40,
        name="Allowances",
        description="uint256 amounts: unlimited ones are 2**256 - 1, and some are null.",
        text="""\
select allowance_id, owner, spender, market, amount
from allowances
order by allowance_id
""",
        tags=("results", "onchain"),
    ),
    SavedQuery(
        id=41,
        name="All borrows",
        description="A big result: more than 100,000 rows of 12 columns.",
        text="""\
select
    event_id, block_number, block_time, tx_hash, log_index, market, account,
    amount_raw, amount, amount_usd, gas_used, via_router
from events
where kind = 'borrow'
order by event_id
""",
        tags=("results", "big"),
    ),
    SavedQuery(
        id=42,
        name="Every column type",
        description=(
            "One column for each type of the SQL engine: usual values, nulls, extreme values."
        ),
        text="""\
select * from (
    values
    (
        true, 1::tinyint, -2::smallint, 3::integer, 9007199254740993::bigint,
        18446744073709551615::ubigint, 170141183460469231731687303715884105727::hugeint,
        '115792089237316195423570985008687907853269984665640564039457584007913129639935'::bignum,
        0.1::float, 0.1::double, 1234.5678::decimal(18, 4), 'text', '\\xAA\\xBB'::blob,
        date '2024-01-02', time '12:34:56.789', timestamp '2024-01-02 03:04:05.678901',
        timestamptz '2024-01-02 03:04:05.678+02:00', interval '1 day 02:03:04',
        '11111111-2222-3333-4444-555555555555'::uuid, '{"k": [1, 2, {"z": null}]}'::json,
        [1, 2, null], {'a': 1, 'b': 'x'}, map {'k': 1}, null
    ),
    (
        null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, null, null, null, null
    ),
    (
        false, (-128)::tinyint, 32767::smallint, (-2147483648)::integer,
        (-9223372036854775808)::bigint, 0::ubigint,
        (-170141183460469231731687303715884105727)::hugeint, (-1)::bignum,
        'nan'::float, 'infinity'::double, (-0.0001)::decimal(18, 4), 'ünïcödé 漢字 🦊 "\\',
        ''::blob, date '0001-01-01', time '00:00:00', timestamp '9999-12-31 23:59:59.999999',
        timestamptz '1969-12-31 23:59:59+00:00', interval '-3 days',
        '00000000-0000-0000-0000-000000000000'::uuid, '"s"'::json,
        [], {'a': null, 'b': ''}, map {}, null
    )
) as typed(
    a_boolean, a_tinyint, a_smallint, an_integer, a_bigint, a_ubigint, a_hugeint, a_bignum,
    a_float, a_double, a_decimal, a_varchar, a_blob, a_date, a_time, a_timestamp,
    a_timestamptz, an_interval, a_uuid, a_json, a_list, a_struct, a_map, all_null
)
""",
        tags=("results", "types"),
    ),
    SavedQuery(
        id=43,
        name="Odd column names",
        description=(
            "Duplicates (which the server renames), spaces, signs, HTML, and other scripts."
        ),
        text="""\
select
    1 as dup, 2 as dup, 3 as dup, 4 as dup1,
    'x' as "Sp ace", 5 as "sql::filter", 6 as "a.b", 7 as "it's", 8 as "say ""hi"" twice",
    9 as "<b>bold</b>", 10 as "métrique 指標", 11 as index, 12 as "DataFrame", 13 as "0"
""",
        tags=("results", "names"),
    ),
    SavedQuery(
        id=44,
        name="No rows",
        description="An empty result: its columns keep their types.",
        text="""\
select block_time, block_time::date as day, market, amount_raw, amount, gas_used, via_router
from events
where false
""",
        tags=("results", "empty"),
    ),
    SavedQuery(
        id=45,
        name="Prices by day, wide",
        description="A row a market, a column a day: 183 columns.",
        text="""\
select * from (
    pivot (
        select market, day, price_usd
        from prices
        where day between '2026-01-01' and '2026-07-01'
    )
    on day
    using first(price_usd)
    group by market
)
order by market
""",
        tags=("results", "wide"),
    ),
    SavedQuery(
        id=46,
        name="Profiles of the labelled accounts",
        description="JSON, and texts in many scripts with quotation marks and backslashes in them.",
        text="""\
select account_id, label, profile, profile -> 'scores' as scores
from accounts
where label is not null
order by account_id
""",
        tags=("results", "json"),
    ),
    SavedQuery(
        id=47,
        name="Market details",
        description="Lists, structs, a decimal, dates, and a boolean with nulls.",
        text="""\
select symbol, address, decimals, collateral_factor, is_paused, listed_on, description,
    tags, oracle
from markets
order by symbol
""",
        tags=("results", "json"),
    ),
    SavedQuery(
        id=48,
        name="Gas used",
        description="Integers with nulls among them, which stay integers.",
        text="""\
select event_id, gas_used, via_router, liquidator
from events
where kind = 'liquidation'
order by event_id
limit 200
""",
        tags=("results", "nulls"),
    ),
    SavedQuery(
        id=49,
        name="Number of events",
        description="One row, one column: the smallest result that says anything.",
        text="select count(*) as events from events",
        tags=("results",),
        visualizations=(
            SavedVisualization(
                type="COUNTER",
                name="Events in all",
                options={"counterLabel": "events", "counterColName": "events", "rowNumber": 1},
            ),
        ),
    ),
    SavedQuery(
        id=50,
        name="Slow",
        description="Sleeps, a tenth of a second at a time; it can be cancelled at any moment.",
        text="""\
select count(*) as tenths, {{ seconds }} as seconds
from range(({{ seconds }} * 10)::bigint) as steps(step)
where sleep_ms(100) is null
""",
        parameters=(SavedParameter("seconds", "number", "Seconds", 30),),
        tags=("conduct",),
    ),
    SavedQuery(
        id=51,
        name="Fails at once",
        description="The table does not exist: the SQL engine's message names it and the line.",
        text="""\
select market, sum(amount)
from borrow_events
group by market
""",
        tags=("conduct",),
    ),
    SavedQuery(
        id=52,
        name="Fails with some values",
        description=(
            "Runs with 18; a division by 0 gives null, and a text is an error while it runs."
        ),
        text="""\
select symbol, decimals, decimals / cast('{{ divisor }}' as integer) as quotient
from markets
order by symbol
""",
        parameters=(
            SavedParameter("divisor", "enum", "Divisor", "18", enum_options=("18", "0", "ten")),
        ),
        tags=("conduct",),
    ),
    SavedQuery(
        id=53,
        name="A statement without a result",
        description="Takes effect, and is reported as a failure: it returns no data.",
        text="create temporary table if not exists scratch (note varchar)",
        tags=("conduct",),
    ),
    SavedQuery(
        id=54,
        name="Liquidations, cut at 1,000",
        description="Has the automatic limit: the server appends LIMIT 1000.",
        text="""\
select event_id, block_time, market, liquidator, amount_usd, details
from events
where kind = 'liquidation'
order by event_id""",
        applies_auto_limit=True,
        tags=("conduct",),
    ),
    SavedQuery(
        id=55,
        name="Borrows by market (old)",
        description="Archived: in no list, but it still runs.",
        text="""\
select market, count(*) as borrows
from events
where kind = 'borrow'
group by market
order by market
""",
        tags=("conduct",),
        is_archived=True,
    ),
    SavedQuery(
        id=56,
        name="New query",
        description="A draft: not published yet, and it runs.",
        text="""\
select market, max(price_usd) as highest_price
from prices
group by market
order by market
""",
        tags=("conduct",),
        is_draft=True,
    ),
    SavedQuery(
        id=57,
        name="<img src=x onerror=\"alert('name')\"> & friends",
        description=(
            "<script>alert('description')</script> Whatever shows this must show it as text."
        ),
        text="""\
select '{{ choice }}' as choice, '<script>alert(1)</script>' as "<i>column</i>"
""",
        parameters=(
            SavedParameter(
                "choice",
                "enum",
                "<u>Choice</u>",
                "<img src=x onerror=alert(2)>",
                enum_options=("<img src=x onerror=alert(2)>", "a & b", '"quoted"', "plain"),
            ),
        ),
        tags=("conduct", "<b>tag</b>"),
    ),
    SavedQuery(
        id=58,
        name="An undefined parameter",
        description="The text names a parameter that the query does not define.",
        text="select symbol, decimals from markets where decimals = {{ decimals }} order by symbol",
        tags=("conduct",),
    ),
    SavedQuery(
        id=60,
        name="Debt with interest (Python)",
        description="What 1,000 tokens of 18 decimals owe, year by year, in exact integers.",
        text="""\
result = {}
add_result_column(result, 'year', 'Year', 'integer')
add_result_column(result, 'debt', 'Debt', 'integer')
add_result_column(result, 'debt_tokens', 'Debt in tokens', 'float')
debt = 1000 * 10**18
for year in range({{ years }} + 1):
    add_result_row(result, {'year': year, 'debt': debt, 'debt_tokens': debt / 10**18})
    debt += debt * 725 // 10000
""",
        data_source_id=PYTHON_SOURCE,
        parameters=(SavedParameter("years", "number", "Years", 10),),
        tags=("python",),
    ),
    SavedQuery(
        id=61,
        name="Wrong types (Python)",
        description=(
            "Values that are not of their columns' types, and a column with no values at all."
        ),
        text="""\
result = {}
add_result_column(result, 'amount', 'Amount', 'integer')
add_result_column(result, 'rate', 'Rate', 'float')
add_result_column(result, 'note', 'Note', 'string')
add_result_column(result, 'is_open', 'Open', 'boolean')
add_result_column(result, 'at', 'At', 'datetime')
add_result_column(result, 'unused', 'Unused', 'integer')
add_result_row(result, {'amount': 2**256 - 1, 'rate': 1, 'note': 'x', 'is_open': True,
                        'at': '2026-01-01T00:00:00'})
add_result_row(result, {'amount': 5, 'rate': 0.1, 'note': 5, 'is_open': None, 'at': None})
add_result_row(result, {'amount': None, 'rate': 2**70 + 1, 'note': {'a': 1}})
""",
        data_source_id=PYTHON_SOURCE,
        tags=("python", "types"),
    ),
    SavedQuery(
        id=62,
        name="Raises an exception (Python)",
        description="The script fails with an exception of its own.",
        text="""\
result = {}
raise ValueError('the oracle has no price for INV')
""",
        data_source_id=PYTHON_SOURCE,
        tags=("python", "conduct"),
    ),
)
