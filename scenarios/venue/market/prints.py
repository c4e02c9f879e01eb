"""Recorded trades to replay: from candles, four to a candle, or from a file of trades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from ....actors.exchange.tape import Tape
from ....actors.market.candle import Candle
from ....actors.market.money import from_float
from ....actors.matching.markets import Market
from ....runtime import Millis
from .course import Zone
from .past import Past
from .records import Bar
from .turnover import turnover


class Print(msgspec.Struct, frozen=True, gc=False):
    """A trade of the past."""

    at: Millis
    price: int  # price quanta, on the tick
    amount: int  # amount quanta, > 0
    is_buyer_maker: bool


def quanta(value: Decimal, digits: int, step: int) -> int:
    """A recorded number in quanta, on the nearest step."""
    steps = (value.scaleb(digits) / step).to_integral_value(ROUND_HALF_EVEN)
    return int(steps) * step


def prints_of(tape: Tape, market: Market, start: Millis) -> Iterator[Print]:
    """The trades that make the candles which begin at `start` or later.

    Open, the two extremes and close, in the order that is usual of such a candle: a rising one
    went to its low first. A candle without volume has none.
    """
    length = tape.frame.length
    before: int | None = None
    for block in tape.blocks():
        for candle in block:
            if candle.at < start:
                continue
            prices, volume = _shape(candle, market)
            for number, price in enumerate(prices):
                amount = _share(volume, number, market.step)
                if amount:
                    at = candle.at + min(number * length // 3, length - 1)
                    falls = before is not None and price < before
                    yield Print(Millis(at), price, amount, falls)
                before = price


def past_of(tape: Tape, market: Market, start: Millis, *, count: int = 1_000) -> Past:
    """The candles of a tape before `start`, as the past of a market."""
    stop = max(tape.index_at(start) + 1, 0)
    length = tape.frame.length
    bars = [_bar(tape.candle(index), market) for index in range(max(stop - count, 0), stop)]
    opened = quanta(from_float(tape.candle(0).open), market.price_digits, market.tick)
    price = bars[-1].close if bars else opened
    begin = bars[0].open_time if bars else start
    end = bars[-1].open_time + length if bars else start

    def recorded(_zone: Zone, _price: int) -> list[Bar]:
        return bars

    trades = sum(bar.trades for bar in bars)
    return Past(
        start, price, [Zone(length, begin, end)], recorded, count=count, last_id=trades
    )  # fmt: skip


def shifted(prints: Iterable[Print], by: int) -> Iterator[Print]:
    """The same trades `by` ms later."""
    for each in prints:
        yield Print(Millis(each.at + by), each.price, each.amount, each.is_buyer_maker)


def _shape(candle: Candle, market: Market) -> tuple[tuple[int, int, int, int], int]:
    """The prices in the order in which they were seen, and the volume; in quanta."""

    def price(value: float) -> int:
        return max(quanta(from_float(value), market.price_digits, market.tick), market.tick)

    low, high = price(candle.low), price(candle.high)
    extremes = (low, high) if candle.close >= candle.open else (high, low)
    volume = quanta(from_float(candle.volume), market.amount_digits, market.step)
    return (price(candle.open), *extremes, price(candle.close)), volume


def _share(volume: int, number: int, step: int) -> int:
    """What the first, second, third or fourth trade has of a candle's volume, on the step."""
    quarter = volume // (4 * step) * step
    return quarter if number else volume - 3 * quarter


def _bar(candle: Candle, market: Market) -> Bar:
    (opened, first, second, close), volume = _shape(candle, market)
    low, high = min(first, second), max(first, second)
    bought = _share(volume, 1, market.step) * 2
    worth = turnover(market, (opened + close) // 2, volume)
    worth_bought = turnover(market, (opened + close) // 2, bought)
    trades = sum(_share(volume, number, market.step) > 0 for number in range(4))
    return Bar(
        candle.at, opened, high, low, close, volume, worth, trades, bought, worth_bought
    )  # fmt: skip
