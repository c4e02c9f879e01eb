"""Orders that belong together, as somebody asks for them: before they have ids.

A batch of drafts becomes durable in one commit, all of it or nothing. Then those that wait for
nothing are sent, and what becomes of each is told by `OrderChanged` and `OrderFilled`.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ...runtime import Ask
from ..market.side import Effect, Kind, Purpose, Side, TimeInForce
from .model import Order
from .plan import Expiry, Keeper, Profile, Release, Swap, Trigger


class Draft(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One order of a batch.

    A market order needs a `reference`, kinds with a limit a `price`, kinds with a trigger a `stop`,
    a trailing stop its `trail`. Amounts and prices are moved to their steps as in `PlaceOrder`.
    """

    name: str  # by which the others of the batch refer to it; not kept
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal  # base currency, > 0
    price: Decimal | None = None  # the limit, quote currency per unit of base
    stop: Decimal | None = None  # where a stop or take profit goes; of a trailing one: begins
    trail: Decimal | None = None  # its distance as a share of the price, 0 < trail < 1
    reference: Decimal | None = None  # what the asset is believed to trade at
    time_in_force: TimeInForce = "GTC"  # GTX: post-only
    effect: Effect = "any"
    purpose: Purpose = "entry"
    tag: str = ""  # kept and shown; at most 64 characters
    keeper: Keeper | None = None  # who waits for its price; None: the venue, where it can
    after: str = ""  # the draft whose fills set it free; empty: of none
    release: Release = "fill"
    takes_fees: bool = False  # whether fees in base currency that the parent paid come off it
    group: str = ""  # the group of the batch that it is of
    trigger: Trigger | None = None
    profile: Profile | None = None
    expiry: Expiry | None = None


class GroupDraft(msgspec.Struct, frozen=True, gc=False):
    """A group of the batch."""

    name: str
    rule: str  # "oco", "balanced", "trailing_on_filled_take_profit", or one that the desk was given
    swap: Swap | None = None


class PlaceOrders(msgspec.Struct, Ask[tuple[Order, ...]], frozen=True, gc=False):
    """Take in a batch. The answer is its orders as they are durable, in the order of the drafts.

    Only after that is anything sent. Raises a Refusal where nothing came of any of them:
    Unplaceable, NotDurable, NotAdmitted, NotReconciled or VenueSilent.
    """

    drafts: tuple[Draft, ...]
    groups: tuple[GroupDraft, ...] = ()


class EditOrder(msgspec.Struct, Ask[Order], frozen=True, gc=False):
    """Change an order that has not ended; None: as it is.

    What the venue has is taken off its book first and sent anew under another client id; the order
    keeps its id, and what it filled. The answer is the order once the change is durable; that it
    has come true is told by `OrderChanged`. Raises NoSuchOrder, Unplaceable or NotDurable.
    """

    order_id: str
    amount: Decimal | None = None  # base currency, in all: with what has filled
    price: Decimal | None = None
    stop: Decimal | None = None
