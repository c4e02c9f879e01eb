"""A world: simulated exchanges, whole bots on them, and all that can go wrong between them.

    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        world.venue.strike("A2", "execute_then_drop_response", when={"path": ORDER, "nth": 1})
        order = await bot.place("buy", "0.01", "50000")
        await world.eventually(lambda: bot.order(order.id).status == "accepted", within=30)

Time is virtual and all chance is drawn from the seed: one seed, one run. `running` makes a world
and runs a script in it; `invariants` looks on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import attrs
import outcome
import trio

from ...runtime import AskError, Millis, NoSuchActor, Refusal, chance
from ...storage.environment import FIRST_MAP
from ..errors import ExpectationFailed
from ..venue.config import VenueConfig
from ..venue.wire.driver import Driver
from .agreement import disorder_of
from .amounts import check_least, check_new
from .armed import FaultList
from .bot import WorldBot
from .botfile import ITS_OWN, SILENT, Feeds, Trade
from .clock import HostClock, WorldClock
from .expectations import Check, Expectations
from .findings import Finding, Violation, is_interrupt, raised
from .life import Tamper
from .making import BotPlan, Ground, make_bot
from .memory import Memory, remember
from .mover import Mover
from .places import Place, caller
from .timeline import Timeline
from .trader import Trader
from .venue import ACCOUNTS, DEPOSITS, Liveliness, WorldVenue
from .venue import config_of as venue_config
from .wiretap import Sent

Checker = Callable[["World"], list[Violation]]
PAIR: Final = "BTC/USDT"
TICK: Final = 5.0  # s between two looks at everything, beside those after each commit
MEMORY: Final = 12  # ticks between two looks at what actors hold in memory
CALM: Final = 600.0  # s in which a bot must be in order again after the last fault
MOST: Final = 20  # findings that are kept of one run


@attrs.frozen(kw_only=True)
class Setting:
    """What a world is made of."""

    seed: int
    folder: Path
    muted: Collection[int] = ()  # numbers of faults that are left out
    checkers: Sequence[Checker] = ()  # looked at after every commit and every few seconds
    expected_hash: str = ""  # of an earlier run of the same seed; empty: there is none


class World:
    """Everything of one run. Get one from `running`, or from the fixture of `testing`."""

    def __init__(
        self, setting: Setting, host: HostClock, nursery: trio.Nursery, scope: trio.CancelScope
    ) -> None:
        self.seed = setting.seed
        self.chance: Random = chance.stream(setting.seed, "scenario")
        self.venues: dict[str, WorldVenue] = {}
        self.bots: dict[str, WorldBot] = {}
        self.findings: list[Finding] = []
        self.memories: dict[str, Memory] = {}  # what actors held at the last look, by bot
        self.timeline = Timeline(self._now)
        self.faults = FaultList(self.timeline, setting.muted)
        self.clock = WorldClock(host, self.faults, self._drivers)
        self.expectations = Expectations(self.fail, self._now)
        self.converged_within: float | None = None  # s after the last fault; None: nobody waited
        self.map_size = FIRST_MAP  # bytes that the store of a bot starts with
        self.undurable: list[tuple[str, str]] = []  # bot and client id of orders sent too early
        self.is_settled = False  # nothing was asked of anybody since a script waited for order
        self.is_at_rest = False  # it came to the end that it should, other than by being in order
        self.is_over = False  # all has been stopped, and the last look is taken
        self.expected_hash = setting.expected_hash
        self.mover = Mover(host, nursery)
        self._setting = setting
        self._host = host
        self._nursery = nursery
        self._scope = scope
        self._is_looking = False

    # -- what there is

    @property
    def venue(self) -> WorldVenue:
        """The first exchange; one with quiet markets is opened where there is none."""
        if not self.venues:
            self._open(self._venue_config((PAIR,), "quiet"))
        return next(iter(self.venues.values()))

    @property
    def bot(self) -> WorldBot:
        """The bot that was started first."""
        if not self.bots:
            raise caller().wrong("there is no bot yet", remedy="await world.start_bot() first")
        return next(iter(self.bots.values()))

    async def open_venue(
        self,
        *pairs: str,
        kind: Liveliness = "traders",
        deposits: Mapping[str, str] = DEPOSITS,
        name: str = "",
        change: Callable[[VenueConfig], VenueConfig] | None = None,
    ) -> WorldVenue:
        """Open an exchange with these markets and three accounts that hold `deposits`.

        kind: "traders" trade there, or it is "quiet". change: of whatever else it is made of.
        """
        venue = self._open(self._venue_config(pairs or (PAIR,), kind, deposits, change), name)
        await trio.lowlevel.checkpoint()
        return venue

    async def start_bot(  # noqa: PLR0913  # each has a usual value
        self,
        name: str = "",
        *,
        pair: str = PAIR,
        feeds: Feeds = ITS_OWN,
        account: str = "",
        venue: WorldVenue | None = None,
        mode: Mapping[str, object] = SILENT,
        opened: float = 600,
        tamper: Tamper | None = None,
        **settings: object,
    ) -> WorldBot:
        """Start a bot and wait until its gate is open, no longer than `opened` s; 0: do not wait.

        feeds: what it follows. mode: of its file; SILENT places nothing by itself. settings: of
        `VenueSettings`.
        """
        site = self.venue if venue is None else venue
        check_least(0, opened=opened)
        site.check_pair(pair)
        number = len(self.bots)
        name = name or f"bot{number + 1}"
        check_new("bot", name, self.bots)
        trade = Trade(
            pair=pair, account=account or ACCOUNTS[number % len(ACCOUNTS)], mode=mode, feeds=feeds
        )
        plan = BotPlan(
            name=name, trade=trade, tamper=tamper, map_size=self.map_size, settings=settings
        )
        ground = Ground(self.seed, self._setting.folder, self._host, self._nursery)
        bot = self.bots[name] = make_bot(self, ground, site, plan)
        await bot.start()
        if opened and not await bot.opened(within=opened):
            why = "; ".join(map(str, await self._obstacles(bot))) or f"its line is {bot.line}"
            raise ExpectationFailed(str(caller()), f"{name} did not open in {opened:g} s: {why}")
        return bot

    def trader(self, bot: WorldBot, *, every: float = 5.0) -> Trader:
        """Somebody who places and cancels orders through a bot's desk, until told to stop.

        every: s between two of them, about.
        """
        check_least(0.001, every=every)
        trader = Trader(bot, chance.stream(self.seed, f"trader of {bot.name}"), every)
        self._nursery.start_soon(trader.run)
        return trader

    # -- expectations

    def always(self, check: Check, words: str = "") -> None:
        """It holds from now on, to the end."""
        self.expectations.add("always", check, words)

    def never(self, check: Check, words: str = "") -> None:
        """It does not hold once, to the end."""
        self.expectations.add("never", check, words)

    def sometimes(self, check: Check, words: str = "") -> None:
        """It holds at some time, in one run of a sweep at least."""
        self.expectations.add("sometimes", check, words)

    async def eventually(self, check: Check, *, within: float, words: str = "") -> float:
        """Wait until it holds: after how many s. Fails where it does not within so many s."""
        return await self.expectations.eventually(check, within, words)

    def expect(self, holds: object, words: str = "") -> None:
        """It holds now. Raises ExpectationFailed."""
        if not holds:
            place = caller()
            raise ExpectationFailed(str(place), f"does not hold: {words or place.text}")

    async def settle(self, *, within: float = CALM) -> float:
        """End all faults, and wait until every bot is in order again: after how many s (R8).

        In order: its gate is open, no outcome is unknown, and books and exchange agree exactly.
        """
        place = caller()
        check_least(0, within=within)
        self.calm()
        for bot in self.bots.values():
            await bot.start()
        began = trio.current_time()
        while (wrong := self.disorder()) and trio.current_time() - began < within:  # noqa: ASYNC110 - many actors' state
            await trio.sleep(1.0)
        self.converged_within = trio.current_time() - began
        self.is_settled = not wrong
        if wrong:
            raise ExpectationFailed(
                str(place), f"R8 not in order {within:g} s after the last fault: {wrong[0]}"
            )
        return self.converged_within

    async def rests(self, check: Check, *, within: float, words: str = "") -> None:
        """Wait for the end of a bot that is not to trade on: refused, or with its gate closed.

        Then that is the order in which the run ends. Fails where it does not come within so many s.
        """
        await self.expectations.eventually(check, within, words)
        self.is_at_rest = True

    def calm(self) -> None:
        """End all faults; what they have done stays done."""
        for venue in self.venues.values():
            venue.calm()
        for bot in self.bots.values():
            bot.calm()
        self.clock.calm()
        self.timeline.note("fault", "script", "all faults end")

    def disorder(self) -> list[str]:
        """What is not in order yet, a sentence each."""
        return [words for bot in self.bots.values() for words in disorder_of(bot)]

    def happened(self, fault: str, words: str) -> None:
        """Note a fault that the script itself is, such as two bots on one account."""
        if self.faults.arm(fault, words, caller()):
            self.faults.fire(self._now(), fault, words)

    # -- for the runner and the invariants

    @property
    def hash(self) -> str:
        """Of all turns, journals and bytes of all bots, by name: two runs of a seed share it."""
        parts: list[str] = []
        for name, bot in self.bots.items():
            parts += (f"{name}/life{life.number + 1}={life.turns.trace.hash}" for life in bot.lives)
            parts += (f"{name}/journal={bot.books.hash}", f"{name}/wire={bot.uplink.hash}")
        return " ".join(parts)

    @property
    def elapsed_at(self) -> Millis:
        """The time that it is by the clock that nobody sets, as moments of bots are kept."""
        return self._now()

    @property
    def turns(self) -> int:
        """Of all actors, so far."""
        return sum(life.turns.trace.turns for bot in self.bots.values() for life in bot.lives)

    def fail(self, finding: Finding) -> None:
        """Something does not hold: the run ends."""
        if len(self.findings) < MOST:
            self.findings.append(finding)
            self.timeline.note("check", "world", str(finding))
        self._scope.cancel()

    def look(self) -> None:
        """Look at every expectation and every invariant."""
        if self._is_looking:
            return
        self._is_looking = True
        try:
            for venue in self.venues.values():
                venue.tell_faults()
            self.expectations.look()
            for checker in self._setting.checkers:
                for found in checker(self):
                    self.violated(found)
        finally:
            self._is_looking = False

    def violated(self, found: Violation) -> None:
        """An invariant does not hold."""
        words = f"{found.bot}: {found.detail}" if found.bot else found.detail
        self.fail(Finding("violation", found.code, "", words, self._now()))

    def committed(self, _: WorldBot, /) -> None:
        """See `Around`."""
        self.look()

    def stuck(self, bot: WorldBot) -> None:
        """See `Around`."""
        life = bot.lives[-1]
        busy = ", ".join(f"{path} ({count} turns)" for path, count in life.turns.busiest(3))
        words = f"{bot.name} takes turns without end while time stands still: {busy}"
        self.fail(Finding("hung", "R8", "", words, self._now()))

    def start_soon(self, body: Callable[..., Awaitable[object]], *args: object) -> None:
        """Run an async function of the script beside it; what it raises fails the run."""
        self._nursery.start_soon(self._beside, body, args, caller())

    async def watch(self) -> None:
        """Look every few seconds, until cancelled."""
        number = 0
        while True:
            await trio.sleep(TICK)
            number += 1
            if number % MEMORY == 0:
                for bot in self.bots.values():
                    found = await remember(bot)
                    if found is not None:
                        self.memories[bot.name] = found
            self.look()

    async def close(self) -> None:
        """Stop what runs, and leave the host as it was."""
        for bot in self.bots.values():
            await bot.stop()
        for bot in self.bots.values():
            for life in bot.lives:
                await life.ended.wait()
            bot.disk.mend()
        self.clock.calm()  # the zone is that of the process

    # -- inside

    async def _beside(
        self, body: Callable[..., Awaitable[object]], args: tuple[object, ...], place: Place
    ) -> None:
        result = await outcome.acapture(body, *args)
        if isinstance(result, outcome.Error):
            if isinstance(result.error, trio.Cancelled) or is_interrupt(result.error):
                raise result.error
            self.fail(raised(result.error, place.file, self._now(), place))

    def _venue_config(
        self,
        pairs: tuple[str, ...],
        kind: Liveliness,
        deposits: Mapping[str, str] = DEPOSITS,
        change: Callable[[VenueConfig], VenueConfig] | None = None,
    ) -> VenueConfig:
        start = Millis(self._host.time)
        return venue_config(pairs, kind, self.seed, start, deposits=deposits, change=change)

    def _open(self, config: VenueConfig, name: str = "") -> WorldVenue:
        name = name or f"exchange{len(self.venues) + 1}"
        check_new("exchange", name, self.venues)
        venue = WorldVenue(config, name, self.faults, self.timeline, self._heard)
        self.venues[name] = venue
        venue.venue.start()
        self._nursery.start_soon(venue.driver.run)
        return venue

    def _heard(self, sent: Sent) -> None:
        """An order has arrived; it must be durable by now (O3)."""
        bot = self.bots.get(sent.bot)
        if bot is not None and bot.books.by_client_id(sent.client_id) is None:
            self.undurable.append((bot.name, sent.client_id))
        self.look()

    def _now(self) -> Millis:
        return Millis(self._host.time)

    def _drivers(self) -> list[Driver]:
        return [venue.driver for venue in self.venues.values()]

    async def _obstacles(self, bot: WorldBot) -> tuple[object, ...]:
        try:
            return tuple(await bot.obstacles())
        except (AskError, NoSuchActor, Refusal):
            return ()
