"""What the verbs of the venue do to futures: mark prices, funding, liquidation, deleveraging."""

from __future__ import annotations

import math

from ....actors.market.side import Side
from ....actors.matching.engine import MatchingEngine
from ....actors.matching.futures.clearing import FuturesClearing
from ....actors.matching.futures.records import Position
from ....actors.matching.values import AccountId, OrderRequest
from ....runtime.clock import Millis
from .errors import FaultNotFired
from .state_verbs import Deleverage, Fund, Liquidate, SetMark
from .trading import RATE_DIGITS, Trading, quanta


class Contracts:
    """The futures markets of a venue, as faults strike them."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading

    def set_mark(self, verb: SetMark, at: Millis) -> None:
        """Let mark and index price be what the plan says."""
        engine, _ = self._futures("set_mark", verb.symbol)
        digits = engine.markets[verb.symbol].price_digits
        mark = quanta("set_mark", verb.mark, digits)
        index = mark if verb.index is None else quanta("set_mark", verb.index, digits)
        engine.set_mark(verb.symbol, mark, index, at)

    def fund(self, verb: Fund, at: Millis) -> None:
        """Settle funding."""
        engine, _ = self._futures("fund", verb.symbol)
        _mark(engine, "fund", verb.symbol)
        engine.fund(verb.symbol, quanta("fund", verb.rate, RATE_DIGITS), at)

    def liquidate(self, verb: Liquidate, at: Millis) -> None:
        """Take the mark price to where the account's positions are closed by force, and back."""
        name = "liquidate"
        engine, clearing = self._futures(name, verb.symbol)
        mark = _mark(engine, name, verb.symbol)
        for position in self._positions(name, clearing, verb.account, verb.symbol):
            there = position.liquidation_price
            if there is None or there <= 0:
                raise FaultNotFired(
                    name, "no price liquidates the position", remedy="give it more leverage"
                )
            tick = engine.markets[verb.symbol].tick
            down = position.amount > 0
            price = (
                math.floor(there) // tick - 1 if down else -(-math.ceil(there) // tick) + 1
            ) * tick
            engine.set_mark(verb.symbol, max(price, tick), max(price, tick), at)
        engine.set_mark(verb.symbol, mark, mark, at)

    def deleverage(self, verb: Deleverage, at: Millis) -> None:
        """Close the account's positions at the mark price, by an order of the venue's."""
        engine, clearing = self._futures("adl", verb.symbol)
        mark = _mark(engine, "adl", verb.symbol)
        market = engine.markets[verb.symbol]
        price = mark // market.tick * market.tick
        for position in self._positions("adl", clearing, verb.account, verb.symbol):
            side: Side = "sell" if position.amount > 0 else "buy"
            amount = abs(position.amount)
            against: Side = "buy" if side == "sell" else "sell"
            self._trading.stranger(engine).offer(market, against, amount, price, at)
            engine.submit(
                OrderRequest(
                    account=verb.account,
                    symbol=verb.symbol,
                    side=side,
                    kind="limit",
                    client_id="adl_autoclose",
                    amount=amount,
                    price=price,
                    time_in_force="IOC",
                    position_side=position.side,
                    is_reduce_only=position.side == "both",
                ),
                at,
            )

    def _futures(self, verb: str, symbol: str) -> tuple[MatchingEngine, FuturesClearing]:
        engine = self._trading.engine(verb, symbol)
        clearing = engine.clearing
        if not isinstance(clearing, FuturesClearing):
            raise FaultNotFired(verb, f"{symbol} is no contract", remedy="name a futures market")
        return engine, clearing

    def _positions(
        self, verb: str, clearing: FuturesClearing, account: AccountId, symbol: str
    ) -> list[Position]:
        found = [
            position
            for position in clearing.positions(account)
            if position.symbol == symbol and position.amount
        ]
        if not found:
            raise FaultNotFired(
                verb, f"account {account} has no position in {symbol}", remedy="strike later"
            )
        return found


def _mark(engine: MatchingEngine, verb: str, symbol: str) -> int:
    mark = engine.mark(symbol)
    if mark is None:
        raise FaultNotFired(verb, f"{symbol} has no mark price yet", remedy="strike later")
    return mark
