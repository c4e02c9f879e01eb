"""A world to break bots in: exchanges, bots, clock, network, process, disk, market, oracle.

See :doc:`scenarios`.
"""

from __future__ import annotations

from .armed import Armed, FaultList, Struck
from .books import Books, Change, Loaded
from .bot import WorldBot
from .botfile import LIVELY, SILENT, Feeds
from .clock import HostClock, WorldClock
from .findings import Finding, Violation
from .hearing import Told
from .host import Damage, HostDisk
from .network import HostNetwork
from .oracle import Oracle, TrueOrder
from .places import Place
from .timeline import Moment, Timeline
from .trader import Trader
from .venue import WorldVenue, able
from .wiretap import ORDER, Sent, Wiretap
from .world import PAIR, Checker, Setting, World

__all__ = [
    "LIVELY",
    "ORDER",
    "PAIR",
    "SILENT",
    "Armed",
    "Books",
    "Change",
    "Checker",
    "Damage",
    "FaultList",
    "Feeds",
    "Finding",
    "HostClock",
    "HostDisk",
    "HostNetwork",
    "Loaded",
    "Moment",
    "Oracle",
    "Place",
    "Sent",
    "Setting",
    "Struck",
    "Timeline",
    "Told",
    "Trader",
    "TrueOrder",
    "Violation",
    "Wiretap",
    "World",
    "WorldBot",
    "WorldClock",
    "WorldVenue",
    "able",
]
