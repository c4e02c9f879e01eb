"""Which scripts of the library are played with real processes, at what pace, and why others are not.

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
        "process_stands_still": 10.0,
    }
)
"""Scripts that let something go on for minutes: their sleeps pass so much faster."""

LEFT_OUT: Final = MappingProxyType(
    {
        "swarm": "a swarm draws what only a simulated host can do",
    }
)
"""Why a script needs virtual time."""
