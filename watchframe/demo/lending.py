"""The demo's data: events of an invented lending protocol, made in DuckDB from a fixed seed.

Every random draw is a slice of ``sha256("<seed>:<table>:<row number>")``, and all sums are done on
integers, so the same seed gives the same rows on every machine and version of DuckDB.

The tables:

``markets``     one row a token: address, decimals, factor, tags (a list), oracle (a struct)
``accounts``    one row a borrower: address, label (few have one), region, profile (JSON)
``prices``      one row a market and day: ``price_usd`` (null where the oracle was silent)
``events``      one row a deposit, borrow, repay, withdraw or liquidation, in order of time
``allowances``  uint256 amounts: unlimited approvals of 2**256 - 1 among them

``events.amount_raw`` is the exact amount as the chain has it, ``events.amount`` the same in tokens.
The events run on past the present day, to the end of 2028, so that "the last 30 days" has rows
whenever it is asked for. The names are those of real tokens, so that the queries read like real
ones; not one number comes from a chain.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date

import duckdb

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2028, 12, 31)
SECONDS_PER_BLOCK = 12
FIRST_BLOCK = 18_908_895
ACCOUNTS = 5_000
ALLOWANCES = 2_000

DEFAULT_SEED = 20_240_101
DEFAULT_EVENTS = 240_000


@dataclass(frozen=True, slots=True)
class Market:
    """A token that the demo's accounts deposit, borrow and repay."""

    symbol: str  #: also the value of the ``markets`` parameters
    decimals: int  #: an amount on the chain counts units of ``10 ** -decimals`` tokens
    typical_amount: int  #: the least size of an event, in tokens; sizes have a long tail above it
    start_price: int  #: US cents for one token on the first day
    daily_step: int  #: the largest change of the price in a day, in hundred-thousandths
    collateral_factor: str  #: a decimal number: what may be borrowed against one dollar of it
    description: str
    is_paused: bool | None = False  #: None where the protocol never said


MARKETS = (
    Market("sDOLA", 18, 400, 102, 15, "0.9000", "DOLA at interest: Δ > 0"),
    Market("INV", 18, 12, 3_140, 900, "0.6000", "Governance token (治理代币)"),
    Market("WETH", 18, 1, 228_150, 700, "0.8250", "Wrapped ether, Ξ"),
    Market("WBTC", 8, 1, 4_226_500, 600, "0.8000", "Wrapped bitcoin, ₿"),
    Market("wstETH", 18, 1, 263_700, 700, "0.8000", 'Wrapped staked ether; "wst" in short'),
    Market("USDC", 6, 500, 100, 3, "0.9500", "Six decimals only"),
    Market("CRV", 18, 900, 61, 1_100, "0.6500", "Voting token\nof a curve 📈"),
    Market("st-yCRV", 18, 300, 43, 1_000, "0.5500", "A symbol with a hyphen in it", is_paused=True),
    Market(
        "cvxFXS", 18, 40, 812, 1_200, "0.5000", "No pause switch: is_paused is null", is_paused=None
    ),
)

# The first accounts have these labels, the others none. Two of them differ by a space only: the
# server's cache takes the queries that ask for them for one and the same.
ACCOUNT_LABELS = (
    "New York",
    "NewYork",
    "Zürich Vault",
    "東京トレジャリー",
    "O'Neil & Sons",
    'The "Whale"',
    "100% safe; honest",
    "back\\slash",
    "🦊 burner",
    "مرحبا",
)
REGIONS = ("Americas", "Europe", "Asia", "Africa", "Oceania")


