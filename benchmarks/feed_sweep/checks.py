"""What must hold of what feeds and gates say, held against the truth. Pure; one class a promise.

Each takes what was published, in its order, and gives the violations that it shows. They hold for
one symbol (`Trades`, `Books`, `Candles`) or one gate, from its beginning on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from ...actors.feeds.messages import BookChanged, CandleEnded, TradesHeard, TradesMissed
from ...actors.market.book import Book, Level
from ...actors.market.candle import Candle
from ...actors.market.timeframe import TimeFrame
from ...actors.market.trade import Trade
from ...runtime import Millis
from .truth import MarketTruth, Told

DEPTH: Final = 20  # levels of each side that are looked at
MOST: Final = 3_000_000  # candles of a frame in one run, beyond any


@attrs.define
class Trades:
    """Each aggregate trade once, as it was, in order; what was announced as missed may miss."""

    heard: int = 0
    missed: int = 0  # that were announced
    lied: int = 0  # that the wire told otherwise
    next_id: int | None = None
    _is_announced: bool = False

    def announced(self, _: TradesMissed) -> None:
        """Some that follow what was heard so far cannot be had."""
        self._is_announced = True

    def hear(self, event: TradesHeard, truth: MarketTruth, told: Told) -> Iterator[str]:
        """Trades were published."""
        for trade in event.trades:
            yield from self._one(trade, truth, told)

    def end(self, truth: MarketTruth, until: Millis) -> Iterator[str]:
        """What traded up to then, by the venue's clock, has had the time to come."""
        due = [int(each.id) for each in truth.trades.values() if each.at <= until]
        if due and self.next_id is None:
            yield f"{truth.symbol}: no trade came, the venue had {len(due)}"
        elif due and self.next_id is not None and due[-1] >= self.next_id:
            lost = due[-1] - self.next_id + 1
            yield f"{truth.symbol}: the last {lost} trades, up to {due[-1]}, never came"

    def _one(self, trade: Trade, truth: MarketTruth, told: Told) -> Iterator[str]:
        self.heard += 1
        number = int(trade.trade_id)
        expected, self.next_id = self.next_id, number + 1
        if expected is not None and number > expected and self._is_announced:
            self.missed += number - expected
        elif expected is not None and number != expected:
            what = "came again or late" if number < expected else "came too early"
            yield f"{truth.symbol}: trade {number} {what}, {expected} was to come"
            self.next_id = max(expected, number + 1)
        self._is_announced = False
        if (truth.symbol.replace("/", ""), trade.trade_id) in told.trades:
            self.lied += 1
        elif (fault := trade_fault(trade, truth)) is not None:
            yield f"{truth.symbol}: {fault}"


def trade_fault(trade: Trade, truth: MarketTruth) -> str | None:
    """How a trade differs from the venue's of this id."""
    true = truth.trades.get(trade.trade_id)
    if true is None:
        return f"the venue had no trade {trade.trade_id}"
    side = "sell" if true.is_buyer_maker else "buy"
    known = (side, truth.price(true.price), truth.amount(true.amount), true.at)
    said = (trade.side, trade.price, trade.amount, trade.at)
    return None if said == known else f"trade {trade.trade_id} was {known}, came as {said}"


@attrs.define
class Books:
    """A book that calls itself valid is the venue's of its number (D1)."""

    valid: int = 0  # that were compared
    invalid: int = 0
    lied: int = 0  # built on a snapshot that lied about its number
    longest: Millis = Millis(0)  # without a valid book
    _none_since: Millis | None = Millis(0)

    def passed(self, event: BookChanged, at: Millis) -> None:
        """Note since when there is a valid book, or none."""
        if event.status != "valid":
            self._none_since = at if self._none_since is None else self._none_since
        elif self._none_since is not None:
            self.longest = max(self.longest, Millis(at - self._none_since))
            self._none_since = None

    def end(self, symbol: str, at: Millis, bound: Millis) -> Iterator[str]:
        """Nothing goes wrong any more: there is a book, and there never was none for too long."""
        if self._none_since is not None:
            yield f"{symbol}: no valid book since {self._none_since / 60_000:,.2f} min"
            self.longest = max(self.longest, Millis(at - self._none_since))
        if self.longest > bound:
            yield f"{symbol}: no valid book for {self.longest / 1_000:,.0f} s"

    def changed(self, event: BookChanged, truth: MarketTruth, told: Told) -> Iterator[str]:
        """A change was published; it tells the best levels."""
        if event.status != "valid":
            self.invalid += 1
            if event.bid is not None or event.ask is not None:
                yield f"{truth.symbol}: a book that is {event.status} tells prices"
            return
        bids = () if event.bid is None else (event.bid,)
        asks = () if event.ask is None else (event.ask,)
        yield from self._compare(event.sequence, (bids, asks), truth, told)

    def shown(self, book: Book, truth: MarketTruth, told: Told) -> Iterator[str]:
        """A valid book was shown when it was asked for."""
        sides = (book.bids[:DEPTH], book.asks[:DEPTH])
        yield from self._compare(book.sequence, sides, truth, told)

    def _compare(
        self,
        number: int | None,
        sides: tuple[tuple[Level, ...], tuple[Level, ...]],
        truth: MarketTruth,
        told: Told,
    ) -> Iterator[str]:
        self.valid += 1
        if number is None:
            yield f"{truth.symbol}: a valid book has no number"
        elif told.is_book(truth.symbol.replace("/", ""), number):
            self.lied += 1
        elif (fault := book_fault(number, sides, truth)) is not None:
            yield f"{truth.symbol}: {fault}"


