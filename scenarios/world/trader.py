"""Somebody who trades through a bot's desk: places, cancels and looks, as chance says.

It is outside of the bot, as a person at a terminal is: a bot that dies does not take it along.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Final

import trio

from ...actors.market.side import Side
from ...actors.orders.model import Order
from ...runtime import AskError, NoSuchActor, Refusal
from .batches import edit, place_all
from .drawing import Drawing
from .trading import Trading

TOO_MUCH: Final = 0.985  # beyond which it wants far more than there is
TIMES: Final = 2_000  # as much as usually
MARKET: Final = 0.3  # how often an order is one
PLANNED: Final = 0.35  # how often it places orders that belong together, or wait for a price
ALONE: Final = 0.1  # of all, how often one that waits by itself
EDIT: Final = 0.1  # how often it changes an order instead, where one rests
CANCEL: Final = 0.4  # how often it takes an order back instead, where one rests
MOST_LIVE: Final = 8  # orders that rest at a time
VALUES: Final = (60, 1_800)  # quote units that an order is worth, from and to
LONGEST: Final = 200  # basis points between a limit and the price


class Trader:
    """Trades until stopped. every: s between two deeds, about."""

    def __init__(self, bot: Trading, chance: Random, every: float) -> None:
        self.outcomes: Counter[str] = Counter()
        self._bot = bot
        self._chance = chance
        self._every = every
        self._scope = trio.CancelScope()

    async def run(self) -> None:
        """Trade; ends once stopped."""
        with self._scope:
            while True:
                await trio.sleep(self._every * self._chance.uniform(0.2, 1.8))
                await self._act()

    def stop(self) -> None:
        """Do nothing any more."""
        self._scope.cancel()

    async def _act(self) -> None:
        bot, chance = self._bot, self._chance
        resting = list(bot.books.live.values())
        try:
            if resting and chance.random() < EDIT:
                order = await self._edit(chance.choice(resting))
            elif resting and (chance.random() < CANCEL or len(resting) > MOST_LIVE):
                order = await bot.cancel(chance.choice(resting).id)
            else:
                order = await self._place()
        except (Refusal, AskError, NoSuchActor) as error:
            self.outcomes[type(error).__name__] += 1
        else:
            self.outcomes[order.status] += 1

    async def _edit(self, order: Order) -> Order:
        """Make an order smaller or larger, or move its limit."""
        bot, chance = self._bot, self._chance
        if order.price is None or chance.random() < 1 / 2:
            factor = Decimal(chance.choice(("0.5", "0.8", "1.2")))
            return await edit(bot, order.id, amount=order.amount * factor)
        factor = 1 + Decimal(chance.randint(-20, 20)) / 10_000
        return await edit(bot, order.id, price=order.price * factor)

    async def _place(self) -> Order:
        bot, chance = self._bot, self._chance
        market = bot.first_market
        amount_digits, price_digits = (
            (4, 2) if market is None else (market.amount_digits, market.price_digits)
        )
        last = bot.oracle.price or Fraction(60_000)
        drawn = chance.random()
        side: Side = "buy" if chance.random() < 1 / 2 else "sell"
        value = chance.randint(*VALUES) * (TIMES if drawn > TOO_MUCH else 1)
        amount = f"{float(value / last):.{amount_digits}f}"
        if drawn < PLANNED:
            drawing = Drawing(bot.pair, (amount_digits, price_digits), chance)
            size = value / last
            if drawn < ALONE:
                orders = await place_all(bot, *drawing.alone(side, size, last))
            else:
                drafts, groups = drawing.guarded(side, size, last, bot.now())
                orders = await place_all(bot, *drafts, groups=groups)
            return next(iter(orders.values()))
        if chance.random() < MARKET:
            return await bot.place(side, amount)
        away = chance.randint(1, LONGEST) * (-1 if side == "buy" else 1)
        price = last * (10_000 + away) / 10_000
        return await bot.place(side, amount, f"{float(price):.{price_digits}f}")
