"""Kills the process of a bot where it is told to, and looks at what it comes back to.

All that was durable at a death must be there when the account is read back, as it was: no order is
missing, none is there that was not, and each has the edges that it had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import trio

from ...actors.orders.graph import Graph, group_of, parent_of
from ...actors.orders.model import Order
from ..world import Books, Loaded, WorldBot
from ..world.agreement import disorder_of
from .death import READ, Death, Deaths
from .witness import Witness

BACK: Final = 2.0  # s until the process is started again
SOON: Final = 1.0  # s after the end of a life, until the next death is prepared
LOOK: Final = 0.02  # s between two looks whether it has read its account
LONGEST: Final = 3_600.0  # s in which a death must come
IN_ORDER: Final = 0.25  # s between two looks whether it is in order again


class Reaper:
    """Kills one bot, as often as `deaths` says. tell: told of each thing that is wrong."""

    def __init__(self, deaths: Deaths, witness: Witness, tell: Callable[[str], None]) -> None:
        self.struck = 0  # deaths so far
        self.in_recovery = 0  # of them, those before it was in order again
        self.recovered = 0  # commits from the last death until it was in order again
        self._deaths = deaths
        self._witness = witness
        self._tell = tell
        self._bot: WorldBot | None = None

    def begin(self, bots: list[WorldBot]) -> None:
        """The story begins: prepare the first death."""
        if self._deaths:
            self._bot = bots[self._deaths[0].bot - 1]
            self._arm(self._bot, self._deaths[0])

    async def run(self) -> None:
        """Kill it, once after the other."""
        bot = self._bot
        if bot is None:
            return
        before = 0
        for number, death in enumerate(self._deaths):
            lives = len(bot.lives)
            if death.commit == READ:
                await self._read(bot)
                await bot.kill(back_after=BACK)
            await bot.died(within=LONGEST)
            if bot.is_running:
                return
            self.struck += 1
            self.in_recovery += number > 0
            at_death, before = _Memory(bot.books), bot.books.commits
            await bot.lives[lives - 1].ended.wait()  # from then on it is waited for its next life
            await trio.sleep(SOON)
            if number + 1 < len(self._deaths) and self._deaths[number + 1].commit != READ:
                self._arm(bot, self._deaths[number + 1])
            await self._come_back(bot, lives, at_death)
        await self._in_order(bot, before)

    def end(self) -> None:
        """The story is over: every death has come."""
        if self.struck < len(self._deaths):
            self._tell(f"the process died {self.struck} times of {len(self._deaths)}")

    # -- inside

    def _arm(self, bot: WorldBot, death: Death) -> None:
        bot.kill_at(commit=death.commit, phase=death.phase, back_after=BACK)

    async def _read(self, bot: WorldBot) -> None:
        """Wait until its newest life has read its account back."""
        while not bot.is_running or len(bot.books.loads) < len(bot.lives):  # noqa: ASYNC110 - an actor's state
            await trio.sleep(LOOK)

    async def _come_back(self, bot: WorldBot, lives: int, memory: _Memory) -> None:
        """Wait for the next life, and hold what it has read against what was durable."""
        while len(bot.lives) <= lives or len(bot.books.loads) <= memory.loads:  # noqa: ASYNC110 - an actor's state
            await trio.sleep(LOOK)
        for words in memory.compared(bot.books.loads[memory.loads], bot.books):
            self._tell(words)
        for words in self._witness.forgotten(bot):
            self._tell(words)

    async def _in_order(self, bot: WorldBot, before: int) -> None:
        """Count what is committed until it is in order."""
        while not bot.is_open or any(disorder_of(bot)):  # noqa: ASYNC110 - an actor's state
            await trio.sleep(IN_ORDER)
        self.recovered = bot.books.commits - before


class _Memory:
    """What was durable at a death."""

    def __init__(self, books: Books) -> None:
        self.loads = len(books.loads)
        self._live = dict(books.live)

    def compared(self, loaded: Loaded, books: Books) -> Iterator[str]:
        """What the account that was read back has otherwise."""
        for order_id in sorted(self._live.keys() | loaded.orders.keys()):
            was, now = self._live.get(order_id), loaded.orders.get(order_id)
            if was == now:
                continue
            if was is None or now is None:
                yield f"{order_id} was {_said(was)}, and came back {_said(now)}"
            else:
                yield f"{order_id} came back as another: {now} was {was}"
        yield from _dangling(loaded, books)


def _said(order: Order | None) -> str:
    return "absent" if order is None else order.status


def _dangling(loaded: Loaded, books: Books) -> Iterator[str]:
    """Edges that lead nowhere."""
    yield from Graph.of(loaded.orders.values()).faults()
    groups: dict[str, Order] = {}
    for order in loaded.orders.values():
        if (parent := parent_of(order)) and parent not in books.orders:
            yield f"{order.id} comes after {parent}, which nobody knows"
        if (group := group_of(order)) is not None:
            first = groups.setdefault(group.id, order)
            if group_of(first) != group:
                yield f"{order.id} and {first.id} tell their group differently"
