"""The replay of recorded trades as a market: on a path, or around a book.

On a path the engine has no counterparties: the price goes where the record says and the venue
fills. Around a book a maker and a taker make each recorded trade again at its price and amount,
between quotes that follow it: a client's orders take part, and where they do the record differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Protocol

from ....actors.market.side import Side
from ....actors.matching.refusals import Refused
from ....actors.matching.values import AccountId, Order, OrderRequest
from ....runtime import Millis
from .carry import Carry
from .population import Population, Stage
from .prints import Print
from .quotes import Ladder
from .series import MarketData
from .sizes import Sizes
from .traders import FlowPlan


class Stagehand(Protocol):
    """Makes one recorded trade happen."""

    def play(self, trade: Print) -> None:
        """Now."""
        ...

    def move_to(self, price: int, at: Millis) -> None:
        """Somebody has moved the market: quote around his price, until the record goes on."""
        ...


class PathEngine(Protocol):
    """What moves the price of a market on a path."""

    def move_price(self, symbol: str, price: int, at: Millis) -> None:
        """Go to a price, through all that lie between."""
        ...


class OnPath:
    """Moves the engine's price and publishes the recorded trade."""

    def __init__(self, symbol: str, engine: PathEngine, data: MarketData) -> None:
        self._symbol = symbol
        self._engine = engine
        self._data = data

    def play(self, trade: Print) -> None:
        self._data.print(trade.price, trade.amount, trade.at, is_buyer_maker=trade.is_buyer_maker)
        self._engine.move_price(self._symbol, trade.price, trade.at)

    def move_to(self, price: int, at: Millis) -> None:
        """See `Stagehand.move_to`; there are no quotes on a path."""


class AroundBook:
    """Has a maker and a taker trade it, and quotes on both sides of it."""

    def __init__(
        self,
        symbol: str,
        stage: Stage,
        *,
        chance: Random,
        plan: FlowPlan,
        population: Population,
    ) -> None:
        market = stage.engine.markets[symbol]
        self.refused = 0  # recorded trades that the market's filters did not take
        self._symbol = symbol
        self._engine = stage.engine
        self._plan = plan
        self._sizes = Sizes(market, plan.level_value)
        self._maker = population.maker_accounts[0]
        self._taker = population.taker_accounts[0]
        self._ladder = Ladder(
            stage.engine, symbol, population.maker_accounts, self._quoted, chance
        )  # fmt: skip

    def play(self, trade: Print) -> None:
        at, price, tick = trade.at, trade.price, self._engine.markets[self._symbol].tick
        self._ladder.withdraw(price - tick, price + tick, at)
        side: Side = "sell" if trade.is_buyer_maker else "buy"
        maker = self._submit(
            self._maker, "buy" if side == "sell" else "sell", trade, "GTC"
        )  # fmt: skip
        if maker is not None:
            self._submit(self._taker, side, trade, "IOC")
            if maker.status in {"open", "partial"}:  # a client was there first
                self._engine.cancel(self._maker, self._symbol, at, order_id=maker.id)
        self._quote(price, at)

    def move_to(self, price: int, at: Millis) -> None:
        """See `Stagehand.move_to`."""
        if self._engine.markets[self._symbol].state == "trading":
            self._ladder.pull(at)
            self._quote(price, at)

    def _quote(self, price: int, at: Millis) -> None:
        tick = self._engine.markets[self._symbol].tick
        half = max(int(price * self._plan.half_spread) // tick, 1) * tick
        gap = max(int(price * self._plan.gap) // tick, 1) * tick
        self._ladder.quote(max(price - half, tick), price + half, gap, self._plan.levels, at)

    def _submit(self, account: AccountId, side: Side, trade: Print, force: str) -> Order | None:
        request = OrderRequest(
            account=account,
            symbol=self._symbol,
            side=side,
            kind="limit",
            amount=trade.amount,
            price=trade.price,
            time_in_force="IOC" if force == "IOC" else "GTC",
        )
        try:
            return self._engine.submit(request, trade.at)
        except Refused:
            self.refused += 1
            return None

    def _quoted(self, price: int, drawn: float) -> int:
        return self._sizes.of(price, 0.5 + drawn)


class Replay:
    """Plays recorded trades at their times on the agenda, until there are no more.

    prints: oldest first; what lies before now is passed over.
    carry: of a contract; its index is what traded.
    """

    def __init__(
        self,
        stage: Stage,
        hand: Stagehand,
        prints: Iterator[Print],
        *,
        carry: Carry | None = None,
    ) -> None:
        self.is_over = False
        self.played = 0
        self._stage = stage
        self._hand = hand
        self._prints = prints
        self._carry = carry
        self._next: Print | None = None

    def start(self) -> None:
        """Put the first trade on the agenda."""
        now = self._stage.agenda.now
        if self._carry is not None:
            self._carry.start()
        for trade in self._prints:
            if trade.at >= now:
                self._await(trade)
                return
        self.is_over = True

    def move_to(self, price: int) -> None:
        """Quote around where somebody has moved the market, until the record goes on."""
        self._hand.move_to(price, self._stage.agenda.now)
        self._stage.settle()

    def _await(self, trade: Print) -> None:
        self._next = trade
        self._stage.agenda.at(trade.at, self._play)

    def _play(self) -> None:
        """All trades of this ms, then wait for the next one."""
        trade, now = self._next, self._stage.agenda.now
        while trade is not None and trade.at <= now:
            self._hand.play(trade)
            self.played += 1
            if self._carry is not None:
                self._carry.move(trade.price)
            self._stage.settle()
            trade = next(self._prints, None)
        if trade is None:
            self.is_over = True
        else:
            self._await(trade)
