"""What an order desk is asked, what it says, and how it refuses.

A refusal means that nothing is open at the venue and nothing is reserved. An order whose outcome
is not known is not refused: it is answered with status `unknown`, and settled later on evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from ...runtime import Ask, BenthicError, Refusal, Tell
from ..exchange.gate.readiness import Obstacle
from ..market.fill import Fill
from ..market.side import Kind, Purpose, Side
from .foreign import ForeignOrder
from .holdings import Difference
from .model import Order


class Unplaceable(Refusal):
    """The order breaks a rule of its instrument; nothing was reserved or sent."""

    def __init__(self, symbol: str, *, reason: str) -> None:
        super().__init__(f"{symbol}: {reason}")
        self.symbol = symbol
        self.reason = reason


class NotDurable(Refusal):
    """The journal refused to remember the intent, so nothing was sent and nothing is reserved."""

    def __init__(self, order_id: str, *, reason: str) -> None:
        super().__init__(
            f"order {order_id} was not sent, its intent could not be stored: {reason}; "
            "make room for the journal and place it again"
        )
        self.order_id = order_id
        self.reason = reason


class NotReconciled(Refusal):
    """The desk does not know yet how its orders of before the restart stand; nothing was done."""

    def __init__(self, unsettled: int) -> None:
        super().__init__(
            f"{unsettled} orders of before the restart are not reconciled with the venue yet: "
            "place new ones when ListOpenOrders shows none of them as intent or unknown"
        )
        self.unsettled = unsettled


class VenueSilent(Refusal):
    """The venue did not answer the last request; nothing new is sent until it answers one."""

    def __init__(self, in_doubt: int) -> None:
        super().__init__(
            f"the venue is silent and {in_doubt} orders are in doubt: place new ones when it is "
            "back, it is asked again and again"
        )
        self.in_doubt = in_doubt


class NotAdmitted(Refusal):
    """The gate is closed to this kind of order; nothing was done."""

    def __init__(self, purpose: Purpose, obstacles: Sequence[Obstacle]) -> None:
        reasons = "; ".join(map(str, obstacles))
        super().__init__(
            f"no {purpose} order is taken now: {reasons}; place it when the gate has opened, "
            "cancels are taken always"
        )
        self.purpose: Purpose = purpose
        self.obstacles = tuple(obstacles)


class StrayOrders(BenthicError):
    """The journal has live orders of pairs that the desk was not given; it does not start."""

    def __init__(self, account: str, symbols: Sequence[str]) -> None:
        super().__init__(
            f"account {account} has live orders of {', '.join(symbols)}, which this bot does not "
            "trade: put that market back into the bot file, or cancel the orders there first"
        )
        self.account = account
        self.symbols = tuple(symbols)


class NoSuchOrder(Refusal):
    """No live order has this id."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"no live order {order_id}: it has ended, or was never placed here")
        self.order_id = order_id


class PlaceOrder(msgspec.Struct, Ask[Order], frozen=True, gc=False):
    """Send an order. The answer is the order as it stands once the venue has spoken.

    The amount is rounded down to the instrument's step, the price of a buy too, that of a sell up:
    never more, never worse than asked. A market order carries in `reference` what the asset is
    believed to trade at, from which the cost of a buy is estimated and reserved. Raises a Refusal
    where nothing came of it: Unplaceable, InsufficientFunds, NotDurable, NotAdmitted,
    NotReconciled, VenueSilent, the venue's OrderRejected, or what kept the connector from sending
    it: VenueAway, Barred, NotServed.

    purpose: a protective order bounds a risk; it is taken whenever the line is up, whatever else
    keeps entries out.
    """

    symbol: str
    side: Side
    kind: Kind
    amount: Decimal  # base currency, > 0
    price: Decimal | None = None  # the limit, quote per unit of base; None for a market order
    reference: Decimal | None = None  # of a market order; not needed with a limit
    purpose: Purpose = "entry"


class CancelOrder(msgspec.Struct, Ask[Order], frozen=True, gc=False):
    """Take an order back. The answer is the order after it, which may have filled meanwhile.

    Where the outcome is not known the order is still live, and settled later on evidence. Raises
    a Refusal where nothing was done: NoSuchOrder, or OrderRejected, VenueAway, Barred or
    NotServed where the cancel did not reach the venue, and the order is as it was.
    """

    order_id: str


class ListOpenOrders(msgspec.Struct, Ask[tuple[Order, ...]], frozen=True, gc=False):
    """The live orders, oldest first."""


class OrderChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """An order is not as it was; said after the journal has it."""

    order: Order


class OrderFilled(msgspec.Struct, Tell, frozen=True, gc=False):
    """A trade of an order; said once for each trade, after the journal has it."""

    order: Order  # after all fills of the same report
    fill: Fill


class FillUnmatched(msgspec.Struct, Tell, frozen=True, gc=False):
    """The venue reports a trade that does not fit what the journal holds; nothing was booked.

    A foreign order on the same account, a fill beyond the ordered amount, or a fill of an order
    that ended before this desk started. Someone must look.
    """

    fill: Fill
    reason: str


class NotStored(msgspec.Struct, Tell, frozen=True, gc=False):
    """The journal would not keep a step, so it has not happened here (K3). Someone must look.

    What is at the venue goes on; the desk tries again, and no entry goes out meanwhile.
    """

    reason: str


class OrderHeldUp(msgspec.Struct, Tell, frozen=True, gc=False):
    """An order that is due is not sent now; said once for each reason. It is tried again."""

    order: Order
    reason: str


class PositionUnguarded(msgspec.Struct, Tell, frozen=True, gc=False):
    """An order has filled more after its stop had gone: nothing bounds that. Someone must look."""

    order: Order
    amount: Decimal  # base currency


class ListForeignOrders(msgspec.Struct, Ask[tuple[ForeignOrder, ...]], frozen=True, gc=False):
    """The open orders of the account that are not in our books, as far as they were seen."""


class ForeignOrderSeen(msgspec.Struct, Tell, frozen=True, gc=False):
    """An order that is not in our books has shown up, changed or ended. Nobody touches it (A27)."""

    order: ForeignOrder


class StrayOrderFound(msgspec.Struct, Tell, frozen=True, gc=False):
    """An order has a name that only a bot like this one gives, and is not in our books (O1, C17).

    A late request of an older life whose order was given up, or another bot on the same account.
    Someone must look; it is not cancelled.
    """

    order: ForeignOrder


class DriftFound(msgspec.Struct, Tell, frozen=True, gc=False):
    """The venue has more or less of an asset than our books, and no order of ours explains it.

    What could be booked was booked as `external`; said after the journal has it. Someone must
    look: money was moved by hand, or a trade is missing.
    """

    difference: Difference
    booked: Decimal  # in units of the asset; less than the difference where the rest is reserved
