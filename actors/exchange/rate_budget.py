"""How much may be asked of a venue: what was used, what is left, and when the next request may go.

Windows slide: whatever span of the venue's own clock a window begins with, no more than the limit
falls into it. What the venue itself counts is trusted where it is more than what we know of, since
others may share the address. The last part of a limit is kept for those who cannot wait: reads
leave room for orders, and orders for cancels. Pure: time is an argument.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from ...runtime import Millis

Urgency = Literal["cancel", "protective", "entry", "read"]

URGENCIES: Final[tuple[Urgency, ...]] = ("cancel", "protective", "entry", "read")
SHARES: Final[Mapping[Urgency, float]] = MappingProxyType(
    {"cancel": 0.98, "protective": 0.98, "entry": 0.9, "read": 0.75}
)
ROUNDING: Final = 1e-9
ZERO: Final = Millis(0)


class Window(msgspec.Struct, frozen=True, gc=False):
    """At most so much in any such span."""

    span: Millis
    most: float


class Limits(msgspec.Struct, frozen=True):
    """What a venue allows. weights: of an address; orders: of an account; connects: of an address.

    pace: ms between two requests for each unit of weight; 0 where windows say it all.
    """

    weights: tuple[Window, ...] = ()
    orders: tuple[Window, ...] = ()
    connects: tuple[Window, ...] = (Window(Millis(300_000), 240),)
    pace: float = 0.0

    def stricter(self, other: Limits) -> Limits:
        """What both allow."""
        return Limits(
            weights=strictest([*self.weights, *other.weights]),
            orders=strictest([*self.orders, *other.orders]),
            connects=strictest([*self.connects, *other.connects]),
            pace=max(self.pace, other.pace),
        )


class Meter:
    """What was used of one limit's windows."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self.windows = tuple(windows)
        self._used = deque[tuple[Millis, float]]()  # oldest first
        self._longest = max((window.span for window in windows), default=Millis(0))

    def used(self, span: int, now: Millis) -> float:
        """What was used in the last `span` ms."""
        return sum(cost for at, cost in self._used if at > now - span)

    def share(self, now: Millis) -> float:
        """How much of its tightest window is used, 0 to 1; 0 where nothing is limited."""
        self._forget(now)
        shares = (self.used(window.span, now) / window.most for window in self.windows)
        return min(1.0, max(shares, default=0.0))

    def wait(self, cost: float, now: Millis, share: float = 1.0) -> Millis:
        """How long until `cost` more fits into `share` of every window; ms; 0: now.

        What is more than the whole of a window waits until that is empty, and goes alone.
        """
        self._forget(now)
        return max((self._wait(window, cost, now, share) for window in self.windows), default=ZERO)

    def take(self, cost: float, now: Millis) -> None:
        """Use it."""
        if self.windows and cost > 0:
            self._used.append((now, cost))

    def hear(self, span: int, used: float, now: Millis) -> None:
        """The venue counts `used` in a window of `span` ms; what we knew less of is added."""
        unknown = used - self.used(span, now)
        if unknown > ROUNDING:
            self.take(unknown, now)

    def _wait(self, window: Window, cost: float, now: Millis, share: float) -> Millis:
        room = window.most * share - min(cost, window.most * share) + ROUNDING
        inside = [(at, each) for at, each in self._used if at > now - window.span]
        total = sum(each for _, each in inside)
        free_at = now
        for at, each in inside:
            if total <= room:
                break
            total -= each
            free_at = Millis(at + window.span)
        return Millis(free_at - now)

    def _forget(self, now: Millis) -> None:
        while self._used and self._used[0][0] <= now - self._longest:
            self._used.popleft()


def strictest(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Of the windows of each span, the one that allows least."""
    least = dict[Millis, float]()
    for window in windows:
        least[window.span] = min(window.most, least.get(window.span, window.most))
    return tuple(Window(span, most) for span, most in sorted(least.items()))
