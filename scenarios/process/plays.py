"""Which scripts of the library real processes play at what pace, and why they do not play others.

A script that is in neither table is tried as it is; what a real process has not is refused at the
line that asks for it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PACES: Final = MappingProxyType(
    {
        "disk_full": 10.0,
        "events_lost_and_repeated": 10.0,
        "market_halted": 10.0,
        "orders_by_hand": 6.0,
        "process_stands_still": 10.0,
    }
)
"""Scripts that let something go on for minutes: their sleeps pass so much faster."""

_HOST: Final = "it does to its host what a test may not do to a real one"
_INSIDE: Final = "it reaches into the process, where only a simulated one lets anybody in"
_LONG: Final = "its faults last longer than anybody waits for in real time"

LEFT_OUT: Final = MappingProxyType(
    {
        "actors_crash": _INSIDE,
        "banned_bot_restarts": _LONG,
        "clock_skew": _LONG,
        "closed_after_a_day": _LONG,
        "disk_fails": _HOST,
        "events_redelivered": _LONG,
        "half_open_line": _HOST,
        "host_clock_steps": _HOST,
        "killed_while_sending": _HOST,
        "maintenance_for_six_hours": _LONG,
        "names_do_not_resolve": _HOST,
        "order_lost_in_a_long_silence": _LONG,
        "reconnect_storm": _LONG,
        "restart_budget_spent": _INSIDE,
        "slow_disk": _HOST,
        "stands_still_in_doubt": _INSIDE,
        "suspended_for_eight_hours": _LONG,
        "swarm": _INSIDE,
        "swarm_day": _INSIDE,
        "swarm_safety": _INSIDE,
        "told_to_wait": _LONG,
        "two_bots_on_one_account": "`benthic run` refuses the second bot of an account",
    }
)
"""Why a script needs virtual time."""
