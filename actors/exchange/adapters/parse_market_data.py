"""ccxt's tickers, books, trades, candles, fundings and open interest as our values; pure.

Nothing is repaired: what is not sound is refused, and then nothing of that answer is taken (M10,
M12, M13). One exception: a level of a book in which nothing is left is no level.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import attrs

from ....runtime import Millis
from ...market.book import Book, Level
from ...market.candle import Candle, fault_of
from ...market.funding import Funding
from ...market.liquidation import Liquidation
from ...market.open_interest import OpenInterest
from ...market.ticker import Ticker
from ...market.timeframe import TimeFrame
from ...market.trade import Trade
from .reading import DAY, SOON, Reading, rows_of, shown

_PRICES = ("last", "bid", "ask", "high", "low", "open")
_CANDLE = 6  # fields
_HOUR = 3_600_000  # ms


@attrs.frozen
class Asked:
    """What an answer is held against.

    symbol: what was asked for; None: any. heard: when it came, by our clock; None: not known.
    ahead: ms that its times may lie after that.
    """

    venue: str
    symbol: str | None = None
    heard: Millis | None = None
    ahead: int = DAY

    def read(self, place: str, raw: object) -> Reading:
        """An answer, ready to be read."""
        return Reading(self.venue, place, raw, heard=self.heard, ahead=self.ahead)


def ticker(raw: object, asked: Asked) -> Ticker:
    """What a market trades at; at least one price of now must be there."""
    told = asked.read("ticker", raw)
    prices = {name: told.positive(name) for name in _PRICES}
    parsed = Ticker(
        symbol=told.symbol(asked.symbol),
        at=told.time("timestamp"),
        **prices,
        base_volume=told.size("baseVolume"),
        quote_volume=told.size("quoteVolume"),
        mark=told.above_zero("markPrice"),
        index=told.above_zero("indexPrice"),
    )
    if not any((parsed.last, parsed.bid, parsed.ask, parsed.mark)):
        raise told.unsound("no price in it")
    if parsed.bid is not None and parsed.ask is not None and parsed.bid > parsed.ask:
        raise told.unsound("the bid lies above the ask")
    return parsed


def book(raw: object, asked: Asked, depth: int | None = None) -> Book:
    """The best levels. A crossed book, or one out of order, is refused (M3)."""
    told = asked.read("book", raw)
    bids = _levels(told, "bids")
    asks = _levels(told, "asks")
    for side, levels, step in (("bids", bids, -1), ("asks", asks, 1)):
        if any((after.price - before.price) * step <= 0 for before, after in pairwise(levels)):
            raise told.unsound(f"{side} are out of order")
    if bids and asks and bids[0].price >= asks[0].price:
        raise told.unsound("the best bid does not lie below the best ask")
    nonce = told.raw.get("nonce")
    return Book(
        symbol=told.symbol(asked.symbol),
        bids=bids[:depth],
        asks=asks[:depth],
        at=told.time("timestamp"),
        sequence=nonce if isinstance(nonce, int) and not isinstance(nonce, bool) else None,
    )


def _levels(told: Reading, key: str) -> tuple[Level, ...]:
    levels = list[Level]()
    for row in told.rows(key):
        if not isinstance(row, list | tuple) or len(row) < 2:  # noqa: PLR2004 - price and amount
            raise told.unsound(f"a level of {key} is no pair of price and amount")
        price, amount = (told.as_number(each, key) for each in row[:2])
        if price is None or amount is None or price <= 0 or amount < 0:
            raise told.unsound(f"a level of {key} has price {shown(price)}, amount {shown(amount)}")
        if amount:
            levels.append(Level(price, amount))
    return tuple(levels)


def trades(raw: object, asked: Asked) -> tuple[Trade, ...]:
    """Trades of anybody's, oldest first; those of one ms by their ids, which count up at most.

    ccxt has them by their ids' text: the tenth before the ninth.
    """
    parsed = [trade(each, asked) for each in rows_of(asked.venue, "trades", raw)]
    return tuple(sorted(parsed, key=lambda each: (each.at, len(each.trade_id), each.trade_id)))


def trade(raw: object, asked: Asked) -> Trade:
    """One trade of anybody's."""
    told = asked.read("trade", raw)
    return Trade(
        trade_id=told.text("id"),
        symbol=told.symbol(asked.symbol),
        side=told.side(),
        price=told.required("price"),
        amount=told.required("amount"),
        at=told.time("timestamp"),
    )


def candles(
    raw: object,
    asked: Asked,
    frame: TimeFrame,
    now: Millis,
    within: tuple[Millis, Millis] | None = None,
) -> tuple[Candle, ...]:
    """The candles that have closed by `now`, of a page that is sound, see `page_of`."""
    told = page_of(raw, asked, frame, now, within)
    return tuple(each for each in told if frame.close_of(each.at) <= now)


