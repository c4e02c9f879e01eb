"""The rules of a market about which nobody said anything: those that the venue usually gives.

From what a pair is worth follow its digits, so that a tick and a step are small against it.
"""

from __future__ import annotations

from typing import Final

from ...actors.matching.markets import ATOM, RATE, Bracket, Contract, Market
from ...actors.matching.values import Family
from ...runtime.errors import UsageError
from .market.paths import usual_price

MOST_ORDERS: Final = 200
COINS: Final = frozenset(("BTC", "ETH", "BNB"))  # quote assets that are not dollars
LINEAR_STEPS: Final = (  # notional up to, leverage, maintenance rate in 1e-8
    (50_000, 125, 400_000),
    (600_000, 100, 500_000),
    (3_000_000, 75, 650_000),
    (12_000_000, 50, 1_000_000),
    (70_000_000, 25, 2_000_000),
    (100_000_000, 20, 2_500_000),
    (230_000_000, 10, 5_000_000),
    (480_000_000, 5, 10_000_000),
    (1_800_000_000, 1, 50_000_000),
)
INVERSE_STEPS: Final = (
    (5, 125, 400_000),
    (10, 100, 500_000),
    (20, 50, 1_000_000),
    (50, 20, 2_500_000),
    (100, 10, 5_000_000),
    (200, 5, 10_000_000),
    (100_000, 1, 50_000_000),
)
_NOTIONAL: Final = 5  # least cost of an order, in dollars
_SIZE: Final = 10  # dollars an inverse contract is worth
_BITCOIN_SIZE: Final = 100


def usual_market(pair: str, family: Family) -> Market:
    """The market of a pair such as BTC/USDT; of inverse contracts BTC/USD."""
    base, slash, quote = pair.partition("/")
    if not slash or not (base.isalnum() and quote.isalnum() and pair == pair.upper()):
        raise UsageError(f"market {pair!r}: write BASE/QUOTE in capitals, such as BTC/USDT")
    if family == "spot":
        return _spot(base, quote)
    return _linear(base, quote) if family == "linear" else _inverse(base, quote)


def _spot(base: str, quote: str) -> Market:
    price_digits = _price_digits(usual_price(base, quote), least=2)
    amount_digits = _amount_digits(usual_price(base, "USDT"))
    unit = 10 ** (price_digits + amount_digits)
    return Market(
        symbol=base + quote,
        family="spot",
        base=base,
        quote=quote,
        price_digits=price_digits,
        amount_digits=amount_digits,
        tick=1,
        step=1,
        max_price=10 ** (6 + price_digits),
        max_amount=9_000 * 10**amount_digits * 10 ** max(0, 5 - amount_digits),
        min_cost=max(int(_NOTIONAL / _worth(quote) * unit), 1),
    )


def _linear(base: str, quote: str) -> Market:
    price = usual_price(base, quote)
    price_digits = _price_digits(price, least=1)
    amount_digits = max(_amount_digits(price) - 2, 0)
    return Market(
        symbol=base + quote,
        family="linear",
        base=base,
        quote=quote,
        price_digits=price_digits,
        amount_digits=amount_digits,
        tick=1,
        step=1,
        max_amount=1_000 * 10**amount_digits * 10 ** max(0, 5 - amount_digits),
        min_cost=_NOTIONAL * 10 ** (price_digits + amount_digits),
        up_percent=RATE * 105 // 100,
        down_percent=RATE * 95 // 100,
        max_stops=MOST_ORDERS,
        maker=20_000,
        taker=50_000,
        contract=Contract(
            size=1, margin_asset=quote, brackets=brackets(LINEAR_STEPS), pair=base + quote
        ),
    )


def _inverse(base: str, quote: str) -> Market:
    size = _BITCOIN_SIZE if base == "BTC" else _SIZE
    return Market(
        symbol=f"{base}{quote}_PERP",
        family="inverse",
        base=base,
        quote=quote,
        price_digits=_price_digits(usual_price(base, "USDT"), least=1),
        amount_digits=0,
        tick=1,
        step=1,
        max_amount=1_000_000,
        up_percent=RATE * 105 // 100,
        down_percent=RATE * 95 // 100,
        max_stops=MOST_ORDERS,
        maker=10_000,
        taker=50_000,
        contract=Contract(
            size=size, margin_asset=base, brackets=brackets(INVERSE_STEPS), pair=base + quote
        ),
    )


def brackets(steps: tuple[tuple[int, int, int], ...]) -> tuple[Bracket, ...]:
    """A margin table whose maintenance margin has no jumps."""
    table: list[Bracket] = []
    floor = former = deduction = 0
    for up_to, leverage, rate in steps:
        deduction += (rate - former) * floor * (ATOM // RATE)
        table.append(Bracket(up_to, leverage, rate, deduction))
        floor, former = up_to, rate
    return tuple(table)


def _worth(quote: str) -> float:
    """Of one unit of a quote asset, in dollars."""
    return usual_price(quote, "USDT") if quote in COINS else 1.0


def _price_digits(price: float, *, least: int) -> int:
    """So that a tick is at most about a thousandth of the price."""
    digits = least
    while digits < 8 and price * 10**digits < 1_000:  # noqa: PLR2004 - the venue's own most
        digits += 1
    return digits


def _amount_digits(price: float) -> int:
    """So that a step is worth about a dollar at most."""
    digits = 0
    while digits < 8 and price > 10**digits:  # noqa: PLR2004 - the venue's own most
        digits += 1
    return digits
