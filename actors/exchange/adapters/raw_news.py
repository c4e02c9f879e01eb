"""What a message of a venue brings, where an adapter reads it before ccxt does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import attrs

from ...market.book_diff import BookDiff
from ...market.candle import Candle
from ...market.funding import Funding
from ...market.liquidation import Liquidation
from ..market_messages import Topic

StreamKey: TypeAlias = tuple[Topic, str, str]  # topic, symbol, frame
Watch: TypeAlias = Callable[[], Awaitable[Any]]


@attrs.frozen
class Bar:
    """A candle as it stands, and whether the venue says that it is over."""

    candle: Candle
    is_closed: bool


RawNews: TypeAlias = Bar | BookDiff | Funding | Liquidation
