"""When new risk may be taken: a conjunction of facts, and a reason for each that fails. Pure (R4).

What was reconciled holds for the one time for which the line was up then: whoever was away in
between may have missed anything.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ..messages import Line

What = Literal["line", "orders", "balances", "doubts", "candles"]


class Obstacle(msgspec.Struct, frozen=True, gc=False):
    """One reason for which no new risk may be taken."""

    what: What
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


class Facts(msgspec.Struct, frozen=True):
    """What a gate has been told."""

    line: Line | None = None  # None: the connector has not said yet
    orders: Line | None = None  # for which time of the line they are reconciled
    balances: Line | None = None  # the same for what the account has
    unexplained: str = ""  # how venue and books differ, where they do
    overdue: int = 0  # orders whose outcome is unknown for longer than the venue gives reason for
    missing: frozenset[str] = frozenset()  # series of candles without their history


def is_same_time(line: Line, other: Line | None) -> bool:
    """Whether the line has not been down in between."""
    return other is not None and (line.count, line.since) == (other.count, other.since)


def obstacles(facts: Facts) -> tuple[Obstacle, ...]:
    """All that stands in the way; nothing where the gate is open."""
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
    found.extend(
        Obstacle("candles", f"{series} has no history yet") for series in sorted(facts.missing)
    )
    return tuple(found)