def page_of(
    raw: object,
    asked: Asked,
    frame: TimeFrame,
    now: Millis,
    within: tuple[Millis, Millis] | None = None,
) -> tuple[Candle, ...]:
    """A page of candles, oldest first, each once; the last may be open.

    within: the time that was asked for, its end not in it; None: the venue is known to answer what
    lies around it too. A page with one row that cannot be is refused whole: its times are moved,
    and the rows that would do are as wrong as the others (M13).
    """
    told = asked.read("candles", {})
    by_time = dict[Millis, Candle]()
    for each in (candle(row, asked) for row in rows_of(asked.venue, "candles", raw)):
        problem = _misplaced(each.at, frame, now, within)
        if problem:
            raise told.unsound(f"the {frame} candle of {each.at} ms {problem}")
        known = by_time.get(each.at, each)
        if known != each and frame.close_of(each.at) <= now:
            raise told.unsound(f"two {frame} candles of {each.at} ms say different things")
        by_time[each.at] = each
    return tuple(by_time[at] for at in sorted(by_time))


def _misplaced(
    at: Millis, frame: TimeFrame, now: Millis, within: tuple[Millis, Millis] | None
) -> str:
    """Why a candle cannot begin then; empty where it can."""
    if at > now + SOON:
        return "has not begun yet"
    if within is not None and at < within[0]:
        return f"lies before {within[0]} ms, which was asked for"
    if within is not None and at >= within[1]:
        return f"lies after {within[1]} ms, up to which was asked"
    # Some venues begin their weeks on Thursdays, and their days at midnight in Asia.
    is_on_grid = frame.is_aligned(at) or (within is None and at % _HOUR == 0)
    return "" if is_on_grid else "does not begin where such candles do"


def candle(raw: object, asked: Asked) -> Candle:
    """One candle of ccxt's: time, open, high, low, close, volume. It may still be open."""
    row: Any = raw
    told = asked.read("candle", {})
    if not isinstance(row, list | tuple) or len(row) < _CANDLE:
        raise told.unsound("a candle has six fields")
    numbers = [told.as_number(each, "a field of a candle") for each in row[1:_CANDLE]]
    if any(each is None for each in numbers[:-1]):
        raise told.unsound("a price of a candle is missing")
    at = told.as_time(row[0], "open time")
    values = [float(each or 0) for each in numbers]  # a venue that tells no volume: none
    parsed = Candle(at, values[0], values[1], values[2], values[3], values[4])
    fault = fault_of(parsed)
    if fault is not None:
        raise told.unsound(fault)
    return parsed


def funding(raw: object, asked: Asked) -> Funding:
    """The funding of a perpetual contract."""
    told = asked.read("funding", raw)
    rate = told.number("fundingRate")
    if rate is None:
        raise told.unsound("fundingRate is missing")
    if abs(rate) >= 1:
        raise told.unsound(f"fundingRate {shown(rate)} is no share of a position")
    return Funding(
        symbol=told.symbol(asked.symbol),
        rate=rate,
        at=told.time("timestamp"),
        next_at=_next(told),
        mark=told.above_zero("markPrice"),
        index=told.above_zero("indexPrice"),
    )


def liquidations(raw: object, asked: Asked) -> tuple[Liquidation, ...]:
    """Positions that were closed by force, oldest first."""
    parsed = [liquidation(each, asked) for each in rows_of(asked.venue, "liquidations", raw)]
    return tuple(sorted(parsed, key=lambda each: each.at))


def liquidation(raw: object, asked: Asked) -> Liquidation:
    """The order by which a position was closed."""
    told = asked.read("liquidation", raw)
    return Liquidation(
        symbol=told.symbol(asked.symbol),
        side=told.side(),
        price=told.required("price"),
        amount=told.required("contracts"),
        at=told.time("timestamp"),
    )


def _next(told: Reading) -> Millis | None:
    """When it is paid next: venues name it as the next one, or as the one that the rate is of."""
    for key in ("nextFundingTimestamp", "fundingTimestamp"):
        value = told.raw.get(key)
        if value is None or value == 0:
            continue
        at = told.as_time(value, key, ahead=40 * DAY)
        if told.heard is None or at >= told.heard:
            return at
    return None


def open_interest(raw: object, asked: Asked) -> OpenInterest:
    """How much of a contract is open."""
    told = asked.read("open interest", raw)
    amount = told.size("openInterestAmount")
    if amount is None:
        raise told.unsound("openInterestAmount is missing")
    return OpenInterest(
        symbol=told.symbol(asked.symbol),
        amount=amount,
        at=told.time("timestamp"),
        value=told.size("openInterestValue"),
    )
