"""The simulated traders of one market: makers who quote around a path, takers who trade.

They are actions on the agenda that submit to the engine like anybody else, so that book, trades,
candles and tickers are of one piece, and a client's order takes part in all of it. Nobody here
knows of clients; what a quote meets on the book it trades with.
"""

from __future__ import annotations

from random import Random
from typing import Final

import msgspec

from ....actors.market.side import Side, opposite
from ....actors.matching.refusals import Refused
from ....actors.matching.values import OrderRequest
from ....runtime import Millis
from ..agenda import Ticket
from .carry import Carry
from .paths import MarketPath
from .population import Population, Stage
from .quotes import Ladder
from .sizes import Sizes

_COIN: Final = 0.5
_LIFT: Final = 0.6  # how often takers trade what a move left behind, before it is taken back
_IOC: Final = 0.2  # of takers' orders have a limit
_BASIS_SECONDS: Final = 4 * 3_600  # how long a premium lasts, about
_UNIFORM: Final = 12.0**0.5  # makes the deviation of a draw 1
_TAIL: Final = 0.08  # the larger, the rarer large orders are


class FlowPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How lively a market is; shares of the price are fractions."""

    density: float = 0.7  # steps a second
    levels: int = 20  # of each side
    half_spread: float = 0.000_15
    gap: float = 0.000_3  # between two levels
    level_value: float = 20_000.0  # quote units on one level, about
    take_value: float = 2_000.0  # quote units that a taker trades, about
    taking: float = 0.55  # the share of steps in which somebody trades
    basis: float = 0.001  # how far a contract trades off its index, about


class Flow:
    """Quotes and trades in one market, step by step.

    carry: of a contract.
    """

    def __init__(
        self,
        symbol: str,
        stage: Stage,
        path: MarketPath,
        *,
        chance: Random,
        plan: FlowPlan,
        population: Population,
        carry: Carry | None = None,
    ) -> None:
        engine = stage.engine
        market = engine.markets[symbol]
        self._symbol = symbol
        self._engine = engine
        self._agenda = stage.agenda
        self._settle = stage.settle
        self._path = path
        self._plan = plan
        self._carry = carry
        self._draw = chance.random
        self._unit = 10.0**market.price_digits
        self._takes = Sizes(market, plan.take_value)
        self._quotes = Sizes(market, plan.level_value)
        self._ladder = Ladder(engine, symbol, population.maker_accounts, self._quoted, chance)
        self._takers = population.taker_accounts
        self._holdings = dict.fromkeys(self._takers, 0)
        self._thickness = 1.0
        self._basis = 0.0
        self._shift = 1.0  # by which somebody has moved the market off its path
        self._last_fair = 0.0
        self._ticket: Ticket | None = None

    def start(self) -> None:
        """Quote and trade once now, so that there is a book and a price, then go on."""
        if self._carry is not None:
            self._carry.start()
        self._step(self._agenda.now)
        self._settle()
        self._schedule()

    def stop(self) -> None:
        """Take back all quotes and do nothing any more."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
        self._ladder.pull(self._agenda.now)
        self._settle()

    def requote(self) -> None:
        """Take back all quotes and make new ones: after the engine has lost orders."""
        self._ladder.pull(self._agenda.now)
        self._last_fair = 0.0
        self._step(self._agenda.now)
        self._settle()

    def move_to(self, price: int) -> None:
        """Go along where somebody has moved the market: from now on `price` quanta are fair."""
        now = self._agenda.now
        market = self._engine.markets[self._symbol]
        if market.state != "trading":
            return
        self._shift *= price / self._fair(self._worth(now))
        self._ladder.pull(now)
        self._last_fair = float(price)
        self._follow(float(price), market.tick, now)
        self._settle()

    def _schedule(self) -> None:
        delay = int(1_000 / self._plan.density * (_COIN + self._draw()))
        self._ticket = self._agenda.after(max(delay, 1), self._act)

    def _act(self) -> None:
        self._step(self._agenda.now)
        self._settle()
        self._schedule()

    def _step(self, now: Millis) -> None:
        market = self._engine.markets[self._symbol]
        if market.state != "trading":
            return
        worth = self._worth(now)
        self._thickness = self._path.thickness_at(now)
        if self._carry is not None:
            self._basis = self._moved_basis()
        has_jumped = self._follow(self._fair(worth), market.tick, now)
        if has_jumped or self._draw() < self._plan.taking:
            self._trade(now)
        if self._carry is not None:
            self._carry.move(max(int(worth), 1))

    def _worth(self, now: Millis) -> float:
        """What the market is worth, price quanta: of a contract its index."""
        return self._path.price_at(now) * self._unit * self._shift

    def _fair(self, worth: float) -> float:
        """What it is quoted around."""
        return worth * (1 + self._basis)

    def _follow(self, fair: float, tick: int, now: Millis) -> bool:
        """Move the quotes to a new fair price; whether that was a jump over all of them."""
        plan, ladder = self._plan, self._ladder
        half = plan.half_spread * fair
        gap = max(int(plan.gap * fair) // tick, 1) * tick
        bid = max(int(fair - half) // tick * tick, tick)
        ask = max(-(-int(fair + half) // tick) * tick, bid + tick)
        last, self._last_fair = self._last_fair, fair
        has_jumped = abs(fair - last) > gap * plan.levels
        if has_jumped:
            ladder.pull(now)
        elif self._draw() < _LIFT:
            self._lift(fair, now)
        # A quote may come closer than half a spread before it is taken back: a small move costs
        # no order.
        nearest_bid = min(int(fair - half / 3) // tick * tick, ask - tick)
        nearest_ask = max(-(-int(fair + half / 3) // tick) * tick, bid + tick)
        ladder.withdraw(nearest_bid, nearest_ask, now)
        ladder.quote(bid, ask, gap, plan.levels, now)
        return has_jumped

    def _lift(self, fair: float, now: Millis) -> None:
        """Somebody takes the quotes that the price has gone beyond."""
        limit = int(fair)
        for side in ("buy", "sell"):
            amount = self._ladder.standing(opposite(side), limit)
            if amount:
                tick = self._engine.markets[self._symbol].tick
                price = limit // tick * tick if side == "buy" else -(-limit // tick) * tick
                self._take(side, amount, price, now)

    def _trade(self, now: Millis) -> None:
        """Somebody trades a little at the best price."""
        side: Side = "buy" if self._draw() < _COIN else "sell"
        bids, asks = self._engine.depth(self._symbol, 1)
        best = asks if side == "buy" else bids
        if not best:
            return
        price = best[0][0]
        factor = _TAIL / (self._draw() + _TAIL) * self._thickness * 2
        amount = self._takes.of(price, factor)
        self._take(side, amount, price if self._draw() < _IOC else None, now)

    def _take(self, side: Side, amount: int, limit: int | None, now: Millis) -> None:
        """An order of a taker: of the one whose position it makes smaller."""
        choose = min if side == "buy" else max
        account = choose(self._takers, key=self._holdings.__getitem__)
        request = OrderRequest(
            account=account,
            symbol=self._symbol,
            side=side,
            kind="market" if limit is None else "limit",
            amount=amount,
            price=limit,
            time_in_force="GTC" if limit is None else "IOC",
        )
        try:
            order = self._engine.submit(request, now)
        except Refused:
            return  # an empty book, a filter that was changed: the next step is another one
        self._holdings[account] += order.filled if side == "buy" else -order.filled

    def _quoted(self, price: int, drawn: float) -> int:
        return self._quotes.of(price, (_COIN + drawn) * self._thickness)

    def _moved_basis(self) -> float:
        """A contract's fair price less its index: wanders around 0, for hours on one side."""
        pull = 1 / max(self._plan.density * _BASIS_SECONDS, 1.0)
        drawn = (self._draw() - _COIN) * _UNIFORM
        step: float = drawn * self._plan.basis * (2 * pull) ** 0.5
        return self._basis + step - pull * self._basis
