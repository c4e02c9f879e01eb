"""What one symbol is quoted at: ticker, funding, open interest, liquidations and the mark price.

It takes what was told, drops and counts what cannot be true, and gives what is to be told on.
`now` is UTC on a clock that does not jump, `elapsed` the clock without a zero.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ...runtime import Millis, Tell
from ..market.funding import Funding
from ..market.liquidation import Liquidation
from ..market.open_interest import OpenInterest
from ..market.ticker import Ticker
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .follow import Follow
from .mark_price import Source
from .messages import (
    FundingChanged,
    LiquidationsHeard,
    MiniTicker,
    MiniTickerChanged,
    OpenInterestChanged,
    TickerChanged,
)
from .price_keeping import Latest, PriceKeeping
from .soundness import fault_of_funding, fault_of_interest, fault_of_ticker, fault_of_trade

REMEMBERED: Final = 1_000  # trades, and liquidations


class Quotes:
    """The newest words about one symbol."""

    def __init__(self, symbol: str, base: TimeFrame, follow: Follow) -> None:
        self._symbol = symbol
        self.ticker: Final = Latest[Ticker]()
        self.funding: Final = Latest[Funding]()
        self.interest: Final = Latest[OpenInterest]()
        self.trades: Final = deque[Trade](maxlen=REMEMBERED)
        self.liquidations: Final = deque[Liquidation](maxlen=REMEMBERED)
        self.prices: Final = PriceKeeping(base, guard=follow.guard)
        self.refused: Final = Counter[str]()
        self._mini: MiniTicker | None = None
        self._known = set[Liquidation]()  # of those that are remembered

    def refuse(self, topic: str, fault: str) -> None:
        """Count what cannot be true."""
        self.refused[f"{topic} {fault}"] += 1

    def sound_trades(self, trades: Sequence[Trade], *, now: Millis) -> tuple[Trade, ...]:
        """Those that can be true."""
        found: list[Trade] = []
        for trade in trades:
            fault = fault_of_trade(trade, self._symbol, now=now)
            if fault is None:
                found.append(trade)
            else:
                self.refuse("trades", fault)
        return tuple(found)

    def traded(self, trades: Sequence[Trade], *, now: Millis) -> None:
        """These are told now, after all before them."""
        self.trades.extend(trades)
        self.prices.traded(trades, now=now)

    def quoted(self, source: Source, price: Decimal | None, *, at: Millis, now: Millis) -> None:
        """A source of the mark price has spoken."""
        if price is not None:
            fault = self.prices.quoted(source, price, at=at, now=now)
            if fault is not None and fault != "BACKWARDS":  # polls come late at times
                self.refuse(f"price by {source}", fault)

    def ticked(self, ticker: Ticker, *, now: Millis, elapsed: Millis) -> Sequence[Tell]:
        """What to tell of a ticker."""
        fault = fault_of_ticker(ticker, self._symbol, now=now)
        if fault is not None:
            self.refuse("ticker", fault)
            return ()
        known = self.ticker.value
        if not self.ticker.take(ticker, at=ticker.at, elapsed=elapsed):
            self.refuse("ticker", "BACKWARDS")
            return ()
        self.quoted("venue", ticker.mark, at=ticker.at, now=now)
        self.quoted("ticker", ticker.last, at=ticker.at, now=now)
        if ticker == known:
            return ()  # told by a stream and by a poll
        changed = TickerChanged(ticker)
        mini = _mini_of(ticker)
        if mini is None or (self._mini is not None and _is_alike(mini, self._mini)):
            return (changed,)
        self._mini = mini
        return changed, MiniTickerChanged(mini)

    def funded(self, funding: Funding, *, now: Millis, elapsed: Millis) -> Sequence[Tell]:
        """What to tell of funding."""
        fault = fault_of_funding(funding, self._symbol, now=now)
        if fault is not None:
            self.refuse("funding", fault)
            return ()
        known = self.funding.value
        if not self.funding.take(funding, at=funding.at, elapsed=elapsed):
            self.refuse("funding", "BACKWARDS")
            return ()
        self.quoted("venue", funding.mark, at=funding.at, now=now)
        return () if funding == known else (FundingChanged(funding),)

    def held_open(self, interest: OpenInterest, *, now: Millis, elapsed: Millis) -> Sequence[Tell]:
        """What to tell of open interest."""
        fault = fault_of_interest(interest, self._symbol, now=now)
        if fault is not None:
            self.refuse("open_interest", fault)
            return ()
        known = self.interest.value
        if not self.interest.take(interest, at=interest.at, elapsed=elapsed):
            self.refuse("open_interest", "BACKWARDS")
            return ()
        return () if interest == known else (OpenInterestChanged(interest),)

    def liquidated(self, liquidations: Sequence[Liquidation], *, now: Millis) -> Sequence[Tell]:
        """What to tell of liquidations, which bear no ids: alike ones are the same."""
        fresh: list[Liquidation] = []
        for each in liquidations:
            fault = fault_of_trade(each, self._symbol, now=now)
            if fault is not None:
                self.refuse("liquidations", fault)
            elif each not in self._known:
                if len(self.liquidations) == REMEMBERED:
                    self._known.discard(self.liquidations[0])
                self._known.add(each)
                self.liquidations.append(each)
                fresh.append(each)
        return (LiquidationsHeard(self._symbol, tuple(fresh)),) if fresh else ()


def _mini_of(ticker: Ticker) -> MiniTicker | None:
    if ticker.last is None:
        return None
    numbers = ticker.last, ticker.high, ticker.low, ticker.open, ticker.base_volume
    return MiniTicker(ticker.symbol, ticker.at, *numbers)


def _is_alike(one: MiniTicker, other: MiniTicker) -> bool:
    """Whether they differ in their time at most."""
    return (one.last, one.high, one.low, one.open, one.base_volume) == (
        other.last,
        other.high,
        other.low,
        other.open,
        other.base_volume,
    )
