"""Between decimals and whole quanta: one market of a venue as the engine counts it; pure.

What an engine cannot count is an error when the market is made, so that no order has to fail by it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from ...runtime import Millis, UsageError
from ..market.instrument import Instrument
from ..market.listing import Family, Listing
from ..market.money import EXACT, ZERO, multiply, plain
from ..market.precision import ceil_to_step, floor_to_step, round_to_step
from .futures.records import MarginType
from .markets import ATOM_DIGITS, RATE, Bracket, Contract, Market

MANY: Final = 100_000  # orders open at a time, where a listing says nothing
_NO_BOUND: Final = 10**29
_BIPS: Final = 10_000

ONE_BRACKET: Final = (
    Bracket(up_to=10**15, max_leverage=125, maintenance=RATE // 250, deduction=0),
)


class ContractRules(msgspec.Struct, frozen=True, kw_only=True):
    """How the account trades contracts, and what the venue asks of it.

    brackets: of margin; by default one, of 0.4 % maintenance and at most 125 times leverage.
    """

    leverage: int = 1
    margin: MarginType = "cross"
    brackets: tuple[Bracket, ...] = ONE_BRACKET
    liquidation_fee: Decimal = Decimal("0.0125")  # of what is closed by force
    funding: Decimal = ZERO  # of a position's value, each time; > 0: who is long pays
    funding_hours: int = 8


class VenueRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a simulated venue does beside its markets' own rules."""

    slippage: Decimal = ZERO  # of the price, to the worse, of whatever takes; >= 0
    latency: Millis = Millis(0)  # from the time an order is taken until it can trade
    share: Decimal | None = None  # of a volume, for orders that wait; None: all they want; > 0
    contract: ContractRules = ContractRules()


def listing_of(market: Instrument | Listing) -> Listing:
    """A listing as it is, or of an instrument, whose symbol tells its family."""
    if isinstance(market, Listing):
        return market
    symbol = market.symbol
    family: Family = "spot"
    if not symbol.is_spot:
        family = "inverse" if symbol.settle == symbol.base else "linear"
    return Listing(symbol, str(symbol), family, is_open=True, instrument=market)


class Quanta:
    """The numbers of one market: decimals outside, quanta inside.

    An amount of a contract counts contracts outside. Inside it is one of base where the contract is
    linear, so that a contract's size can be any step.
    """

    def __init__(self, listing: Listing, rules: ContractRules) -> None:
        instrument = listing.instrument
        size = listing.contract_size or Decimal(1)
        self.listing = listing
        self.instrument = instrument
        self.step = instrument.amount_step
        self.is_contract = listing.family != "spot"
        lot = multiply(self.step, size) if listing.family == "linear" else self.step
        self.price_digits = _digits(instrument.price_step)
        self.amount_digits = _digits(lot)
        self.price_step = instrument.price_step
        self._lot = int(EXACT.scaleb(lot, self.amount_digits))
        self.market = _market(self, listing, size, rules)

    # -- inwards

    def price(self, price: Decimal) -> int:
        """A price that is on the step."""
        return int(EXACT.scaleb(price, self.price_digits))

    def nearest(self, price: Decimal) -> int:
        """Any price, on the step that is nearest."""
        return self.price(round_to_step(price, self.price_step)) or self.market.tick

    def above(self, price: Decimal) -> int:
        """Any price, on the next step that is not below it."""
        return self.price(ceil_to_step(price, self.price_step))

    def below(self, price: Decimal) -> int:
        """Any price, on the next step that is not above it."""
        return self.price(floor_to_step(price, self.price_step)) or self.market.tick

    def amount(self, amount: Decimal) -> int:
        """An amount that is on the step."""
        return int(EXACT.divide_int(amount, self.step)) * self._lot

    def share(self, volume: Decimal, share: Decimal) -> int:
        """How much a share of a volume is, in whole steps."""
        return self.amount(floor_to_step(multiply(volume, share), self.step))

    # -- outwards

    def price_of(self, quanta: int) -> Decimal:
        """A price."""
        return EXACT.scaleb(Decimal(quanta), -self.price_digits)

    def amount_of(self, quanta: int) -> Decimal:
        """An amount."""
        return multiply(Decimal(quanta // self._lot), self.step)


def atoms_of(units: Decimal, place: str) -> int:
    """Units of an asset as atoms; raises UsageError where they are finer."""
    return _whole(units, ATOM_DIGITS, place)


def bips_of(trail: Decimal) -> int | None:
    """The distance of a trailing stop in 1/10,000; None where it is none, or finer."""
    bips = multiply(trail, Decimal(_BIPS))
    return int(bips) if trail.is_finite() and 0 < bips < _BIPS and bips == int(bips) else None


def rate_of(share: Decimal, place: str) -> int:
    """A share as a rate of the engine; raises UsageError where it is finer than 10^-8."""
    return _whole(share, 8, place)


def _whole(value: Decimal, digits: int, place: str) -> int:
    scaled = EXACT.scaleb(value, digits)
    if scaled != scaled.to_integral_value():
        raise UsageError(f"{place}: {plain(value)} is finer than 10^-{digits}: use fewer digits")
    return int(scaled)


def _digits(step: Decimal) -> int:
    exponent = step.normalize(EXACT).as_tuple().exponent
    return max(0, -int(exponent))


def _market(own: Quanta, listing: Listing, size: Decimal, rules: ContractRules) -> Market:
    instrument, symbol = listing.instrument, listing.symbol
    family = listing.family
    if family == "option":
        raise UsageError(f"{symbol} is an option, and none is simulated: take spot or a contract")
    if own.price_digits + own.amount_digits > ATOM_DIGITS:
        raise UsageError(
            f"{symbol}: prices of {own.price_digits} digits times amounts of {own.amount_digits} "
            f"are finer than 10^-{ATOM_DIGITS}: take coarser steps"
        )
    if family == "inverse" and size != int(size):
        raise UsageError(f"{symbol}: an inverse contract of {plain(size)}: its size is whole")
    step = own.amount(own.step)
    contract = None
    if family != "spot":
        contract = Contract(
            int(size) if family == "inverse" else 1,
            symbol.settle,
            rules.brackets,
            rules.funding_hours,
            rate_of(rules.liquidation_fee, "the fee of a liquidation"),
        )
    most = listing.max_amount
    return Market(
        symbol=str(symbol),
        family=family,
        base=symbol.base,
        quote=symbol.quote,
        price_digits=own.price_digits,
        amount_digits=own.amount_digits,
        tick=own.price(instrument.price_step),
        step=step,
        max_price=_NO_BOUND,
        min_amount=max(1, own.amount(ceil_to_step(instrument.min_amount, own.step))),
        max_amount=_NO_BOUND if most is None else own.amount(floor_to_step(most, own.step)),
        min_cost=int(
            EXACT.scaleb(
                instrument.min_cost, own.price_digits + own.amount_digits
            ).to_integral_value(rounding="ROUND_CEILING")
        ),
        up_percent=_NO_BOUND,
        down_percent=0,
        max_orders=listing.max_orders or MANY,
        max_stops=listing.max_orders or MANY,
        trailing_bips=(1, _BIPS - 1),
        maker=rate_of(instrument.fees.maker, f"{symbol}: the maker fee"),
        taker=rate_of(instrument.fees.taker, f"{symbol}: the taker fee"),
        state="trading" if listing.is_open else "halted",
        contract=contract,
    )
