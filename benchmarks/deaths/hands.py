"""Somebody at the desk of a real bot who brings about what it is to die of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Final

import trio

from ...actors.market.side import Side
from ...actors.orders.graph import parent_of
from ...actors.orders.model import Order
from ...runtime import AskError, Refusal
from ...scenarios.process.bot import RealBot
from ...scenarios.world import ORDER, WorldVenue
from ...scenarios.world.batches import edit, place_all
from .mix import Batch, Mix

AMOUNT: Final = "0.002"  # BTC
CASH: Final = Decimal(2_000)  # USDT, with which one more is bought
COINS: Final = Decimal("0.03")  # BTC, of which one more is sold
MOST_LIVE: Final = 6  # orders without others that rest at a time
KEPT: Final = 2  # entries that others follow, below which it begins with some that stay
FAMILIES: Final = 8  # entries at a time that others follow
MEDDLES: Final = 0.06  # how often it edits one that belongs to others, or cancels it
PLAIN: Final = 0.4  # how often one of these, or an order alone
ENDS: Final = 0.1  # how often it takes back what follows an entry, where there are enough of them
PAUSE: Final = 0.05  # s


class Hands:
    """Places, edits and cancels, and remembers what was answered. acks: by id, the newest each."""

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
            elif what in {"release", "child", "trigger"}:
                await self._place_all(self._mix.at_market(self._side))
            elif what in {"batch", "wish", "renewal"}:
                placed = await self._place_all(self._mix.resting(self._side))
                if what != "batch":
                    await self._edit(placed[0])
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
        """Trade as fast as answers come, three at a time, until cancelled."""
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(self._trade)

    async def lay_out(self, families: int, within: float) -> None:
        """Wait until so many entries have others that follow them, or for so many s.

        One of them is a position that stays, and one has not filled.
        """
        if len(set(self._followed())) < KEPT:
            with suppress(Refusal, AskError):
                await self._place_all(self._mix.far(self._side))
                await self._place_all(self._mix.resting(self._side))
        with trio.move_on_after(within):
            while self._bot.is_running and len(set(self._followed())) < families:  # noqa: ASYNC110 - a store
                await trio.sleep(PAUSE)

    async def _trade(self) -> None:
        while self._bot.is_running:
            with suppress(Refusal, AskError):
                await self._act()
            await trio.sleep(PAUSE)

    async def _act(self) -> None:
        drawn = self._chance.random()
        planned = [each for each in self._bot.books.live.values() if each.plan is not None]
        followed = sorted(set(self._followed()))
        if drawn < MEDDLES and planned:
            await self._meddle(self._chance.choice(planned))
        elif drawn < PLAIN:
            await self._make_room()
            await self._place(at_market=0.4)
        elif len(followed) < FAMILIES:
            await self._place_all(self._mix.any(self._side))
        elif drawn > 1 - ENDS:
            await self._end(self._chance.choice(followed))

    async def _meddle(self, order: Order) -> None:
        """Change one that belongs to others, or take it back."""
        if self._chance.random() < 1 / 4:
            self._heard(await self._bot.cancel(order.id))
        else:
            await self._edit(order)

    async def _end(self, entry_id: str) -> None:
        """Take back all that follows an entry."""
        for each in list(self._bot.books.live.values()):
            if parent_of(each) == entry_id:
                with suppress(Refusal):  # what ended one may have ended the other
                    self._heard(await self._bot.cancel(each.id))

    async def _make_room(self) -> None:
        """Take orders back where many rest, of those that nothing hangs on."""
        resting = [
            order
            for order in self._bot.books.live.values()
            if order.kind == "limit" and order.plan is None
        ]
        if len(resting) > MOST_LIVE:
            self._heard(await self._bot.cancel(self._chance.choice(resting).id))

    async def _place(self, *, at_market: float) -> Order:
        """One order that can be paid for. at_market: how likely it is one."""
        side, price = self._side, None
        if self._chance.random() >= at_market:
            away = self._chance.randint(5, 15) * (-1 if side == "buy" else 1)
            price = f"{float(self._last) * (100 + away) / 100:.2f}"
        return self._heard(await self._bot.place(side, AMOUNT, price))

    async def _place_all(self, batch: Batch) -> list[Order]:
        drafts, groups = batch
        placed = await place_all(self._bot, *drafts, groups=groups)
        return [self._heard(order) for order in placed.values()]

    async def _edit(self, order: Order) -> None:
        """Move its price or its trigger price a little, or make it smaller."""
        plan, factor = order.plan, 1 + Decimal(self._chance.randint(-10, 10)) / 10_000
        if plan is not None and plan.stop is not None and plan.profile is None:
            change = {"stop": plan.stop * factor}
        elif order.price is not None:
            change = {"price": order.price * factor}
        else:
            change = {"amount": order.amount * Decimal("0.8")}
        self._heard(await edit(self._bot, order.id, **change))

    # -- what it goes by

    @property
    def _mix(self) -> Mix:
        return Mix(self._chance, self._last, self._bot.now())

    @property
    def _last(self) -> Fraction:
        return self._bot.oracle.price or Fraction(60_000)

    @property
    def _side(self) -> Side:
        """What can be paid for."""
        balances = self._bot.books.balances
        cash, coins = balances.get("USDT"), balances.get("BTC")
        if cash is None or cash.available < CASH:
            return "sell"
        if coins is None or coins.available < COINS:
            return "buy"
        return self._chance.choice(("buy", "sell"))

    def _followed(self) -> Iterator[str]:
        """The ids of entries that others wait for, or close."""
        return (parent for each in self._bot.books.live.values() if (parent := parent_of(each)))

    def _heard(self, order: Order) -> Order:
        self.acks[order.id] = order
        return order
