"""Where a bot runs: what is swapped between contexts, as values. The tree is the same in all.

context       connector                         clock     schedule
backtest      simulated venue on a tape         virtual   direct
simulation    simulated venue on a tape         virtual   shuffle
"""

from __future__ import annotations

import attrs

from ...runtime import Millis, Schedule
from ..exchange.latency import Latency
from ..exchange.simulated import SimulatedConnector
from ..exchange.tape import Tape
from ..matching.venue import SimulatedVenue
from ..orders.evidence import Patience
from .config import BotConfig
from .tree import Factory


@attrs.frozen
class Replayed:
    """Recorded candles, fills by the simulated venue, virtual time."""

    tape: Tape
    schedule: Schedule

    @property
    def start(self) -> Millis:
        """When the first candle begins: before it closes, nothing has traded."""
        return Millis(int(self.tape.open_times[0]))

    @property
    def patience(self) -> Patience:
        """No event of a simulated venue is lost, so nobody sweeps for one."""
        return Patience(sweep=None)

    def connector(self, config: BotConfig) -> Factory:
        """What makes the connector, over a venue that outlives each one it makes."""
        venue = SimulatedVenue([config.market.instrument])
        tapes = (self.tape,)
        latency = Latency(config.venue.request_ms, config.venue.answer_ms)
        return lambda: SimulatedConnector(venue, tapes, latency)


def backtest(tape: Tape) -> Replayed:
    """As fast as it goes: turns run inline."""
    return Replayed(tape, Schedule.DIRECT)


def simulation(tape: Tape) -> Replayed:
    """In an order of turns that is drawn from the seed, to find what depends on it."""
    return Replayed(tape, Schedule.SHUFFLE)
