"""Queries 50 to 59: the ones that take long, fail, are cut, or are not what they seem."""

from __future__ import annotations

from watchframe.demo.catalogue_types import SavedParameter, SavedQuery

SLOW = SavedQuery(
    id=50,
    name="Slow",
    description="Sleeps, a tenth of a second at a time; it can be cancelled at any moment.",
    text="""\
select count(*) as tenths, {{ seconds }} as seconds
from range(({{ seconds }} * 10)::bigint) as steps(step)
where sleep_ms(100) is null
""",
    parameters=(SavedParameter(name="seconds", type="number", title="Seconds", value=30),),
    tags=("conduct",),
)

FAILS_AT_ONCE = SavedQuery(
    id=51,
    name="Fails at once",
    description="The table does not exist: the SQL engine's message names it and the line.",
    text="""\
select market, sum(amount)
from borrow_events
group by market
""",
    tags=("conduct",),
)

FAILS_WITH_SOME_VALUES = SavedQuery(
    id=52,
    name="Fails with some values",
    description="Runs with 18; a division by 0 gives null, and a text is an error while it runs.",
    text="""\
select symbol, decimals, decimals / cast('{{ divisor }}' as integer) as quotient
from markets
order by symbol
""",
    parameters=(
        SavedParameter(
            name="divisor",
            type="enum",
            title="Divisor",
            value="18",
            enum_options=("18", "0", "ten"),
        ),
    ),
    tags=("conduct",),
)

NO_RESULT = SavedQuery(
    id=53,
    name="A statement without a result",
    description="Takes effect, and is reported as a failure: it returns no data.",
    text="create temporary table if not exists scratch (note varchar)",
    tags=("conduct",),
)

LIMITED = SavedQuery(
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
)

ARCHIVED = SavedQuery(
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
)

DRAFT = SavedQuery(
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
)

UNTRUSTED = SavedQuery(
    id=57,
    name="<img src=x onerror=\"alert('name')\"> & friends",
    description="<script>alert('description')</script> Whatever shows this must show it as text.",
    text="""\
select '{{ choice }}' as choice, '<script>alert(1)</script>' as "<i>column</i>"
""",
    parameters=(
        SavedParameter(
            name="choice",
            type="enum",
            title="<u>Choice</u>",
            value="<img src=x onerror=alert(2)>",
            enum_options=("<img src=x onerror=alert(2)>", "a & b", '"quoted"', "plain"),
        ),
    ),
    tags=("conduct", "<b>tag</b>"),
)

UNDEFINED_PARAMETER = SavedQuery(
    id=58,
    name="An undefined parameter",
    description="The text names a parameter that the query does not define.",
    text="select symbol, decimals from markets where decimals = {{ decimals }} order by symbol",
    tags=("conduct",),
)

CONDUCT_QUERIES = (
    SLOW,
    FAILS_AT_ONCE,
    FAILS_WITH_SOME_VALUES,
    NO_RESULT,
    LIMITED,
    ARCHIVED,
    DRAFT,
    UNTRUSTED,
    UNDEFINED_PARAMETER,
)
