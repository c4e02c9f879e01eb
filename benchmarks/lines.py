"""Two hours of trading over a line on which everything goes wrong, in virtual time.

A connector stands before a simulated venue, over streams in memory. A client places, queries and
cancels orders all the time, and the faults of `line_plan` strike all the time. What must hold: the
connector never crashes; nothing is sent inside a Retry-After; no order is sent twice; a socket that
went silent is given up in time; each answer is about what was asked; and when the run is over
nothing is left open.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import trio

from ..actors.exchange.bans import MemoryBans
from ..actors.exchange.budget import RateBudget
from ..actors.exchange.ccxt_connector import CcxtConnector
from ..actors.exchange.line import DETECTION
from ..actors.exchange.markets import Markets
from ..actors.exchange.messages import (
    Cancel,
    FetchHoldings,
    FetchOpenOrders,
    LineChanged,
    Query,
    Submit,
    Watch,
)
from ..actors.exchange.settings import Credentials, VenueSettings
from ..runtime import (
    Actor,
    Ask,
    AskError,
    Child,
    Millis,
    Refusal,
    Supervisor,
    System,
    TreeNode,
    VirtualClock,
    on,
)
from ..runtime.secret import Secret
from ..scenarios.determinism import run_seeded
from ..scenarios.venue.accounts import AccountPlan
from ..scenarios.venue.config import START, MarketPlan, VenueConfig
from ..scenarios.venue.manners import sent_into_a_bar, sent_twice
from ..scenarios.venue.network import Reached, reaching
from ..scenarios.venue.venue import Venue
from .chunks import Chunk, Plan, Report, sweep
from .line_plan import codes, plan
from .progress import Watch as Progress
from .progress import unwatched

MINUTES: Final = 120  # of one trial
SYMBOL: Final = "BTC/USDT"
PAUSE: Final = 1.5  # s between two orders
HANDS: Final = 3  # that trade side by side
SILENT: Final = frozenset({"mute", "half_open"})
FUNDS: Final = "10000000"  # USDT


def run_lines(
    count: int, *, resume: Path | None = None, watch: Progress = unwatched, seed: int = 0
) -> Report:
    """Run `count` trials of two hours each, from `seed` on."""
    return sweep(
        Plan("lines", seed, 1), count, partial(_trial, seed), resume=resume, watch=watch, jobs=1
    )


def _trial(first: int, number: int, count: int) -> Chunk:
    found = run_line(first + number, MINUTES)
    return Chunk(number, count, found.violations, found.figures)


@attrs.frozen
class Found:
    """What one run came to."""

    violations: tuple[str, ...]
    figures: dict[str, float]
    fired: frozenset[str]  # codes of the faults that struck


def run_line(seed: int, minutes: int) -> Found:
    """One run of so many minutes of virtual time."""
    return run_seeded(partial(_traded, seed, minutes), seed=seed, start=START)


class Diary(Actor):
    """Writes down when the line changed."""

    def __init__(self, changes: list[tuple[Millis, str]]) -> None:
        self._changes = changes

    def on_start(self) -> None:
        self.subscribe(self.lookup("line"), LineChanged)

    @on(LineChanged)
    def changed(self, event: LineChanged) -> None:
        self._changes.append((self.now, event.line.state))


@attrs.define
class Trading:
    """The client: what it did, and what came of it."""

    system: System
    outcomes: Counter[str] = attrs.field(factory=Counter[str])
    wrong: list[str] = attrs.field(factory=list[str])

    async def ask(self, message: Ask[Any]) -> Any:
        """The answer, or None where there is none; either is counted."""
        line = self.system.lookup("/bot/line")
        try:
            answer = await line.ask(message, timeout=60_000)
        except (Refusal, AskError) as error:
            self.outcomes[type(error).__name__] += 1
            return None
        self.outcomes["answered"] += 1
        return answer

    async def trade(self, hand: int) -> None:
        """Place, ask, cancel, look; until cancelled."""
        number = 0
        while True:
            number += 1
            name = f"bn-{hand}-{number}"
            price = Decimal(40_000 + number % 50)
            order = Submit(name, SYMBOL, "buy", "limit", Decimal("0.001"), price)
            self.check(name, await self.ask(order))
            await trio.sleep(PAUSE)
            self.check(name, await self.ask(Query(name, SYMBOL)))
            await self.ask(Cancel(name, SYMBOL))
            if number % 10 == 0:
                await self.ask(FetchOpenOrders(SYMBOL))
                await self.ask(FetchHoldings())
            await trio.sleep(PAUSE)

    def check(self, name: str, answer: Any) -> None:
        """An answer is about what was asked."""
        if answer is not None and answer.client_id != name:
            self.wrong.append(f"{name} was answered with {answer.client_id}")


def a_tree(
    settings: VenueSettings, reached: Reached, changes: list[tuple[Millis, str]]
) -> Supervisor:
    """All that a connector needs, and the connector."""

    def connector() -> CcxtConnector:
        return CcxtConnector(
            settings,
            symbols=(SYMBOL,),
            markets="markets",
            budget="budget",
            network=reached.network,
        )

    return Supervisor(
        "bot",
        [
            Child("bans", MemoryBans),
            Child("budget", partial(RateBudget, "binance", settings.address, bans="bans")),
            Child("markets", Markets),
            Child("line", connector),
            Child("diary", partial(Diary, changes)),
        ],
        max_restarts=1_000_000,
    )


def a_venue(seed: int) -> tuple[Venue, VenueSettings]:
    """A spot venue with people in it, and the way to one account of it."""
    return _venue(seed, MarketPlan(pair=SYMBOL))


def a_quiet_venue(seed: int) -> tuple[Venue, VenueSettings]:
    """One in which nobody trades."""
    return _venue(seed, MarketPlan(pair=SYMBOL, kind="quiet"))


def _venue(seed: int, market: MarketPlan) -> tuple[Venue, VenueSettings]:
    venue = Venue(
        VenueConfig(
            markets=(market,),
            accounts=(AccountPlan(name="ann", deposits={"spot": {"USDT": FUNDS}}),),
            seed=seed,
        )
    )
    key = venue.api_key("ann")
    credentials = Credentials(Secret(key.key), Secret(key.secret.reveal()))
    return venue, VenueSettings(name="binance", credentials=credentials)


async def _traded(seed: int, minutes: int, clock: VirtualClock) -> Found:
    venue, settings = a_venue(seed)
    changes = list[tuple[Millis, str]]()
    async with reaching(venue, plan=plan(seed, minutes)) as reached:
        system = System(a_tree(settings, reached, changes), clock=clock, seed=seed)
        trading = Trading(system)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            for topic in ("trades", "ticker", "candles"):
                frame = "1m" if topic == "candles" else ""
                system.lookup("/bot/line").tell(Watch(SYMBOL, topic, frame))
            with trio.move_on_after(minutes * 60):
                async with trio.open_nursery() as hands:
                    for hand in range(HANDS):
                        hands.start_soon(trading.trade, hand)
                    hands.start_soon(_lose_names, reached, minutes)
            restarts = _restarts(system.tree())
            await system.stop()
    return _found(reached, trading, changes, restarts)


async def _lose_names(reached: Reached, minutes: int) -> None:
    """Now and then no name is found, or there is no way, just as all sockets break (E1)."""
    while True:
        for trouble in ("names", "cut"):
            await trio.sleep(minutes * 60 / 5)
            with reached.network.without(trouble):
                reached.venue.close_sockets(1001, "gone")
                await trio.sleep(20)


def _restarts(node: TreeNode) -> int:
    return node.restarts + sum(map(_restarts, node.children))


def _found(
    reached: Reached, trading: Trading, changes: list[tuple[Millis, str]], restarts: int
) -> Found:
    record = reached.record
    into_bars = sent_into_a_bar(record.arrivals, record.answers)
    twice = sent_twice(record.arrivals, record.answers)
    late, silent = _late(reached, changes)
    violations = [
        *trading.wrong,
        *([f"{restarts} restarts"] if restarts else []),
        *(f"{arrival} came inside the Retry-After of {told.at}" for arrival, told in into_bars),
        *(f"order {name} was sent {count} times" for name, count in twice.items()),
        *late,
        *([f"{left} streams were left open"] if (left := reached.network.open_streams) else []),
    ]
    entries = reached.faults.log.entries()
    fired = frozenset(each.fault for each in entries if not each.problem)
    ups = [state for _, state in changes].count("up")
    figures = {
        "requests": float(record.arrived),
        "faults": float(reached.faults.log.total),
        "codes fired": float(len(fired & set(codes()))),
        "silent sockets": float(silent),
        "times up": float(ups),
        **{name: float(count) for name, count in sorted(trading.outcomes.items())},
    }
    return Found(tuple(violations), figures, fired)


def _late(reached: Reached, changes: list[tuple[Millis, str]]) -> tuple[list[str], int]:
    """Silences of the account's stream that were not noticed in time, and how many there were."""
    found, count = list[str](), 0
    for fired in reached.faults.log.entries():
        if fired.verb not in SILENT or not fired.cause.startswith("push user"):
            continue
        before = [state for at, state in changes if at <= fired.at]
        noticed = [at for at, state in changes if at > fired.at and state != "up"]
        if not before or before[-1] != "up":
            continue
        count += 1
        if noticed and noticed[0] - fired.at > DETECTION:
            found.append(f"a silence at {fired.at} was noticed after {noticed[0] - fired.at} ms")
    return found, count
