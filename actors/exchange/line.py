"""How the line to a venue changes, and how long what is silent counts as alive. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType
from typing import Final

from ...runtime import Millis
from .messages import Line, LineState, Topic

DETECTION: Final = Millis(60_000)  # within which a socket that brings nothing is given up (M4, M5)
PING: Final = Millis(15_000)  # from one ping of ours to the next
MARGIN: Final = 5_000  # ms that a ping of the venue's may be late
MISSES: Final = 2  # pings without an answer that a socket is forgiven: 15 s * (2 + 1) + 15 s
PATIENCE: Final[Mapping[Topic, int]] = MappingProxyType(
    {
        "candles": 60_000,
        "ticker": 60_000,
        "book": 60_000,
        "diffs": 60_000,
        "funding": 60_000,
        "trades": 300_000,
        "liquidations": 1_800_000,
    }
)  # ms
PINGED: Final[Mapping[str, int]] = MappingProxyType({"binance": 20_000})
"""How often a venue pings its streams by itself, ms, where that is known and often enough."""

LONGEST_SILENCE: Final = Millis(1_800_000)
EARLY: Final = 0.95  # of its life, after which a socket is replaced at the earliest
LATE: Final = 0.98


def moved(
    line: Line, state: LineState, at: Millis, *, reason: str = "", until: Millis | None = None
) -> Line:
    """The line in a new state; the same line where nothing of it changes.

    What is shut stays shut. Coming up counts once more, also from one time up to the next.
    """
    if line.state == "shut":
        return line
    if state == "up":
        return Line("up", at, count=line.count + 1)
    if (state, reason, until) == (line.state, line.reason, line.until):
        return line
    since = line.since if state == line.state else at
    return Line(state, since, reason, until, line.count)


def silence(topic: Topic, silences: int) -> Millis:
    """How long a stream of the market may bring nothing, after so many silences in a row.

    A market in which nobody trades is silent as well, so each silence is forgiven more.
    """
    return Millis(min(PATIENCE[topic] * 2 ** min(silences, 16), LONGEST_SILENCE))


def is_mute(venue: str, spoken_at: int, now: int) -> bool:
    """Whether a venue that pings by itself has stopped, though it may answer pings of ours (M4)."""
    every = PINGED.get(venue)
    return every is not None and now - spoken_at > 2 * every + MARGIN


def renewal(life: Millis, chance: Random) -> Millis:
    """When to replace sockets that live so long: some time before, and not all at the same time."""
    return Millis(int(life * chance.uniform(EARLY, LATE)))