def build_lending_database(
    connection: duckdb.DuckDBPyConnection, *, seed: int = DEFAULT_SEED, events: int = DEFAULT_EVENTS
) -> None:
    """Create and fill the five tables of the demo in `connection`'s database, which has none yet.

    The same `seed` gives the same rows. The `events`, from 1 to one a block (else a ValueError),
    are spread evenly over the five years.
    """
    days = (LAST_DAY - FIRST_DAY).days + 1
    blocks = days * 86_400 // SECONDS_PER_BLOCK
    if not 1 <= events <= blocks:
        raise ValueError(f"events must be from 1 to {blocks:,} (one a block), not {events:,}.")
    connection.execute(_CREATE_MARKET_SETTINGS)
    connection.executemany(
        "insert into market_settings values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, *astuple(market)) for number, market in enumerate(MARKETS)],
    )
    start, counts = {"first_day": FIRST_DAY}, {"accounts": ACCOUNTS, "markets": len(MARKETS)}
    labels = {"labels": list(ACCOUNT_LABELS), "regions": list(REGIONS)}
    chain = {"blocks": blocks, "first_block": FIRST_BLOCK, "block_seconds": SECONDS_PER_BLOCK}
    amounts = {"allowances": ALLOWANCES, "unlimited": str(2**256 - 1)}
    for statement, values in (
        (_CREATE_MARKETS, start),
        (_CREATE_ACCOUNTS, {**start, **labels, "accounts": ACCOUNTS}),
        (_CREATE_PRICES, {**start, "days": days}),
        (_CREATE_EVENTS, {**start, **counts, **chain, "events": events}),
        (_CREATE_ALLOWANCES, {**counts, **amounts}),
    ):
        connection.execute(statement, {"seed": seed, **values})
    connection.execute("drop table market_settings")


# The statements, in the order in which they are run. ``('0x' || substr(draw, 1, 8))::bigint`` is a
# random number from eight hexadecimal digits of a hash; everything that becomes a float is an
# integer until its last division.

# What only the other statements need to know of a market.
_CREATE_MARKET_SETTINGS = """
create temporary table market_settings (
    market_id integer,
    symbol varchar,
    decimals integer,
    typical_amount bigint,
    start_price_cents bigint,
    daily_step bigint,
    collateral_factor decimal(5, 4),
    description varchar,
    is_paused boolean
)
"""

_CREATE_MARKETS = """
create table markets as
select
    market_id,
    symbol,
    '0x' || substr(sha256($seed || ':market:' || market_id), 1, 40) as address,
    decimals,
    collateral_factor,
    is_paused,
    $first_day - market_id * 37 as listed_on,
    description,
    if(decimals = 18, ['erc20', 'lending'], ['erc20', 'lending', 'odd-decimals']) as tags,
    {
        'source': if(market_id % 3 = 0, 'feed', 'twap'),
        'heartbeat_seconds': 3600 * (1 + market_id % 3)
    } as oracle
from market_settings
order by market_id
"""

_CREATE_ACCOUNTS = """
create table accounts as
with drawn as (
    select n, sha256($seed || ':account:' || n) as draw from range($accounts) as numbers(n)
)
select
    n as account_id,
    '0x' || substr(draw, 1, 40) as address,
    $labels[n + 1] as label,
    $regions[1 + ('0x' || substr(draw, 41, 4))::bigint % len($regions)] as region,
    ('0x' || substr(draw, 45, 2))::bigint % 5 = 0 as is_contract,
    $first_day + (('0x' || substr(draw, 47, 4))::bigint % 900)::integer as first_seen,
    json_object(
        'tier', ['shrimp', 'fish', 'whale'][1 + ('0x' || substr(draw, 51, 2))::bigint % 3],
        'scores', [('0x' || substr(draw, 53, 2))::bigint, ('0x' || substr(draw, 55, 2))::bigint],
        'referrer', if(n % 4 = 0, null, '0x' || substr(draw, 57, 8))
    ) as profile
from drawn
order by account_id
"""

