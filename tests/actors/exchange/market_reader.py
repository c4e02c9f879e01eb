"""Who hears all that a connector publishes of a market, for tests of its streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benthic.actors.exchange.market_messages import UnsoundHeard
from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
)
from benthic.runtime import Millis, on
from benthic.scenarios.venue.config import MarketPlan

from .connecting import SYMBOL, Desk, Listener

MARKET = (
    BookDiffReported,
    BookReported,
    CandleReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
    TickerReported,
    TradesReported,
)
LIVELY = (MarketPlan(pair=SYMBOL),)


class Reader(Listener):
    """Hears the market as well."""

    def __init__(self, diary: list[tuple[Millis, object]], more: Sequence[type]) -> None:
        super().__init__(diary, (*more, *MARKET, UnsoundHeard))

    @on(*MARKET, UnsoundHeard)
    def read(self, event: object) -> None:
        self._diary.append((self.now, event))


def heard(desk: Desk, kind: type) -> list[Any]:
    return [event for _, event in desk.diary if isinstance(event, kind)]


def states(desk: Desk, topic: Topic) -> list[str]:
    """How a stream was said to stand, in order."""
    return [each.state for each in heard(desk, StreamChanged) if each.topic == topic]
