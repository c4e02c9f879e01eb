"""How a bot of a world is made: its file, its host's disk and network, its place at an exchange."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import trio

from ...runtime import chance
from ...storage.environment import FIRST_MAP
from .around import Around
from .bot import WorldBot
from .botfile import Trade, config_of
from .clock import HostClock
from .disk import Disk
from .life import Berth, Tamper
from .uplink import Uplink
from .venue import WorldVenue


@attrs.frozen
class Ground:
    """What all bots of a world stand on."""

    seed: int
    folder: Path
    host: HostClock
    nursery: trio.Nursery


@attrs.frozen(kw_only=True)
class BotPlan:
    """What one of them is to be. map_size: bytes that its store starts with."""

    name: str
    trade: Trade
    tamper: Tamper | None = None
    map_size: int = FIRST_MAP
    settings: Mapping[str, object]  # of `VenueSettings`


def make_bot(around: Around, ground: Ground, venue: WorldVenue, plan: BotPlan) -> WorldBot:
    """A bot that has not been started."""
    name, trade = plan.name, plan.trade
    berth = Berth(
        config=config_of(name, trade, seed=ground.seed),
        settings=venue.settings(trade.account, plan.settings),
        clock=ground.host,
        say=_unheard,
        tamper=plan.tamper,
    )
    disk = Disk(ground.folder / name, chance.stream(ground.seed, f"disk of {name}"), plan.map_size)
    return WorldBot(
        around,
        berth,
        host=ground.host,
        uplink=Uplink(venue.listener, name),
        oracle=venue.oracle(trade.account, trade.pair),
        disk=disk,
        looks=lambda: venue.looks(name),
        nursery=ground.nursery,
    )


def _unheard(*_: object) -> None:
    """Who is not told anything."""
