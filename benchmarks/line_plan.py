"""What goes wrong on the way to a venue in a run of `lines`: a plan with faults of A, B, E and L.

Each strikes again and again, spread over the run by its period, so that many meet each other. What
ends a line for good (a wrong key, a region) is left out: that is said once, and tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..scenarios.venue.faults.plan import FaultPlan
from ..scenarios.venue.faults.toml import rule_of

ORDER: Final = "/api/v3/order"
SYMBOL: Final = "BTCUSDT"
MINUTE: Final = 60_000
HTML: Final = "<html><body><h1>Just a moment</h1></body></html>"

Table = dict[str, Any]

ON_ORDERS: Final[tuple[Table, ...]] = (
    {"fault": "A1", "verb": "drop_request"},
    {"fault": "A2", "verb": "execute_then_drop_response"},
    {"fault": "A3", "verb": "status", "status": 502, "point": "after"},
    {"fault": "A4", "verb": "status", "status": 408, "code": -1007, "point": "after"},
    {"fault": "A5", "verb": "delay", "time": "12s"},
    {"fault": "A6", "verb": "delay", "time": "2s"},
    {"fault": "A8", "verb": "truncate", "missing": 12, "whole": True},
    {"fault": "A9", "verb": "status", "status": 400, "code": -2010},
    {"fault": "A13", "verb": "fill", "symbol": SYMBOL},
    {"fault": "E3", "verb": "reset", "sent": 20, "point": "after"},
    {"fault": "E4", "verb": "truncate", "missing": 20},
    {"fault": "E8", "verb": "dribble", "size": 2, "every": "500ms"},
    {"fault": "E9", "verb": "body", "body": HTML, "content_type": "text/html"},
    {"fault": "E11", "verb": "reset", "point": "before"},
    {"fault": "E12", "verb": "swap_bodies"},
    {"fault": "M5", "verb": "half_open", "point": "after"},
)
ON_CANCELS: Final[tuple[Table, ...]] = (
    {"fault": "A16", "verb": "drop_request"},
    {"fault": "A16", "verb": "execute_then_drop_response"},
    {"fault": "A17", "verb": "fill", "symbol": SYMBOL},
)
ON_READS: Final[tuple[Table, ...]] = (
    {"fault": "A14", "verb": "query_lag", "time": "3s"},
    {"fault": "A15", "verb": "status", "status": 400, "code": -2026},
    {"fault": "E9", "verb": "body", "body": HTML, "status": 403, "content_type": "text/html"},
    {"fault": "E10", "verb": "redirect", "location": "https://elsewhere.example"},
    {"fault": "E13", "verb": "status", "status": 401, "code": -2015},
    {
        "fault": "L1",
        "verb": "status",
        "status": 429,
        "code": -1003,
        "headers": {"Retry-After": "20"},
    },
    {"fault": "L3", "verb": "headers", "headers": {"X-MBX-USED-WEIGHT-1M": "4400"}},
)
ON_EVENTS: Final[tuple[Table, ...]] = (
    {"fault": "A7", "verb": "drop"},
    {"fault": "B1", "verb": "duplicate"},
    {"fault": "B2", "verb": "reorder", "window": 2},
    {"fault": "B4", "verb": "redeliver", "count": 3},
    {"fault": "B13", "verb": "garbage", "kind": "unknown_event"},
    {"fault": "B13", "verb": "garbage", "kind": "unknown_field"},
    {"fault": "B14", "verb": "garbage", "kind": "foreign_order"},
    {"fault": "E3", "verb": "reset"},
    {"fault": "E4", "verb": "cut_frame", "sent": 5},
    {"fault": "E5", "verb": "huge", "size": 500_000},
    {"fault": "E6", "verb": "frame", "hex": "830100"},
    {"fault": "E7", "verb": "pings", "count": 20},
    {"fault": "M4", "verb": "mute"},
    {"fault": "M5", "verb": "half_open"},
    {"fault": "M10", "verb": "garbage", "kind": "not_json"},
)
OF_THE_VENUE: Final[tuple[Table, ...]] = (
    {"fault": "A26", "verb": "venue_cancel", "symbol": SYMBOL},
    {"fault": "B5", "verb": "expire_listen_keys"},
    {"fault": "B9", "verb": "deposit", "asset": "USDT", "amount": 10},
    {"fault": "A27", "verb": "manual_order", "symbol": SYMBOL, "side": "buy", "amount": "0.001",
     "price": "40000"},
    {"fault": "C6", "verb": "engine_restart", "share": "0.5", "down": "20s"},
    {"fault": "L2", "verb": "ban", "time": "2m"},
    {"fault": "L4", "verb": "clock_step", "by": "7s"},
    {"fault": "L4", "verb": "clock_step", "by": "-7s"},
    {"fault": "L4", "verb": "clock_drift", "ppm": 300},
    {"fault": "M6", "verb": "server_shutdown", "after": "5s"},
    {"fault": "M6", "verb": "disconnect"},
    {"fault": "M7", "verb": "refuse_connections", "time": "40s", "status": 503},
    {"fault": "E2", "verb": "refuse_connections", "time": "30s"},
)  # fmt: skip


def plan(seed: int, minutes: int) -> FaultPlan:
    """The faults of one run of so many minutes."""
    rules = tuple(rule_of(table) for table in _tables(seed, minutes))
    return FaultPlan(rules=rules, seed=seed, place="lines")


def codes() -> list[str]:
    """Every code that strikes."""
    every = (*ON_ORDERS, *ON_CANCELS, *ON_READS, *ON_EVENTS, *OF_THE_VENUE)
    return sorted({table["fault"] for table in every})


def _tables(seed: int, minutes: int) -> Iterator[Table]:
    for at, table in enumerate(ON_ORDERS):
        yield {**table, "when": {"method": "POST", "path": ORDER, **_share(at, seed, 90)}}
    for at, table in enumerate(ON_CANCELS):
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
