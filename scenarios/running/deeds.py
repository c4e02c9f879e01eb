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
    commit: int = 1  # of kill_before, kill_after, power_cut and disk_fail
    actor: str = "desk"  # of crash, cancel and flood
    message: str = ""  # of crash: the type of message that counts
    at_message: int = 1  # of crash
    checkpoint: int = 1  # of cancel
    back: float = 5  # s until a process that died of it is started again
    value: float = 0  # bytes a second, or ms, or s, or ppm, or messages


Do = Callable[[World, WorldBot, Deed], Awaitable[None]]


async def _kill(_: World, bot: WorldBot, deed: Deed) -> None:
    await bot.kill(back_after=deed.back)


async def _kill_before(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.kill_at(commit=deed.commit, phase="before", back_after=deed.back)


async def _kill_after(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.kill_at(commit=deed.commit, phase="after", back_after=deed.back)


async def _power_cut(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.kill_at(commit=deed.commit, phase="torn", back_after=deed.back)


async def _crash(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.crash(deed.actor, at_message=deed.at_message, message=deed.message)


async def _cancel(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.cancel_at(deed.actor, checkpoint=deed.checkpoint)


async def _flood(_: World, bot: WorldBot, deed: Deed) -> None:
    bot.flood(deed.actor, round(deed.value))


async def _disk_fail(world: World, bot: WorldBot, deed: Deed) -> None:
    bot.disk.fail(at_commit=deed.commit)
    world.start_soon(_again, bot, deed.back)


async def _again(bot: WorldBot, back: float) -> None:
    """Start a process again that ends by itself."""
    await bot.died()
    await trio.sleep(back)
    await bot.start()


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


async def _certificate(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.spoil_certificate()


async def _files(_: World, bot: WorldBot, __: Deed) -> None:
    bot.network.spend_files()


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


async def _drift(world: World, _: WorldBot, deed: Deed) -> None:
    world.clock.drift(round(deed.value))


async def _steady(world: World, _: WorldBot, __: Deed) -> None:
    world.clock.calm()


async def _suspend(world: World, _: WorldBot, deed: Deed) -> None:
    world.clock.suspend(deed.value)


async def _stall(world: World, _: WorldBot, deed: Deed) -> None:
    world.clock.stall(deed.value)


DEEDS: Final[Mapping[str, Do]] = MappingProxyType(
    {
        "kill": _kill,
        "kill_before": _kill_before,
        "kill_after": _kill_after,
        "power_cut": _power_cut,
        "crash": _crash,
        "cancel": _cancel,
        "flood": _flood,
        "disk_fail": _disk_fail,
        "disk_full": _disk_full,
        "disk_slow": _disk_slow,
        "cut": _cut,
        "partition": _partition,
        "lose_names": _names,
        "spoil_certificate": _certificate,
        "spend_files": _files,
        "reset": _reset,
        "delay": _delay,
        "throttle": _throttle,
        "clock_step": _step,
        "clock_drift": _drift,
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
        "spoil_certificate": _heal,
        "spend_files": _heal,
        "clock_drift": _steady,
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
