"""The swarm: a seed draws which faults are on, how often they strike, and who is there.

Not every run has every fault: what one of them hides, another run without it shows. In safety mode
they strike to the end; in liveness mode they end, and every bot must be in order again in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Any, Final

import attrs
import trio
from msgspec.structs import replace

from ...actors.bot.config import FeedTopic
from ...runtime import chance as chances
from ..venue.config import VenueConfig
from ..venue.faults.rules import rule_of
from ..world import LIVELY, ORDER, SILENT, Feeds, Place, Trader, World
from ..world.venue import venue_symbol
from .deeds import Deed, done_at
from .menu import (
    CRASHES,
    DEEDS,
    LATER_ON_ORDERS,
    OF_THE_VENUE,
    ON_CANCELS,
    ON_EVENTS,
    ON_LINES,
    ON_ORDERS,
    ON_READS,
    Table,
)

SHARE: Final = (0.05, 0.5)  # of the faults of the menu that are on in a run, from and to
OFTEN: Final = (3, 40)  # a fault strikes at one of so many, from and to
SELDOM: Final = (20, 200)  # a line that is never up for a minute shows little of a bot
MOST_DEEDS: Final = 5  # in each spell
STEPS: Final = 4  # of the exchange's clock, until it is set right
SPELL: Final = 4 * 3_600.0  # s
BOTS: Final = (1, 1, 1, 2, 3)  # how many there may be
PAIRS: Final = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
TOPICS: Final[tuple[tuple[FeedTopic, ...], ...]] = (
    ("candles",),
    ("candles", "trades"),
    ("candles", "ticker"),
    ("candles", "trades", "ticker"),
    ("candles", "book"),
)
GUARDS: Final[tuple[Mapping[str, str], ...]] = (
    {},
    {"stop_loss": "0.004", "take_profit": "0.004"},
    {"stop_loss": "0.01", "trail": "0.003"},
    {"trail": "0.004", "take_profit": "0.006"},
)
"""What bounds the positions of a mode; a market of an hour moves by so much."""
DEPOSITS: Final = MappingProxyType({"USDT": "100000", "BTC": "2", "ETH": "30", "SOL": "500"})


@attrs.frozen(kw_only=True)
class Cadence:
    """How much goes on: a virtual hour costs what is said and done in it."""

    paces: tuple[float, ...]  # steps a second of the traders of each market, most of which print
    beat: int  # ms between two words of a stream on a candle that is open
    deeds: tuple[float, ...]  # s between two deeds of a trader of ours, about


BUSY: Final = Cadence(paces=(0.05, 0.15, 0.3, 0.6), beat=2_000, deeds=(4, 10, 30, 90))
"""Of an hour: the streams are as quick as Binance's."""

CALM: Final = Cadence(paces=(0.15, 0.2), beat=10_000, deeds=(60, 120, 300, 900))
"""Of a day, of which a hundred can be afforded: a print every 5 to 8 s.

In a market that is quieter still, streams are silent for longer than anybody trusts them, and polls
cost more than prints.
"""


@attrs.frozen(kw_only=True)
class Drawn:
    """What a seed comes to."""

    rules: tuple[Table, ...]
    deeds: tuple[Deed, ...]
    pairs: tuple[str, ...]  # what each bot trades; it follows the others
    topics: tuple[FeedTopic, ...]  # of each market
    pace: float  # these three: see `Cadence`
    beat: int
    every: float
    mode: Mapping[str, object]  # of each bot: half of them trade as well


def drawn(seed: int, seconds: float, cadence: Cadence = BUSY) -> Drawn:
    """What the swarm of a seed is, for a run of so many s."""
    chance = chances.stream(seed, "swarm")
    share = chance.uniform(*SHARE)
    pairs = tuple(chance.sample(PAIRS, chance.choice(BOTS)))
    return Drawn(
        rules=(*_rules(chance, share, seconds, pairs), *_later(seed, share)),
        deeds=tuple(sorted(_deeds(chance, seconds, len(pairs)), key=lambda deed: deed.at)),
        pairs=pairs,
        topics=chance.choice(TOPICS),
        pace=chance.choice(cadence.paces),
        beat=cadence.beat,
        every=chance.choice(cadence.deeds),
        mode=_mode(seed) if chance.random() < 1 / 2 else SILENT,
    )


def _mode(seed: int) -> Mapping[str, object]:
    """A mode that trades, and what bounds its positions."""
    return {**LIVELY, **chances.stream(seed, "swarm, guards").choice(GUARDS)}