def book_fault(
    number: int, sides: tuple[tuple[Level, ...], tuple[Level, ...]], truth: MarketTruth
) -> str | None:
    """How the best levels of a book differ from the venue's, as far as they are shown."""
    true = truth.book.at(number, max(map(len, sides)))
    if true is None:
        return f"a valid book is of update {number}, the venue is at {truth.updates}"
    for name, shown, known in zip(("bids", "asks"), sides, true, strict=True):
        said = [(level.price, level.amount) for level in shown]
        levels = [(truth.price(price), truth.amount(amount)) for price, amount in known]
        if said != levels[: len(said)] or (levels and not said):
            place = next((at for at, pair in enumerate(said) if pair not in levels[at : at + 1]), 0)
            return (
                f"of update {number}, level {place} of the {name} is "
                f"{_shown(levels, place)} at the venue, {_shown(said, place)} in a valid book"
            )
    return None


def _shown(levels: list[tuple[Decimal, Decimal]], place: int) -> str:
    return "nothing" if place >= len(levels) else f"{levels[place][1]} at {levels[place][0]}"


@attrs.define
class Candles:
    """Candles of one frame: unique, gapless, in order, never altered, and the venue's (D3)."""

    frame: TimeFrame
    published: dict[Millis, Candle] = attrs.field(factory=dict)
    corrected: int = 0
    gaps: int = 0
    lied: int = 0

    def ended(self, event: CandleEnded) -> Iterator[str]:
        """A closed candle was published."""
        candle, place = event.candle, f"{event.symbol} {event.frame}"
        before = self.published.get(candle.at)
        if before is not None:
            how = "again" if before == candle else f"again and otherwise: {before}, then {candle}"
            yield f"{place}: the candle of {candle.at} was published {how}"
            return
        last = next(reversed(self.published), None)
        if last is not None and candle.at != self.frame.close_of(last):
            yield f"{place}: after the candle of {last} came that of {candle.at}"
        self.published[candle.at] = candle

    def end(self, truth: MarketTruth, told: Told, span: tuple[Millis, Millis]) -> Iterator[str]:
        """All that has closed in a span is to be there by its end, as the venue has it."""
        place = f"{truth.symbol} {self.frame}"
        begin, now = span
        if not self.published:
            if self.frame.close_of(self.frame.open_of(begin)) <= now:
                yield f"{place}: no candle was published"
            return
        first = next(iter(self.published))
        true = truth.candles(self.frame, first, MOST)
        closed = {at: each for at, each in true.items() if self.frame.close_of(at) <= now}
        for at in closed:
            if at not in self.published:
                yield f"{place}: the candle of {at} was never published"
        for at, candle in self.published.items():
            if (truth.symbol.replace("/", ""), str(self.frame), at) in told.candles:
                self.lied += 1
            elif candle != closed.get(at):
                yield f"{place}: the candle of {at} is {closed.get(at)}, published as {candle}"

    def remembered(self, rows: Iterable[Iterable[float]], truth: MarketTruth) -> Iterator[str]:
        """What the feed tells when it is asked for its candles is what it has published."""
        place = f"{truth.symbol} {self.frame}"
        known = [Candle(Millis(int(at)), *rest) for at, *rest in rows]
        for one, other in pairwise(known):
            if other.at != self.frame.close_of(one.at):
                yield f"{place}: remembers {other.at} after {one.at}"
        for candle in known:
            published = self.published.get(candle.at)
            if published is not None and published != candle:
                yield f"{place}: published {published}, remembers {candle}"


# -- the gate


@attrs.frozen
class Swing:
    """A gate opened or closed."""

    at: Millis  # `elapsed`
    is_open: bool
    why: str = ""  # it is closed


def turns_behind(turns: Iterable[Millis], swings: Iterable[Swing]) -> Iterator[str]:
    """Turns of a strategy at a time at which its gate was closed (R4). Both are in order.

    A turn of the very millisecond in which a gate opens or closes is let pass: both are mail, and
    which of the two came first is not told by a time.
    """
    known = list(swings)
    times = [swing.at for swing in known]
    for turn in turns:
        first, after = bisect_left(times, turn), bisect_right(times, turn)
        was_open = first > 0 and known[first - 1].is_open
        if not was_open and not any(swing.is_open for swing in known[first:after]):
            closed = known[first - 1].at if first else 0
            yield f"a strategy had a turn at {turn}, its gate has been closed since {closed}"


def closed_stretches(swings: Iterable[Swing], end: Millis) -> list[tuple[Millis, Millis]]:
    """From when to when a gate was closed; it begins closed, at 0."""
    found = list[tuple[Millis, Millis]]()
    since: Millis | None = Millis(0)
    for swing in swings:
        if swing.is_open and since is not None:
            found.append((since, swing.at))
            since = None
        elif not swing.is_open and since is None:
            since = swing.at
    if since is not None:
        found.append((since, end))
    return found


def recovery(struck: Millis, ceased: Millis, stretches: Iterable[tuple[Millis, Millis]]) -> Millis:
    """How long after a fault ceased its market was to be traded again; 0: all the time.

    The gate's stretch that counts is the last one that began while the fault lasted.
    """
    last = [end for begin, end in stretches if begin <= ceased and end > struck]
    return Millis(max(0, max(last, default=ceased) - ceased))


def overdue(recoveries: Mapping[str, Millis], bound: Millis) -> Iterator[str]:
    """Faults after which a gate stayed closed for too long."""
    for name, took in recoveries.items():
        if took > bound:
            yield f"{took / 1000:,.0f} s after {name} had ceased the gate was still closed"


def rise(values: Iterable[int]) -> float:
    """By how much they grow from one to the next, by least squares."""
    row = np.array(list(values), dtype=np.float64)
    return float(np.polyfit(np.arange(len(row)), row, 1)[0]) if len(row) > 1 else 0.0
