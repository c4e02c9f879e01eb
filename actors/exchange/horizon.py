"""Which recorded candle is the next at which to look at resting orders; pure.

It screens whole columns at once, so a resting order costs nothing in the bars that pass it by. The
screen compares floats and may name a bar that does not reach the order; it never passes over one
that does, since rounding to a float keeps the order of numbers. What trades is decided on
decimals, by the venue.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np

from .tape import Tape

HORIZON: Final = 4_096  # candles; to look further at once would cost orders that live shortly
_FIRST_LOOK: Final = 256  # candles; doubled with each further look


def next_look(tape: Tape, start: int, bid: Decimal | None, ask: Decimal | None) -> int:
    """The index, from `start` on, of the first candle that may reach one of two limits.

    bid: the highest limit of a buy order, ask: the lowest of a sell order; None: there is none.
    Where no candle before the horizon does, the one at the horizon: look again there. The length
    of the tape where that ends before.
    """
    end = min(start + HORIZON, len(tape))
    width = _FIRST_LOOK
    while start < end:
        part = slice(start, min(start + width, end))
        lows = tape.lows[part]
        reached = np.zeros(len(lows), np.bool_) if bid is None else lows <= np.float64(bid)
        if ask is not None:
            reached |= tape.highs[part] >= np.float64(ask)
        first = int(reached.argmax())
        if reached[first]:
            return start + first
        start += width
        width *= 2
    return end
