"""A venue without a market: what faults of the way and of the clock can be tried on."""

from collections.abc import Mapping

from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.values import Family
from benthic.runtime import Millis
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.faults.clock import VenueClock
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.planned import PlannedFaults
from benthic.scenarios.venue.faults.state import State
from benthic.scenarios.venue.offer import Offer
from benthic.scenarios.venue.wire.strikes import Faults


class BareSite:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.agenda = Agenda(Millis(1_700_000_000_000))
        self.clock = VenueClock(self.agenda)
        self.engines: Mapping[Family, MatchingEngine] = {}
        self.accounts: Mapping[int, object] = {}
        self.told: list[str] = []

    def offer(self) -> Offer:
        return Offer()

    def move_quotes(self, family: Family, symbol: str, price: int) -> None:
        self.told.append(f"move {family} {symbol} {price}")

    def settle(self) -> None:
        self.told.append("settle")

    def use_faults(self, faults: Faults) -> None:
        self.told.append(type(faults).__name__)

    def account_of(self, key: str) -> int | None:
        return 1 if key == "mine" else None

    def expire_listen_keys(self) -> None:
        self.told.append("expire")

    def announce_shutdown(self) -> None:
        self.told.append("announce")

    def close_sockets(self, code: int, reason: str) -> None:
        self.told.append(f"close {code} {reason}")


def planned(site: BareSite, plan: FaultPlan | None = None) -> PlannedFaults:
    """A plan in force there."""
    return PlannedFaults(plan or FaultPlan(), site.agenda, State(site))
