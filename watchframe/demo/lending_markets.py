"""The lending markets and the labelled accounts of the demo's data: constants, all invented.

The names are those of real tokens, so that the queries read like real ones; not one number comes
from a chain.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A token that the demo's accounts deposit, borrow and repay.

    Attributes
    ----------
    symbol : str
        The token's name, also the value of the ``markets`` parameters.
    decimals : int
        An amount on the chain counts units of ``10 ** -decimals`` tokens.
    typical_amount : int
        The least size of an event, in tokens; sizes have a long tail above it.
    start_price : int
        US cents for one token on the first day.
    daily_step : int
        The largest change of the price from one day to the next, in hundred-thousandths.
    collateral_factor : str
        A decimal number: what may be borrowed against one dollar of it.
    is_paused : bool or None
        None where the protocol never said.
    """

    symbol: str
    decimals: int
    typical_amount: int
    start_price: int
    daily_step: int
    collateral_factor: str
    description: str
    is_paused: bool | None = False


MARKETS = (
    Market(
        symbol="sDOLA",
        decimals=18,
        typical_amount=400,
        start_price=102,
        daily_step=15,
        collateral_factor="0.9000",
        description="DOLA at interest: Δ > 0",
    ),
    Market(
        symbol="INV",
        decimals=18,
        typical_amount=12,
        start_price=3_140,
        daily_step=900,
        collateral_factor="0.6000",
        description="Governance token (治理代币)",
    ),
    Market(
        symbol="WETH",
        decimals=18,
        typical_amount=1,
        start_price=228_150,
        daily_step=700,
        collateral_factor="0.8250",
        description="Wrapped ether, Ξ",
    ),
    Market(
        symbol="WBTC",
        decimals=8,
        typical_amount=1,
        start_price=4_226_500,
        daily_step=600,
        collateral_factor="0.8000",
        description="Wrapped bitcoin, ₿",
    ),
    Market(
        symbol="wstETH",
        decimals=18,
        typical_amount=1,
        start_price=263_700,
        daily_step=700,
        collateral_factor="0.8000",
        description='Wrapped staked ether; "wst" in short',
    ),
    Market(
        symbol="USDC",
        decimals=6,
        typical_amount=500,
        start_price=100,
        daily_step=3,
        collateral_factor="0.9500",
        description="Six decimals only",
    ),
    Market(
        symbol="CRV",
        decimals=18,
        typical_amount=900,
        start_price=61,
        daily_step=1_100,
        collateral_factor="0.6500",
        description="Voting token\nof a curve 📈",
    ),
    Market(
        symbol="st-yCRV",
        decimals=18,
        typical_amount=300,
        start_price=43,
        daily_step=1_000,
        collateral_factor="0.5500",
        description="A symbol with a hyphen in it",
        is_paused=True,
    ),
    Market(
        symbol="cvxFXS",
        decimals=18,
        typical_amount=40,
        start_price=812,
        daily_step=1_200,
        collateral_factor="0.5000",
        description="No pause switch: is_paused is null",
        is_paused=None,
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
