"""The world of a real process: what a script of a world finds there, as far as it can be had.

The exchange is the simulated one, served on loopback by this process, so that the oracle reads the
engine itself and no fault reaches it. The bot is a child. Bounds (`within`) are seconds of the
host; a script's own sleeps are shortened by the pace, see `clock`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import attrs
import msgspec
import outcome
import trio

from ...runtime import LiveClock, Millis, chance
from ..errors import ExpectationFailed
from ..venue.config import VenueConfig
from ..venue.wire.tcp import TcpFace
from ..world import PAIR, SILENT, Feeds, Finding, Place, Timeline, WorldVenue
from ..world.agreement import disorder_of
from ..world.armed import FaultList
from ..world.botfile import ITS_OWN, Trade
from ..world.expectations import Check, Expectations
from ..world.findings import raised
from ..world.places import NOWHERE, caller
from ..world.trader import Trader
from ..world.venue import ACCOUNTS, DEPOSITS, Liveliness, config_of
from ..world.wiretap import Sent
from .bot import Home, RealBot
from .botfile import KEY, SECRET, Wanted
from .unlike import Unlike

TICK: Final = 0.1  # s of the host between two looks at what must always hold
LOOK: Final = 0.05  # s of the host between two looks at what is waited for
CALM: Final = 120.0  # s of the host in which a bot must be in order again
MOST: Final = 20  # findings that are kept of one run


@attrs.frozen(kw_only=True)
class RealSetting:
    """What a world of real processes is made of. file: the script's; pace: see `PacedClock`."""

    seed: int
    folder: Path
    file: str = ""
    pace: float = 1.0


class RealClock(Unlike):
    """Time beside a real process; it can be made to stand still, and nothing else."""

    def __init__(self, world: RealWorld) -> None:
        self._world = world
        self._began = trio.current_time()

    @property
    def elapsed(self) -> float:
        """How many s the run has lasted, as the script's sleeps count them."""
        return trio.current_time() - self._began

    @property
    def now(self) -> Millis:
        """What time it is, ms since 1970."""
        return LiveClock().now()

    def stall(self, seconds: float) -> None:
        """Let every bot's process stand still, by SIGSTOP, while the script goes on (K11)."""
        if self._world.faults.arm("K11", f"stall {seconds:g} s", caller()):
            for bot in self._world.bots.values():
                bot.stand_still(seconds)


