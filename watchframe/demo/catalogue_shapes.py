"""Queries 40 to 49: results of every column type, size and odd shape; none has parameters."""

from __future__ import annotations

from watchframe.demo.catalogue_types import SavedQuery

ALLOWANCES = SavedQuery(
    id=40,
    name="Allowances",
    description="uint256 amounts: unlimited ones are 2**256 - 1, and some are null.",
    text="""\
select allowance_id, owner, spender, market, amount
from allowances
order by allowance_id
""",
    tags=("results", "onchain"),
)

ALL_BORROWS = SavedQuery(
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
)

EVERY_TYPE = SavedQuery(
    id=42,
    name="Every column type",
    description="One column for each type of the SQL engine: usual values, nulls, extreme values.",
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
)

ODD_NAMES = SavedQuery(
    id=43,
    name="Odd column names",
    description="Duplicates (which the server renames), spaces, signs, HTML, and other scripts.",
    text="""\
select
    1 as dup, 2 as dup, 3 as dup, 4 as dup1,
    'x' as "Sp ace", 5 as "sql::filter", 6 as "a.b", 7 as "it's", 8 as "say ""hi"" twice",
    9 as "<b>bold</b>", 10 as "métrique 指標", 11 as index, 12 as "DataFrame", 13 as "0"
""",
    tags=("results", "names"),
)

NO_ROWS = SavedQuery(
    id=44,
    name="No rows",
    description="An empty result: its columns keep their types.",
    text="""\
select block_time, block_time::date as day, market, amount_raw, amount, gas_used, via_router
from events
where false
""",
    tags=("results", "empty"),
)

WIDE = SavedQuery(
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
)

NESTED = SavedQuery(
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
)

MARKET_DETAILS = SavedQuery(
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
)

INTEGERS_WITH_NULLS = SavedQuery(
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
)

ONE_NUMBER = SavedQuery(
    id=49,
    name="Number of events",
    description="One row, one column: the smallest result that says anything.",
    text="select count(*) as events from events",
    tags=("results",),
)

SHAPE_QUERIES = (
    ALLOWANCES,
    ALL_BORROWS,
    EVERY_TYPE,
    ODD_NAMES,
    NO_ROWS,
    WIDE,
    NESTED,
    MARKET_DETAILS,
    INTEGERS_WITH_NULLS,
    ONE_NUMBER,
)
