"""How a trade changes a position: what it closes, what it opens, what that earns; pure but for it.

The average cost is kept as the whole cost of what is open, in atoms. Closing a part of a position
takes its share of the cost, rounded down to an atom (10^-20), and what the division leaves stays
with the part that is still open: cost after equals cost before plus what was paid plus profit,
exactly, and over the life of a position nothing is lost.
"""

from __future__ import annotations

from typing import NamedTuple

from .records import Slot


class Moved(NamedTuple):
    """What a trade did to a position."""

    profit: int  # atoms
    closed: int  # amount quanta
    opened: int  # amount quanta
    before: int  # amount quanta that were open, >= 0


def move(slot: Slot, signed: int, cash: int) -> Moved:
    """Change a position by `signed` quanta, for which `cash` was paid (signed as its cost is)."""
    held = slot.amount
    if held * signed >= 0:
        slot.amount += signed
        slot.cost += cash
        return Moved(0, 0, abs(signed), abs(held))
    closed = min(abs(signed), abs(held))
    paid = cash * closed // abs(signed)
    cost = slot.cost * closed // abs(held)
    profit = -cost - paid
    slot.amount += signed
    slot.cost += cash + profit
    return Moved(profit, closed, abs(signed) - closed, abs(held))
