"""Kill a real bot, start it again, and hold its store against the exchange; on one venue's life.

The process that starts after a death is the one that dies in the next trial, so that a kill costs
one start. A death in recovery needs a death before it that leaves something to recover. The market
goes up and down all the time, through stops and take profits, and stands still only while store and
exchange are compared.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Final

import attrs
import trio

from ...actors.orders.graph import parent_of
from ...runtime import BenthicError
from ...runtime.chance import stream
from ...scenarios.errors import BadFault
from ...scenarios.process.bot import PILOTED, PLAIN, RealBot
from ...scenarios.process.botfile import Wanted
from ...scenarios.process.world import RealWorld
from ...scenarios.world import LIVELY, ORDER, PAIR, WorldVenue
from ...scenarios.world.agreement import differences, disorder_of
from ...scenarios.world.botfile import Trade
from ...scenarios.world.wiretap import Sent
from .check import Look
from .draw import ARRIVES, CHILD_ARRIVES, Death
from .hands import Hands
from .held import Held, held

ACCOUNT: Final = "first"
DEPOSITS: Final[Mapping[str, str]] = MappingProxyType({"USDT": "20000", "BTC": "0.3"})
SLOW: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {"hand": ("150ms", 2), "mode": ("400ms", 1)}
)
"""How late answers to orders and words of them come, and every which does, by who trades."""
STIR: Final = 0.4  # s between two moves of the price, so that the mode has something to trade on
MOVES: Final = range(59_700, 60_300)  # USDT, where to
OPENS: Final = 120.0  # s, for a gate to open after a restart
AGREES: Final = 60.0  # s, for books and exchange to agree from then on
DIES: Final = 20.0  # s, for a named instant to come
FAMILIES: Final = 4  # entries that others follow, before it dies at the hand of somebody
LAYS_OUT: Final = 4.0  # s, for so many of them
LOOK: Final = 0.05  # s


@attrs.define
class Trial:
    """What one death came to."""

    number: int
    death: str
    struck: bool = True  # False: the named instant did not come, and it was killed from outside
    instant: str = ""  # when it died, in words
    held: Held = Held()  # what it had open then
    open_ends: int = 0  # orders in doubt and things that differed, as it died
    orders: int = 0  # of ours at the exchange by then, the sums of this and the next three
    placed: int = 0  # of its store
    freed: int = 0  # of these, set free by others
    renewed: int = 0  # how often one went on under another name
    opened: float = 0.0  # s from the restart to an open gate
    agreed: float = 0.0  # s from then until books and exchange were seen to agree
    doubled: list[str] = attrs.field(factory=list)
    lost: list[str] = attrs.field(factory=list)
    disagreeing: list[str] = attrs.field(factory=list)

    @property
    def found(self) -> list[str]:
        """All that does not hold."""
        return [*self.doubled, *self.lost, *self.disagreeing]


class Victim:
    """One bot, one store and one exchange, for several deaths."""

    def __init__(self, world: RealWorld, venue: WorldVenue, wanted: Wanted, folder: Path) -> None:
        self._world = world
        self._venue = venue
        self._bot: RealBot = world.berth(wanted, venue)
        self._files = {
            "hand": self._bot.file,
            "mode": attrs.evolve(wanted, trade=attrs.evolve(wanted.trade, mode=LIVELY)).write(
                folder, "trading"
            ),
        }
        self._hands = Hands(self._bot, venue, stream(world.seed, "hands"))
        self._chance: Random = stream(world.seed, "instants")
        self._moves = stream(world.seed, "moves")
        self._stands_still = False

    async def stir(self) -> None:
        """Move the market up and down, until cancelled."""
        while True:
            await trio.sleep(STIR)
            if not self._stands_still:
                with suppress(BadFault):  # it is there already
                    self._venue.move(PAIR, str(self._moves.choice(MOVES)))

    async def die_of_all(self, deaths: Iterable[tuple[int, Death]]) -> list[Trial]:
        """One trial each."""
        trials: list[Trial] = []
        todo = list(deaths)
        await self._begin(todo[0][1])
        for place, (number, death) in enumerate(todo):
            after = todo[place + 1][1] if place + 1 < len(todo) else None
            trial = Trial(number, death.name)
            try:
                await self._die(death, trial)
                await self._restart(after, trial)
                await self._agree(trial)
            except BenthicError as error:
                trial.disagreeing.append(f"{type(error).__name__}: {error}")
            trials.append(trial)
            if trial.found:
                break  # what comes after it is not to be trusted
        await self._bot.kill()
        return trials

    # -- how it dies

    async def _begin(self, first: Death) -> None:
        """Start what dies first, with something to lose."""
        await self._start("hand")
        await self._bot.opened(within=OPENS)
        if first.who == "mode" and not first.is_fresh:
            await self._busy(self._pass)
            await self._bot.stop()
            await self._start(first.who)
            await self._bot.opened(within=OPENS)

    async def _die(self, death: Death, trial: Trial) -> None:
        if death.is_fresh:
            await self._busy(self._leave_something)
            await self._start(death.who, dies=death.point)
        strike = partial(self._strike, death, trial)
        await (self._busy(strike) if death.who == "hand" and not death.is_fresh else strike())
        life = self._bot.life
        if life is None and self._bot.lives[-1].code != -signal.SIGKILL:
            trial.disagreeing.append(f"ended by itself with code {self._bot.lives[-1].code}")
        await self._bot.kill()
        books = self._bot.books
        trial.held = held(books)
        trial.open_ends = len([*books.waiting(), *differences(books, self._bot.oracle)])

    async def _busy(self, body: Callable[[], Awaitable[object]]) -> None:
        """Let somebody trade at its desk until the body is over."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._hands.keep_busy)
            await self._hands.lay_out(FAMILIES, LAYS_OUT)
            await body()
            nursery.cancel_scope.cancel()

    async def _pass(self) -> None:
        """Nothing more."""

    async def _strike(self, death: Death, trial: Trial) -> None:
        if death.point:
            trial.instant = death.point
            trial.struck = await self._come_to(death)
        elif death in {ARRIVES, CHILD_ARRIVES}:
            trial.instant = death.name
            trial.struck = await self._die_as_it_arrives(death)
        else:
            if death.waits == "for an order":
                await self._first_order()
            seconds = self._chance.uniform(0, death.within)
            trial.instant = f"after {seconds:.3f} s"
            await trio.sleep(seconds)

    async def _leave_something(self) -> None:
        """Die with an order at the exchange whose acceptance is not on disk."""
        self._bot.doom("before_acceptance")
        await self._until_dead("acceptance")
        await self._bot.kill()

    async def _come_to(self, death: Death) -> bool:
        """Die at a named instant; whether it came."""
        if death.is_fresh:
            await self._bot.died(within=DIES)
            return not self._bot.is_running
        self._bot.doom(death.point)
        return await self._until_dead(death.point.partition("_")[2])

    async def _until_dead(self, what: str) -> bool:
        with trio.move_on_after(DIES):
            while self._bot.is_running:
                await self._hands.bring_about(what)
                await trio.sleep(LOOK)
        return not self._bot.is_running

    async def _first_order(self) -> None:
        """Wait until the mode has sent one; no longer than for a named instant."""
        sent = trio.Event()

        def hear(_: Sent) -> None:
            sent.set()

        self._world.heard.append(hear)
        with trio.move_on_after(DIES):
            await sent.wait()
        self._world.heard.remove(hear)

    async def _die_as_it_arrives(self, death: Death) -> bool:
        """SIGKILL from the exchange, before it has even looked at the order."""
        life = self._bot.life
        heard = False

        def strike(sent: Sent) -> None:
            nonlocal heard
            if heard or life is None or (death is CHILD_ARRIVES and not self._is_child(sent)):
                return
            heard = True
            os.kill(life.pid, signal.SIGKILL)

        self._world.heard.append(strike)
        await self._until_dead("child" if death is CHILD_ARRIVES else "acceptance")
        self._world.heard.remove(strike)
        return heard

    def _is_child(self, sent: Sent) -> bool:
        order = self._bot.books.by_client_id(sent.client_id)
        return order is not None and parent_of(order) != ""

    # -- what comes of it

    async def _start(self, who: str, *, dies: str = "") -> None:
        self._venue.calm()
        late, every = SLOW[who]
        when = {"method": "POST", "path": ORDER, "every": every}
        self._venue.strike("A5", "delay", when=when, time=late)
        heard = {"event": "executionReport", "every": every}
        self._venue.strike("B15", "delay", when=heard, time=late)
        self._bot.file = self._files[who]
        await self._bot.start(dies=dies, program=PLAIN if who == "mode" else PILOTED)

    async def _restart(self, after: Death | None, trial: Trial) -> None:
        """Start what dies next. Where that is a fresh process, one to leave something behind."""
        began = trio.current_time()
        await self._start("hand" if after is None or after.is_fresh else after.who)
        if not await self._bot.opened(within=OPENS):
            life = self._bot.lives[-1]
            how = f"ended with code {life.code}" if life.is_over else f"line {self._bot.line}"
            trial.disagreeing.append(f"the gate is not open {OPENS:g} s after the restart: {how}")
        trial.opened = trio.current_time() - began

    async def _agree(self, trial: Trial) -> None:
        """Wait until all is as it should be, and look what never may be otherwise."""
        began = trio.current_time()
        self._stands_still = True
        while (wrong := self._disorder()) and trio.current_time() - began < AGREES:  # noqa: ASYNC110 - many processes' state
            await trio.sleep(LOOK)
        trial.agreed = trio.current_time() - began
        trial.disagreeing += (f"{words}, {AGREES:g} s after the gate opened" for words in wrong)
        look = self._look()
        trial.doubled += look.doubled()
        trial.lost += look.lost(self._hands.acks)
        self._stands_still = False
        trial.disagreeing += self._bot.shelf.audit()
        trial.orders = len(look.oracle.orders())
        trial.placed, books = len(look.books.orders), look.books
        trial.freed, trial.renewed = books.freed, books.renewed

    def _disorder(self) -> list[str]:
        """What is not as it should be, and may be in a moment."""
        return [*disorder_of(self._bot), *self._look().in_motion()]

    def _look(self) -> Look:
        bot = self._bot
        return Look(bot.books, bot.told, bot.oracle, len(bot.lives))


async def victim_of(world: RealWorld, folder: Path) -> Victim:
    """A bot that is ready to die, at a lively exchange."""
    venue = await world.open_venue(kind="traders", deposits=DEPOSITS)
    port = await world.port(venue)
    trade = Trade(pair=PAIR, account=ACCOUNT)
    wanted = Wanted(name="victim", trade=trade, port=port, seed=world.seed)
    return Victim(world, venue, wanted, folder)
