"""When new risk may be taken: a conjunction of facts, and a reason for each that fails. Pure (R4).

What was reconciled holds for the one time for which the line was up then: whoever was away in
between may have missed anything. These are the facts that an account's line and desk tell; what
else must be known, of the market above all, is in `requirements`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ....runtime import Millis
from ..messages import Line

BY_DESK: Final = frozenset({"balance", "orders", "trades"})
"""Parts of the requirements that `Facts` answers for: what the desk has reconciled, in one go."""


class Obstacle(msgspec.Struct, frozen=True, gc=False):
    """One reason for which no new risk may be taken."""

    what: str  # "line", "orders", "balances", "doubts", or the part of a requirement
    reason: str
    symbol: str = ""  # "": of the whole account
    frame: str = ""  # "": of every frame
    since: Millis | None = None  # when it was found, by the clock that never jumps (`elapsed`)

    def __str__(self) -> str:
        return f"{' '.join(word for word in (self.what, self.symbol, self.frame) if word)}: " + (
            self.reason
        )

    def concerns(self, symbol: str, frame: str = "") -> bool:
        """Whether it stands in the way there; nothing said: of any."""
        return (not symbol or self.symbol in ("", symbol)) and (
            not frame or self.frame in ("", frame)
        )


class Facts(msgspec.Struct, frozen=True):
    """What a gate has been told of the account."""

    line: Line | None = None  # None: the connector has not said yet
    orders: Line | None = None  # for which time of the line they are reconciled
    balances: Line | None = None  # the same for what the account has
    unexplained: str = ""  # how venue and books differ, where they do
    overdue: int = 0  # orders whose outcome is unknown for longer than the venue gives reason for


def is_same_time(line: Line, other: Line | None) -> bool:
    """Whether the line has not been down in between."""
    return other is not None and (line.count, line.since) == (other.count, other.since)


def obstacles(facts: Facts) -> tuple[Obstacle, ...]:
    """All of the account that stands in the way; nothing where that is well."""
    line = facts.line
    if line is None:
        return (Obstacle("line", "the connector has not said how it stands"),)
    found: list[Obstacle] = []
    if line.state != "up":
        reason = f", {line.reason}" if line.reason else ""
        found.append(Obstacle("line", f"it is {line.state}{reason}"))
    elif not is_same_time(line, facts.orders):
        found.append(Obstacle("orders", "not reconciled since the line came up"))
    if facts.unexplained:
        found.append(Obstacle("balances", facts.unexplained))
    elif line.state == "up" and not is_same_time(line, facts.balances):
        found.append(Obstacle("balances", "not reconciled since the line came up"))
    if facts.overdue:
        count = "1 order" if facts.overdue == 1 else f"{facts.overdue} orders"
        found.append(Obstacle("doubts", f"the outcome of {count} is unknown for too long"))
    return tuple(found)


def concerning(found: Iterable[Obstacle], symbol: str, frame: str = "") -> tuple[Obstacle, ...]:
    """Those that stand in the way there."""
    return tuple(each for each in found if each.concerns(symbol, frame))
