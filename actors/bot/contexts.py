"""Where a bot runs: what is swapped between contexts, as values. The tree is the same in all.

context       connector                                     clock     schedule   store
live          ccxt, to the venue                            wall      fifo       disk
paper         ccxt for the market, simulated fills          wall      fifo       disk
simulation    ccxt, to a simulated exchange in memory       virtual   shuffle    as given
backtest      simulated venue on a tape                     virtual   direct     memory
shuffled      simulated venue on a tape                     virtual   shuffle    memory

Here are the last two; the others, which load ccxt, are made in `venue_contexts`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import attrs

from ...runtime import Child, Clock, LiveClock, Millis, Schedule, Supervisor, VirtualClock
from ..exchange.latency import Latency
from ..exchange.settings import Network, VenueSettings
from ..exchange.simulated import SimulatedConnector
from ..exchange.tape import Tape
from ..matching.face import VenueFace
from ..matching.path_venue import PathVenue
from ..matching.venue import SimulatedVenue
from ..orders.evidence import Patience
from ..orders.model import Order
from .config import BotConfig
from .plot import Factory, Plot


@attrs.frozen
class Replayed:
    """Recorded candles, fills by the simulated venue, virtual time."""

    tape: Tape
    schedule: Schedule

    @property
    def start(self) -> Millis:
        """When the first candle begins: before it closes, nothing has traded."""
        return Millis(int(self.tape.open_times[0]))

    def clock(self) -> Clock:
        """What tells the time."""
        return VirtualClock(self.start)

    @property
    def patience(self) -> Patience:
        """No event of a simulated venue is lost, so nobody sweeps for one."""
        return Patience(sweep=None)

    def connector(self, config: BotConfig) -> Factory:
        """What makes the connector, over a venue that outlives each one it makes."""
        venue = _venue(config)
        tapes = (self.tape,)
        latency = Latency(config.venue.request_ms, config.venue.answer_ms)
        return lambda: SimulatedConnector(venue, tapes, latency)


Plant: TypeAlias = Callable[[Plot, "AtVenue"], Sequence[Child | Supervisor]]


@attrs.frozen(kw_only=True)
class AtVenue:
    """A venue that is asked over a network, whether it is the real one or a simulated one."""

    name: Literal["live", "paper", "simulation"]
    settings: VenueSettings
    network: Network
    plant: Plant  # makes what is there before the venue was heard of
    start: Millis | None = None  # of virtual time; None: the wall's
    resting: tuple[Order, ...] = ()  # on paper: what lay at the venue when the last process ended

    @property
    def schedule(self) -> Schedule:
        """In which order turns are taken."""
        return Schedule.FIFO if self.start is None else Schedule.SHUFFLE

    def clock(self) -> Clock:
        """What tells the time."""
        return LiveClock() if self.start is None else VirtualClock(self.start)


def _venue(config: BotConfig) -> VenueFace:
    """The quick venue, unless the bot asks for all rules, or trades what only those know."""
    instrument = config.market.instrument
    if instrument.symbol.is_spot and config.venue.rules == "quick":
        return SimulatedVenue([instrument])
    funds = {str(asset): amount for asset, amount in config.account.deposits.items()}
    return PathVenue(
        [instrument],
        funds=None if instrument.symbol.is_spot else funds,
        rules=config.venue.venue_rules,
    )


def backtest(tape: Tape) -> Replayed:
    """As fast as it goes: turns run inline."""
    return Replayed(tape, Schedule.DIRECT)


def shuffled(tape: Tape) -> Replayed:
    """In an order of turns that is drawn from the seed, to find what depends on it."""
    return Replayed(tape, Schedule.SHUFFLE)
