"""The swarm: a seed draws which faults are on, how often they strike, and who is there.

Not every run has every fault: what one of them hides, another run without it shows. In safety mode
they strike to the end; in liveness mode they end, and every bot must be in order again in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

import attrs
import trio

from ...runtime import chance as chances
from ..venue.faults.rules import rule_of
from ..world import LIVELY, ORDER, SILENT, Place, Trader, World
from .deeds import Deed, done_at
from .menu import (
    CRASHES,
    DEEDS,
    OF_THE_VENUE,
    ON_CANCELS,
    ON_EVENTS,
    ON_ORDERS,
    ON_READS,
    Table,
)

SHARE: Final = (0.05, 0.5)  # of the faults of the menu that are on in a run, from and to
MOST_DEEDS: Final = 5
MOST_BOTS: Final = 2


@attrs.frozen(kw_only=True)
class Drawn:
    """What a seed comes to."""

    rules: tuple[Table, ...]
    deeds: tuple[Deed, ...]
    bots: int
    every: float  # s between two deeds of a trader, about
    is_lively: bool  # whether the mode trades as well


def drawn(seed: int, seconds: float) -> Drawn:
    """What the swarm of a seed is, for a run of so many s."""
    chance = chances.stream(seed, "swarm")
    share = chance.uniform(*SHARE)
    bots = chance.choice((1, 1, MOST_BOTS))
    return Drawn(
        rules=tuple(_rules(chance, share, seconds)),
        deeds=tuple(sorted(_deeds(chance, seconds, bots), key=lambda deed: deed.at)),
        bots=bots,
        every=chance.choice((4.0, 10.0, 30.0, 90.0)),
        is_lively=chance.random() < 1 / 2,
    )


def _rules(chance: Random, share: float, seconds: float) -> Iterator[Table]:
    faces: tuple[tuple[tuple[Table, ...], dict[str, Any]], ...] = (
        (ON_ORDERS, {"method": "POST", "path": ORDER}),
        (ON_CANCELS, {"method": "DELETE", "path": ORDER}),
        (ON_READS, {"method": "GET", "path": ORDER}),
        (ON_EVENTS, {"event": "executionReport"}),
    )
    for tables, when in faces:
        for table in tables:
            if chance.random() < share:
                yield {**table, "when": {**when, "every": chance.randint(3, 40)}}
    for table in OF_THE_VENUE:
        if chance.random() < share / 2:
            first = chance.randint(60_000, max(int(seconds * 500), 60_001))
            again = chance.randint(600_000, 1_800_000)
            yield {**table, "when": {"at": first, "again": again}}


def _deeds(chance: Random, seconds: float, bots: int) -> Iterator[Deed]:
    for _ in range(chance.randint(0, MOST_DEEDS)):
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


async def play(world: World, *, hours: float) -> None:
    """Run what the seed draws, with faults to the end."""
    traders = await _begin(world, hours * 3_600)
    await trio.sleep(hours * 3_600)
    for trader in traders:
        trader.stop()


async def play_to_calm(world: World, *, hours: float) -> None:
    """The same, and then every bot must be in order again."""
    await play(world, hours=hours)
    await world.settle()


async def _begin(world: World, seconds: float) -> list[Trader]:
    plan = drawn(world.seed, seconds)
    venue = await world.open_venue()
    for _ in range(plan.bots):
        await world.start_bot(mode=LIVELY if plan.is_lively else SILENT)
    for number, table in enumerate(plan.rules, 1):
        rule = rule_of(table, place=f"swarm: rule {number}", inspector=venue.planned.inspector)
        venue.put(rule, Place("swarm", number, ""))
    for deed in plan.deeds:
        world.start_soon(done_at, world, deed)
    return [world.trader(bot, every=plan.every) for bot in world.bots.values()]
