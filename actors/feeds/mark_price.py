"""The price that a pair is reckoned at, from four sources, and which of them it came from.

The rule: the first source in the order of `SOURCES` whose price is fresh. No more. A source that
has gone stale makes way for the next, and has the word again with its first fresh price. So an
average of trades never stands in for a fresh mark of the venue, the first price that is heard
counts like any other, and a candle is a candle wherever it came from. Where no source is fresh
there is no price: not the last one, and never 0.

Each source has an age of its own at which it stops being fresh. What is no price or no time is
refused as it comes in; what is far off the last price may be held back by a `Guard`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Final, Literal, get_args

import attrs

from ...runtime import Millis
from ..market.money import EXACT
from ..market.trade import Trade
from .freshness import TimeFault, time_fault
from .outliers import Guard, Suspicion, Witnesses, suspicion

Source = Literal["venue", "trades", "ticker", "candle"]
"""The venue's own mark price; the mean of recent trades; a ticker; the close of a candle."""

SOURCES: Final[tuple[Source, ...]] = get_args(Source)  # whose word counts more comes first

MAX_AGES: Final[Mapping[Source, Millis]] = MappingProxyType(
    {
        "venue": Millis(10_000),  # venues say it every 1 to 3 s
        "trades": Millis(30_000),
        "ticker": Millis(60_000),
        "candle": Millis(120_000),  # a minute until it closes, and one to spare
    }
)

_MEAN: Final = Context(prec=28)  # digits of a mean, which as a rule no decimal writes exactly


@attrs.frozen
class Quoted:
    """A price that one source told."""

    source: Source
    price: Decimal  # quote currency per unit of base, > 0
    at: Millis  # when it was true


@attrs.frozen
class MarkPrice:
    """What a pair is reckoned at."""

    price: Decimal
    source: Source
    at: Millis
    age: Millis


@attrs.frozen
class NoMarkPrice:
    """No source has a fresh price."""

    ages: tuple[tuple[Source, Millis | None], ...]  # None: it was never heard

    def __str__(self) -> str:
        said = (
            f"{source} never heard" if age is None else f"{source} {age} ms old"
            for source, age in self.ages
        )
        return f"no fresh price: {', '.join(said)}"


PriceFault = Literal["NO_PRICE"] | TimeFault


@attrs.frozen
class MarkPrices:
    """What every source said last. Immutable: `quoted` gives the next.

    max_ages: how old the price of each source may be, ms; a source that is left out is not used.
    guard: what holds back a price that is far off; None: every price counts at once.
    """

    max_ages: Mapping[Source, Millis] = MAX_AGES
    guard: Guard | None = None
    said: Mapping[Source, Quoted] = MappingProxyType({})
    suspicions: Mapping[Source, Suspicion] = MappingProxyType({})  # what is held back

    def quoted(self, quote: Quoted, *, now: Millis) -> MarkPrices | PriceFault:
        """What is known once a source has told a price; or why the price is not taken.

        A price that is older than the source's last one is not taken either ("BACKWARDS").
        """
        before = self.said.get(quote.source)
        if not quote.price.is_finite() or quote.price <= 0:
            return "NO_PRICE"
        fault = time_fault(quote.at, now=now, last=None if before is None else before.at)
        if fault is not None:
            return fault
        held = self._held_back(quote, now)
        suspicions = {name: each for name, each in self.suspicions.items() if name != quote.source}
        if held is not None:
            suspicions[quote.source] = held
            return attrs.evolve(self, suspicions=MappingProxyType(suspicions))
        return attrs.evolve(
            self,
            said=MappingProxyType({**self.said, quote.source: quote}),
            suspicions=MappingProxyType(suspicions),
        )

    def mark(self, *, now: Millis) -> MarkPrice | NoMarkPrice:
        """The price of the first source that is fresh."""
        for source in SOURCES:
            quote = self._fresh(source, now)
            if quote is not None:
                return MarkPrice(quote.price, source, quote.at, _age(quote, now))
        return NoMarkPrice(tuple((source, self._age_of(source, now)) for source in self._used()))

    def fresh_until(self, *, now: Millis) -> Millis | None:
        """When the price that `mark` gives stops being fresh; None: there is none."""
        mark = self.mark(now=now)
        return Millis(mark.at + self.max_ages[mark.source]) if isinstance(mark, MarkPrice) else None

    def _held_back(self, quote: Quoted, now: Millis) -> Suspicion | None:
        if self.guard is None:
            return None
        mark = self.mark(now=now)
        if isinstance(mark, NoMarkPrice):
            return None  # nothing to compare it with
        others = [
            each.price
            for source in SOURCES
            if source != quote.source and (each := self._fresh(source, now)) is not None
        ]
        others += [
            each.price
            for source, each in self.suspicions.items()
            if source != quote.source and now - each.at <= self.max_ages.get(source, -1)
        ]
        before = self.suspicions.get(quote.source)
        witnesses = Witnesses(mark.price, tuple(others), before)
        return suspicion(quote.price, at=quote.at, witnesses=witnesses, guard=self.guard)

    def _used(self) -> list[Source]:
        return [source for source in SOURCES if source in self.max_ages]

    def _fresh(self, source: Source, now: Millis) -> Quoted | None:
        quote, max_age = self.said.get(source), self.max_ages.get(source)
        if quote is None or max_age is None or _age(quote, now) > max_age:
            return None
        return quote

    def _age_of(self, source: Source, now: Millis) -> Millis | None:
        quote = self.said.get(source)
        return None if quote is None else _age(quote, now)


def _age(quote: Quoted, now: Millis) -> Millis:
    return Millis(max(0, now - quote.at))


def mean_of(prices: Iterable[Decimal]) -> Decimal | None:
    """The plain mean, to 28 digits; None of no price at all.

    >>> mean_of([Decimal(10), Decimal(5), Decimal(7)])
    Decimal('7.333333333333333333333333333')
    """
    count, total = 0, Decimal(0)
    for price in prices:
        count, total = count + 1, EXACT.add(total, price)
    return _MEAN.divide(total, Decimal(count)) if count else None


def quoted_by_trades(trades: Iterable[Trade], *, now: Millis, window: Millis) -> Quoted | None:
    """The mean price of the trades of the last `window` ms; as old as the newest of them.

    None where nothing has traded since. Later trades than now are of a clock that is ahead: taken.
    """
    recent = [trade for trade in trades if now - trade.at <= window]
    mean = mean_of(trade.price for trade in recent)
    return None if mean is None else Quoted("trades", mean, max(trade.at for trade in recent))
