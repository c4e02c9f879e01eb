"""What the desk's requests and timers carry, so that it knows what came back, and for what.

`asked` is when the venue was asked: what it answers may be as old as that.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from ...runtime import Millis, Tell
from .waits import PriceWait


class Placed(msgspec.Struct, frozen=True, gc=False):
    """The token of a `Submit`."""

    client_id: str
    asked: Millis


class Cancelling(msgspec.Struct, frozen=True, gc=False):
    """The token of a `Cancel`."""

    client_id: str
    asked: Millis


class LookedUp(msgspec.Struct, frozen=True, gc=False):
    """The token of a `Query`."""

    client_id: str
    asked: Millis


class LineKnown(msgspec.Struct, frozen=True):
    """The token of a question after the line."""


class OpenListed(msgspec.Struct, frozen=True):
    """The token of a question after the open orders of a symbol."""

    number: int  # of the pass
    symbol: str
    asked: Millis


class TradesListed(msgspec.Struct, frozen=True):
    """The token of a question after the trades of a symbol."""

    number: int
    symbol: str
    asked: Millis


class HoldingsListed(msgspec.Struct, frozen=True):
    """The token of a question after the holdings."""

    number: int
    asked: Millis
    step: int  # of the clerk, when it was asked


Token: TypeAlias = LineKnown | OpenListed | TradesListed | HoldingsListed
RECONCILING: Final = (LineKnown, OpenListed, TradesListed, HoldingsListed)


class LateCancelling(msgspec.Struct, frozen=True, gc=False):
    """The token of a `Cancel` of what an order was in an earlier life."""

    client_id: str
    asked: Millis


class ArmedFor(msgspec.Struct, frozen=True, gc=False):
    """The token of an `Arm`."""

    order_id: str
    wait: PriceWait


class LookUp(msgspec.Struct, Tell, frozen=True):
    """Time to ask the venue for an order in doubt."""


class PlaceNext(msgspec.Struct, Tell, frozen=True):
    """The turn of the create that has waited longest."""


class Again(msgspec.Struct, Tell, frozen=True):
    """Time to go on with a pass that could not be finished."""

    number: int


class Sweep(msgspec.Struct, Tell, frozen=True):
    """Time to look at all orders, where nothing may have said that one has changed."""


class SendAgain(msgspec.Struct, Tell, frozen=True):
    """Time to try the outbox again."""


class TimeIsUp(msgspec.Struct, Tell, frozen=True):
    """Time that an order waited for has come."""


class ArmAgain(msgspec.Struct, Tell, frozen=True):
    """Time to try again to have prices watched."""


class Recheck(msgspec.Struct, Tell, frozen=True):
    """Time to see whether what the stream said of the holdings is what the books say by now."""
