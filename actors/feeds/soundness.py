"""Whether what was told of a market can be true: numbers, times and whose they are (D4, M10, M13).

What cannot is counted by the name that is given here, and goes no further.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from ...runtime import Millis
from ..market.candle import Candle
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.open_interest import OpenInterest
from ..market.ticker import Ticker
from ..market.trade import Trade
from .freshness import time_fault

SYMBOL: Final = "SYMBOL"  # it is of another market
NUMBER: Final = "NUMBER"  # not finite, or out of range

# No price and no amount lies beyond these or is written finer; so a sum of thousands stays exact.
_HIGHEST: Final = Decimal("1e28")
_LOWEST: Final = Decimal("1e-28")
_PLACES: Final = 40
_MOST: Final = 1e25  # the same of candles
_LEAST: Final = 1e-25


def fault_of_trade(trade: Trade | Liquidation, symbol: str, *, now: Millis) -> str | None:
    """What is wrong with a trade or a liquidation; None: nothing."""
    if trade.symbol != symbol:
        return SYMBOL
    if not (_is_above_zero(trade.price) and _is_above_zero(trade.amount)):
        return NUMBER
    return time_fault(trade.at, now=now)


def fault_of_ticker(ticker: Ticker, symbol: str, *, now: Millis) -> str | None:
    """What is wrong with a ticker; None: nothing."""
    if ticker.symbol != symbol:
        return SYMBOL
    prices = (
        ticker.last,
        ticker.bid,
        ticker.ask,
        ticker.high,
        ticker.low,
        ticker.open,
        ticker.mark,
        ticker.index,
    )
    volumes = ticker.base_volume, ticker.quote_volume
    if not (_are_above_zero(prices) and all(v is None or _is_amount(v) for v in volumes)):
        return NUMBER
    return time_fault(ticker.at, now=now)


def fault_of_funding(funding: Funding, symbol: str, *, now: Millis) -> str | None:
    """What is wrong with funding; None: nothing."""
    if funding.symbol != symbol:
        return SYMBOL
    if not (funding.rate.is_finite() and _are_above_zero((funding.mark, funding.index))):
        return NUMBER
    return time_fault(funding.at, now=now)


def fault_of_interest(interest: OpenInterest, symbol: str, *, now: Millis) -> str | None:
    """What is wrong with open interest; None: nothing."""
    if interest.symbol != symbol:
        return SYMBOL
    if not _is_amount(interest.amount):
        return NUMBER
    if interest.value is not None and not _is_amount(interest.value):
        return NUMBER
    return time_fault(interest.at, now=now)


def _are_above_zero(prices: Iterable[Decimal | None]) -> bool:
    return all(price is None or _is_above_zero(price) for price in prices)


def _is_above_zero(number: Decimal) -> bool:
    return number.is_finite() and _LOWEST <= number < _HIGHEST and _is_plain(number)


def _is_amount(number: Decimal) -> bool:
    return number.is_finite() and 0 <= number < _HIGHEST and _is_plain(number)


def _is_plain(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_PLACES


def fault_of_size(candle: Candle) -> str | None:
    """What is wrong with a candle whose numbers are finite: none is that large or that small."""
    prices = candle.open, candle.high, candle.low, candle.close
    is_near = all(_LEAST <= price < _MOST for price in prices)
    is_traded = candle.volume == 0 or _LEAST <= candle.volume < _MOST
    return None if is_near and is_traded else NUMBER
