"""What a contract was marked at before the venue opened, and which fundings were settled then.

Both follow from its past: the mark and the index lay where the contract traded, so there was no
premium, and what was paid was the interest.
"""

from __future__ import annotations

from ....actors.matching.markets import Market
from .intervals import FRAMES, HOUR
from .past import Past
from .records import INTEREST, Bar, FundingPoint


def mark_past(past: Past) -> Past:
    """The past of the mark, and of the index."""
    return past.changed(
        lambda bar: Bar(bar.open_time, bar.open, bar.high, bar.low, bar.close, trades=bar.trades)
    )


def premium_past(past: Past) -> Past:
    """The past of the premium: there was none."""
    return past.changed(lambda bar: Bar(bar.open_time, 0, 0, 0, 0, trades=bar.trades))


def past_fundings(past: Past, market: Market) -> list[FundingPoint]:
    """The fundings up to the start, oldest first, each at the price of its moment."""
    contract = market.contract
    if contract is None:
        return []
    hours = contract.funding_hours
    period = hours * HOUR
    name = f"{hours}h" if f"{hours}h" in FRAMES else "1h"
    bars = [bar for bar in past.bars(name) if bar.open_time % period == 0]
    points = [FundingPoint(market.symbol, INTEREST, bar.open, bar.open_time) for bar in bars]
    if past.start % period == 0 and bars:
        points.append(FundingPoint(market.symbol, INTEREST, bars[-1].close, past.start))
    return points
