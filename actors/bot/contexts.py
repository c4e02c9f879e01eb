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
from ..matching.face import VenueFace
from ..matching.path_venue import PathVenue
from ..matching.venue import SimulatedVenue
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

    def connector(self, config: BotConfig) -> Factory:
        """What makes the connector, over a venue that outlives each one it makes."""
        venue = _venue(config)
        tapes = (self.tape,)
        latency = Latency(config.venue.request_ms, config.venue.answer_ms)
        return lambda: SimulatedConnector(venue, tapes, latency)


def _venue(config: BotConfig) -> VenueFace:
    """The quick venue, unless the bot asks for all rules, or trades what only those know."""
    instrument = config.market.instrument
    if instrument.symbol.is_spot and config.venue.rules == "quick":
        return SimulatedVenue([instrument])
    funds = {str(asset): amount for asset, amount in config.account.deposits.items()}
    return PathVenue([instrument], funds=None if instrument.symbol.is_spot else funds)


def backtest(tape: Tape) -> Replayed:
    """As fast as it goes: turns run inline."""
    return Replayed(tape, Schedule.DIRECT)


def simulation(tape: Tape) -> Replayed:
    """In an order of turns that is drawn from the seed, to find what depends on it."""
    return Replayed(tape, Schedule.SHUFFLE)
