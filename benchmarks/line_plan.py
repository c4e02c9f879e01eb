"""What goes wrong on the way to a venue in a run of `lines`: a plan with faults of A, B, E and L.

They are those of the swarm (`scenarios.running.menu`) and a few more. Each strikes again and again,
spread over the run by its period, so that many meet each other. What ends a line for good (a
wrong key, a region) is left out: that is said once, and tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..scenarios.running import menu
from ..scenarios.running.menu import SYMBOL, Table
from ..scenarios.venue.faults.plan import FaultPlan
from ..scenarios.venue.faults.toml import rule_of
from ..scenarios.world import ORDER

MINUTE: Final = 60_000

ON_ORDERS: Final[tuple[Table, ...]] = (
    *menu.ON_ORDERS,
    {"fault": "A13", "verb": "fill", "symbol": SYMBOL},
    {"fault": "E12", "verb": "swap_bodies"},
)
ON_READS: Final[tuple[Table, ...]] = (
    *menu.ON_READS,
    {"fault": "A15", "verb": "status", "status": 400, "code": -2026},
    {"fault": "E13", "verb": "status", "status": 401, "code": -2015},
)
ON_EVENTS: Final[tuple[Table, ...]] = (
    *menu.ON_EVENTS,
    {"fault": "M10", "verb": "garbage", "kind": "not_json"},
)
OF_THE_VENUE: Final[tuple[Table, ...]] = (
    *menu.OF_THE_VENUE,
    {"fault": "E2", "verb": "refuse_connections", "time": "30s"},
)


def plan(seed: int, minutes: int) -> FaultPlan:
    """The faults of one run of so many minutes."""
    rules = tuple(rule_of(table) for table in _tables(seed, minutes))
    return FaultPlan(rules=rules, seed=seed, place="lines")


def codes() -> list[str]:
    """Every code that strikes."""
    every = (*ON_ORDERS, *menu.ON_CANCELS, *ON_READS, *ON_EVENTS, *OF_THE_VENUE)
    return sorted({table["fault"] for table in every})


def _tables(seed: int, minutes: int) -> Iterator[Table]:
    for at, table in enumerate(ON_ORDERS):
        yield {**table, "when": {"method": "POST", "path": ORDER, **_share(at, seed, 90)}}
    for at, table in enumerate(menu.ON_CANCELS):
        yield {**table, "when": {"method": "DELETE", "path": ORDER, **_share(at, seed, 40)}}
    for at, table in enumerate(ON_READS):
        yield {**table, "when": {"method": "GET", "path": ORDER, **_share(at, seed, 90)}}
    for at, table in enumerate(ON_EVENTS):
        yield {**table, "when": {"event": "executionReport", **_share(at, seed, 130)}}
    period = max(minutes // 2, 1) * MINUTE
    for at, table in enumerate(OF_THE_VENUE):
        begin = 30_000 + (at * period) // len(OF_THE_VENUE)
        yield {**table, "when": {"at": begin, "again": period}}


def _share(at: int, seed: int, every: int) -> dict[str, Any]:
    """One of so many matches, each rule another."""
    return {"every": every + (at * 7 + seed) % 13}
