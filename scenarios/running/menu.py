"""What a swarm draws its faults from: rules of a fault plan by where they strike, and deeds.

What ends a line for good (a wrong key, a region that is blocked) is left out: that is said once.
Of an answer to another request (E12) only one of the same status is there: a refusal of another
order cannot be told from a refusal of this one.
"""

from __future__ import annotations

from typing import Any, Final

Table = dict[str, Any]

SYMBOL: Final = "BTCUSDT"
HTML: Final = "<html><body><h1>Just a moment</h1></body></html>"

ON_ORDERS: Final[tuple[Table, ...]] = (
    {"fault": "A1", "verb": "drop_request"},
    {"fault": "A2", "verb": "execute_then_drop_response"},
    {"fault": "A3", "verb": "status", "status": 502, "point": "after"},
    {"fault": "A4", "verb": "status", "status": 408, "code": -1007, "point": "after"},
    {"fault": "A5", "verb": "delay", "time": "12s"},
    {"fault": "A6", "verb": "delay", "time": "2s"},
    {"fault": "A8", "verb": "truncate", "missing": 12, "whole": True},
    {"fault": "A9", "verb": "status", "status": 400, "code": -2010},
    {"fault": "E3", "verb": "reset", "sent": 20, "point": "after"},
    {"fault": "E4", "verb": "truncate", "missing": 20},
    {"fault": "E8", "verb": "dribble", "size": 2, "every": "500ms"},
    {"fault": "E9", "verb": "body", "body": HTML, "content_type": "text/html"},
    {"fault": "E11", "verb": "reset", "point": "before"},
    {"fault": "M5", "verb": "half_open", "point": "after"},
)
LATER_ON_ORDERS: Final[tuple[Table, ...]] = (
    {"fault": "E12", "verb": "swap_bodies", "alike": True},
)
"""What came to the menu later: drawn by itself, so that a seed draws of the rest what it drew."""
ON_CANCELS: Final[tuple[Table, ...]] = (
    {"fault": "A16", "verb": "drop_request"},
    {"fault": "A16", "verb": "execute_then_drop_response"},
    {"fault": "A17", "verb": "fill", "symbol": SYMBOL},
)
ON_READS: Final[tuple[Table, ...]] = (
    {"fault": "A14", "verb": "query_lag", "time": "3s"},
    {"fault": "E9", "verb": "body", "body": HTML, "status": 403, "content_type": "text/html"},
    {"fault": "E10", "verb": "redirect", "location": "https://elsewhere.example"},
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
    {"fault": "B15", "verb": "delay", "time": "20s"},
    {"fault": "E5", "verb": "huge", "size": 500_000},
    {"fault": "E7", "verb": "pings", "count": 20},
)
ON_LINES: Final[tuple[Table, ...]] = (
    {"fault": "E3", "verb": "reset"},
    {"fault": "E4", "verb": "cut_frame", "sent": 5},
    {"fault": "E6", "verb": "frame", "hex": "830100"},
    {"fault": "M4", "verb": "mute", "time": "2m"},
    {"fault": "M5", "verb": "half_open"},
)
"""What takes a stream away, at one of its events."""
OF_THE_VENUE: Final[tuple[Table, ...]] = (
    {"fault": "A26", "verb": "venue_cancel", "symbol": SYMBOL},
    {"fault": "A17", "verb": "fill", "symbol": SYMBOL},
    {"fault": "B5", "verb": "expire_listen_keys"},
    {"fault": "B9", "verb": "deposit", "asset": "USDT", "amount": "10"},
    {
        "fault": "A27",
        "verb": "manual_order",
        "symbol": SYMBOL,
        "side": "buy",
        "amount": "0.001",
        "price": "40000",
    },
    {"fault": "C6", "verb": "engine_restart", "share": "0.5", "down": "20s"},
    {"fault": "L2", "verb": "ban", "time": "2m"},
    {"fault": "L4", "verb": "clock_step", "by": "7s"},
    {"fault": "L4", "verb": "clock_step", "by": "-7s"},
    {"fault": "L4", "verb": "clock_drift", "ppm": 300},
    {"fault": "M6", "verb": "server_shutdown", "after": "5s"},
    {"fault": "M6", "verb": "disconnect"},
    {"fault": "M7", "verb": "refuse_connections", "time": "40s", "status": 503},
    {"fault": "C12", "verb": "refuse_connections", "time": "5m"},
)
CRASHES: Final = ("connector", "desk", "portfolio", "gate", "feed", "store", "consumer")
DEEDS: Final = (
    ("kill", 0.0),
    ("kill_before", 0.0),
    ("kill_after", 0.0),
    ("power_cut", 0.0),
    ("crash", 0.0),
    ("cancel", 0.0),
    ("flood", 9_000.0),
    ("disk_fail", 0.0),
    ("disk_full", 0.0),
    ("disk_slow", 1_500.0),
    ("cut", 0.0),
    ("partition", 0.0),
    ("lose_names", 0.0),
    ("spoil_certificate", 0.0),
    ("spend_files", 0.0),
    ("reset", 0.0),
    ("delay", 250.0),
    ("throttle", 20_000.0),
    ("clock_step", 30.0),
    ("clock_drift", 200.0),
    ("suspend", 1_800.0),
    ("stall", 120.0),
)
"""A deed and its value."""
