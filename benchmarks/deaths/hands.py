"""Somebody at the desk of a real bot who brings about what it is to die of."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Final

import trio

from ...actors.market.side import Side
from ...actors.orders.model import Order
from ...runtime import AskError, Refusal
from ...scenarios.process.bot import RealBot
from ...scenarios.world import ORDER, WorldVenue

AMOUNT: Final = "0.002"  # BTC
CASH: Final = Decimal(500)  # USDT, with which one more is bought
MOST_LIVE: Final = 6  # orders that rest at a time
PAUSE: Final = 0.02  # s


class Hands:
    """Places and cancels, and remembers what was answered. acks: by id, the newest each."""

    def __init__(self, bot: RealBot, venue: WorldVenue, chance: Random) -> None:
        self.acks: dict[str, Order] = {}
        self._bot = bot
        self._venue = venue
        self._chance = chance

    async def bring_about(self, what: str) -> None:
        """Do what leads to a commit that holds `what`; returns where it has, or cannot."""
        with suppress(Refusal, AskError):
            await self._make_room()
            if what == "doubt":
                self._cast_doubt()
            if what == "fill":
                await self._place(at_market=1.0)
            else:
                order = await self._place(at_market=0.0)
                if what == "cancel":
                    self._heard(await self._bot.cancel(order.id))

    def _cast_doubt(self) -> None:
        """Let the next order be taken, its answer say nothing, and the stream keep silent."""
        next_order = {"method": "POST", "path": ORDER, "nth": 1}
        self._venue.strike("A7", "drop", when={"event": "executionReport", "nth": 1})
        self._venue.strike("A3", "status", when=next_order, status=502, point="after")

    async def keep_busy(self) -> None:
        """Trade as fast as answers come, three orders at a time, until cancelled."""
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(self._trade)

    async def _trade(self) -> None:
        while self._bot.is_running:
            with suppress(Refusal, AskError):
                await self._make_room()
                await self._place(at_market=0.4)
            await trio.sleep(PAUSE)

    async def _make_room(self) -> None:
        """Take orders back where many rest."""
        resting = [order for order in self._bot.books.live.values() if order.kind == "limit"]
        if len(resting) > MOST_LIVE:
            self._heard(await self._bot.cancel(self._chance.choice(resting).id))

    async def _place(self, *, at_market: float) -> Order:
        """One order that can be paid for. at_market: how likely it is one."""
        cash = self._bot.books.balances.get("USDT")
        side: Side = "buy" if cash is not None and cash.available > CASH else "sell"
        price = None
        if self._chance.random() >= at_market:
            away = self._chance.randint(5, 15) * (-1 if side == "buy" else 1)
            last = float(self._bot.oracle.price or 60_000)
            price = f"{last * (100 + away) / 100:.2f}"
        return self._heard(await self._bot.place(side, AMOUNT, price))

    def _heard(self, order: Order) -> Order:
        self.acks[order.id] = order
        return order
