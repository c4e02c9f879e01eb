"""Kills the process of a bot where it is told to, and looks at what it comes back to.

All that was durable at a death must be there when the account is read back, as it was: no order is
missing, none is there that was not, and each has the edges that it had.

It wakes at one beat in every telling, with a death to come or without: who wakes when is part of
what a seed repeats, and a telling must be the one whose commits were counted up to its death.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import attrs
import trio

from ...actors.orders.graph import Graph, group_of, parent_of
from ...actors.orders.model import Order
from ..world import Loaded, WorldBot
from ..world.agreement import disorder_of
from .death import READ, Death, Deaths
from .witness import Witness

BACK: Final = 2.0  # s until the process is started again
BEAT: Final = 0.2  # s between two looks
SOON: Final = 0.01  # s, the same until a process has read its account
ENDED: Final = 2  # beats after the end of a life, after which it is waited for the next one


@attrs.define
class _Grave:
    """A life that is over, and what was durable then."""

    life: int  # how many there were
    loads: int  # how often the account had been read
    orders: dict[str, Order]  # by id, those that were live
    beats: int = 0  # since nothing of it is left


class Reaper:
    """Kills one bot, as often as `deaths` says. tell: told of each thing that is wrong."""

    def __init__(self, deaths: Deaths, witness: Witness, tell: Callable[[str], None]) -> None:
        self.struck = 0  # deaths so far
        self.in_recovery = 0  # of them, those before it was in order again
        self.recovered: int | None = None  # commits from the last death until it was in order again
        self._deaths = deaths
        self._witness = witness
        self._tell = tell
        self._grave: _Grave | None = None
        self._before = 0  # commits, at the last death
        self._bot: WorldBot

    def begin(self, bots: list[WorldBot]) -> None:
        """The story begins: prepare the first death."""
        self._bot = bots[self._deaths[0].bot - 1] if self._deaths else bots[0]
        if self._deaths:
            self._arm(self._deaths[0])

    async def run(self) -> None:
        """Look, at each beat."""
        while True:
            is_reading = self._grave is not None and self._next_is(READ)
            await trio.sleep(SOON if is_reading else BEAT)
            if self._grave is not None:
                await self._while_down(self._grave)
            elif self.struck < len(self._deaths) and not self._bot.is_running:
                self._has_died()
            if self.struck and self._grave is None and self.recovered is None:
                self._count()

    def end(self) -> None:
        """The story is over: every death has come."""
        if self.struck < len(self._deaths):
            self._tell(f"the process died {self.struck} times of {len(self._deaths)}")

    # -- inside

    def _arm(self, death: Death) -> None:
        self._bot.kill_at(commit=death.commit, phase=death.phase, back_after=BACK)

    def _next_is(self, commit: int) -> bool:
        ahead = self._deaths[self.struck : self.struck + 1]
        return any(death.commit == commit for death in ahead)

    def _has_died(self) -> None:
        books = self._bot.books
        self.in_recovery += self.struck > 0 and self.recovered is None
        self.struck += 1
        self.recovered, self._before = None, books.commits
        self._grave = _Grave(len(self._bot.lives), len(books.loads), dict(books.live))

    async def _while_down(self, grave: _Grave) -> None:
        """Prepare the next death, and hold what is read back against what was durable."""
        bot = self._bot
        if len(bot.books.loads) > grave.loads:
            self._grave = None
            for words in _otherwise(grave.orders, bot.books.loads[grave.loads]):
                self._tell(words)
            for words in self._witness.forgotten(bot):
                self._tell(words)
            if self._next_is(READ):
                await bot.kill(back_after=BACK)
                self._has_died()
        elif bot.lives[grave.life - 1].ended.is_set() and not self._next_is(READ):
            grave.beats += 1
            if grave.beats == ENDED and self.struck < len(self._deaths):
                self._arm(self._deaths[self.struck])

    def _count(self) -> None:
        """How much was committed until it is in order."""
        bot = self._bot
        if bot.is_open and not any(disorder_of(bot)):
            self.recovered = bot.books.commits - self._before


def _otherwise(was: dict[str, Order], loaded: Loaded) -> Iterator[str]:
    """What the account that was read back has otherwise than it was, and edges to nowhere."""
    for order_id in sorted(was.keys() | loaded.orders.keys()):
        before, now = was.get(order_id), loaded.orders.get(order_id)
        if before is None or now is None:
            yield f"{order_id} was {_said(before)}, and came back {_said(now)}"
        elif before != now:
            yield f"{order_id} came back as another: {now} was {before}"
    yield from Graph.of(loaded.orders.values()).faults()
    groups: dict[str, Order] = {}
    for order in loaded.orders.values():
        if order.status == "chained" and parent_of(order) not in loaded.orders:
            yield f"{order.id} waits for {parent_of(order)}, which did not come back"
        if (group := group_of(order)) is not None:
            first = groups.setdefault(group.id, order)
            if group_of(first) != group:
                yield f"{order.id} and {first.id} tell their group differently"


def _said(order: Order | None) -> str:
    return "absent" if order is None else order.status
