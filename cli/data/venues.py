"""The way to a venue for commands that read its market: no key, no orders, and patience."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import attrs
import trio

from ...actors.bot.paths import BOTS, MARKETS, budget_of
from ...actors.bot.root import root_tree
from ...actors.exchange.adapters.capabilities import Capabilities, GetCapabilities
from ...actors.exchange.adapters.registry import adapter_for
from ...actors.exchange.addresses import moved_urls
from ...actors.exchange.ccxt_connector import CcxtConnector
from ...actors.exchange.errors import (
    Barred,
    NotListed,
    NotOffered,
    UnsoundAnswer,
    VenueAway,
    alike,
    not_served,
)
from ...actors.exchange.messages import FetchListings, GetLine
from ...actors.exchange.settings import HostNetwork, Network, VenueSettings
from ...actors.market.listing import Listing
from ...actors.market.symbol import Symbol
from ...actors.market.timeframe import TimeFrame
from ...runtime import (
    Ask,
    AskTimeout,
    Child,
    LiveClock,
    Millis,
    Ref,
    StartChild,
    Supervisor,
    System,
)

R = TypeVar("R")
NAME: Final = "data"
HOME: Final = f"{BOTS}/{NAME}"
OPENING: Final = 30.0  # s for the line to come up
LOOK: Final = 0.1  # s between two looks at it
ANSWER: Final = Millis(120_000)  # for a read of several pages
PAUSES: Final = (1.0, 4.0, 15.0, 40.0)  # s after each time that the venue was away
BAR: Final = Millis(900_000)  # that a bar is waited for at most


@attrs.frozen
class Place:
    """A venue whose line is up, and what it trades."""

    system: System
    home: str  # the path of the supervisor of its connector
    line: Ref
    venue: str  # ccxt's name
    listings: tuple[Listing, ...]
    capabilities: Capabilities

    async def join(self, child: Child | Supervisor) -> None:
        """Start actors beside the connector."""
        await self.system.lookup(self.home).ask(StartChild(child))

    def now(self) -> Millis:
        """Our clock."""
        return self.system.clock.now()

    def symbol(self, text: str) -> Symbol:
        """The market that a text names. Raises NotListed."""
        known = {str(each.symbol): each.symbol for each in self.listings}
        if text not in known:
            raise NotListed(self.venue, text, close=alike(text, known))
        return known[text]

    def frame(self, text: str) -> TimeFrame:
        """A frame that it has candles of. Raises BadValue or NotOffered."""
        frame = TimeFrame.parse(text, place="--frames")
        if str(frame) not in self.capabilities.frames:
            raise NotOffered(self.venue, f"{frame} candles", self.capabilities.frames)
        return frame

    async def ask(self, question: Ask[R]) -> R:
        """The answer of a venue that may be away or talk nonsense for a minute, or bar us."""
        for pause in PAUSES:
            try:
                return await self.line.ask(question, timeout=ANSWER)
            except Barred as error:
                left = error.until - self.now()
                if left > BAR:
                    raise
                await trio.sleep(max(left, 0) / 1000 + LOOK)
            except (VenueAway, UnsoundAnswer, AskTimeout):
                await trio.sleep(pause)
        return await self.line.ask(question, timeout=ANSWER)


def settings_for(venue: str, rest: str | None, ws: str | None) -> VenueSettings:
    """How a venue is reached without a key. Raises UnknownExchange.

    rest, ws: other addresses than its own; without `ws` the streams are where `rest` is.
    """
    adapter_for(venue)
    if rest is not None and ws is None:
        scheme, _, host = rest.partition("://")
        ws = f"{'wss' if scheme == 'https' else 'ws'}://{host}"
    urls = moved_urls(venue, rest=rest, ws=ws) if rest or ws else {}
    return VenueSettings(name=venue, urls=urls)


@asynccontextmanager
async def at_venue(
    settings: VenueSettings, symbols: Sequence[str], network: Network | None = None
) -> AsyncIterator[Place]:
    """A connector, once its line is up; it is stopped in the end. Raises VenueAway."""
    network = HostNetwork() if network is None else network

    def connector() -> CcxtConnector:
        return CcxtConnector(
            settings,
            symbols=symbols,
            markets=MARKETS,
            budget=budget_of(settings.address),
            network=network,
        )

    tree = root_tree([settings], [Supervisor(NAME, [Child("connector", connector)])])
    system = System(tree, clock=LiveClock())
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        try:
            yield await arrived(system, f"{HOME}/connector", settings.name)
        finally:
            with trio.CancelScope(shield=True):
                await system.stop()


async def arrived(system: System, path: str, venue: str) -> Place:
    """The place that a connector leads to, once its line is up. Raises VenueAway or NotServed."""
    line = system.lookup(path)
    state = await line.ask(GetLine())
    with trio.move_on_after(OPENING):
        while state.state == "opening":
            await trio.sleep(LOOK)
            state = await line.ask(GetLine())
    if state.state == "shut":
        raise not_served(venue, state.reason)
    if state.state != "up":
        raise VenueAway(venue, state.reason or state.state)
    listings = await line.ask(FetchListings())
    offered = await line.ask(GetCapabilities())
    return Place(system, path.rpartition("/")[0], line, venue, listings, offered)
