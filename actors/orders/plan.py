"""What an order is beside its numbers: when it goes out, with whom it ends, what it shall become.

A plain order has no plan. Everything in a plan is a value that lies in the order's own record, so
that the graph of orders is whole in the store at every commit, and no row points at another kind of
row. How plans act is in `chains`, `groups`, `triggers`, `trailing` and `expiry`; how an order is
changed is in `revising`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from ...runtime import Millis
from ..feeds.thresholds import Direction
from ..market.side import Effect, TimeInForce

Release = Literal["fill", "end"]
"""When a chained order is set free: as its parent fills, part by part, or once the parent ended."""

Priority = Literal["stop_first", "take_profit_first"]
"""Which orders of a swapping group rest at the venue until another's price is reached."""

Keeper = Literal["venue", "desk"]
"""Who waits for the price of an order: the venue, or the desk where the venue has no such kind."""


class Trigger(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Holds an order back until a price is reached; it reserves nothing and is not at the venue."""

    price: Decimal  # quote currency per unit of base, > 0
    direction: Direction  # fires at a last price at this level or beyond it


class Chain(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What sets a chained order free."""

    parent: str  # id of the order whose fill it waits for
    amount: Decimal  # base currency, of this order once all of the parent has filled
    whole: Decimal  # base currency, the amount of the parent
    release: Release = "fill"
    takes_fees: bool = False  # whether fees in base currency that the parent paid come off it


class Swap(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How a group whose orders cannot all rest at once takes turns."""

    priority: Priority = "stop_first"
    timeout: Millis = Millis(120_000)  # for what was put forward to fill; then it is turned back


class Group(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the members of a group have in common; each carries it whole."""

    id: str
    rule: str  # "oco", "balanced", "trailing_on_filled_take_profit", or a user's
    swap: Swap | None = None  # None: all of them rest at the venue at once


class TrailingStep(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """At `price` the stop moves to `stop`."""

    price: Decimal
    stop: Decimal
    is_reached: bool = False


class TrailingSteps(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="steps"):
    """A stop that moves by steps, such as the take profits that it stands against."""

    steps: tuple[TrailingStep, ...]
    direction: Direction  # in which the price goes through them


class TrailingDistance(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="distance"):
    """A stop that stays at most a distance behind the best price."""

    distance: Decimal  # > 0: a share of the price, or quote currency per unit of base
    unit: Literal["share", "absolute"] = "share"
    extreme: Decimal | None = None  # the best price so far; None: not known yet
    step: Decimal = Decimal(0)  # the least that the stop is moved by, as `unit` says


class TrailingOwn(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="own"):
    """A stop that moves as a user's rule says, which is given to the desk by this name."""

    rule: str
    state: str = ""  # what that rule wants remembered, as text


Profile = TrailingSteps | TrailingDistance | TrailingOwn


class Expiry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """When an order that has not ended is cancelled by itself; of several, what comes first."""

    at: Millis | None = None  # UTC
    price: Decimal | None = None  # cancelled once the last price is at or beyond this level
    direction: Direction = "above"


class Revision(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an order shall be once the venue has taken it off its book; kept before it is asked to.

    A wish laid over the order: fills are booked to the order as it stands, and what has filled by
    then is part of `amount`.
    """

    then: Literal["send", "hold", "end"]  # back to the venue, held back here, or cancelled
    amount: Decimal  # base currency, in all: with what has filled
    price: Decimal | None
    stop: Decimal | None
    reason: str = ""  # becomes the evidence
    by: str = ""  # the group whose rule wants it; empty: somebody else


class Plan(msgspec.Struct, frozen=True, gc=False, array_like=True, kw_only=True):
    """All that a plain order at market or limit does not have."""

    stop: Decimal | None = None  # of the kinds with a trigger price of their own
    trail: Decimal | None = None  # of a trailing stop: its distance, as a share of the price
    time_in_force: TimeInForce = "GTC"
    effect: Effect = "any"
    tag: str = ""  # the user's
    keeper: Keeper = "venue"
    reference: Decimal | None = None  # what the asset was believed to trade at when it was drawn up
    chain: Chain | None = None
    group: Group | None = None
    trigger: Trigger | None = None
    profile: Profile | None = None
    expiry: Expiry | None = None
    revision: Revision | None = None
    lives: int = 0  # how often it was sent anew under another client id
    carried: Decimal = Decimal(0)  # base currency, what had filled before it was sent anew
    past: tuple[str, ...] = ()  # its client ids before, the newest last; at most PAST of them
    aliases: tuple[str, ...] = ()  # its venue ids before, likewise
    returns: int = 0  # how often the venue gave it back unasked, since it last filled
    forward_since: Millis | None = None  # when it was put forward in a swap; None: it was not
    forced: Literal["", "market"] = ""  # "market": its price had been passed, so it waits for none
    forward_took: Decimal = Decimal(0)  # base currency, by which others are smaller meanwhile
    shelved_for: str = ""  # id of the order that was put forward in its place; empty: of none


PAST = 16
RETURNS = 10  # as often a protective order goes out again that the venue gives back unasked
NO_PLAN = Plan()