def _rules(chance: Random, share: float, seconds: float, pairs: tuple[str, ...]) -> Iterator[Table]:
    for table in _struck(chance, share, seconds):
        if "symbol" in table:
            yield {**table, "symbol": venue_symbol(chance.choice(pairs))}
        else:
            yield table


def _struck(chance: Random, share: float, seconds: float) -> Iterator[Table]:
    faces: tuple[tuple[tuple[Table, ...], dict[str, Any], tuple[int, int]], ...] = (
        (ON_ORDERS, {"method": "POST", "path": ORDER}, OFTEN),
        (ON_CANCELS, {"method": "DELETE", "path": ORDER}, OFTEN),
        (ON_READS, {"method": "GET", "path": ORDER}, OFTEN),
        (ON_EVENTS, {"event": "executionReport"}, OFTEN),
        (ON_LINES, {"event": "executionReport"}, SELDOM),
    )
    for tables, when, every in faces:
        for table in tables:
            if chance.random() < share:
                yield {**table, "when": {**when, "every": chance.randint(*every)}}
    for table in OF_THE_VENUE:
        if chance.random() < share / 2:
            first = chance.randint(60_000, max(int(seconds * 500), 60_001))
            again = chance.randint(600_000, 1_800_000)
            yield {**table, "when": {"at": first, "again": again}}
            if table["verb"] == "clock_step":
                yield _stepped_back(table, first, again)


def _stepped_back(table: Table, first: int, again: int) -> Table:
    """After some steps the exchange's clock is right again.

    Without an end to them a day's exchange tells a time that its own trades and candles are minutes
    behind, and whatever is known of it is old for good.
    """
    by = -STEPS * int(table["by"].removesuffix("s"))
    at = first + STEPS * again - again // 2
    return {**table, "by": f"{by}s", "when": {"at": at, "again": STEPS * again}}


def _later(seed: int, share: float) -> Iterator[Table]:
    chance = chances.stream(seed, "swarm, later")
    for table in LATER_ON_ORDERS:
        if chance.random() < share:
            when = {"method": "POST", "path": ORDER, "every": chance.randint(*OFTEN)}
            yield {**table, "when": when}


def _deeds(chance: Random, seconds: float, bots: int) -> Iterator[Deed]:
    for _ in range(chance.randint(0, MOST_DEEDS * max(1, int(seconds / SPELL)))):
        do, value = chance.choice(DEEDS)
        yield Deed(
            at=round(chance.uniform(30, seconds * 0.9), 1),
            do=do,
            bot=chance.randint(1, bots),
            lasts=round(chance.uniform(5, 120), 1),
            commit=chance.randint(1, 30),
            actor=chance.choice(CRASHES),
            at_message=chance.randint(1, 60),
            checkpoint=chance.randint(1, 40),
            back=round(chance.uniform(0, 60), 1),
            value=value,
        )


async def play(world: World, *, hours: float, cadence: Cadence = BUSY) -> None:
    """Run what the seed draws, with faults to the end."""
    traders = await _begin(world, drawn(world.seed, hours * 3_600, cadence))
    await trio.sleep(hours * 3_600)
    for trader in traders:
        trader.stop()


async def play_to_calm(world: World, *, hours: float, cadence: Cadence = BUSY) -> None:
    """The same, and then every bot must be in order again."""
    await play(world, hours=hours, cadence=cadence)
    await world.settle()


async def _begin(world: World, plan: Drawn) -> list[Trader]:
    change = partial(_at_pace, plan)
    venue = await world.open_venue(*PAIRS, deposits=DEPOSITS, change=change)
    for pair in plan.pairs:
        feeds = Feeds(pairs=[each for each in PAIRS if each != pair], topics=plan.topics)
        await world.start_bot(pair=pair, feeds=feeds, mode=plan.mode)
    for number, table in enumerate(plan.rules, 1):
        rule = rule_of(table, place=f"swarm: rule {number}", inspector=venue.planned.inspector)
        venue.put(rule, Place("swarm", number, ""))
    for deed in plan.deeds:
        world.start_soon(done_at, world, deed)
    return [world.trader(bot, every=plan.every) for bot in world.bots.values()]


def _at_pace(plan: Drawn, config: VenueConfig) -> VenueConfig:
    """The same exchange with traders and streams that are so busy."""
    markets = tuple(
        replace(market, flow=replace(market.flow, density=plan.pace)) for market in config.markets
    )
    return replace(config, markets=markets, keep=replace(config.keep, kline_beat=plan.beat))
