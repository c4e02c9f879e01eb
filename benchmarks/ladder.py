"""A mode for demos and sweeps: orders that rest on both sides, so that there is a graph to lose.

It is no strategy. It places an order at every candle, now and then a market order, and takes back
what has rested for a while.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ..actors.market.candle import Candle
from ..actors.market.money import from_float, multiply
from ..actors.market.side import Side
from ..actors.orders.messages import CancelOrder, ListOpenOrders, PlaceOrder
from ..runtime import Actor, AskError, Millis, Refusal, on

MARKET_EVERY: Final = 5  # candles between two market orders
_BASIS_POINT: Final = Decimal("0.0001")
_STEP: Final = Decimal("0.0001")  # BTC


class Ladder(Actor):
    """Hears the candles of `feed` and places orders at `desk`.

    life: of a resting order, until it is taken back.
    """

    def __init__(self, symbol: str, *, feed: str, desk: str, life: Millis) -> None:
        self._symbol = symbol
        self._paths = feed, desk
        self._life = life
        self._count = 0

    def on_start(self) -> None:
        feed, self._desk = map(self.lookup, self._paths)
        self.subscribe(feed, Candle)

    @on(Candle)
    async def candle(self, message: Candle) -> None:
        self._count += 1
        try:
            for order in await self.ask(self._desk, ListOpenOrders()):
                if order.created_at + self._life <= self.now:
                    await self.ask(self._desk, CancelOrder(order.id))
            await self.ask(self._desk, self._order(message))
        except (Refusal, AskError):
            return  # too little money, a desk that restarts: the next candle is another chance

    def _order(self, candle: Candle) -> PlaceOrder:
        chance, close = self.chance, from_float(candle.close)
        side: Side = "buy" if chance.random() < 1 / 2 else "sell"
        amount = multiply(Decimal(chance.randint(10, 300)), _STEP)
        if self._count % MARKET_EVERY == 0:
            return PlaceOrder(self._symbol, side, "market", amount, None, close)
        away = chance.randint(3, 25) * (-1 if side == "buy" else 1)
        price = multiply(close, 1 + multiply(Decimal(away), _BASIS_POINT))
        return PlaceOrder(self._symbol, side, "limit", amount, price, None)
