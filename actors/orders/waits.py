"""What an order waits for by itself: prices that are watched for it, and times."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ..feeds.thresholds import Direction

Why = Literal["trigger", "trail", "expire"]


class PriceWait(msgspec.Struct, frozen=True, gc=False):
    """A price at which something becomes of an order."""

    price: Decimal
    direction: Direction
    why: Why
