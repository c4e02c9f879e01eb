"""How old what is known of a market may be before the gate closes, where a venue is live.

On a tape, or where the venue is simulated in the same process, nothing goes stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ....runtime import Millis
from ...market.timeframe import TimeFrame

PRICE: Final = Millis(60_000)
"""A stream tells of a price within seconds, and a poll every few; a minute is a dead source."""

FUNDING: Final = Millis(300_000)
"""Streams tell every few seconds, polls every minute; the rate itself holds for hours."""

MARGIN: Final = Millis(30_000)
"""After a candle has closed, until a poll has brought it at the latest."""

_MONTH: Final = 31 * 24 * 3_600_000  # ms, the longest


def live_ages(frames: Iterable[TimeFrame]) -> Mapping[str, Millis]:
    """For `Gate(max_ages=…)`. Candles: two of them may go by, as one is known when it has closed.

    What is not named holds until its owner says otherwise: balance, orders, own trades, markets,
    contracts and positions are reconciled or read for good.
    """
    ages: dict[str, Millis] = {"price": PRICE, "funding": FUNDING}
    for frame in frames:
        length = frame.length if frame.is_fixed else frame.count * _MONTH
        ages[f"candles {frame}"] = Millis(2 * length + MARGIN)
    return ages
