"""What can be done to a bot's host and process, by name: for fault plans and for the swarm.

A deed is a value, so that it can be drawn from a seed, written into a file and left out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec
import trio

from ..errors import BadScenario
from ..venue.faults.errors import nearest
from ..world import World, WorldBot


class Deed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is done at a moment. at: s after the bots have opened."""

    at: float
    do: str
    bot: int = 1  # the number of the one that it is done to
    lasts: float = 0  # s, of what has an end; 0: until all faults end
    commit: int = 1  # of kill_before, kill_after and disk_fail
    actor: str = "desk"  # of crash
    message: str = ""  # of crash: the type of message that counts
    at_message: int = 1  # of crash
    back: float = 5  # s until a killed process is started again
    value: float = 0  # bytes a second, or ms, or s


Do = Callable[[World, WorldBot, Deed], Awaitable[None]]


async def _kill(_: World, bot: WorldBot, deed: Deed) -> None:
    await bot.kill(back_after=deed.back)


async def _kill_before(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.kill_at(commit=deed.commit, phase="before", back_after=deed.back)


async def _kill_after(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.kill_at(commit=deed.commit, phase="after", back_after=deed.back)


async def _crash(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.crash(deed.actor, at_message=deed.at_message, message=deed.message)


async def _disk_full(_: World, bot: WorldBot, __: Deed) -> None:
    bot.disk.fill()


async def _disk_slow(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.disk.slow(round(deed.value))


async def _mend(_: World, bot: WorldBot, __: Deed) -> None:
    bot.disk.mend()


async def _cut(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.cut()


async def _partition(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.partition()


async def _names(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.lose_names()


async def _reset(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.reset()


async def _delay(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.network.delay(round(deed.value))


async def _throttle(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.network.throttle(round(deed.value))


async def _heal(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.heal()


async def _step(world: World, _: WorldBot, deed: Deed) -> None:
    world.clock.step(deed.value)


async def _suspend(world: World, _: WorldBot, deed: Deed) -> None:
    world.clock.suspend(deed.value)


async def _stall(world: World, _: WorldBot, deed: Deed) -> None:
    world.clock.stall(deed.value)


DEEDS: Final[Mapping[str, Do]] = MappingProxyType(
    {
        "kill": _kill,
        "kill_before": _kill_before,
        "kill_after": _kill_after,
        "crash": _crash,
        "disk_full": _disk_full,
        "disk_slow": _disk_slow,
        "cut": _cut,
        "partition": _partition,
        "lose_names": _names,
        "reset": _reset,
        "delay": _delay,
        "throttle": _throttle,
        "clock_step": _step,
        "suspend": _suspend,
        "stall": _stall,
    }
)
"""Every deed by name."""

ENDS: Final[Mapping[str, Do]] = MappingProxyType(
    {
        "disk_full": _mend,
        "disk_slow": _mend,
        "cut": _heal,
        "partition": _heal,
        "lose_names": _heal,
        "delay": _heal,
        "throttle": _heal,
    }
)
"""What ends it, of those that last."""


def check_deed(deed: Deed, place: str) -> None:
    """Raise BadScenario where there is no such deed."""
    if deed.do not in DEEDS:
        raise BadScenario(place, f"there is no {deed.do!r}", remedy=nearest(deed.do, DEEDS))


async def perform(world: World, deed: Deed) -> None:
    """Do it now."""
    await DEEDS[deed.do](world, _bot_of(world, deed), deed)


async def end(world: World, deed: Deed) -> None:
    """Undo it."""
    await ENDS[deed.do](world, _bot_of(world, deed), deed)


async def done_at(world: World, deed: Deed) -> None:
    """Do a deed at its time, and undo it where it has an end."""
    await trio.sleep(deed.at)
    await perform(world, deed)
    if deed.lasts and deed.do in ENDS:
        await trio.sleep(deed.lasts)
        await end(world, deed)


def _bot_of(world: World, deed: Deed) -> WorldBot:
    bots = list(world.bots.values())
    return bots[(deed.bot - 1) % len(bots)]
