"""What a portfolio is asked and told, and how it refuses.

Every change of money is answered with a `Booking`. It counts in the portfolio at once, but is
pending: the asker writes it to the journal, and tells `Aborted` if that was refused, which reverses
it exactly. Who asks for the next booking has settled the one before: it is final then. Nobody but
the order desk of the same account books.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Ask, BenthicError, Refusal, Tell
from ..market.fill import Fill
from ..market.side import Side
from .model import Account, Balance, Entry, Reservation


class InsufficientFunds(Refusal):
    """An account holds less of an asset than a booking takes; nothing was booked."""

    def __init__(self, asset: str, *, needed: Decimal, available: Decimal) -> None:
        super().__init__(
            f"needs {needed:f} {asset} but {available:f} is available: "
            "order less, or wait until open orders release theirs"
        )
        self.asset = asset
        self.needed = needed
        self.available = available


class NotOpen(Refusal):
    """The desk has not handed over the journal's balances yet; nothing is known here."""

    def __init__(self) -> None:
        super().__init__("the portfolio is waiting for its desk to open it: ask again")


class AlreadyReserved(Refusal):
    """An order has one reservation at most (F3); nothing was booked."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"order {order_id} has a reservation: release or settle it instead")
        self.order_id = order_id


class LedgerMismatch(BenthicError):
    """Journal, venue and ledger contradict each other: the account must not trade on.

    A crash for whoever meets it. The unit rebuilds from the journal; if it is met again there, the
    supervisor gives up.
    """


class Booking(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A change of balances that has happened in the portfolio and is not yet in the journal."""

    number: int  # names the booking in `Aborted`; unique in one incarnation
    entries: tuple[Entry, ...]
    balances: tuple[Balance, ...]  # after it, of the assets that it touched


class Open(msgspec.Struct, Ask[Booking], frozen=True, gc=False):
    """Take over what the journal remembers. Everything else is refused until this has come.

    An account that the journal has never seen gets its initial deposits, which are then the
    entries of the booking; otherwise the booking is empty.
    """

    balances: tuple[Balance, ...]
    reservations: tuple[Reservation, ...]  # of the live orders


class Reserve(msgspec.Struct, Ask[Booking], frozen=True, gc=False):
    """Move `amount` from available to reserved for an order that has no reservation yet."""

    order_id: str
    asset: str
    amount: Decimal  # in units of the asset, > 0


class Settle(msgspec.Struct, Ask[Booking], frozen=True, gc=False):
    """Book the fills of an order against its reservation.

    What the fills cost comes out of the reservation; `left` stays reserved, a surplus becomes
    available, a shortfall is drawn from available.
    """

    order_id: str
    side: Side
    base: str
    quote: str
    fills: tuple[Fill, ...]
    left: Decimal  # of the reserved asset, >= 0; 0 ends the reservation


class Release(msgspec.Struct, Ask[Booking], frozen=True, gc=False):
    """End the reservation of an order; without one the booking is empty."""

    order_id: str


class Adjust(msgspec.Struct, Ask[Booking], frozen=True, gc=False):
    """Book a change of what the account has that no order of ours explains (B9, F8).

    source: where it came from, or went to: "external", or "venue" for what was there at the start.
    Raises InsufficientFunds where it takes more than is available.
    """

    asset: str
    amount: Decimal  # in units of the asset; below 0 where there is less than was known
    source: Account = "external"


class SetAside(msgspec.Struct, Tell, frozen=True, gc=False):
    """Offer so much less of each asset: others lock it at the venue. Takes the place of the last.

    It is the venue's word and not our money's way, so it is in no journal, and forgotten at a
    restart, after which the venue is asked again.
    """

    amounts: tuple[tuple[str, Decimal], ...]  # in units of the assets, > 0


class Aborted(msgspec.Struct, Tell, frozen=True, gc=False):
    """The latest booking is not in the journal and never will be: reverse it."""

    number: int


class GetBalance(msgspec.Struct, Ask[Balance], frozen=True, gc=False):
    """What may be used of one asset; zero of an asset that the account never had."""

    asset: str


class GetBalances(msgspec.Struct, Ask[tuple[Balance, ...]], frozen=True, gc=False):
    """What may be used, sorted by asset: what the books hold, without what is set aside."""


class GetBooks(msgspec.Struct, Ask[tuple[Balance, ...]], frozen=True, gc=False):
    """What the account owns after its own books, sorted by asset."""
