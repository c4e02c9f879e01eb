"""What a market of a tape trades at: the ticker that a venue would show then; pure."""

from __future__ import annotations

from typing import Final

from ...runtime import Millis
from ..market.money import from_float
from ..market.ticker import Ticker
from .tape import NONE_CLOSED, Tape

DAY: Final = 86_400_000  # ms


def ticker_at(tape: Tape, now: Millis) -> Ticker:
    """The last close by `now`, and what the candles of the 24 hours before it did."""
    last = tape.index_at(now)
    if last == NONE_CLOSED:
        return Ticker(tape.symbol, now)
    first = tape.index_at(Millis(now - DAY)) + 1
    day = slice(min(first, last), last + 1)
    return Ticker(
        tape.symbol,
        now,
        last=from_float(tape.closes.item(last)),
        high=from_float(float(tape.highs[day].max())),
        low=from_float(float(tape.lows[day].min())),
        open=from_float(tape.opens.item(day.start)),
        base_volume=from_float(float(tape.volumes[day].sum())),
    )