class RealWorld(Unlike):
    """Everything of one run. Get one from `running`."""

    def __init__(
        self, setting: RealSetting, nursery: trio.Nursery, scope: trio.CancelScope
    ) -> None:
        self.seed = setting.seed
        self.pace = setting.pace
        self.chance: Random = chance.stream(setting.seed, "scenario")
        self.venues: dict[str, WorldVenue] = {}
        self.bots: dict[str, RealBot] = {}
        self.findings: list[Finding] = []
        self.timeline = Timeline(self.now)
        self.faults = FaultList(self.timeline, ())
        self.expectations = Expectations(self.fail, self.now)
        self.converged_within: float | None = None  # s of the host after the last fault
        self.is_settled = False
        self.is_at_rest = False  # it came to the end that it should, other than by being in order
        self.heard: list[Callable[[Sent], None]] = []  # told of each order as it arrives
        self.clock = RealClock(self)
        self._ports: dict[str, int] = {}
        self._setting = setting
        self._nursery = nursery
        self._scope = scope

    # -- what there is

    @property
    def venue(self) -> WorldVenue:
        """The first exchange; one with quiet markets is opened where there is none."""
        if not self.venues:
            self._open(PAIR, kind="quiet")
        return next(iter(self.venues.values()))

    @property
    def bot(self) -> RealBot:
        """The bot that was started first."""
        return next(iter(self.bots.values()))

    async def open_venue(
        self,
        *pairs: str,
        kind: Liveliness = "traders",
        deposits: Mapping[str, str] = DEPOSITS,
        name: str = "",
        change: Callable[[VenueConfig], VenueConfig] | None = None,
    ) -> WorldVenue:
        """See `World.open_venue`."""
        venue = self._open(
            *(pairs or (PAIR,)), kind=kind, deposits=deposits, name=name, change=change
        )
        await self.port(venue)
        return venue

    async def start_bot(
        self,
        name: str = "",
        *,
        pair: str = PAIR,
        account: str = "",
        venue: WorldVenue | None = None,
        mode: Mapping[str, object] = SILENT,
        feeds: Feeds = ITS_OWN,
        opened: float = 120,
        **others: object,
    ) -> RealBot:
        """Start a bot and wait until its gate is open, `opened` s of the host at most; 0: do not.

        See `World.start_bot`; what else a bot of a world can be given is not to be had here.
        """
        for given in others:
            raise caller().wrong(
                f"start_bot takes no `{given}`: a real process cannot be given that",
                remedy="run this script without --real, in virtual time",
            )
        site = venue or self.venue
        number = len(self.bots)
        wanted = Wanted(
            name=name or f"bot{number + 1}",
            trade=Trade(
                pair=pair,
                account=account or ACCOUNTS[number % len(ACCOUNTS)],
                mode=mode,
                feeds=feeds,
            ),
            port=await self.port(site),
            seed=self.seed,
        )
        bot = self.berth(wanted, site)
        await bot.start()
        if opened and not await bot.opened(within=opened):
            why = f"{bot.name} did not open in {opened:g} s: its line is {bot.line}"
            raise ExpectationFailed(str(caller()), why)
        return bot

    def berth(self, wanted: Wanted, venue: WorldVenue) -> RealBot:
        """A bot that is of this world, and has not been started."""
        key = venue.venue.api_key(wanted.trade.account)
        home = Home(
            name=wanted.name,
            pair=wanted.trade.pair,
            file=wanted.write(self._setting.folder),
            secrets={KEY: key.key, SECRET: key.secret.reveal()},
            pace=self.pace,
            faults=self.faults,
            timeline=self.timeline,
            now=self.now,
            nursery=self._nursery,
            rewrite=partial(self._rewrite, wanted),
        )
        bot = RealBot(home, venue.oracle(wanted.trade.account, wanted.trade.pair))
        self.bots[wanted.name] = bot
        return bot

    def trader(self, bot: RealBot, *, every: float = 5.0) -> Trader:
        """Somebody who places and cancels orders through a bot's desk, until told to stop."""
        source = chance.stream(self.seed, f"trader of {bot.name}")
        trader = Trader(bot, source, every)
        self._nursery.start_soon(trader.run)
        return trader

    # -- expectations

    def always(self, check: Check, words: str = "") -> None:
        """It holds from now on, to the end; looked at ten times a second."""
        self.expectations.add("always", check, words)

    def never(self, check: Check, words: str = "") -> None:
        """It does not hold once, to the end; looked at ten times a second."""
        self.expectations.add("never", check, words)

    def sometimes(self, check: Check, words: str = "") -> None:
        """See `World.sometimes`."""
        self.expectations.add("sometimes", check, words)

    async def eventually(self, check: Check, *, within: float, words: str = "") -> float:
        """Wait until it holds: after how many s of the host. Fails where it does not."""
        place = caller()
        took = await self._until(check, within)
        if took is None:
            said = words or place.text or "it does not hold"
            raise ExpectationFailed(str(place), f"not within {within:g} s: {said}")
        return took

    def expect(self, holds: object, words: str = "") -> None:
        """It holds now. Raises ExpectationFailed."""
        if not holds:
            place = caller()
            raise ExpectationFailed(str(place), f"does not hold: {words or place.text}")

    async def settle(self, *, within: float = CALM) -> float:
        """End all faults, and wait until every bot is in order again: after how many s (R8)."""
        place = caller()
        for bot in self.bots.values():
            await bot.moving()
        self.calm()
        for bot in self.bots.values():
            await bot.start()
        took = await self._until(lambda: not self.disorder(), within)
        self.is_settled = took is not None
        if took is None:
            words = f"R8 not in order {within:g} s after the last fault: {self.disorder()[0]}"
            raise ExpectationFailed(str(place), words)
        self.converged_within = took
        return took

    async def rests(self, check: Check, *, within: float, words: str = "") -> None:
        """See `World.rests`."""
        await self.eventually(check, within=within, words=words)
        self.is_at_rest = True

    def calm(self) -> None:
        """End all faults; what they have done stays done."""
        for venue in self.venues.values():
            venue.calm()
        for bot in self.bots.values():
            bot.calm()
        self.timeline.note("fault", "script", "all faults end")

    def disorder(self) -> list[str]:
        """What is not in order yet, a sentence each. No word reaches anybody while it is looked."""
        return [words for bot in self.bots.values() for words in disorder_of(bot)]

    def happened(self, fault: str, words: str) -> None:
        """Note a fault that the script itself is."""
        if self.faults.arm(fault, words, caller()):
            self.faults.fire(self.now(), fault, words)

    def start_soon(self, body: Callable[..., Awaitable[object]], *args: object) -> None:
        """Run an async function of the script beside it; what it raises fails the run."""
        self._nursery.start_soon(self._beside, body, args, caller())

    # -- for the runner

    async def port(self, venue: WorldVenue) -> int:
        """Where an exchange is served, from now on."""
        if venue.name not in self._ports:
            face = TcpFace(venue.wire, venue.driver)
            self._ports[venue.name] = await self._nursery.start(face.run)
        return self._ports[venue.name]

    def now(self) -> Millis:
        """By the host's clock."""
        return LiveClock().now()

    def fail(self, finding: Finding) -> None:
        """Something does not hold: the run ends."""
        if len(self.findings) < MOST:
            self.findings.append(finding)
            self.timeline.note("check", "world", str(finding))
        self._scope.cancel()

    def finding(self, error: BaseException, place: Place = NOWHERE) -> Finding:
        """What an error of the script comes to; that of a plan, of which no line runs, its file."""
        file = self._setting.file
        found = raised(error, file, self.now(), place)
        if found.kind == "wrong" and not found.place.startswith(file):
            return msgspec.structs.replace(found, place=file)
        return found

    def look(self) -> None:
        """Look at every expectation."""
        for venue in self.venues.values():
            venue.tell_faults()
        self.expectations.look()

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await trio.sleep(TICK * self.pace)
            self.look()

    async def close(self) -> None:
        """End what runs, in order. Raises ProcessStuck."""
        for bot in self.bots.values():
            await bot.moving()
            await bot.stop()

    # -- inside

    def _rewrite(self, wanted: Wanted, pair: str, mode: Mapping[str, object]) -> Path:
        trade = attrs.evolve(wanted.trade, pair=pair, mode=mode)
        return attrs.evolve(wanted, trade=trade).write(self._setting.folder)

    async def _until(self, check: Check, within: float) -> float | None:
        """After how many s of the host it holds; None where it does not within so many."""
        began = trio.current_time()
        while not check():
            if trio.current_time() - began >= within * self.pace:
                return None
            await trio.sleep(LOOK * self.pace)
        return (trio.current_time() - began) / self.pace

    async def _beside(
        self, body: Callable[..., Awaitable[object]], args: tuple[object, ...], place: Place
    ) -> None:
        result = await outcome.acapture(body, *args)
        if isinstance(result, outcome.Error):
            if isinstance(result.error, trio.Cancelled):
                raise result.error
            self.fail(self.finding(result.error, place))

    def _open(
        self,
        *pairs: str,
        kind: Liveliness,
        deposits: Mapping[str, str] = DEPOSITS,
        name: str = "",
        change: Callable[[VenueConfig], VenueConfig] | None = None,
    ) -> WorldVenue:
        config = config_of(
            pairs, kind, seed=self.seed, start=self.now(), deposits=deposits, change=change
        )
        name = name or f"exchange{len(self.venues) + 1}"
        venue = WorldVenue(
            config, name, self.faults, self.timeline, self._heard, speed=1 / self.pace
        )
        self.venues[name] = venue
        venue.venue.start()
        self._nursery.start_soon(venue.driver.run)
        return venue

    def _heard(self, sent: Sent) -> None:
        for hear in tuple(self.heard):
            hear(sent)