# A random walk of the price, day by day; one day in 400 the oracle says nothing.
_CREATE_PRICES = """
create table prices as
with drawn as (
    select
        *,
        sha256($seed || ':price:' || market_id || ':' || day_number) as draw
    from market_settings, range($days) as days(day_number)
),
walked as (
    select
        *,
        sum(('0x' || substr(draw, 1, 8))::bigint % (2 * daily_step + 1) - daily_step)
            over (partition by market_id order by day_number) as walk
    from drawn
)
select
    symbol as market,
    $first_day + day_number::integer as day,
    case
        when ('0x' || substr(draw, 9, 4))::bigint % 400 > 0
        then greatest(1, start_price_cents * (100000 + walk)::bigint // 100000) / 100
    end as price_usd,
    if(('0x' || substr(draw, 13, 2))::bigint % 10 > 0, 'feed', null) as source
from walked
order by market_id, day
"""

# Sizes have a long tail: typical_amount * 65536 / (64 to 65535) tokens, and a part of one more.
_CREATE_EVENTS = """
create table events as
with hashed as (
    select n, sha256($seed || ':event:' || n) as tx from range($events) as numbers(n)
),
drawn as (
    select
        n,
        tx,
        n * $blocks // $events
            + ('0x' || substr(tx, 1, 6))::bigint % ($blocks // $events) as block,
        ('0x' || substr(tx, 7, 6))::bigint % $markets as market_id,
        ('0x' || substr(tx, 13, 6))::bigint % $accounts as account_id,
        ('0x' || substr(tx, 19, 6))::bigint % 100 as percentile,
        ('0x' || substr(tx, 25, 4))::bigint as size_draw,
        ('0x' || substr(tx, 29, 15))::bigint as part_draw,
        ('0x' || substr(tx, 44, 6))::bigint as gas_draw,
        ('0x' || substr(tx, 50, 4))::bigint as router_draw
    from hashed
),
sized as (
    select
        *,
        percentile >= 97 as is_liquidation,
        ('1' || repeat('0', decimals))::hugeint as one_token,
        typical_amount * one_token * 65536 // greatest(64, size_draw)
            + part_draw % one_token as amount_raw,
        $first_day::timestamp + to_seconds(block * $block_seconds) as block_time
    from drawn
    join market_settings using (market_id)
)
select
    n as event_id,
    $first_block + block as block_number,
    block_time,
    '0x' || tx as tx_hash,
    (gas_draw % 400)::integer as log_index,
    symbol as market,
    case
        when percentile < 47 then 'borrow'
        when percentile < 80 then 'repay'
        when percentile < 90 then 'deposit'
        when percentile < 97 then 'withdraw'
        else 'liquidation'
    end as kind,
    address as account,
    if(is_liquidation, '0x' || substr(tx, 25, 40), null) as liquidator,
    amount_raw,
    amount_raw / one_token as amount,
    round(amount * price_usd, 2) as amount_usd,
    if(gas_draw % 50 = 0, null, 90000 + gas_draw % 210000) as gas_used,
    if(router_draw % 20 = 0, null, router_draw % 3 = 0) as via_router,
    if(
        is_liquidation,
        json_object('bonus_percent', 5 + router_draw % 6, 'seized', [symbol, amount_raw::varchar]),
        null
    ) as details
from sized
join accounts using (account_id)
join prices on prices.market = sized.symbol and prices.day = block_time::date
order by event_id
"""

# A third unlimited, a third huge (up to 76 digits), a third ordinary; one in seven null.
_CREATE_ALLOWANCES = """
create table allowances as
with drawn as (
    select n, sha256($seed || ':allowance:' || n) as draw
    from range($allowances) as numbers(n)
)
select
    n as allowance_id,
    address as owner,
    '0x' || substr(draw, 25, 40) as spender,
    symbol as market,
    case
        when n % 7 = 6 then null
        when n % 3 = 0 then $unlimited::bignum
        when n % 3 = 1 then
            substr(md5_number(draw)::varchar || md5_number(draw || '+')::varchar, 1, 76)::bignum
        else (('0x' || substr(draw, 1, 15))::bigint)::bignum
    end as amount
from drawn
join accounts on account_id = ('0x' || substr(draw, 17, 6))::bigint % $accounts
join market_settings on market_id = ('0x' || substr(draw, 23, 4))::bigint % $markets
order by allowance_id
"""
