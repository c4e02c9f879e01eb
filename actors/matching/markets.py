"""What a simulated venue trades and by which rules: a value for each market.

All prices are price quanta, all amounts amount quanta of the market (see `values`), all rates
whole numbers of 10^-8. Balances are kept in atoms of 10^-20 of an asset, which no product of a
price, an amount and a rate falls below; the few divisions (inverse contracts, fees in a third
asset) are rounded as the venue rounds them, and the rest is booked to the venue.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from .values import Family

ATOM_DIGITS: Final = 20
ATOM: Final = 10**ATOM_DIGITS  # atoms in 1 of an asset
RATE: Final = 10**8  # a rate of 1, that is 100 %

MarketState = Literal["trading", "halted", "delisted"]


class Bracket(msgspec.Struct, frozen=True):
    """One step of a contract's margin table."""

    up_to: int  # notional, whole units of the quote (linear) or of the base (inverse)
    max_leverage: int
    maintenance: int  # rate in 1e-8
    deduction: int  # atoms of the margin asset ("maintenance amount")


class Contract(msgspec.Struct, frozen=True):
    """What makes a market one of futures."""

    size: int  # inverse: quote units a contract is worth, 100 for BTCUSD_PERP; linear: 1
    margin_asset: str
    brackets: tuple[Bracket, ...]
    funding_hours: int = 8
    liquidation_fee: int = 1_250_000  # rate in 1e-8 (0.0125)
    pair: str = ""  # "BTCUSD" of BTCUSD_PERP


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """One market; `msgspec.structs.replace` makes a changed one."""

    symbol: str  # the venue's own spelling: "BTCUSDT", "BTCUSD_PERP"
    family: Family
    base: str
    quote: str
    price_digits: int
    amount_digits: int
    tick: int  # prices are whole multiples of it
    step: int  # amounts are whole multiples of it
    min_price: int = 1
    max_price: int = 10**15
    min_amount: int = 1
    max_amount: int = 10**18
    market_step: int = 0  # of market orders; 0: as `step`
    market_max_amount: int = 0  # 0: as `max_amount`
    min_cost: int = 0  # price quanta times amount quanta (inverse: contracts are not held to it)
    up_percent: int = 5 * RATE  # PERCENT_PRICE: highest price, as a rate of the average
    down_percent: int = RATE // 5
    max_orders: int = 200
    max_stops: int = 5
    max_icebergs: int = 10
    trailing_bips: tuple[int, int] = (10, 2000)  # least and most distance
    maker: int = 100_000  # rate in 1e-8 (0.001); negative: a rebate
    taker: int = 100_000
    state: MarketState = "trading"
    contract: Contract | None = None

    @property
    def cost_digits(self) -> int:
        """Digits of a price times an amount."""
        return self.price_digits + self.amount_digits
